"""Announcements and the clock: the nights of the change, three processes, a death, outages short and long."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from announcements.crowds import MORNING, Desk, announce, chats, coordinator, people
from conversation import Clock
from sqlalchemy import event

from rallynov.announcements import rows
from rallynov.announcements.model import LATE, Status
from rallynov.delivery.leadership import DeposedError, Leadership
from rallynov.delivery.tables import LeaderRow, OutboxStatus
from rallynov.editions.quiet import awake
from rallynov.storage.store import Store


@pytest.mark.parametrize(
    ("wall", "leaves"),
    [
        ("2027-03-28T02:30", "2027-03-30T06:00:00"),  # an hour that is skipped, on Easter Sunday
        (
            "2027-10-31T02:30",
            "2027-11-02T07:00:00",
        ),  # an hour that comes twice, on a Sunday before All Saints
        ("2027-10-29T09:00", "2027-10-29T07:00:00"),
    ],
)
def test_an_announcement_for_the_night_of_the_change_leaves_once_in_the_morning(
    sqlite: Store, wall: str, leaves: str
) -> None:
    wish = rows.at_paris(wall)
    assert wish
    people(sqlite, chats(3))
    announce(sqlite, due=wish)
    clock = Clock(wish - timedelta(minutes=1))
    desk = Desk(sqlite, clock)
    left: list[tuple[str, datetime]] = []
    while clock.at < datetime.fromisoformat(leaves).replace(tzinfo=UTC) + timedelta(hours=5):
        desk.tick()
        sent = desk.fetch()
        left += [(one.key, clock.at) for one in sent]
        desk.send(sent)
        clock.pass_(minutes=30)
    expected = datetime.fromisoformat(leaves).replace(tzinfo=UTC)
    assert len(left) == len({key for key, _ in left}) == 3
    assert all(expected <= at < expected + timedelta(minutes=31) for _, at in left)
    assert desk.acts().count("start") == 1


@pytest.mark.parametrize("minutes", [10, 359])
def test_after_a_short_outage_it_leaves_at_once(sqlite: Store, minutes: int) -> None:
    people(sqlite, chats(2))
    announce(sqlite)
    desk = Desk(sqlite, Clock(MORNING + timedelta(minutes=minutes)))
    desk.tick()
    assert len(desk.fetch()) == 2


def test_after_a_long_outage_it_is_held_and_the_team_is_asked_once(sqlite: Store) -> None:
    address = coordinator(sqlite)
    people(sqlite, chats(2))
    announce(sqlite)
    clock = Clock(MORNING + timedelta(days=3))
    for _ in range(3):  # three starts
        Desk(sqlite, clock).tick()
        clock.pass_(minutes=1)
    desk = Desk(sqlite, clock)
    assert desk.read().status is Status.LATE
    assert desk.fetch() == desk.outbox() == []
    assert desk.acts() == ["hold"]
    assert desk.letters(address).count("Étape exemple") == 1
    desk.change(status=Status.APPROVED, due=clock.at)  # the team lets it leave
    desk.tick()
    assert len(desk.fetch()) == 2


def test_just_late_enough(sqlite: Store) -> None:
    announce(sqlite)
    desk = Desk(sqlite, Clock(MORNING + LATE + timedelta(seconds=1)))
    desk.tick()
    assert desk.read().status is Status.LATE


def test_what_was_due_before_a_short_outage_that_ends_at_night_waits_for_the_morning(sqlite: Store) -> None:
    evening = MORNING.replace(hour=18, minute=55)  # 19:55 in Paris
    people(sqlite, chats(2))
    announce(sqlite, due=evening)
    clock = Clock(evening + timedelta(minutes=10))
    desk = Desk(sqlite, clock)
    desk.tick()
    assert desk.outbox() == []
    assert desk.acts() == ["move"]
    clock.at = MORNING.replace(hour=7) + timedelta(days=1)
    desk.tick()
    assert len(desk.fetch()) == 2


def interrupted(store: Store, **outage: int) -> Desk:
    """Return who takes over an announcement to six of whom two received it, after an outage."""
    people(store, chats(6))
    announce(store)
    clock = Clock(MORNING)
    desk = Desk(store, clock)
    desk.tick()
    desk.send(desk.fetch(2))
    clock.pass_(**outage)
    desk = Desk(store, clock)
    desk.tick()
    return desk


@pytest.mark.parametrize("outage", [{"hours": 5, "minutes": 59}, {"hours": 18}])  # until 4 in the morning
def test_a_short_outage_in_the_middle_is_gone_on_from(sqlite: Store, outage: dict[str, int]) -> None:
    desk = interrupted(sqlite, **outage)
    desk.clock.at = awake(desk.clock.at)  # type: ignore[attr-defined]
    desk.send(desk.fetch())
    desk.tick()
    assert desk.read().status is (Status.SENT if "minutes" in outage else Status.PAUSED)


def test_a_long_outage_in_the_middle_pauses_it_and_the_team_is_asked_once(sqlite: Store) -> None:
    address = coordinator(sqlite)
    desk = interrupted(sqlite, days=3)
    for _ in range(2):
        assert desk.fetch() == []
        desk.tick()
    assert desk.read().status is Status.PAUSED
    assert desk.acts() == ["start", "late"]
    assert desk.letters(address).count("Étape exemple") == 1
    desk.change(status=Status.SENDING)  # the team has it go on
    desk.send(desk.fetch())
    desk.tick()
    assert desk.read().status is Status.SENT
    assert [status for status, _ in desk.states()] == ["sent"] * 6


def test_who_was_put_off_by_another_announcement_is_not_late(sqlite: Store) -> None:
    people(sqlite, chats(2))
    announce(sqlite, urgent=True)
    announce(sqlite, id_="a2")
    clock = Clock(MORNING)
    desk = Desk(sqlite, clock)
    desk.tick()
    desk.send(desk.fetch())  # the other one is put off by two days
    clock.pass_(hours=49)
    assert len(Desk(sqlite, clock).fetch()) == 2


def test_a_death_between_the_moment_and_the_fan_out_leaves_nothing_half_done(store: Store) -> None:
    people(store, chats(5))
    announce(store)
    desk = Desk(store)

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    event.listen(store.engine, "commit", die)
    with pytest.raises(Killed):
        desk.announcer.step(desk.leader)
    event.remove(store.engine, "commit", die)
    assert desk.read().status is Status.APPROVED
    assert desk.outbox() == desk.acts() == []
    Desk(store).tick()
    assert len(desk.outbox()) == 5


@pytest.mark.postgres
def test_of_three_processes_one_sends_and_nobody_is_written_to_twice(cluster: object) -> None:
    url = cluster.migrated()  # type: ignore[attr-defined]
    stores = [Store(url) for _ in range(3)]
    people(stores[0], chats(300))
    announce(stores[0])
    desks = [Desk(one, Clock(MORNING), f"p{n}") for n, one in enumerate(stores)]
    taken: list[str] = []

    def work(desk: Desk) -> None:  # even without a leader: rows are locked
        for _ in range(12):
            desk.announcer.step(desk.leader)
            sent = desk.fetch(40)
            taken.extend(one.key for one in sent)
            desk.send(sent)

    threads = [threading.Thread(target=work, args=(desk,)) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted({row.key for row in desks[0].outbox()})
    assert len(taken) == 300
    assert desks[0].acts()[:1] == ["start"]
    for one in stores:
        one.close()


@pytest.mark.postgres
def test_a_leader_of_an_epoch_that_is_over_plans_and_sends_nothing(cluster: object) -> None:
    store = Store(cluster.migrated())  # type: ignore[attr-defined]
    people(store, chats(3))
    announce(store)
    old = Leadership(store, "announcer", "old", lambda: MORNING)
    assert old._take()
    desk = Desk(store, Clock(MORNING))
    desk.leader = old  # type: ignore[assignment]
    desk.tick()
    with store.write() as tx:  # another took over while this one slept
        tx.execute(LeaderRow.__table__.update().values(epoch=2, owner="new"))
    with pytest.raises(DeposedError):
        desk.fetch()
    with pytest.raises(DeposedError):
        desk.announcer.step(old)
    assert {status for status, _ in desk.states()} == {OutboxStatus.PLANNED}
    old._drop()
    store.close()
