"""The fan-out: a row for each person, once, whatever happens between; their words kept once for each language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from announcements.crowds import MORNING, Desk, announce, chats, people
from sqlalchemy import Connection, func, select

from rallynov.announcements import fanout
from rallynov.announcements.model import Status
from rallynov.delivery.tables import CircularRow, OutboxStatus
from rallynov.storage.store import Store


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_each_person_has_one_row_and_the_words_are_kept_once(desk: Desk) -> None:
    many = 2 * fanout.CHUNK + 7
    people(desk.store, chats(many))
    people(desk.store, ["anna"], language="en")
    people(desk.store, ["wilma"], channel="web")
    announce(desk.store)
    desk.tick()
    found = desk.outbox()
    assert len(found) == len({row.person_id for row in found}) == many + 2
    assert {row.body for row in found if row.channel == "telegram"} == {""}
    assert {row.circular for row in found if row.person_id == "panna"} == {"a1:0:en"}
    with desk.store.read() as tx:
        assert tx.scalar(select(func.count()).select_from(CircularRow)) == 2
    assert desk.planned()
    assert desk.read().status is Status.SENDING
    assert desk.acts() == ["start"]


def test_before_it_is_due_nothing_is_planned(desk: Desk) -> None:
    people(desk.store, chats(3))
    announce(desk.store, due=MORNING + timedelta(minutes=10))
    desk.tick()
    assert desk.outbox() == []
    desk.clock.pass_(minutes=10)  # type: ignore[attr-defined]
    desk.tick()
    assert len(desk.outbox()) == 3


def test_a_fan_out_that_is_begun_again_plans_nobody_twice_and_misses_nobody(desk: Desk) -> None:
    names = chats(3 * fanout.CHUNK)
    people(desk.store, names)
    announce(desk.store)
    desk.announcer.step(desk.leader)
    assert len(desk.outbox()) == fanout.CHUNK
    for _ in range(2):  # two deaths in the middle
        desk = Desk(desk.store, desk.clock)
        desk.announcer.step(desk.leader)
    Desk(desk.store, desk.clock).tick()
    assert sorted(row.person_id for row in desk.outbox()) == sorted(f"p{n}" for n in names)


def test_what_was_planned_leaves_while_the_rest_is_planned(desk: Desk) -> None:
    people(desk.store, chats(fanout.CHUNK + 1))
    announce(desk.store)
    desk.announcer.step(desk.leader)
    assert len(desk.fetch(10)) == 10
    desk.tick()
    assert len(desk.fetch()) == fanout.CHUNK - 9


def test_once_every_row_has_its_end_it_is_sent(desk: Desk) -> None:
    people(desk.store, chats(4))
    announce(desk.store)
    desk.tick()
    one, two, three, four = desk.fetch()
    desk.send([one])
    desk.send([two], OutboxStatus.UNKNOWN)
    desk.send([three], OutboxStatus.SKIPPED)
    desk.tick()
    assert desk.read().status is Status.SENDING
    desk.send([four], OutboxStatus.FAILED)
    desk.tick()
    assert desk.read().status is Status.SENT
    assert desk.read().ended is not None
    assert desk.acts() == ["start", "finish"]


def test_an_announcement_for_nobody_is_finished_at_once(desk: Desk) -> None:
    announce(desk.store)
    desk.tick()
    desk.tick()
    assert desk.read().status is Status.SENT


def test_a_page_is_given_the_whole_words_as_its_newest_message(desk: Desk) -> None:
    people(desk.store, ["wilma", "x"], channel="web")
    announce(desk.store)
    desk.announcer.step(desk.leader)
    before = max(row.id for row in desk.outbox())
    assert sorted(desk.tick()) == ["web:wilma", "web:x"]
    shown = desk.outbox()
    assert all(row.id > before and row.status == "sent" and "salle exemple" in row.body for row in shown)
    assert [row.key for row in shown] == ["news:a1:pwilma", "news:a1:px"]
    assert desk.tick() == []


def test_the_words_are_shared_by_all_who_receive_them(desk: Desk) -> None:
    people(desk.store, chats(50))
    announce(desk.store)
    desk.tick()
    taken = desk.fetch()
    assert len({id(one.message()) for one in taken}) == 1
    assert "salle exemple" in str(taken[0].message().blocks)


def test_a_chunk_that_was_taken_back_is_planned_again_by_the_same_process(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "CHUNK", 2)
    people(desk.store, chats(5))
    announce(desk.store)
    desk.announcer.step(desk.leader)

    write = desk.store.write

    @contextmanager
    def lost() -> Iterator[Connection]:
        with write() as tx:
            yield tx
            raise OSError("the database is away")

    with monkeypatch.context() as away:
        away.setattr(desk.store, "write", lost)
        with pytest.raises(OSError, match="away"):
            desk.announcer.step(desk.leader)
    assert len(desk.outbox()) == 2
    desk.tick()
    assert len(desk.outbox()) == 5
    assert desk.planned()
