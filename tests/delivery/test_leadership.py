"""One leader at a time: on SQLite by owning the file, on PostgreSQL by a lock and an epoch."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from conversation import START
from postgres import Cluster
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from rallynov.delivery import inbox, leadership
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.leadership import Leadership
from rallynov.delivery.tables import LeaderRow
from rallynov.storage import schema
from rallynov.storage.sessions import BOUNDS
from rallynov.storage.store import Store

HOLDER = text("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted")


@dataclass
class Candidate:
    """A process that would lead, and what it did."""

    store: Store
    name: str
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    fail: bool = False
    task: asyncio.Task[None] | None = None

    def stand(self) -> None:
        asked = Leadership(self.store, "telegram:42", self.name, lambda: datetime(2026, 11, 22, tzinfo=UTC))
        self.task = asyncio.ensure_future(asked.lead(self.work))

    async def work(self) -> None:
        self.ended.clear()
        self.begun.set()
        try:
            if self.fail:
                raise ZeroDivisionError
            await asyncio.Event().wait()
        finally:
            self.begun.clear()
            self.ended.set()


@pytest.fixture
def stores(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> list[Store]:
    monkeypatch.setattr(leadership, "BEAT", 0.02)
    monkeypatch.setitem(
        BOUNDS, "idle_in_transaction_session_timeout", "0"
    )  # the take-over is what helps here
    url = cluster.database()
    opened = [Store(url), Store(url)]
    schema.migrate(opened[0])
    return opened


@pytest.fixture
async def pair(stores: list[Store]) -> AsyncIterator[list[Candidate]]:
    both = [Candidate(stores[0], "un"), Candidate(stores[1], "deux")]
    both[0].stand()
    await both[0].begun.wait()
    both[1].stand()
    yield both
    for candidate in both:
        if candidate.task:
            candidate.task.cancel()
    await asyncio.gather(*(one.task for one in both if one.task), return_exceptions=True)
    for store in stores:
        store.close()


def leader(store: Store) -> tuple[str, int]:
    with store.read() as tx:
        row = tx.execute(select(LeaderRow.owner, LeaderRow.epoch)).one()
        return row[0], row[1]


async def looks(candidate: Candidate, several: int = 3) -> None:
    """Wait until a candidate that does not lead has looked at the lock several times."""
    for _ in range(several):
        took: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        take: Callable[[Leadership], bool] = Leadership._take

        def looked(self: Leadership, take: Callable[[Leadership], bool] = take) -> bool:
            result = take(self)
            took.get_loop().call_soon_threadsafe(lambda: took.done() or took.set_result(None))  # noqa: B023
            return result

        Leadership._take = looked  # type: ignore[method-assign]
        try:
            await took
        finally:
            Leadership._take = take  # type: ignore[method-assign]


@pytest.mark.postgres
async def test_of_two_one_leads(pair: list[Candidate]) -> None:
    await looks(pair[1])
    assert pair[0].begun.is_set()
    assert not pair[1].begun.is_set()
    assert leader(pair[0].store) == ("un", 1)


@pytest.mark.postgres
async def test_when_the_leader_ends_the_other_takes_over(pair: list[Candidate]) -> None:
    assert pair[0].task
    pair[0].task.cancel()
    await pair[1].begun.wait()
    assert pair[0].ended.is_set()
    assert leader(pair[1].store) == ("deux", 2)


@pytest.mark.postgres
async def test_when_the_leaders_connection_is_cut_the_other_takes_over_and_it_stops(
    pair: list[Candidate],
) -> None:
    with pair[1].store.write() as tx:
        tx.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": tx.scalar(HOLDER)})
    await asyncio.wait_for(asyncio.gather(pair[0].ended.wait(), pair[1].begun.wait()), 10)
    leading = [one.name for one in pair if one.begun.is_set()]
    assert leading == ["deux"]
    assert leader(pair[1].store) == ("deux", 2)


@pytest.mark.postgres
async def test_a_leader_that_froze_sees_the_later_epoch_and_stops(pair: list[Candidate]) -> None:
    with pair[1].store.write() as tx:
        tx.execute(update(LeaderRow).values(epoch=LeaderRow.epoch + 1, owner="deux", since=START))
    await pair[0].ended.wait()
    await asyncio.wait(
        [asyncio.ensure_future(one.begun.wait()) for one in pair], return_when=asyncio.FIRST_COMPLETED
    )
    assert leader(pair[1].store)[1] == 3  # one of them leads again, in an epoch of its own


@pytest.mark.postgres
async def test_a_leader_that_froze_in_a_transaction_holds_nobody_up(
    stores: list[Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its transaction, fenced, keeps a later epoch waiting: it is cut off with the lock."""
    monkeypatch.setattr(leadership, "FROZEN", 0.0)
    one, two = (Leadership(store, "telegram:42", store.url.host or "", lambda: START) for store in stores)
    assert one._take()
    frozen = stores[0].engine.connect()
    one.fence(frozen)
    assert not two._take()
    assert await asyncio.wait_for(asyncio.to_thread(two._take), 10)
    assert leader(stores[1])[1] == 2
    with pytest.raises(DBAPIError):
        one.fence(frozen)
    frozen.close()
    for each, store in zip((one, two), stores, strict=True):
        each._drop()
        store.close()


