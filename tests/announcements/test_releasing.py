"""What is asked again when an announcement leaves: consent, limitation, reach, two announcements too close, the hour."""

from __future__ import annotations

from datetime import timedelta

import pytest
from announcements.crowds import MORNING, Desk, announce, chats, coordinator, people
from conversation import Clock
from sqlalchemy import insert, update

from rallynov.announcements import releasing
from rallynov.announcements.model import APART, Content, Status
from rallynov.announcements.tables import AnnouncementFileRow
from rallynov.delivery import bulk, leases, outbox
from rallynov.delivery.outbox import Receipt
from rallynov.delivery.tables import ConversationRow, OutboxRow, OutboxStatus
from rallynov.people.consents.model import ChooseTopics, Topic
from rallynov.people.consents.service import choose, stop
from rallynov.storage.store import Store


@pytest.fixture
def clock() -> Clock:
    return Clock(MORNING)


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    names = chats(4)
    people(store, names)
    announce(store)
    opened = Desk(store, clock)
    opened.tick()
    return opened


def keys(desk: Desk) -> list[str]:
    return [one.key.rpartition(":")[2] for one in desk.fetch()]


def test_who_said_stop_since_the_fan_out_is_not_written_to(desk: Desk, clock: Clock) -> None:
    with desk.store.write() as tx:
        stop(tx, "p2000001", clock())
    assert keys(desk) == ["p2000000", "p2000002", "p2000003"]
    assert desk.states()[1] == ("skipped", "no longer wanted")


def test_who_gave_up_the_topic_alone_is_not_written_to(desk: Desk, clock: Clock) -> None:
    with desk.store.write() as tx:
        choose(tx, "p2000000", ChooseTopics((), (Topic.STAGES,), "command", "1/fr"), clock())
    assert keys(desk) == ["p2000001", "p2000002", "p2000003"]
    assert desk.states()[0] == ("skipped", "no longer wanted")


def test_who_blocked_the_bot_meanwhile_is_given_up(desk: Desk, clock: Clock) -> None:
    gone = update(ConversationRow).where(ConversationRow.address == "telegram:2000002")
    with desk.store.write() as tx:
        tx.execute(gone.values(unreachable_at=clock()))
    assert keys(desk) == ["p2000000", "p2000001", "p2000003"]
    assert desk.states()[2] == ("skipped", "unreachable")


def test_two_announcements_to_one_person_are_two_days_apart_and_an_urgent_one_does_not_wait(
    desk: Desk, clock: Clock
) -> None:
    desk.send(desk.fetch())
    announce(desk.store, id_="a2")
    announce(desk.store, id_="a3", urgent=True)
    desk.tick()
    assert {key.split(":")[1] for key in (one.key for one in desk.fetch())} == {"a3"}
    waits = {row.not_before for row in desk.outbox("a2")}
    assert all(moment >= MORNING + APART for moment in waits)
    clock.pass_(hours=47)
    assert desk.fetch() == []
    clock.pass_(hours=1, minutes=2)  # two days after the urgent one
    assert {one.key.split(":")[1] for one in desk.fetch()} == {"a2"}


def test_who_was_put_off_too_long_is_given_up(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releasing, "WAITS", timedelta(days=3))
    desk.send(desk.fetch())
    announce(desk.store, id_="a2")
    desk.tick()
    for day in range(4):
        announce(desk.store, id_=f"b{day}", urgent=True, due=clock())
        desk.tick()
        desk.send(desk.fetch())
        clock.pass_(days=1)
    desk.fetch()
    assert set(desk.states("a2")) == {("skipped", "put off too long")}


def test_in_quiet_hours_nothing_leaves_and_in_the_morning_it_goes_on(desk: Desk, clock: Clock) -> None:
    desk.send(desk.fetch(1))
    clock.pass_(hours=5)
    desk.send(desk.fetch(1))
    clock.at = MORNING.replace(hour=19)  # 20:00 in Paris
    assert desk.fetch() == []
    clock.pass_(hours=11, minutes=59)
    assert desk.fetch() == []
    clock.pass_(minutes=1)
    assert len(desk.fetch()) == 2


def test_pages_are_written_to_in_the_same_hours(store: Store, clock: Clock) -> None:
    people(store, ["wilma"], channel="web")
    clock.at = MORNING.replace(hour=17)
    announce(store, due=clock.at)
    desk = Desk(store, clock)
    desk.announcer.step(desk.leader)
    clock.at = MORNING.replace(hour=21)
    assert desk.tick() == []
    clock.at = MORNING + timedelta(days=1)
    assert desk.tick() == ["web:wilma"]


def test_a_pause_keeps_what_has_not_left_and_a_cancellation_gives_it_up(desk: Desk, clock: Clock) -> None:
    first = desk.fetch(1)
    desk.change(status=Status.PAUSED)
    assert desk.fetch() == []
    desk.send(first)
    desk.change(status=Status.SENDING)
    desk.send(desk.fetch(1))
    desk.change(status=Status.CANCELLED)
    with desk.store.write() as tx:
        assert bulk.cancel(tx, "a1", clock()) == 2
    assert desk.fetch() == []
    assert desk.states() == [("sent", None)] * 2 + [("skipped", "cancelled")] * 2


