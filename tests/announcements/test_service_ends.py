"""What is left of announcements: those who wrote are told how it ended, erased people are forgotten, old rows go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from announcements.crowds import PULL, WORDING
from announcements.newsroom import OURS, Room
from sqlalchemy import delete, select, update

from rallynov.announcements import ending
from rallynov.announcements.commands import SaveAudience, Submit
from rallynov.announcements.facts import Crowds, Followed, Measures
from rallynov.announcements.model import Audience, Status
from rallynov.announcements.report import Fate
from rallynov.announcements.retention import KEPT, purge
from rallynov.announcements.tables import AnnouncementActRow, AnnouncementRow
from rallynov.delivery.posting import Post
from rallynov.dialogue.events import Commanded
from rallynov.editions.model import DEFAULT
from rallynov.people.consents.model import linked
from rallynov.people.consents.tables import ConsentRow
from rallynov.people.tables import GrantRow, PersonRow
from rallynov.storage.store import Store


@pytest.fixture
def room(sqlite: Store) -> Room:
    return Room(sqlite)


def test_who_is_erased_leaves_no_trace_and_the_announcement_stays(room: Room) -> None:
    room.approved()
    with room.store.write() as tx:
        tx.execute(delete(PersonRow).where(PersonRow.id.in_(["karim", "lucie"])))
    one = room.read()
    assert (one.author, one.approver, one.hands, one.status) == ("", "", frozenset(), Status.APPROVED)
    with room.store.read() as tx:
        assert not tx.execute(select(AnnouncementActRow.id)).all()


def test_a_draft_that_nobody_touches_goes_and_who_received_what_after_a_year(room: Room) -> None:
    room.drafted("a2")
    room.leave(Status.SENT)
    room.plan(p1="sent")
    with room.store.write() as tx:
        tx.execute(update(AnnouncementRow).where(AnnouncementRow.id == "a1").values(ended_at=room.clock()))
        purge(tx, room.clock() + KEPT - timedelta(minutes=1))
    assert (len(room.states()), room.read("a2").number) == (1, 1)
    with room.store.write() as tx:
        purge(tx, room.clock() + KEPT + timedelta(minutes=1))
        kept = tx.execute(select(AnnouncementRow.id)).scalars().all()
        done = tx.execute(select(AnnouncementActRow.id)).all()
    assert (kept, room.states(), done) == (["a1"], {}, [])


def test_those_who_wrote_are_told_how_it_ended(room: Room) -> None:
    room.leave(Status.SENT)
    room.plan(p1="sent", p2="sent", p3="unknown")
    with room.store.write() as tx:
        ending.tell_sent(tx, Post(WORDING, PULL), room.read(), room.clock())
    told = room.told("karim")[-1]
    parts = "Votre annonce est partie", "remis : masqué", "Telegram n’a pas répondu : masqué"
    assert all(part in told for part in parts), told
    assert not any("est partie" in body for body in room.told("lucie"))


def test_the_team_is_told_of_small_counts(room: Room) -> None:
    room.leave(Status.SENT)
    room.plan(p1="sent", p2="sent", p3="unknown")
    with room.store.write() as tx:
        tx.execute(update(AnnouncementRow).where(AnnouncementRow.id == "a1").values(author="dora"))
    with room.store.write() as tx:
        ending.tell_sent(tx, Post(WORDING, PULL), room.read(), room.clock())
    assert any("remis : 2" in body for body in room.told("dora"))


def test_those_who_wrote_are_told_that_it_is_late_unless_the_team_was(room: Room) -> None:
    room.leave(Status.LATE)
    room.drafted("a2", "dora")
    with room.store.write() as tx:
        for one in ("a1", "a2"):
            ending.tell_held(tx, Post(WORDING, PULL), room.read(one), room.clock())
    assert "en retard" in room.told("karim")[-1]
    assert not any("en retard" in body for body in room.told("dora"))


def test_whose_role_was_taken_back_is_not_told_how_it_ended(room: Room) -> None:
    room.leave(Status.SENT)
    before = room.told("karim")
    with room.store.write() as tx:
        tx.execute(update(GrantRow).where(GrantRow.person_id == "karim").values(revoked_at=room.clock()))
        ending.tell_sent(tx, Post(WORDING, PULL), room.read(), room.clock())
    assert room.told("karim") == before


def test_who_reads_for_others_sees_the_people_of_those_who_wrote(room: Room) -> None:
    one = room.drafted()
    room.order("karim", SaveAudience("a1", Audience(members=True), one.version))
    room.order("karim", Submit("a1", room.read().version))
    with room.store.write() as tx:
        tx.execute(update(ConsentRow).where(ConsentRow.person_id == "p1").values(source=linked(OURS)))
    with room.store.read() as tx:
        sizes = Measures(DEFAULT, Crowds(DEFAULT, room.clock)).load(tx, {"ines": Commanded("x")})["ines"]
    assert (sizes.of["a1"], sizes.crowds["a1"].count(room.read())) == (1, 1)


def test_the_facts_of_an_announcement_are_read_on_both_databases(store: Store) -> None:
    room = Room(store)
    room.leave()
    room.plan(p1="sent", p2="unknown")
    room.drafted("a2", "dora")
    room.order("dora", Submit("a2", room.read("a2").version))
    asked = {"lucie": Commanded("x"), "stranger": Commanded("x")}
    with store.read() as tx:
        exact = Followed(DEFAULT).load(tx, {"dora": Commanded("x")})["dora"].of("a1").told({Fate.ARRIVED})
        crowd = Crowds(DEFAULT, room.clock).load(tx, asked)
        sizes = Measures(DEFAULT, Crowds(DEFAULT, room.clock)).load(tx, asked)
        reports = Followed(DEFAULT).load(tx, asked)
    assert set(crowd) == set(sizes) == set(reports) == {"lucie"}
    assert crowd["lucie"].count(room.read()) == sizes["lucie"].of["a2"] == 3
    assert crowd["lucie"].earlier == ("a1",)
    assert reports["lucie"].of("a1").total == 2
    assert (exact, reports["lucie"].of("a1").told({Fate.ARRIVED})) == (1, None)
    assert [one.id for one in room.news("lucie").mine] == ["a1"]
