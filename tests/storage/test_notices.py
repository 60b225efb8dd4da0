"""Notices: heard after the commit; between processes on PostgreSQL, and again there after a broken connection."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from postgres import Cluster
from sqlalchemy import text

from rallynov.storage import notices
from rallynov.storage.notices import Listener, notify
from rallynov.storage.store import Store


@pytest.fixture
async def store(cluster: Cluster) -> AsyncIterator[Store]:
    opened = Store(cluster.database())
    yield opened
    opened.close()


class Heard(asyncio.Queue[str]):
    """Notices in the order in which they came."""


@pytest.fixture
async def heard(store: Store) -> AsyncIterator[Heard]:
    queue = Heard()
    listener = Listener(store, queue.put_nowait)
    listener.start()
    yield queue
    await asyncio.to_thread(listener.close)
    assert not listener._thread.is_alive()


async def listening(store: Store, known: list[int]) -> int:
    """Wait until a listener that is not among those known has begun to listen."""
    while True:
        with store.read() as tx:
            here = text("SELECT pid FROM pg_stat_activity WHERE query = 'LISTEN rallynov'")
            fresh = [pid for pid in tx.scalars(here) if pid not in known]
        if fresh:
            return int(fresh[0])
        await asyncio.sleep(0.01)


@pytest.mark.postgres
async def test_a_notice_is_heard_once_committed_and_only_then(store: Store, heard: Heard) -> None:
    await listening(store, [])
    with pytest.raises(ZeroDivisionError), store.write() as tx:  # noqa: PT012
        notify(tx, ["jamais"])
        raise ZeroDivisionError
    with store.write() as tx:
        notify(tx, ["outbox", "moved web:1"])
    assert [await heard.get(), await heard.get()] == ["outbox", "moved web:1"]
    assert heard.empty()


@pytest.mark.postgres
async def test_a_broken_connection_is_made_again(store: Store, heard: Heard) -> None:
    first = await listening(store, [])
    with store.write() as tx:
        tx.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first})
    await listening(store, [first])
    with store.write() as tx:
        notify(tx, ["outbox"])
    assert await heard.get() == "outbox"


async def test_on_sqlite_this_process_hears_what_was_committed_and_only_that(sqlite: Store) -> None:
    heard = Heard()
    end = notices.listening(sqlite, heard.put_nowait)

    def write(*told: str, fault: bool = False) -> None:
        with sqlite.write() as tx:
            notify(tx, told)
            _ = 1 / (not fault)

    with pytest.raises(ZeroDivisionError):
        await sqlite.writing(write, "jamais", fault=True)
    await sqlite.writing(write, "outbox", "moved web:1")
    await asyncio.to_thread(write, "moved web:2")
    assert [await heard.get() for _ in range(3)] == ["outbox", "moved web:1", "moved web:2"]
    end()
    write("jamais")
    await asyncio.sleep(0)
    assert heard.empty()
