"""The life of a dossier, generated: every status × act × right × standing, against a table written for reading."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.settings import Settings
from rallynov.editions.model import GRACE, Calendar, Standing
from rallynov.initiatives.lifecycle import (
    COORDINATOR,
    TABLE,
    Act,
    Actor,
    Moment,
    Reason,
    Refusal,
    allowed,
    content,
    decide,
    fingerprint,
)
from rallynov.initiatives.model import Answer, Attachment, Dossier, Right, Status
from rallynov.initiatives.service import load_form
from rallynov.wording import Wording

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CALENDARS = {
    Standing.UNSET: Calendar(),
    Standing.BEFORE: Calendar(NOW + DAY, NOW + 30 * DAY),
    Standing.OPEN: Calendar(NOW - DAY, NOW + DAY),
    Standing.GRACE: Calendar(NOW - 30 * DAY, NOW - timedelta(hours=1)),
    Standing.LATE: Calendar(NOW - 30 * DAY, NOW - DAY, NOW + DAY),
    Standing.CLOSED: Calendar(NOW - 30 * DAY, NOW - DAY),
}
COLUMNS = ("open", "edit", "submit", "withdraw", "reopen", "send_back", "admit", "reject")
LIFE = """
-            draft
draft        -     draft      submitted         withdrawn
submitted    -     -          -                 withdrawn -     to_correct admissible inadmissible
to_correct   -     to_correct correct>submitted withdrawn -     to_correct -          inadmissible
admissible   -     -          -                 withdrawn -     to_correct -          inadmissible
inadmissible -     -          -                 -         -     to_correct admissible -
withdrawn    -     -          -                 -         draft
"""
"""The status that follows each act; ``correct`` is a submission under another rule of the calendar.

