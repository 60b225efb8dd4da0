"""Delivery at work: stored before it is said to be, handled once, and no failure stops the next event."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from conversation import START, Clock, core
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from bot.wiring import Core
from rallynov.delivery import inbox, service
from rallynov.delivery.decisions import Sent
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.message import load
from rallynov.delivery.outbox import Outgoing
from rallynov.delivery.pacing import Pacer
from rallynov.delivery.sender import Sender
from rallynov.delivery.tables import InboxRow, OutboxRow
from rallynov.storage.store import Store


def said(name: str, words: str, who: str = "a", channel: str = "web") -> Incoming:
    payload = json.dumps({"text": words})
    if channel == "telegram":
        payload = json.dumps({"update_id": 1, "message": {"chat": {"id": int(who)}, "text": words}})
    return Incoming(channel, name, f"{channel}:{who}", payload, START)


@pytest.fixture(autouse=True)
def _eager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "IDLE", 0.02)


@pytest.fixture
async def whole(store: Store, clock: Clock) -> AsyncIterator[Core]:
    built = core(store, clock)
    built.delivery.start()
    yield built
    await built.delivery.close()


@pytest.fixture
def fragile(whole: Core) -> None:
    """Let every event break whose words say so."""
    readers = whole.turns._decider._tools.readers

    def breaking(read: Callable[[str], Any]) -> Callable[[str], Any]:
        def reading(payload: str) -> Any:
            if "PANNE" in payload:
                raise ValueError(f"cannot handle {payload}")
            return read(payload)

        return reading

    broken = {channel: breaking(read) for channel, read in readers.items()}
    whole.turns._decider._tools = replace(whole.turns._decider._tools, readers=broken)


def inbox_rows(store: Store) -> dict[str, tuple[str, int]]:
    with store.read() as tx:
        rows = tx.execute(select(InboxRow.external_id, InboxRow.status, InboxRow.attempts))
        return {row[0]: (row[1], row[2]) for row in rows}


def shown(store: Store, address: str) -> list[str]:
    with store.read() as tx:
        bodies = tx.scalars(select(OutboxRow.body).where(OutboxRow.address == address).order_by(OutboxRow.id))
        return [" ".join(part for _, texts in load(body).blocks for part in texts) for body in bodies]


async def until(seen: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(seen):
            await asyncio.sleep(0.005)


async def test_what_was_taken_is_stored_when_that_is_said(whole: Core, store: Store) -> None:
    for n in range(20):
        await whole.delivery.take([said(str(n), "bonjour", str(n))])
        assert str(n) in inbox_rows(store)


async def test_a_database_that_refuses_is_told_to_the_door_and_the_next_event_goes_on(sqlite: Store) -> None:
    delivery = core(sqlite, Clock()).delivery
    delivery.start()
    with sqlite.write() as tx:
        tx.execute(
            text("CREATE TRIGGER refuse BEFORE INSERT ON inbox BEGIN SELECT RAISE(ABORT, 'full'); END")
        )
    with pytest.raises(Exception, match="full"):
        await delivery.take([said("1", "bonjour")])
    with sqlite.write() as tx:
        tx.execute(text("DROP TRIGGER refuse"))
    await delivery.take([said("1", "bonjour")])
    assert await delivery.handled("web", "1", 10)
    await delivery.close()


@pytest.mark.usefixtures("fragile")
async def test_an_event_that_fails_is_set_aside_and_all_others_go_on(
    whole: Core, store: Store, clock: Clock, capfd: pytest.CaptureFixture[str]
) -> None:
    events = [
        said("1", "bonjour"),
        said("2", "PANNE MARQUE-TAPEE"),
        said("3", "après"),
        said("4", "bonjour", "b"),
    ]
    await whole.delivery.take(events)
    await until(lambda: inbox_rows(store)["2"] == ("new", 1))
    assert await whole.delivery.handled("web", "4", 10)  # another person waits for nothing
    assert inbox_rows(store)["3"] == ("new", 0)
    clock.pass_(seconds=1)
    await until(lambda: inbox_rows(store)["2"] == ("new", 2))
    clock.pass_(seconds=5)
    assert await whole.delivery.handled("web", "3", 10)
    assert inbox_rows(store)["2"] == ("poison", 3)
    assert whole.delivery.counts.poisoned == 1
    assert "problème technique" in shown(store, "web:a")[1]
    assert len(shown(store, "web:a")) == 3
    logged = "".join(capfd.readouterr())
    assert "event_set_aside" in logged
    assert "MARQUE" not in logged


@pytest.mark.usefixtures("fragile")
async def test_when_every_event_fails_everyone_is_told_once_and_goes_on(
    whole: Core, store: Store, clock: Clock
) -> None:
    people = [str(n) for n in range(12)]
    await whole.delivery.take([said(f"{who}:1", "PANNE", who) for who in people])
    await whole.delivery.take([said(f"{who}:2", "bonjour", who) for who in people])
    for attempt in (1, 2):
        await until(
            lambda attempt=attempt: all(inbox_rows(store)[f"{w}:1"] == ("new", attempt) for w in people)
        )
        clock.pass_(seconds=6)
    for who in people:
        assert await whole.delivery.handled("web", f"{who}:2", 10)
        assert len(shown(store, f"web:{who}")) == 2
        assert "problème technique" in shown(store, f"web:{who}")[0]


async def test_a_database_that_is_away_is_no_events_fault(
    whole: Core, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = [True] * 5
    decide = whole.turns._decider.decide

    def failing(*args: Any) -> Any:
        if away and away.pop():
            raise OperationalError("SELECT", {}, Exception("gone"))
        return decide(*args)

    monkeypatch.setattr(whole.turns._decider, "decide", failing)
    for _ in range(6):  # the door tries again, as doors do
        try:
            await whole.delivery.take([said("1", "bonjour")])
        except OperationalError:
            continue
        break
    assert await whole.delivery.handled("web", "1", 10)
    assert inbox_rows(store)["1"] == ("done", 0)
    assert away == []


async def test_whoever_waits_hears_of_what_another_process_did(store: Store) -> None:
    mine, other = (
        core(store, Clock()).delivery,
        core(store, Clock()),
    )  # mine is not started: it handles nothing
    waiting = asyncio.ensure_future(mine.handled("web", "1", 10))
    async with mine.watching("web:a") as moved:
        await asyncio.to_thread(store_one, other)
        assert await waiting
        mine.hear("moved web:b")
        assert not moved.is_set()
        mine.hear("moved web:a")
        await moved.wait()
        mine.hear("something of a later release")
    assert (mine._watching, mine._waiting) == ({}, {})


def store_one(other: Core) -> None:
    with other.store.write() as tx:
        inbox.store(tx, [said("1", "bonjour")])
    other.turns.run()


async def test_an_answer_in_the_same_transaction_is_told_without_a_look_at_the_database(
    whole: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reading(_work: object) -> object:
        raise AssertionError("it was told already")

    monkeypatch.setattr(whole.delivery.store, "reading", reading)
    with whole.delivery.expecting("web", "1") as handled:
        await whole.delivery.take([said("1", "bonjour")])
        assert await handled(20)
    assert whole.delivery._waiting == {}


async def test_an_event_that_comes_again_was_handled_long_ago(whole: Core) -> None:
    await whole.delivery.take([said("1", "bonjour")])
    assert await whole.delivery.handled("web", "1", 10)
    with whole.delivery.expecting("web", "1") as handled:
        await whole.delivery.take([said("1", "bonjour")])
        assert await handled(10)


async def test_patience_has_an_end(store: Store) -> None:
    idle = core(store, Clock()).delivery  # not started
    assert not await idle.handled("web", "never", 0.02)
    assert idle._waiting == {}


async def test_what_waits_at_the_end_is_handled_by_the_next_process(store: Store, clock: Clock) -> None:
    first = core(store, clock).delivery
    first.start()
    await first.take([said(str(n), "bonjour") for n in range(30)])
    await first.close()
    second = core(store, clock).delivery
    second.start()
    second.nudge()
    assert await second.handled("web", "29", 20)
    await second.close()
    assert set(inbox_rows(store).values()) == {("done", 0)}


class Recorder:
    """A channel that notes what is sent."""

    channel = "telegram"

    def __init__(self) -> None:
        self.sends: list[str] = []

    def chat(self, address: str) -> int:
        return int(address.partition(":")[2])

    async def deliver(self, message: Outgoing, *, plain: bool) -> Sent:
        self.sends.append(message.key)
        await asyncio.sleep(0)
        return Sent(1)


def statuses(store: Store) -> Sequence[str]:
    with store.read() as tx:
        return tx.scalars(select(OutboxRow.status).order_by(OutboxRow.id)).all()


async def test_senders_come_and_go_and_no_message_is_forgotten(
    whole: Core, store: Store, clock: Clock
) -> None:
    """As leadership moves: whatever was written at whichever moment is sent by the next one, in order."""
    recorders, total = [], 0
    for shift in range(6):
        recorder = Recorder()
        recorders.append(recorder)
        sender = Sender(store, recorder, Pacer(10_000, 20), clock, f"me{shift}")
        whole.delivery.attach(sender, f"me{shift}")
        for _ in range(5):
            words = ("bonjour", "aide")[total % 2]  # the same word twice at once is one answer
            await whole.delivery.take([said(f"{total}", words, "7", "telegram")])
            total += 1
        await whole.delivery.detach(sender)
        assert set(statuses(store)) <= {"sent", "queued"}  # nothing is left in the hands of who has gone
    last = Recorder()
    recorders.append(last)
    whole.delivery.attach(Sender(store, last, Pacer(10_000, 20), clock, "last"), "last")
    assert await whole.delivery.handled("telegram", str(total - 1), 20)
    await until(lambda: set(statuses(store)) == {"sent"})
    sends = [key for recorder in recorders for key in recorder.sends]
    assert sends == [f"{n}:0" for n in range(1, total + 1)]
