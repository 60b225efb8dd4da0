"""What is ordered of announcements, on rows that are locked: rights, versions, numbers and letters are looked at again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from announcements.newsroom import OURS, WORDS, Room
from sqlalchemy import delete, update

from rallynov.announcements.commands import (
    Approve,
    Cancel,
    Correct,
    Discard,
    DropCorrection,
    OfferCorrection,
    OpenDraft,
    Pause,
    Refuse,
    Resend,
    Resume,
    SaveContent,
    SaveWish,
    SendLate,
    Submit,
    TakeBack,
    TestToSelf,
    Withdraw,
)
from rallynov.announcements.model import REGRET, Content, Status
from rallynov.announcements.tables import AnnouncementRow
from rallynov.delivery.subject import OvertakenError
from rallynov.people.consents.tables import ConsentRow
from rallynov.people.tables import GrantRow
from rallynov.storage.store import Store

OTHER = Content("Atelier exemple", "Venez mardi.")


@pytest.fixture
def room(sqlite: Store) -> Room:
    return Room(sqlite)


def test_numbers_follow_each_other_and_are_never_given_again(room: Room) -> None:
    assert [room.drafted(one).number for one in ("a1", "a2")] == [1, 2]
    room.order("karim", Discard("a2"))
    assert room.drafted("a3").number == 3


def test_several_orders_of_one_turn_are_each_seen_by_the_next(room: Room) -> None:
    one = room.drafted()
    assert (one.version, one.content, one.organisation, one.hands) == (3, WORDS, OURS, {"karim"})


def test_an_order_on_what_was_not_seen_is_taken_back(room: Room) -> None:
    one = room.drafted()
    room.order("rose", SaveContent("a1", OTHER, one.version))
    with pytest.raises(OvertakenError):
        room.order("karim", Submit("a1", one.version))
    assert room.read().status is Status.DRAFT
    assert room.read().hands == {"karim", "rose"}


@pytest.mark.parametrize(
    ("who", "organisation"), [("lucie", OURS), ("karim", "Autre exemple"), ("karim", ""), ("nobody", "")]
)
def test_nobody_opens_in_the_name_of_another(room: Room, who: str, organisation: str) -> None:
    with pytest.raises(OvertakenError):
        room.order(who, OpenDraft("a1", organisation))


def test_a_role_revoked_meanwhile_allows_nothing_more(room: Room) -> None:
    one = room.drafted()
    with room.store.write() as tx:
        tx.execute(update(GrantRow).where(GrantRow.person_id == "karim").values(revoked_at=room.clock()))
    with pytest.raises(OvertakenError):
        room.order("karim", Submit("a1", one.version))
    assert room.news("karim").mine == ()


def test_who_may_approve_is_told_and_nobody_who_wrote(room: Room) -> None:
    room.order("karim", Submit("a1", room.drafted().version))
    told = {who: len(room.told(who)) for who in ("karim", "rose", "lucie", "ines", "dora")}
    assert told == {"karim": 0, "rose": 0, "lucie": 1, "ines": 0, "dora": 1}
    waits = {who: [one.id for one in room.news(who).to_read] for who in told}
    assert waits == {"karim": [], "rose": [], "lucie": ["a1"], "ines": ["a1"], "dora": ["a1"]}


def test_who_writes_is_told_when_nobody_can_read_it(room: Room) -> None:
    one = room.drafted()
    others = GrantRow.person_id.in_(["lucie", "ines", "dora"])
    with room.store.write() as tx:
        tx.execute(update(GrantRow).where(others).values(revoked_at=room.clock()))
    room.order("karim", Submit("a1", one.version))
    assert room.read().status is Status.SUBMITTED
    assert "inviter un valideur" in room.told("karim")[-1]
    assert [room.told(who) for who in ("lucie", "dora")] == [[], []]


@pytest.mark.parametrize("who", ["karim", "rose"])
def test_whose_role_was_taken_back_receives_no_letter_of_the_team(room: Room, who: str) -> None:
    room.order("rose", SaveContent("a1", OTHER, room.drafted().version))
    room.order("karim", Submit("a1", room.read().version))
    with room.store.write() as tx:
        tx.execute(update(GrantRow).where(GrantRow.person_id == who).values(revoked_at=room.clock()))
    room.order("lucie", Refuse("a1", "Le lieu manque.", room.read().version))
    told = {one: any("Le lieu manque." in body for body in room.told(one)) for one in ("karim", "rose")}
    assert told == {"karim": who != "karim", "rose": who != "rose"}


def test_what_the_team_writes_alone_is_read_by_a_partner_who_approves(room: Room) -> None:
    room.order("dora", Submit("a1", room.drafted("a1", "dora").version))
    assert [len(room.told(who)) for who in ("dora", "lucie", "ines")] == [0, 1, 1]
    with pytest.raises(OvertakenError):
        room.order("dora", Approve("a1", 3, room.read().version))


def test_it_leaves_ten_minutes_after_its_approval_at_the_soonest(room: Room) -> None:
    one = room.approved()
    assert one.approved
    assert one.due == one.approved + REGRET
    assert (one.status, one.approver) == (Status.APPROVED, "lucie")
    assert any("Elle part le" in body for body in room.told("karim"))


@pytest.mark.parametrize(
    ("wish", "due"),
    [
        (
            datetime(2027, 3, 28, 0, 30, tzinfo=UTC),
            datetime(2027, 3, 30, 6, tzinfo=UTC),
        ),  # Easter, and summer time
        (
            datetime(2027, 10, 31, 1, 30, tzinfo=UTC),
            datetime(2027, 11, 2, 7, tzinfo=UTC),
        ),  # a Sunday before All Saints
        (datetime(2027, 3, 24, 18, 59, tzinfo=UTC), datetime(2027, 3, 24, 18, 59, tzinfo=UTC)),
        (datetime(2027, 3, 24, 19, 0, tzinfo=UTC), datetime(2027, 3, 25, 7, tzinfo=UTC)),
    ],
)
def test_what_is_due_in_quiet_hours_waits_for_their_end(room: Room, wish: datetime, due: datetime) -> None:
    room.order("karim", SaveWish("a1", wish, False, room.drafted().version))
    room.order("karim", Submit("a1", room.read().version))
    room.order("lucie", Approve("a1", 3, room.read().version))
    assert room.read().due == due


def test_a_number_of_recipients_that_moved_is_told_again(room: Room) -> None:
    room.order("karim", Submit("a1", room.drafted().version))
    with room.store.write() as tx:
        tx.execute(delete(ConsentRow).where(ConsentRow.person_id == "p1"))
    with pytest.raises(OvertakenError):
        room.order("lucie", Approve("a1", 3, room.read().version))
    room.order("lucie", Approve("a1", 2, room.read().version))


def test_a_refusal_says_why_and_gives_the_draft_back(room: Room) -> None:
    room.order("karim", Submit("a1", room.drafted().version))
    room.order("lucie", Refuse("a1", "Le lieu manque.", room.read().version))
    one = room.read()
    assert (one.status, one.refusal) == (Status.DRAFT, "Le lieu manque.")
    assert "Le lieu manque." in room.told("karim")[-1]
    room.order("karim", Submit("a1", one.version))
    assert room.read().refusal == ""


def test_an_approval_is_given_back_and_a_draft_taken_back(room: Room) -> None:
    room.approved()
    room.order("lucie", TakeBack("a1"))
    one = room.read()
    assert (one.status, one.approver, one.due) == (Status.SUBMITTED, "", None)
    room.order("lucie", Approve("a1", 3, one.version))
    room.order("karim", TakeBack("a1"))
    assert room.read().status is Status.DRAFT
    with pytest.raises(OvertakenError):
        room.order("karim", TakeBack("a1"))


def test_a_test_goes_to_the_one_address_that_asks(room: Room) -> None:
    room.drafted()
    room.order("karim", TestToSelf("a1"))
    assert "Venez lundi." in room.told("karim")[-1]
    assert not any("Venez lundi." in body for who in ("rose", "lucie") for body in room.told(who))


def test_what_is_paused_resumes_and_what_is_cancelled_never_leaves(room: Room) -> None:
    room.leave()
    room.plan(p1="queued", p2="planned", p3="sent")
    room.order("karim", Pause("a1"))
    assert (room.read().status, room.states()["p1"][0]) == (Status.PAUSED, "planned")
    room.order("karim", Resume("a1"))
    room.order("dora", Cancel("a1"))
    assert room.read().status is Status.CANCELLED
    assert room.states() == {
        "p1": ("skipped", "cancelled"),
        "p2": ("skipped", "cancelled"),
        "p3": ("sent", None),
    }
    assert "annulée" in room.told("karim")[-1]


def test_the_team_alone_sends_what_is_late_and_never_at_night(room: Room) -> None:
    room.leave(Status.LATE)
    room.clock.at = datetime(2027, 3, 24, 20, 0, tzinfo=UTC)
    with pytest.raises(OvertakenError):
        room.order("karim", SendLate("a1"))
    room.order("dora", SendLate("a1"))
    assert (room.read().status, room.read().due) == (Status.APPROVED, datetime(2027, 3, 25, 7, tzinfo=UTC))


def test_only_the_team_sends_again_what_may_have_arrived(room: Room) -> None:
    room.leave(Status.SENT)
    room.plan(p1="unknown", p2="failed", p3="sent")
    room.order("karim", Resend("a1"))
    assert {who: state for who, (state, _) in room.states().items()} == {
        "p1": "unknown",
        "p2": "planned",
        "p3": "sent",
    }
    with room.store.write() as tx:
        tx.execute(update(AnnouncementRow).values(status="sent"))
    with pytest.raises(OvertakenError):
        room.order("karim", Resend("a1", doubtful=True))
    room.order("dora", Resend("a1", doubtful=True))
    assert room.states()["p1"][0] == "planned"


def test_a_correction_is_made_once_another_person_has_read_it(room: Room) -> None:
    room.leave(Status.SENT)
    room.order("rose", Correct("a1", OTHER, room.read().version))
    assert room.news("lucie").to_read == ()
    room.order("rose", OfferCorrection("a1", False, room.read().version))
    assert [one.id for one in room.news("lucie").to_read] == ["a1"]
    assert room.read().content == WORDS
    room.order("lucie", Approve("a1", 0, room.read().version))
    one = room.read()
    assert (one.content, one.revision, one.correction, one.status) == (OTHER, 1, None, Status.SENT)


def test_a_correction_is_refused_dropped_or_made_at_once_by_the_team(room: Room) -> None:
    room.leave(Status.SENT)
    room.order("karim", Correct("a1", OTHER, room.read().version))
    room.order("karim", OfferCorrection("a1", False, room.read().version))
    room.order("lucie", Refuse("a1", "Pas nécessaire.", room.read().version))
    assert (room.read().correction, room.read().content) == (None, WORDS)
    assert "Pas nécessaire." in room.told("karim")[-1]
    room.order("karim", Correct("a1", OTHER, room.read().version))
    with pytest.raises(OvertakenError):
        room.order("karim", OfferCorrection("a1", True, room.read().version))
    room.order("karim", DropCorrection("a1", room.read().version))
    room.order("dora", Correct("a1", OTHER, room.read().version))
    room.order("dora", OfferCorrection("a1", True, room.read().version))
    assert (room.read().content, room.read().revision) == (OTHER, 1)


def test_what_is_withdrawn_stops_leaving_and_is_carried_to_who_has_it(room: Room) -> None:
    room.leave()
    room.plan(p1="sent", p2="planned")
    room.order("karim", Withdraw("a1"))
    assert (room.read().status, room.read().revision) == (Status.WITHDRAWN, 1)
    assert room.states()["p2"] == ("skipped", "withdrawn")
