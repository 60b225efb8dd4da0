"""The table of an announcement's life against every role: nobody approves what they wrote, only the clock does its part."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rallynov.announcements.lifecycle import (
    TABLE,
    Act,
    Reason,
    Refusal,
    Who,
    allowed,
    by_clock,
    filed,
    may_do,
    whose,
)
from rallynov.announcements.model import Announcement, Content, NewsFile, Status
from rallynov.people.consents.model import Topic
from rallynov.people.permissions import Whose
from rallynov.people.roles import Grant, Grants, Role

NOW = datetime(2027, 1, 12, 9, tzinfo=UTC)
OURS, THEIRS = "Structure exemple", "Autre exemple"
ONE = Announcement(
    "a1", 1, "author", NOW, OURS, Topic.PARTNERS, Content("Titre", "Texte"), hands=frozenset({"author"})
)
LEFT = replace(ONE, status=Status.SENT, started=NOW)


def acting(role: Role, organisation: str = "") -> Grants:
    return Grants((Grant(role, organisation),))


WRITER, APPROVER = acting(Role.WRITER, OURS), acting(Role.APPROVER, OURS)
STRANGER, TEAM = acting(Role.WRITER, THEIRS), acting(Role.COORDINATOR)


def reason(act: Act, one: Announcement | None, grants: Grants, person: str = "me") -> Reason | None:
    decided = allowed(act, one, person, grants)
    return decided.reason if isinstance(decided, Refusal) else None


@pytest.mark.parametrize("grants", [Grants(), *map(acting, (Role.JUROR, Role.PRESIDENT, Role.ADMINISTRATOR))])
def test_who_has_nothing_to_do_with_announcements_does_nothing_with_them(grants: Grants) -> None:
    for status, act in TABLE:
        one = replace(ONE, status=status, started=NOW, correction=Content(), offered=True) if status else None
        assert reason(act, one, grants) == Reason.NOT_YOURS, (status, act)


def test_a_reader_only_follows() -> None:
    may = {
        act
        for status, act in TABLE
        if may_do(act, status and replace(LEFT, status=status), "me", acting(Role.READER))
    }
    assert may == {Act.FOLLOW}


def test_a_writer_writes_for_their_organisation_alone() -> None:
    assert allowed(Act.OPEN, None, "me", WRITER) is Status.DRAFT
    assert allowed(Act.EDIT, ONE, "colleague", WRITER) is Status.DRAFT
    assert reason(Act.EDIT, ONE, STRANGER) is Reason.NOT_YOURS
    assert reason(Act.EDIT, replace(ONE, organisation=""), WRITER) is Reason.NOT_YOURS


def test_an_organisation_is_known_however_it_is_spelled() -> None:
    assert whose(replace(ONE, organisation="STRUCTURE-EXEMPLE"), WRITER) is Whose.OWN
    assert whose(ONE, Grants()) is Whose.OTHER
    assert whose(replace(ONE, organisation=""), TEAM) is Whose.OWN


@pytest.mark.parametrize("grants", [APPROVER, TEAM, Grants((*WRITER.held, *APPROVER.held))])
@pytest.mark.parametrize("act", [Act.APPROVE, Act.REFUSE])
def test_nobody_approves_what_they_wrote(grants: Grants, act: Act) -> None:
    waits = replace(ONE, status=Status.SUBMITTED, hands=frozenset({"author", "helper"}))
    assert reason(act, waits, grants, "author") is Reason.OWN_WORK
    assert reason(act, waits, grants, "helper") is Reason.OWN_WORK
    assert reason(act, waits, grants, "other") is None


def test_a_writer_never_approves_and_an_approver_reads_for_all() -> None:
    waits = replace(ONE, status=Status.SUBMITTED)
    assert reason(Act.APPROVE, waits, WRITER) is Reason.NOT_YOURS
    assert allowed(Act.APPROVE, waits, "me", acting(Role.APPROVER, THEIRS)) is Status.APPROVED
    assert allowed(Act.APPROVE, replace(waits, organisation=""), "me", APPROVER) is Status.APPROVED


def test_an_approval_is_given_back_by_who_gave_it_alone() -> None:
    approved = replace(ONE, status=Status.APPROVED, approver="reader")
    assert allowed(Act.GIVE_BACK, approved, "reader", APPROVER) is Status.SUBMITTED
    assert reason(Act.GIVE_BACK, approved, APPROVER, "other") is Reason.NOT_YOURS
    assert allowed(Act.TAKE_BACK, approved, "author", WRITER) is Status.DRAFT


def test_what_has_begun_to_leave_is_not_taken_back() -> None:
    for status in (Status.SENDING, Status.PAUSED, Status.SENT):
        assert reason(Act.TAKE_BACK, replace(ONE, status=status), WRITER) is Reason.NOT_FROM_HERE


def test_a_draft_that_lacks_something_is_not_submitted() -> None:
    assert allowed(Act.SUBMIT, ONE, "author", WRITER) is Status.SUBMITTED
    assert reason(Act.SUBMIT, replace(ONE, topic=None), WRITER) is Reason.NOT_READY
    assert reason(Act.SUBMIT, replace(ONE, content=Content("Titre")), WRITER) is Reason.NOT_READY
    waiting = NewsFile("f1", "exemple.png", "image/png", 10, "waiting")
    pictured = replace(ONE, content=Content("Titre", "Texte", picture="f1"), files=(waiting,))
    assert reason(Act.SUBMIT, pictured, WRITER) is Reason.NOT_READY
    assert filed(replace(pictured, files=(replace(waiting, state="kept"),)))


def test_the_team_alone_sends_what_is_late_and_resends_what_is_unknown() -> None:
    late = replace(ONE, status=Status.LATE)
    assert reason(Act.SEND_LATE, late, WRITER) is Reason.NOT_YOURS
    assert allowed(Act.SEND_LATE, late, "me", TEAM) is Status.APPROVED
    assert reason(Act.RESEND_UNKNOWN, LEFT, WRITER) is Reason.NOT_YOURS
    assert allowed(Act.RESEND_UNKNOWN, LEFT, "me", TEAM) is Status.SENDING
    assert allowed(Act.RESEND, LEFT, "me", WRITER) is Status.SENDING


def test_a_correction_is_read_by_another_unless_the_team_says_that_it_is_urgent() -> None:
    written = replace(LEFT, correction=Content("Titre", "Autre texte"), corrector="author")
    assert reason(Act.APPROVE_CORRECTION, written, APPROVER) is Reason.NOTHING_TO_READ
    offered = replace(written, offered=True)
    assert reason(Act.APPROVE_CORRECTION, offered, APPROVER, "author") is Reason.OWN_WORK
    assert reason(Act.APPROVE_CORRECTION, offered, APPROVER, "other") is None
    assert reason(Act.CORRECT_NOW, offered, WRITER) is Reason.NOT_YOURS
    assert reason(Act.CORRECT_NOW, offered, TEAM) is None


def test_nothing_is_corrected_that_nobody_received() -> None:
    cancelled = replace(ONE, status=Status.CANCELLED)
    assert reason(Act.CORRECT, cancelled, WRITER) is Reason.NOBODY_HAS_IT
    assert reason(Act.WITHDRAW, cancelled, WRITER) is Reason.NOBODY_HAS_IT


def test_what_the_clock_does_nobody_may_order() -> None:
    clocked = {(status, act) for (status, act), rule in TABLE.items() if rule.who is Who.CLOCK}
    assert {act for _, act in clocked} == {Act.START, Act.HOLD, Act.FINISH}
    for status, act in clocked:
        assert status
        assert reason(act, replace(ONE, status=status), TEAM) is Reason.NOT_YOURS
        assert by_clock(act, status) is TABLE[status, act].to
    assert by_clock(Act.APPROVE, Status.SUBMITTED) is None
