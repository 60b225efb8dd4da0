"""What was delivered, corrected or withdrawn: edited, deleted, changed on pages; what cannot be is counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from announcements.crowds import MORNING, Desk, announce, chats, people
from conversation import Clock

from rallynov.announcements import fanout
from rallynov.announcements.model import Content, Status
from rallynov.delivery import bulk
from rallynov.delivery.conversations import unreachable
from rallynov.delivery.tables import OutboxStatus
from rallynov.people.consents.service import stop
from rallynov.storage.store import Store

NEW = Content("Étape exemple", "Rendez-vous *vendredi* à 18 h 30, salle exemple.")


@pytest.fixture
def clock() -> Clock:
    return Clock(MORNING)


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    """Four on Telegram, one of whom is in doubt; one on the web."""
    people(store, chats(4))
    people(store, ["wilma"], channel="web")
    announce(store)
    opened = Desk(store, clock)
    opened.tick()
    *sent, last = opened.fetch()
    opened.send(sent)
    opened.send([last], OutboxStatus.UNKNOWN)
    opened.tick()
    return opened


def correct(desk: Desk, **more: object) -> None:
    desk.change(revision=1, **({"content": NEW} | more))
    desk.tick()


def test_each_message_that_was_delivered_is_edited_once(desk: Desk, clock: Clock) -> None:
    correct(desk)
    clock.at = MORNING.replace(hour=22)  # an edit makes no sound
    edits = desk.fetch()
    told = [(one.key, one.part.act, one.part.target) for one in edits if one.part]
    assert told == [(f"news:a1:p{2000000 + n}:r1", "edit", str(7000 + n)) for n in range(3)]
    assert "vendredi" in str(edits[0].message().blocks)
    desk.send(edits)
    desk.tick()
    assert desk.fetch() == []
    assert desk.read().status is Status.SENT


def test_a_page_is_changed_where_it_stands(desk: Desk) -> None:
    before = {row.key: row.id for row in desk.outbox()}
    desk.change(revision=1, content=NEW)
    assert desk.tick() == ["web:wilma"]
    [shown] = [row for row in desk.outbox() if row.channel == "web"]
    assert (shown.id, "vendredi" in shown.body) == (before[shown.key], True)


def test_a_correction_during_the_sending_gives_the_others_the_new_words(store: Store, clock: Clock) -> None:
    people(store, chats(4))
    announce(store)
    desk = Desk(store, clock)
    desk.tick()
    one, two = desk.fetch(2)
    desk.send([one])  # the second is on its way, two have not left
    desk.change(revision=1, content=NEW)
    desk.tick()
    rest = [sent for sent in desk.fetch() if ":r1" not in sent.key]
    assert [("vendredi" in str(sent.message().blocks)) for sent in rest] == [True, True]
    desk.send([two, *rest])
    clock.pass_(seconds=30)
    late = desk.fetch()
    assert "news:a1:p2000001:r1" in [sent.key for sent in late]  # once it is known to have arrived
    assert not any(sent.key.startswith(f"{other.key}:") for sent in late for other in rest)


def test_a_second_correction_takes_the_place_of_the_first(desk: Desk) -> None:
    correct(desk)
    desk.change(revision=2, content=Content("Étape exemple", "Annulée."))
    desk.tick()
    assert set(desk.states("a1:r1")) == {("skipped", "superseded")}
    assert "Annulée" in str([one.message().blocks for one in desk.fetch()])


def test_a_withdrawal_deletes_what_is_young_enough(desk: Desk) -> None:
    correct(desk, status=Status.WITHDRAWN)
    assert [one.part.act for one in desk.fetch() if one.part] == ["delete"] * 3
    [shown] = [row for row in desk.outbox() if row.channel == "web"]
    assert "retirée" in shown.body


def test_a_withdrawal_after_two_days_says_so_in_the_place_of_the_words(desk: Desk, clock: Clock) -> None:
    clock.pass_(hours=47, minutes=1)
    correct(desk, status=Status.WITHDRAWN)
    found = desk.fetch()
    assert [one.part.act for one in found if one.part] == ["edit"] * 3
    assert "retirée" in str(found[0].message().blocks)


def test_who_said_stop_is_corrected_all_the_same_and_who_blocked_the_bot_is_counted(
    desk: Desk, clock: Clock
) -> None:
    desk.change(revision=1, content=NEW)
    desk.announcer.step(desk.leader)
    with desk.store.write() as tx:
        stop(tx, "p2000000", clock())
        unreachable(tx, ["telegram:2000001"], clock())
    assert [one.key for one in desk.fetch()] == ["news:a1:p2000000:r1", "news:a1:p2000002:r1"]
    assert desk.states("a1:r1")[1] == ("skipped", "unreachable")
    with desk.store.read() as tx:
        counted = bulk.counts(tx, [bulk.revised("a1", 1)])
    assert counted["a1:r1"]["telegram", "skipped", "unreachable"] == 1


def test_an_edit_that_a_chat_refuses_is_counted_and_never_sent_anew(desk: Desk, clock: Clock) -> None:
    correct(desk)
    desk.send(desk.fetch(1), OutboxStatus.SKIPPED)
    clock.pass_(hours=1)
    assert len(desk.fetch()) == 2
    assert clock.at > MORNING + timedelta(hours=1)


def test_a_withdrawal_while_a_correction_is_being_planned_begins_at_the_first_message(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "CHUNK", 2)
    people(store, chats(5))
    announce(store)
    desk = Desk(store, clock)
    desk.tick()
    desk.send(desk.fetch())
    desk.tick()
    desk.change(revision=1, content=NEW)
    desk.announcer.step(desk.leader)  # two of five
    desk.change(revision=2, status=Status.WITHDRAWN)
    desk.tick()
    assert desk.states("a1:r1") == [("skipped", "superseded")] * 2
    assert [one.part.act for one in desk.fetch() if one.part] == ["delete"] * 5


def test_what_leaves_again_after_a_correction_has_the_new_words(desk: Desk, clock: Clock) -> None:
    correct(desk)
    with desk.store.write() as tx:
        bulk.again(tx, "a1", [OutboxStatus.UNKNOWN], clock())
    desk.change(status=Status.SENDING)
    clock.pass_(seconds=90)
    [again] = [one for one in desk.fetch() if ":r1" not in one.key]
    assert "vendredi" in str(again.message().blocks)
    assert [row.circular for row in desk.outbox() if row.key == again.key] == ["a1:1:fr"]


def test_what_was_given_back_during_a_correction_is_not_taken_for_undelivered(
    store: Store, clock: Clock
) -> None:
    people(store, chats(1))
    announce(store)
    desk = Desk(store, clock)
    desk.tick()
    [one] = desk.fetch()
    desk.change(revision=1, content=NEW)
    desk.tick()
    desk.rows.release([one.key])  # a shutdown
    assert [row.key for row in desk.fetch()] == []
    assert desk.states("a1:r1") == [("planned", None)]
    clock.pass_(seconds=90)
    [again] = desk.fetch()
    assert (again.key, "vendredi" in str(again.message().blocks)) == (one.key, True)
