"""What the screens of a dossier share: where it stands, in short words, and the actions. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from rallynov.diagnosis.screens.asking import BACK, HELP, MENU, NOT_NOW, PAUSE, WHY
from rallynov.dialogue.screens import Block, Choice, note
from rallynov.dialogue.words import Day, Say, Term, Typed, Words, say
from rallynov.editions.model import Calendar
from rallynov.initiatives.lifecycle import Act, Moment, Reason, Refusal, decide
from rallynov.initiatives.model import Dossier, DossierForm, Right, Status

__all__ = ["BACK", "HELP", "MENU", "NOT_NOW", "PAUSE", "WHY"]

RECAP = Choice("relire", say("Read my dossier"))
CARRY_ON = Choice("suite", say("Go on with my dossier"))
STATUS = Choice("statut", say("Where is my dossier?"))
PEOPLE = Choice("people", say("Share this dossier"))
DOSSIERS = Choice("dossiers", say("My dossiers"))
SUBMIT = Choice("deposer", say("Submit my dossier"))
MISSING = Choice("missing", say("What is missing"))
KEEP = Choice("keep", say("Keep my answer"))
YES = Choice("yes", Term("form:yes:label"), "form:yes:synonyms")
NO = Choice("no", Term("form:no:label"), "form:no:synonyms")
UNTITLED = say("Dossier without a title yet")
BADGES: Mapping[Status, Say] = {
    Status.DRAFT: say("Kept, not submitted"),
    Status.SUBMITTED: say("Submitted"),
    Status.TO_CORRECT: say("To be corrected"),
    Status.ADMISSIBLE: say("Admissible"),
    Status.INADMISSIBLE: say("Not admissible"),
    Status.WITHDRAWN: say("Withdrawn"),
}
"""Where a dossier stands, in a word or two."""


def titled(form: DossierForm, dossier: Dossier) -> Words:
    """Name a dossier by its title; else by the name of the organisation; else say that it has none."""
    given = form.given(dossier)
    name = given.get("title") or given.get("name")
    return Typed(name) if isinstance(name, str) else UNTITLED


def standing(dossier: Dossier, at: datetime | None = None) -> Say:
    """Say where a dossier stands, so that *kept* is never taken for *submitted*; ``at`` a moment, if that is known."""
    match dossier.status:
        case Status.DRAFT:
            return say("Kept, not submitted yet.")
        case Status.SUBMITTED if dossier.receipt and dossier.submitted_at:
            return say(
                "Submitted on {at}, under number {receipt}.",
                at=dossier.submitted_at,
                receipt=Typed(dossier.receipt),
            )
        case Status.SUBMITTED:
            return say("Submitted: your receipt is in a message of its own, with its number.")
        case Status.TO_CORRECT if at and overdue(dossier, at):
            return say("Sent back to you, and not submitted again.")
        case Status.TO_CORRECT if dossier.correct_by:
            return say(
                "Sent back to you: correct it and submit it again by {day}.", day=Day(dossier.correct_by)
            )
        case Status.TO_CORRECT:
            return say("Sent back to you: correct it and submit it again.")
        case Status.ADMISSIBLE:
            return say("Submitted, and admissible: it goes to the jury.")
        case Status.INADMISSIBLE:
            return say("Submitted, and not admissible.")
        case Status.WITHDRAWN:
            return say("Withdrawn: nobody examines it.")


def overdue(dossier: Dossier, at: datetime) -> bool:
    """Tell whether the time to correct a dossier is over."""
    decided = decide(Act.SUBMIT, dossier.status, Right.OWN, Moment(at, Calendar(), dossier.correct_by))
    return isinstance(decided, Refusal) and decided.reason is Reason.CORRECTION_OVER


def status_note(dossier: Dossier, at: datetime | None = None) -> Block:
    """Say where a dossier stands, beside something else."""
    return note(standing(dossier, at))


def until(calendar: Calendar) -> Words | None:
    """Say until when to submit; None when no closing is set."""
    if calendar.until is None:
        return None
    if calendar.sample:
        return say("Example of a date: submit by {at}, Paris time.", at=calendar.until)
    return say("Submit by {at}, Paris time.", at=calendar.until)


def due(dossier: Dossier, calendar: Calendar, said: datetime) -> Words | None:
    """Say until when a dossier may be submitted, or that it is too early or too late; None where no day says so."""
    if not dossier.open:
        return None
    decided = decide(Act.SUBMIT, dossier.status, Right.OWN, Moment(said, calendar, dossier.correct_by))
    if isinstance(decided, Refusal):
        return decided.words
    return until(calendar) if dossier.status is Status.DRAFT else None


def right_named(right: Right) -> Words:
    """Name a right by what it lets do."""
    match right:
        case Right.READ:
            return say("reading")
        case Right.COMMENT:
            return say("reading and comments")
        case Right.EDIT:
            return say("reading, comments and changes")
        case Right.OWN:
            return say("owner")
