"""The same turn delivered again and again, by several workers at once, on both databases: one effect, one reply."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from chaos import findings
from conversation import START, Clock, core
from sqlalchemy import select, update
from stored import count

from bot.telegram.updates import parse
from bot.wiring import Core
from rallynov.delivery import inbox
from rallynov.delivery.message import Message, load
from rallynov.delivery.tables import ConversationRow, InboxRow, OutboxRow
from rallynov.people.tables import PersonRow
from rallynov.storage.store import Store

WORKERS = 8
ADDRESS = "telegram:42"
CHAT = {"id": 42, "type": "private"}
Raw = dict[str, Any]


def text(update_id: int, words: str) -> Raw:
    return {
        "update_id": update_id,
        "message": {"message_id": update_id, "date": 0, "chat": CHAT, "text": words},
    }


def press(update_id: int, token: str) -> Raw:
    query = {
        "id": str(update_id),
        "from": {"id": 42},
        "message": {"message_id": 1, "chat": CHAT},
        "data": token,
    }
    return {"update_id": update_id, "callback_query": query}


def deliver(to: Core, raw: Sequence[Raw]) -> None:
    """What the door and the worker do with an answer of getUpdates."""
    events = parse(raw, "123456789", START + timedelta(minutes=1)).events
    with to.store.write() as tx:
        inbox.store(tx, events)
    to.turns.run()


def last(store: Store) -> Message:
    with store.read() as tx:
        return load(tx.execute(select(OutboxRow.body).order_by(OutboxRow.id.desc()).limit(1)).scalar_one())


@pytest.fixture
def alone(store: Store) -> Core:
    return core(store, Clock())


@pytest.fixture
def asked(alone: Core) -> Core:
    """A person before the first question."""
    for update_id, words in enumerate(("/start", "1", "1"), 100):
        deliver(alone, [text(update_id, words)])
    assert last(alone.store).screen == "q:R1.1"
    return alone


@pytest.fixture
def together(store: Store) -> Callable[[Sequence[Raw]], None]:
    """Eight workers, each with its own connections, who begin at the same moment and share deliveries out."""

    def work(deliveries: Sequence[Raw]) -> None:
        started = threading.Barrier(WORKERS)

        def one(worker: int) -> None:
            opened = Store(store.url)
            mine = core(opened, Clock())
            started.wait()
            for raw in deliveries[worker::WORKERS]:
                deliver(mine, [raw])
            opened.close()

        with ThreadPoolExecutor(WORKERS) as workers:
            list(workers.map(one, range(WORKERS)))
        ending = core(store, Clock())
        while ending.turns.run().claimed:
            pass
        assert findings.undone(store) == []

    return work


def answers(store: Store) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in findings.kept(store, ADDRESS)["answers"]]


def ordered(store: Store, action: str) -> int:
    return [name for name, _ in findings.kept(store, ADDRESS)["audit"]].count(action)


@pytest.mark.parametrize("way", ["pressed", "typed"])
def test_one_update_delivered_fifty_times_is_one_effect(
    asked: Core, together: Callable[[Sequence[Raw]], None], way: str
) -> None:
    store = asked.store
    before = count(store, OutboxRow)
    once = press(200, last(store).token("3")) if way == "pressed" else text(200, "4")
    together([once] * 50)
    assert findings.lost(store, [100, 101, 102, 200]) == []
    assert count(store, InboxRow) == 4
    assert answers(store) == [(1, "R1.1", "3", None)]
    assert ordered(store, "SaveAnswer") == 1
    assert count(store, OutboxRow) == before + 1


def test_one_press_under_three_update_ids_is_one_effect(
    asked: Core, together: Callable[[Sequence[Raw]], None]
) -> None:
    store = asked.store
    before = count(store, OutboxRow)
    token = last(store).token("2")
    together([press(update_id, token) for update_id in (200, 201, 202)] * 6)
    assert count(store, InboxRow) == 6
    assert answers(store) == [(1, "R1.1", "2", None)]
    assert ordered(store, "SaveAnswer") == 1
    assert count(store, OutboxRow) == before + 1


def test_twenty_first_contacts_at_once_are_one_person(
    alone: Core, together: Callable[[Sequence[Raw]], None]
) -> None:
    store = alone.store
    together([text(update_id, "/start") for update_id in range(100, 120)])
    assert count(store, ConversationRow) == 1
    assert count(store, InboxRow) == 20
    who = findings.person(store, ADDRESS).person_id
    deliver(alone, [text(130, "1")])
    accept = last(store).token("accept")
    together([press(update_id, accept) for update_id in range(140, 160)])
    assert count(store, PersonRow) == 1
    assert findings.person(store, ADDRESS).person_id == who
    assert ordered(store, "AcceptNotice") == ordered(store, "StartDiagnosis") == 1


def test_an_update_with_a_lower_id_than_the_last_is_handled(asked: Core) -> None:
    deliver(asked, [press(7, last(asked.store).token("1"))])
    assert findings.lost(asked.store, [7]) == []
    assert answers(asked.store) == [(1, "R1.1", "1", None)]


def test_answers_of_one_person_leave_in_the_order_in_which_their_questions_came(
    asked: Core, together: Callable[[Sequence[Raw]], None]
) -> None:
    came = [text(update_id, f"{update_id % 5 + 1}") for update_id in range(200, 320)]
    with asked.store.write() as tx:  # kept in order first: eight who store at once have no order to keep
        inbox.store(tx, parse(came, "123456789", START + timedelta(minutes=1)).events)
    together(came)
    with asked.store.read() as tx:
        keys = tx.execute(select(OutboxRow.key).order_by(OutboxRow.id)).scalars().all()
    sequence = [tuple(map(int, key.split(":"))) for key in keys]  # the event, and which part of its answer
    assert sequence == sorted(sequence)
    assert len(set(sequence)) == len(sequence)


def test_a_turn_done_a_second_time_by_mistake_changes_nothing(asked: Core) -> None:
    """The unique key of the outbox is the last wall: whatever else fails, one event writes its effects once."""
    deliver(asked, [text(200, "4")])
    before = findings.kept(asked.store, ADDRESS)
    with asked.store.write() as tx:
        tx.execute(update(InboxRow).where(InboxRow.external_id == "123456789:200").values(status="new"))
    asked.turns.run()
    assert findings.kept(asked.store, ADDRESS) == before
