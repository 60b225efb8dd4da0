"""Events that end or hang the process, and those at which the database balks: none stops the others for ever."""

import asyncio
import select
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from conversation import START, Clock, core
from delivery.test_service import inbox_rows, said, shown, until
from postgres import Cluster
from sqlalchemy import Connection, text, update
from sqlalchemy.exc import DBAPIError, OperationalError
from stored import values

from bot.wiring import Core
from rallynov.delivery import endings, faults, inbox, service
from rallynov.delivery.tables import InboxRow
from rallynov.storage.store import Store


@pytest.fixture(autouse=True)
def _eager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "IDLE", 0.02)


@pytest.fixture
def store(store: Store) -> Store:
    """A database that is this process's own, as a server has it."""
    store.own()
    return store


class Killed(BaseException):
    """What ends a life, as far as the code that runs can see."""


def lives(store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> Core:
    """Begin a life in which an event that says MORTEL raises."""
    built = core(store, clock)
    decide = built.turns._decider.decide

    def deciding(tx: Any, waiting: Sequence[inbox.Waiting], now: Any) -> Any:
        if any("MORTEL" in event.payload for event in waiting):
            raise error
        return decide(tx, waiting, now)

    monkeypatch.setattr(built.turns._decider, "decide", deciding)
    return built


def cycle(built: Core) -> Any:
    return built.delivery._cycles._write([], [], False)


def _live(built: Core) -> None:
    while True:
        cycle(built)


def test_an_event_that_ends_every_process_is_set_aside_and_the_others_are_answered(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.write() as tx:
        inbox.store(tx, [said("1", "bonjour", "a"), said("2", "MORTEL", "b"), said("3", "bonjour", "c")])
        inbox.store(tx, [said("4", "bonjour", "b")])
    with store.write() as tx:
        endings.begin(tx, START)
    for life in range(3):
        built = lives(store, clock, monkeypatch, Killed())
        with pytest.raises(Killed):
            _live(built)
        assert inbox_rows(store)["2"] == ("new", life + 1)
        assert inbox_rows(store)["1"] == ("done", 1)
    built = lives(store, clock, monkeypatch, Killed())
    assert cycle(built).poisoned == 1
    cycle(built)
    assert {name: status for name, (status, _) in inbox_rows(store).items()} == {
        "1": "done",
        "2": "poison",
        "3": "done",
        "4": "done",
    }
    assert inbox_rows(store)["2"] == ("poison", 3)
    assert "problème technique" in shown(store, "web:b")[0]


def test_a_try_is_counted_once_whether_it_fails_or_the_database_is_away(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.write() as tx:
        inbox.store(tx, [said("1", "MORTEL")])
        endings.begin(tx, START)
    built = lives(store, clock, monkeypatch, OperationalError("SELECT", {}, Exception("gone")))
    for _ in range(5):
        with pytest.raises(OperationalError):
            cycle(built)
    assert inbox_rows(store)["1"] == ("new", 1)
    built = lives(store, clock, monkeypatch, ValueError())
    cycle(built)
    assert inbox_rows(store)["1"] == ("new", 2)
    clock.pass_(seconds=6)
    assert cycle(built).poisoned == 1


def test_a_try_that_could_not_be_counted_is_counted_at_the_next_one(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.write() as tx:
        inbox.store(tx, [said("1", "MORTEL")])
        endings.begin(tx, START)
    counting = inbox.trying
    for life in range(3):
        built, locked = lives(store, clock, monkeypatch, Killed()), [True]

        def trying(tx: Connection, seq: int, locked: list[bool] = locked) -> None:
            if locked:
                locked.clear()
                raise OperationalError("UPDATE", {}, Exception("database is locked"))
            counting(tx, seq)

        monkeypatch.setattr(inbox, "trying", trying)
        with pytest.raises(OperationalError):
            cycle(built)
        with pytest.raises(Killed):
            _live(built)
        assert inbox_rows(store)["1"] == ("new", life + 1)
    assert cycle(lives(store, clock, monkeypatch, Killed())).poisoned == 1


def test_an_event_that_another_process_held_is_counted_when_its_turn_comes(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.write() as tx:
        inbox.store(tx, [said("1", "MORTEL")])
        tx.execute(update(InboxRow).values(status="done"))
    built = lives(store, clock, monkeypatch, ValueError())
    [seq] = values(store, InboxRow.seq)
    built.turns.one_by_one([seq], counted=True)
    with store.write() as tx:
        tx.execute(update(InboxRow).values(status="new"))
    built.turns.one_by_one([seq], counted=True)
    assert inbox_rows(store)["1"] == ("new", 1)


def test_a_try_counted_in_fear_is_not_the_next_one_too(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.write() as tx:
        inbox.store(tx, [said("1", "MORTEL")])
        endings.begin(tx, START)
    built = lives(store, clock, monkeypatch, OperationalError("SELECT", {}, Exception("gone")))
    with pytest.raises(OperationalError):
        cycle(built)
    failing = lives(store, clock, monkeypatch, ValueError()).turns._decider.decide
    monkeypatch.setattr(built.turns._decider, "decide", failing)
    for _ in range(3):  # nothing is feared any more
        built.turns.run()
        clock.pass_(seconds=6)
    assert inbox_rows(store)["1"] == ("poison", 3)


class TooMany(Exception):  # noqa: N818  # as a driver's
    """A statement that goes beyond a limit of the database, as its driver tells it."""

    sqlite_errorname = "SQLITE_ERROR"
    sqlstate = "54000"


async def test_an_event_at_which_the_database_balks_is_set_aside_and_the_doors_go_on(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    balking = OperationalError("INSERT", {}, TooMany("too many SQL variables"))
    built = lives(store, clock, monkeypatch, balking)
    built.delivery.start()
    await built.delivery.take([said("1", "MORTEL", "a"), said("2", "bonjour", "b")])
    assert await built.delivery.handled("web", "2", 10)
    for attempts in (1, 2):
        await until(lambda attempts=attempts: inbox_rows(store)["1"] == ("new", attempts))
        clock.pass_(seconds=6)
        await built.delivery.take([said(f"after {attempts}", "bonjour", "c")])
    await until(lambda: inbox_rows(store)["1"] == ("poison", 3))
    await built.delivery.close()


async def test_a_writer_that_hangs_is_seen(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery, hung = core(store, clock).delivery, threading.Event()
    delivery.start()
    await delivery.take([said("1", "bonjour")])
    assert not delivery.stuck()
    assert delivery.trouble() is None
    monkeypatch.setattr(service, "STUCK", 0.0)
    monkeypatch.setattr(service, "SLOW", 0.0)
    hanging = asyncio.ensure_future(store.writing(hung.wait))
    async with asyncio.timeout(10):
        while not delivery.stuck():  # nobody says anything: it looks by itself
            await asyncio.sleep(0)
    assert "under way" in str(delivery.trouble())
    hung.set()
    await hanging
    await delivery.close()


@pytest.mark.postgres
@pytest.mark.parametrize("worked", [False, True])
def test_a_session_cut_for_idleness_is_the_fault_of_an_event_only_when_it_worked_so_long(
    cluster: Cluster, clock: Clock, monkeypatch: pytest.MonkeyPatch, *, worked: bool
) -> None:
    with cluster.lent() as url:
        shared = Store(url)
        with shared.write() as tx:
            inbox.store(tx, [said("1", "MORTEL", "a"), said("2", "bonjour", "b")])
        built = core(shared, clock)
        decide = built.turns._decider.decide

        def deciding(tx: Connection, waiting: Sequence[inbox.Waiting], now: Any) -> Any:
            if any("MORTEL" in event.payload for event in waiting):
                tx.execute(text("SET LOCAL idle_in_transaction_session_timeout = '1ms'"))
                select.select([tx.connection.driver_connection], [], [], 30)  # type: ignore[list-item]
                tx.execute(text("SELECT 1"))
            return decide(tx, waiting, now)

        monkeypatch.setattr(built.turns._decider, "decide", deciding)
        monkeypatch.setattr(faults, "WORKED", 0.0 if worked else 5.0)
        if worked:
            cycle(built)
            assert inbox_rows(shared) == {"1": ("new", 1), "2": ("done", 0)}
        else:
            with pytest.raises(DBAPIError):
                cycle(built)
            assert inbox_rows(shared) == {"1": ("new", 0), "2": ("new", 0)}
        shared.close()
