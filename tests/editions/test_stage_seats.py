"""Places of a stage: never given twice, on both databases; whoever waits first has the one that is freed."""

from __future__ import annotations

import pytest
from conversation import Clock
from editions.waiting_room import POST, Room, turns
from initiatives.test_life_races import processes, together
from sqlalchemy import func, select

from rallynov.delivery.tables import InboxRow, OutboxRow
from rallynov.delivery.turns import Turns
from rallynov.editions.stages import rows, scheduling, seating
from rallynov.editions.stages.seating import KEPT
from rallynov.editions.stages.tables import SeatRow, TerritoryRow
from rallynov.privacy import service as privacy
from rallynov.storage.store import Store

CROWD = 40
YOURS, WAITING, THANKS = "Une place est à vous", "vous êtes sur la liste d’attente", "Merci, c’est noté"


@pytest.fixture
def room(sqlite: Store, clock: Clock) -> Room:
    return Room(sqlite, clock)


@pytest.mark.parametrize("limit", [1, 500])
def test_forty_people_for_one_place(store: Store, clock: Clock, limit: int) -> None:
    """Four processes at once: one is in, thirty-nine wait, and each was told the truth."""
    room = Room(store, clock)
    room.stage(capacity=1)
    names = [f"p{nth}" for nth in range(CROWD)]
    room.say("/etape 1", *names)
    room.post("j'y serai", *names)

    def work(mine: Turns) -> None:
        waits = select(func.count()).where(InboxRow.status == "new")
        for _ in range(10 * CROWD):
            if not mine.run(limit).claimed:
                with store.read() as tx:
                    if not tx.execute(waits).scalar_one():
                        return

    with processes(store, 4) as stores:
        together([lambda one=one: work(turns(one, clock)) for one in stores])
    seats = room.seats()
    assert sorted(seats) == sorted(names)
    [inside] = [name for name, placed in seats.items() if placed]
    told = {name: room.told(name)[-1] for name in names}
    assert THANKS in told[inside]
    assert [name for name in names if WAITING in told[name]] == [name for name in names if name != inside]


def test_a_place_that_is_freed_goes_to_the_first_in_line_who_is_told_once(room: Room) -> None:
    room.stage(capacity=1)
    room.come("amina", "bruno", "chloe")
    room.say("je n'y serai plus", "amina")
    assert room.seats() == {"bruno": True, "chloe": False}
    assert [YOURS in one for one in room.told("bruno")].count(True) == 1
    assert not any(YOURS in one for one in room.told("chloe"))
    room.say("/etape 1", "chloe")
    assert "première personne de la liste" in room.told("chloe")[-1]


def test_who_leaves_the_line_frees_no_place(room: Room) -> None:
    room.stage(capacity=1)
    room.come("amina", "bruno", "chloe")
    room.say("je n'y serai plus", "bruno")
    assert room.seats() == {"amina": True, "chloe": False}
    room.come("bruno")
    assert list(room.seats()) == ["amina", "chloe", "bruno"]


def test_more_places_let_the_line_in(room: Room) -> None:
    before = room.stage(capacity=1)
    room.come("amina", "bruno", "chloe", "dina")
    with room.store.write() as tx:
        changed = scheduling.change(tx, before, {"capacity": 3}, room.clock(), POST)
    assert (changed.people, changed.after.version) == (4, 1)
    assert room.seats() == {"amina": True, "bruno": True, "chloe": True, "dina": False}
    assert YOURS in room.told("chloe")[-1]


def test_no_limit_means_no_line(room: Room) -> None:
    room.stage(capacity=None)
    room.come("amina", "bruno")
    assert room.seats() == {"amina": True, "bruno": True}


def test_what_is_seen_as_free_and_is_not_is_decided_again(room: Room) -> None:
    one = room.stage(capacity=1)
    room.come("amina")
    with room.store.write() as tx, pytest.raises(seating.OvertakenError):
        seating.attend(tx, rows.lock(tx, [one.id])[one.id], "bruno", placed=True, now=room.clock())
    with room.store.write() as tx, pytest.raises(seating.OvertakenError):
        seating.attend(tx, None, "bruno", placed=True, now=room.clock())


