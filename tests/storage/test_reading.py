"""Short reads share a transaction, one that fails fails alone, and long ones elsewhere hold nobody up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from rallynov.storage.reading import GROUP
from rallynov.storage.store import Store


class Counted:
    """The transactions of a store, counted; the first one waits until it is let go."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.begun = threading.Event()
        self.let_go = threading.Event()
        self._read = store.read
        monkeypatch.setattr(store, "read", self.read)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        self.count += 1
        self.begun.set()
        assert self.let_go.wait(20)
        with self._read() as tx:
            yield tx


async def test_those_who_ask_meanwhile_are_read_together(
    sqlite: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(sqlite, monkeypatch)
    first = asyncio.ensure_future(sqlite.reading(lambda tx: number(tx, -1)))
    await asyncio.to_thread(counted.begun.wait, 20)
    others = [asyncio.ensure_future(sqlite.reading(lambda tx, n=n: number(tx, n))) for n in range(GROUP + 1)]
    await asyncio.sleep(0)  # they have asked
    counted.let_go.set()
    assert await first == -1
    assert await asyncio.gather(*others) == list(range(GROUP + 1))
    assert counted.count == 3  # the first, a full group, and who was one too many


async def test_one_that_fails_fails_alone(store: Store) -> None:
    asked = [store.reading(lambda tx: number(tx, 1)), store.reading(broken), store.reading(refused)]
    one, two, three = await asyncio.gather(*asked, return_exceptions=True)
    assert one == 1
    assert isinstance(two, KeyError)
    assert "nowhere" in str(three)
    assert await store.reading(lambda tx: number(tx, 2)) == 2


async def test_a_database_that_is_away_is_asked_once_for_all(
    sqlite: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(sqlite, monkeypatch)
    first = asyncio.ensure_future(sqlite.reading(lambda tx: number(tx, 1)))
    await asyncio.to_thread(counted.begun.wait, 20)
    asked = [asyncio.ensure_future(sqlite.reading(lambda tx: number(tx, 2))) for _ in range(5)]
    await asyncio.sleep(0)

    tried: list[int] = []

    def away() -> Connection:
        tried.append(1)
        raise OperationalError("BEGIN", {}, Exception("nobody answers"))

    monkeypatch.setattr(counted, "_read", away)
    counted.let_go.set()
    told = await asyncio.gather(first, *asked, return_exceptions=True)
    assert {type(one) for one in told} == {OperationalError}
    assert len(tried) == 2  # by the first, and by the five who asked meanwhile


def test_another_loop_finds_its_place(sqlite: Store) -> None:
    """A loop that ends while it is read for leaves the thread to the next one."""
    begun, let_go = threading.Event(), threading.Event()

    def slow(tx: Connection) -> int:
        begun.set()
        assert let_go.wait(20)
        return number(tx, 1)

    async def leave() -> None:
        asking = asyncio.ensure_future(sqlite.reading(slow))
        assert await asyncio.to_thread(begun.wait, 20)
        asking.cancel()

    async def come() -> int:
        asked = asyncio.ensure_future(sqlite.reading(lambda tx: number(tx, 2)))
        let_go.set()
        async with asyncio.timeout(20):
            return await asked

    asyncio.run(leave())
    let_go.set()
    sqlite._readings._pool.submit(lambda: None).result(20)  # behind it
    assert asyncio.run(come()) == 2


async def test_whoever_goes_away_keeps_nobody_waiting(sqlite: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted(sqlite, monkeypatch)
    gone = asyncio.ensure_future(sqlite.reading(lambda tx: number(tx, 1)))
    await asyncio.to_thread(counted.begun.wait, 20)
    here = asyncio.ensure_future(sqlite.reading(lambda tx: number(tx, 2)))
    await asyncio.sleep(0)
    gone.cancel()
    counted.let_go.set()
    assert await here == 2


async def test_a_read_sees_what_was_committed_before_it_was_asked_for(store: Store) -> None:
    with store.write() as tx:
        tx.execute(text("CREATE TABLE seen (n INTEGER)"))
    for n in range(20):
        await store.writing(add, store, n)
        assert await store.reading(lambda tx: tx.execute(text("SELECT MAX(n) FROM seen")).scalar()) == n


def add(store: Store, n: int) -> None:
    with store.write() as tx:
        tx.execute(text("INSERT INTO seen VALUES (:n)"), {"n": n})


def number(tx: Connection, n: int) -> int:
    return int(tx.execute(text("SELECT CAST(:n AS INTEGER)"), {"n": n}).scalar_one())


def broken(_tx: Connection) -> int:
    raise KeyError("what a page looks for")


def refused(tx: Connection) -> object:
    return tx.execute(text("SELECT * FROM nowhere"))