Commenting, sharing and leaving are possible everywhere.
"""
NEEDS: dict[str, tuple[Actor, str]] = {
    "open": (Right.OWN, "call"),
    "edit": (Right.EDIT, "any"),
    "submit": (Right.OWN, "call"),
    "correct": (Right.OWN, "correction"),
    "withdraw": (Right.OWN, "any"),
    "reopen": (Right.OWN, "call"),
    "send_back": (COORDINATOR, "any"),
    "admit": (COORDINATOR, "any"),
    "reject": (COORDINATOR, "any"),
    "comment": (Right.COMMENT, "any"),
    "share": (Right.OWN, "any"),
    "leave": (Right.READ, "any"),
}
ACTORS: tuple[Actor, ...] = (*Right, COORDINATOR)
TAKEN = {Standing.UNSET, Standing.OPEN, Standing.GRACE, Standing.LATE}
Case = tuple[Status | None, Act, Actor, Standing, bool]


def life() -> dict[tuple[Status | None, Act], tuple[str, Status]]:
    """Read the table above."""
    told: dict[tuple[Status | None, Act], tuple[str, Status]] = {}
    for line in LIFE.strip().splitlines():
        name, *cells = line.split()
        status = None if name == "-" else Status(name)
        for act, cell in zip(COLUMNS, cells, strict=False):
            if cell != "-":
                needs, _, to = cell.rpartition(">")
                told[status, Act(act)] = needs or act, Status(to)
    for status, act in itertools.product(Status, (Act.COMMENT, Act.SHARE, Act.LEAVE)):
        told[status, act] = act.value, status
    return told


TOLD = life()


def cases() -> Iterator[Case]:
    return itertools.product((None, *Status), Act, ACTORS, Standing, (False, True))


def moment(standing: Standing, *, over: bool) -> Moment:
    late = NOW - GRACE - timedelta(seconds=1) if over else NOW - GRACE
    return Moment(NOW, CALENDARS[standing], late)


def expected(case: Case) -> Status | Reason:
    status, act, who, standing, over = case
    if (status, act) not in TOLD:
        return Reason.NOT_FROM_HERE
    needs, to = TOLD[status, act]
    by, when = NEEDS[needs]
    ranks = list(Right)
    may = who is by or (
        isinstance(who, Right) and isinstance(by, Right) and ranks.index(who) >= ranks.index(by)
    )
    if not may:
        return Reason.NOT_YOURS
    if act is Act.LEAVE and who is Right.OWN:
        return Reason.OWNER_STAYS
    if when == "call" and standing not in TAKEN:
        return Reason.TOO_EARLY if standing is Standing.BEFORE else Reason.TOO_LATE
    return Reason.CORRECTION_OVER if when == "correction" and over else to


def test_every_case_is_as_people_are_told() -> None:
    counted = 0
    for case in cases():
        status, act, who, standing, over = case
        decided = decide(act, status, who, moment(standing, over=over))
        found = decided.reason if isinstance(decided, Refusal) else decided
        assert found == expected(case), case
        counted += 1
    assert counted == 7 * 11 * 5 * 6 * 2


def test_the_standings_of_the_cases_are_those_they_are_named_after() -> None:
    assert {standing: calendar.standing(NOW) for standing, calendar in CALENDARS.items()} == {
        standing: standing for standing in Standing
    }


def test_every_refusal_has_words_in_both_languages() -> None:
    settings = Settings(_env_file=None)
    wording = Wording({"operator": settings.operator, "contact": settings.contact})
    told: dict[str, set[str]] = {"fr": set(), "en": set()}
    for status, act, who, standing, over in cases():
        decided = decide(act, status, who, moment(standing, over=over))
        if isinstance(decided, Refusal):
            for language, words in told.items():
                words.add(wording.word(decided.words, language))
    for words in told.values():
        assert len(words) > 12
        assert all(sentence.endswith(".") and "{" not in sentence for sentence in words)
    assert not told["fr"] & told["en"]


def test_a_greater_right_never_may_less() -> None:
    for (_, act), rule in TABLE.items():
        if isinstance(rule.who, Right) and act is not Act.LEAVE:
            allowed_to = [right.includes(rule.who) for right in Right]
            assert allowed_to == sorted(allowed_to)


def test_every_status_is_reached_and_its_owner_is_never_stuck() -> None:
    assert {rule.to for rule in TABLE.values()} == set(Status)
    theirs = {Status.DRAFT, Status.TO_CORRECT, Status.SUBMITTED, Status.ADMISSIBLE}
    for status in theirs:
        assert decide(Act.WITHDRAW, status, Right.OWN, moment(Standing.CLOSED, over=True)) is Status.WITHDRAWN


def test_a_dossier_sent_back_is_open_to_its_owner_after_the_closing() -> None:
    back = Dossier("d", Status.TO_CORRECT, correct_by=NOW)
    closed = CALENDARS[Standing.CLOSED]
    assert allowed(Act.EDIT, back, closed, NOW) is Status.TO_CORRECT
    assert allowed(Act.SUBMIT, back, closed, NOW) is Status.SUBMITTED
    refused = allowed(Act.SUBMIT, back, closed, NOW + GRACE + timedelta(seconds=1))
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.CORRECTION_OVER


def test_nobody_opens_a_dossier_of_a_closed_call() -> None:
    assert allowed(Act.OPEN, None, CALENDARS[Standing.OPEN], NOW) is Status.DRAFT
    assert isinstance(allowed(Act.OPEN, None, CALENDARS[Standing.CLOSED], NOW), Refusal)


FORM = load_form()


def a_dossier(**answers: object) -> Dossier:
    return Dossier("d", answers={name: Answer(value) for name, value in answers.items()})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "other",
    [
        a_dossier(title="Un titre exemple", name="Structure"),
        a_dossier(title="Un titre exemplaire"),
        Dossier("d", attachments=(Attachment("a", "plan.pdf", "application/pdf", 9, "kept"),)),
    ],
)
def test_another_content_has_another_fingerprint(other: Dossier) -> None:
    one = a_dossier(title="Un titre exemple")
    assert fingerprint(FORM, one) != fingerprint(FORM, other)


def test_the_same_content_has_the_same_fingerprint_whoever_looks_and_in_whatever_order() -> None:
    one = a_dossier(title="Un titre exemple", name="Structure")
    same = Dossier("e", Status.TO_CORRECT, Right.READ, dict(reversed((one.answers or {}).items())))
    assert fingerprint(FORM, one) == fingerprint(FORM, same)
    assert len(fingerprint(FORM, one)) == 64


def test_what_is_skipped_refused_or_not_asked_is_no_content() -> None:
    one = a_dossier(title="Un titre exemple")
    skipped = one.answering("website", Answer(None, skipped=True)).answering("gone", Answer("autrefois"))
    short = skipped.answering("summary", Answer("trop court"))
    waiting = Attachment("a", "plan.pdf", "application/pdf", 9, "waiting")
    assert content(FORM, Dossier("d", answers=short.answers, attachments=(waiting,))) == content(FORM, one)