@pytest.mark.postgres
def test_a_leader_that_froze_while_it_stored_keeps_the_next_one_from_nothing(
    stores: list[Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one is told the same updates again: it waits for none of what the frozen one has not committed."""
    monkeypatch.setattr(leadership, "FROZEN", 0.0)
    one, two = (Leadership(store, "telegram:42", "", lambda: START) for store in stores)
    assert one._take()
    frozen, update = stores[0].engine.connect(), Incoming("telegram", "42:7", "telegram:1", "{}", START)
    inbox.store(frozen, [update])
    other = stores[1].engine.connect()
    alive = other.scalar(text("SELECT pg_backend_pid()"))  # nor is a transaction of its own cut off
    assert not two._take()
    with stores[1].write() as tx:
        inbox.store(tx, [update])
    assert other.scalar(text("SELECT pg_backend_pid()")) == alive
    assert two._take()
    with pytest.raises(DBAPIError):
        inbox.store(frozen, [update])
    for connection in (frozen, other):
        connection.close()
    for each, store in zip((one, two), stores, strict=True):
        each._drop()
        store.close()


def _holder(store: Store) -> int | None:
    with store.read() as tx:
        pid: int | None = tx.scalar(HOLDER)
        return pid


@pytest.mark.postgres
async def test_work_that_fails_is_told_and_the_lock_is_free(pair: list[Candidate]) -> None:
    third = Candidate(pair[0].store, "trois", fail=True)
    for one in pair:
        assert one.task
        one.task.cancel()
    await asyncio.gather(*(one.task for one in pair if one.task), return_exceptions=True)
    third.stand()
    assert third.task
    with pytest.raises(ZeroDivisionError):
        await third.task
    while _holder(pair[1].store):  # the server frees it when it sees that the session is over
        await asyncio.sleep(0)


@pytest.mark.postgres
async def test_two_roles_have_two_leaders(pair: list[Candidate]) -> None:
    other = Leadership(pair[1].store, "telegram:43", "deux", lambda: START)
    assert await asyncio.to_thread(other._take)
    assert pair[0].begun.is_set()
    await asyncio.to_thread(other._drop)


async def test_a_database_that_is_away_is_no_leadership() -> None:
    store = Store("postgresql://nobody@127.0.0.1:1/none")
    assert not await asyncio.to_thread(Leadership(store, "r", "o", lambda: START)._take)
    store.close()


async def test_on_sqlite_the_process_leads_at_once(sqlite: Store) -> None:
    alone = Candidate(sqlite, "seul")
    alone.stand()
    await alone.begun.wait()
    assert alone.task
    alone.task.cancel()
    await asyncio.gather(alone.task, return_exceptions=True)
    assert alone.ended.is_set()