def test_what_a_dead_process_had_in_hand_is_in_doubt_and_what_it_gave_back_leaves_again(
    desk: Desk, clock: Clock
) -> None:
    one, two = desk.fetch(2)
    with desk.store.write() as tx:
        leases.release(tx, "me", [two.key])
        tx.execute(update(OutboxRow).values(lease_until=clock() - timedelta(days=999)))
        outbox.recover(tx, clock() + timedelta(minutes=2), alone=desk.store.is_sqlite)
    assert desk.states() == [("unknown", "process died while sending")] + [("planned", None)] * 3
    again = [sent.key for sent in desk.fetch()]
    clock.pass_(seconds=2)  # those behind are looked at again once the end was reached
    again += [sent.key for sent in desk.fetch()]
    assert one.key not in again
    assert len(set(again)) == 3


def test_what_is_in_doubt_leaves_again_by_order_alone_and_does_not_wait_for_itself(
    desk: Desk, clock: Clock
) -> None:
    one, *rest = desk.fetch()
    desk.send([one], OutboxStatus.UNKNOWN)
    desk.send(rest)
    desk.tick()
    assert desk.fetch() == []
    with desk.store.write() as tx:
        assert bulk.again(tx, "a1", [OutboxStatus.UNKNOWN], clock()) == 1
    desk.change(status=Status.SENDING)
    clock.pass_(seconds=2)
    [again] = desk.fetch()
    assert (again.key, again.doubts, again.attempts) == (one.key, 1, 2)


def test_what_was_put_off_does_not_hide_what_may_leave(desk: Desk, clock: Clock) -> None:
    desk.send(desk.fetch())
    people(desk.store, ["9999999"])
    announce(desk.store, id_="a2")
    desk.tick()
    assert [one.key for one in desk.fetch(1)] == ["news:a2:p9999999"]


def test_counts_tell_channel_state_and_reason(desk: Desk) -> None:
    one, two, *_ = desk.fetch(3)
    desk.send([one])
    desk.send([two], OutboxStatus.UNKNOWN)
    with desk.store.read() as tx:
        counts = bulk.counts(tx, ["a1", "other"])
    assert counts == {
        "a1": {
            ("telegram", "sent", ""): 1,
            ("telegram", "unknown", ""): 1,
            ("telegram", "sending", ""): 1,
            ("telegram", "planned", ""): 1,
        },
        "other": {},
    }


def test_a_refused_content_pauses_the_announcement_and_the_team_is_told(desk: Desk) -> None:
    address = coordinator(desk.store)
    desk.announcer.releases.broken("a1", "can't parse entities", desk.leader)
    assert desk.read().status is Status.PAUSED
    assert desk.acts() == ["start", "break"]
    assert "can't parse entities" in desk.letters(address)
    assert desk.fetch() == []


def test_an_address_that_has_become_another_person_s_is_not_written_to(desk: Desk) -> None:
    mine = update(ConversationRow).where(ConversationRow.address == "telegram:2000002")
    with desk.store.write() as tx:
        tx.execute(mine.values(person_id="other"))
    assert keys(desk) == ["p2000000", "p2000001", "p2000003"]
    assert desk.states()[2] == ("skipped", "unreachable")


def test_what_leaves_again_waits_for_other_announcements_all_the_same(desk: Desk, clock: Clock) -> None:
    one, *rest = desk.fetch()
    desk.send([one], OutboxStatus.FAILED)
    desk.send(rest)
    announce(desk.store, id_="a2", urgent=True)
    desk.tick()
    desk.send(desk.fetch())
    with desk.store.write() as tx:
        bulk.again(tx, "a1", [OutboxStatus.FAILED], clock())
    desk.change(status=Status.SENDING)
    clock.pass_(seconds=90)
    assert desk.fetch() == []
    clock.pass_(hours=48)
    assert [again.key for again in desk.fetch()] == [one.key]


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.WITHDRAWN])
def test_what_comes_back_after_it_was_given_up_is_given_up_too(desk: Desk, status: Status) -> None:
    desk.fetch(1)
    desk.change(status=status)
    with desk.store.write() as tx:
        bulk.cancel(tx, "a1", desk.clock(), status)
    desk.rows.release(["news:a1:p2000000"])
    desk.tick()
    assert desk.states() == [("skipped", status)] * 4


def test_until_its_file_was_uploaded_one_message_of_a_circular_leaves_alone(
    store: Store, clock: Clock
) -> None:
    people(store, chats(9))
    people(store, ["5"], language="en")
    content = Content("Étape exemple", "Voir le document.", document="f")
    announce(store, content=content)
    with store.write() as tx:
        file = {"announcement_id": "a1", "name": "a.pdf", "mime": "application/pdf", "size": 1}
        where = {"address": "telegram:1", "origin": "", "state": "kept", "created_at": MORNING}
        tx.execute(insert(AnnouncementFileRow), [{"id": "f", **file, **where}])
    desk = Desk(store, clock)
    desk.tick()
    [first] = desk.fetch()
    assert desk.fetch() == []
    desk.send([first], OutboxStatus.SKIPPED)
    [second] = desk.fetch()
    with store.write() as tx:
        outbox.finish(tx, [Receipt(second, OutboxStatus.SENT, "7", file_id="F")], "me", clock())
    rest = desk.fetch()
    assert [one.part.file_id for one in rest if one.part] == ["F"] * 7 + [""]