def test_nobody_signs_up_once_it_has_begun_or_is_cancelled(room: Room) -> None:
    one = room.stage(capacity=2, days=1)
    with room.store.write() as tx, pytest.raises(seating.OvertakenError):
        seating.attend(tx, one, "amina", placed=True, now=one.starts)
    with room.store.write() as tx:
        gone = scheduling.cancel(tx, one, "", room.clock(), POST).after
    with room.store.write() as tx, pytest.raises(seating.OvertakenError):
        seating.attend(tx, gone, "amina", placed=True, now=room.clock())


def test_a_cancelled_stage_lets_nobody_in(room: Room) -> None:
    one = room.stage(capacity=1)
    room.come("amina", "bruno")
    with room.store.write() as tx:
        assert scheduling.cancel(tx, one, "travaux", room.clock(), POST).people == 2
    assert all("Une étape est annulée" in room.told(name)[-1] for name in ("amina", "bruno"))
    with room.store.write() as tx:
        seating.forget(tx, [room.person("amina")], room.clock())
    assert room.seats() == {"bruno": False}


def test_a_change_that_changes_nothing_tells_nobody(room: Room) -> None:
    one = room.stage(capacity=1)
    room.come("amina")
    before = len(room.told("amina"))
    with room.store.write() as tx:
        assert scheduling.change(tx, one, {"place": one.place}, room.clock(), POST).people == 0
    assert len(room.told("amina")) == before


def test_an_erased_person_leaves_nothing_and_frees_the_place(store: Store, clock: Clock) -> None:
    room = Room(store, clock)
    room.stage(capacity=1)
    room.come("amina", "bruno")
    room.say("/etapes", "amina")
    room.say("Choisir mon département", "amina")
    room.say("39", "amina")
    amina = room.person("amina")
    with store.write() as tx:
        told = privacy.erase(tx, [amina], clock())
        POST.send(tx, told, clock())
    assert room.seats() == {"bruno": True}
    assert YOURS in room.told("bruno")[-1]
    with store.read() as tx:
        for table in (SeatRow, TerritoryRow):
            assert not tx.execute(select(table.person_id).where(table.person_id == amina)).first()


def test_who_comes_is_forgotten_once_it_is_long_over(room: Room) -> None:
    one = room.stage(capacity=1)
    room.come("amina")
    for late, left in ((KEPT, 1), (KEPT * 1.01, 0)):
        with room.store.write() as tx:
            privacy.purge(tx, one.ends + late)
        assert len(room.seats()) == left, late


def test_who_is_expected_in_five_months_is_not_erased_for_having_been_away(room: Room) -> None:
    room.stage(capacity=1, days=150)
    room.come("amina")
    room.clock.pass_(days=120)
    with room.store.write() as tx:
        privacy.purge(tx, room.clock())
    assert room.seats() == {"amina": True}


def test_news_that_have_not_left_are_replaced(room: Room) -> None:
    """On a channel that is called, the second change takes the first one's place."""
    one = room.stage(capacity=1)
    room.come("amina")
    with room.store.write() as tx:
        later = {"starts": one.starts + KEPT, "ends": one.ends + KEPT}
        first = scheduling.change(tx, one, later, room.clock(), POST)
        news = OutboxRow.key.startswith(f"stage:{one.id}:news:")
        tx.execute(OutboxRow.__table__.update().where(news).values(channel="telegram", status="queued"))  # type: ignore[attr-defined]
        scheduling.change(tx, first.after, {"place": "Autre salle exemple"}, room.clock(), POST)
    with room.store.read() as tx:
        states = tx.execute(select(OutboxRow.status).where(news).order_by(OutboxRow.id)).scalars().all()
    assert states == ["skipped", "sent"]
    last = room.told("amina")[-1]
    assert "Une étape change de date" in last
    assert "Elle était prévue" not in last
