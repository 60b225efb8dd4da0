"""The life of a dossier: one table of what may be done, from which status, by whom and when. Pure.

The dialogue asks it to offer an act or to say why not; the service asks it again, on rows that are locked, to do it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum, auto
from typing import TypeAlias

import orjson

from rallynov.dialogue.words import Day, Say, say
from rallynov.editions.model import GRACE, Calendar, Standing
from rallynov.initiatives.model import Dossier, DossierForm, Right, Status

OTHERS_MOST = 5
"""People who may share a dossier beside its owner."""


class Act(StrEnum):
    """What may be done with a dossier."""

    OPEN = "open"
    """Begin one: it has no status yet."""
    EDIT = "edit"
    COMMENT = "comment"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    SHARE = "share"
    """Invite somebody, hand it over, or take a right away."""
    LEAVE = "leave"
    SEND_BACK = "send_back"
    ADMIT = "admit"
    REJECT = "reject"


class Who(Enum):
    """Whoever acts and shares no dossier."""

    COORDINATOR = auto()


Actor: TypeAlias = Right | Who
COORDINATOR = Who.COORDINATOR


class When(Enum):
    """The rule of the calendar that an act stands under."""

    ANY_TIME = auto()
    CALL = auto()
    """While the call takes dossiers."""
    CORRECTION = auto()
    """Until the date given when it was sent back."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do an act from a status, when, and which status follows."""

    to: Status
    who: Actor
    when: When = When.ANY_TIME


_DRAFT, _SUBMITTED, _TO_CORRECT = Status.DRAFT, Status.SUBMITTED, Status.TO_CORRECT
_ADMISSIBLE, _INADMISSIBLE, _WITHDRAWN = Status.ADMISSIBLE, Status.INADMISSIBLE, Status.WITHDRAWN
_CHANGES: Mapping[tuple[Status | None, Act], Rule] = {
    (None, Act.OPEN): Rule(_DRAFT, Right.OWN, When.CALL),
    (_DRAFT, Act.EDIT): Rule(_DRAFT, Right.EDIT),
    (_TO_CORRECT, Act.EDIT): Rule(_TO_CORRECT, Right.EDIT),
    (_DRAFT, Act.SUBMIT): Rule(_SUBMITTED, Right.OWN, When.CALL),
    (_TO_CORRECT, Act.SUBMIT): Rule(_SUBMITTED, Right.OWN, When.CORRECTION),
    (_DRAFT, Act.WITHDRAW): Rule(_WITHDRAWN, Right.OWN),
    (_SUBMITTED, Act.WITHDRAW): Rule(_WITHDRAWN, Right.OWN),
    (_TO_CORRECT, Act.WITHDRAW): Rule(_WITHDRAWN, Right.OWN),
    (_ADMISSIBLE, Act.WITHDRAW): Rule(_WITHDRAWN, Right.OWN),
    (_WITHDRAWN, Act.REOPEN): Rule(_DRAFT, Right.OWN, When.CALL),
    (_SUBMITTED, Act.SEND_BACK): Rule(_TO_CORRECT, COORDINATOR),
    (_TO_CORRECT, Act.SEND_BACK): Rule(_TO_CORRECT, COORDINATOR),
    (_ADMISSIBLE, Act.SEND_BACK): Rule(_TO_CORRECT, COORDINATOR),
    (_INADMISSIBLE, Act.SEND_BACK): Rule(_TO_CORRECT, COORDINATOR),
    (_SUBMITTED, Act.ADMIT): Rule(_ADMISSIBLE, COORDINATOR),
    (_INADMISSIBLE, Act.ADMIT): Rule(_ADMISSIBLE, COORDINATOR),
    (_SUBMITTED, Act.REJECT): Rule(_INADMISSIBLE, COORDINATOR),
    (_TO_CORRECT, Act.REJECT): Rule(_INADMISSIBLE, COORDINATOR),
    (_ADMISSIBLE, Act.REJECT): Rule(_INADMISSIBLE, COORDINATOR),
}
_ALWAYS = {Act.COMMENT: Right.COMMENT, Act.SHARE: Right.OWN, Act.LEAVE: Right.READ}
"""What may be done in every status, which it leaves as it is."""
TABLE: Mapping[tuple[Status | None, Act], Rule] = {
    **_CHANGES,
    **{(status, act): Rule(status, right) for act, right in _ALWAYS.items() for status in Status},
}
"""The whole life of a dossier; whatever is not in it is refused."""


class Reason(StrEnum):
    """Why an act is refused."""

    NOT_FROM_HERE = "not_from_here"
    NOT_YOURS = "not_yours"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    CORRECTION_OVER = "correction_over"
    OWNER_STAYS = "owner_stays"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an act may not be done, as a person is told."""

    reason: Reason
    words: Say


@dataclass(frozen=True, slots=True)
class Moment:
    """When an act is done, by which calendar, and until when the dossier may be corrected."""

    at: datetime
    calendar: Calendar
    correct_by: datetime | None = None


def decide(act: Act, status: Status | None, who: Actor, moment: Moment) -> Status | Refusal:
    """Return the status that follows an act, or why it may not be done."""
    rule = TABLE.get((status, act))
    if rule is None:
        return Refusal(Reason.NOT_FROM_HERE, _unknown(act, status))
    if not _may(who, rule.who):
        return Refusal(Reason.NOT_YOURS, _NOT_YOURS[rule.who])
    if act is Act.LEAVE and who is Right.OWN:
        return Refusal(Reason.OWNER_STAYS, _OWNER_STAYS)
    return _timely(rule, moment) or rule.to


def allowed(act: Act, dossier: Dossier | None, calendar: Calendar, said: datetime) -> Status | Refusal:
    """Decide on an act of a person, on a dossier as they see it; None is a dossier that they would open.

    ``said`` is when the person acted (``Scene.said``).
    """
    if dossier is None:
        return decide(act, None, Right.OWN, Moment(said, calendar))
    return decide(act, dossier.status, dossier.right, Moment(said, calendar, dossier.correct_by))


def content(form: DossierForm, dossier: Dossier) -> str:
    """Return what a dossier holds, as JSON with one form for one content: the recap shows it, a submission keeps it."""
    files = sorted((one.name, one.size, one.id) for one in dossier.attachments if one.state == "kept")
    held = {"form": form.version, "answers": form.given(dossier), "files": files}
    return orjson.dumps(held, option=orjson.OPT_SORT_KEYS).decode()


def fingerprint(form: DossierForm, dossier: Dossier) -> str:
    """Return the SHA-256 digest of what a dossier holds."""
    return hashlib.sha256(content(form, dossier).encode()).hexdigest()


def _may(who: Actor, needed: Actor) -> bool:
    if isinstance(who, Right) and isinstance(needed, Right):
        return who.includes(needed)
    return who is needed


def _timely(rule: Rule, moment: Moment) -> Refusal | None:
    if rule.when is When.CORRECTION:
        until = moment.correct_by
        over = until is not None and moment.at.replace(microsecond=0) > until + GRACE
        return Refusal(Reason.CORRECTION_OVER, _over(until)) if over and until else None
    if rule.when is When.CALL:
        match moment.calendar.standing(moment.at):
            case Standing.BEFORE if moment.calendar.opens_at:
                return Refusal(Reason.TOO_EARLY, _early(moment.calendar.opens_at))
            case Standing.CLOSED if moment.calendar.until:
                return Refusal(Reason.TOO_LATE, _late(moment.calendar.until))
    return None


def _early(opens: datetime) -> Say:
    return say("The call is not open yet: dossiers are taken from {day}.", day=Day(opens))


def _late(until: datetime) -> Say:
    return say(
        "The call has been closed since {until} (Paris time). What you have written is kept. If something held you up, "
        "talk to a person: they can give you a code for being late.",
        until=until,
    )


def _over(until: datetime) -> Say:
    return say(
        "The time to correct this dossier ended on {until} (Paris time). What you have written is kept: talk to a "
        "person.",
        until=until,
    )


_NOT_YOURS: Mapping[Actor, Say] = {
    Right.OWN: say("Only the owner of the dossier can do this. They can hand it over to you."),
    Right.EDIT: say("You may read this dossier, not change it. Its owner can give you the right to."),
    Right.COMMENT: say("You may read this dossier, not comment on it. Its owner can give you the right to."),
    Right.READ: say("You do not share this dossier any more."),
    COORDINATOR: say("Only the team of the rally can do this."),
}
_NOT_SO = say("This cannot be done with this dossier as it stands.")
_OWNER_STAYS = say("A dossier always has an owner: hand it over first, or withdraw it.")
_CLOSED: Mapping[Status, Say] = {
    Status.SUBMITTED: say(
        "This dossier is submitted: it cannot be changed any more, unless the team sends it back."
    ),
    Status.ADMISSIBLE: say("This dossier was found admissible: it cannot be changed any more."),
    Status.INADMISSIBLE: say("This dossier was found inadmissible: it cannot be changed any more."),
    Status.WITHDRAWN: say("This dossier was withdrawn: take it back first."),
}


def _unknown(act: Act, status: Status | None) -> Say:
    if act is Act.REOPEN:
        return say("This dossier is not withdrawn: there is nothing to take back.")
    if act is Act.WITHDRAW and status is Status.WITHDRAWN:
        return say("This dossier is withdrawn already.")
    if act is Act.SUBMIT and status is Status.SUBMITTED:
        return say("This dossier is submitted already: nothing else is needed.")
    if status is not None and act in {Act.EDIT, Act.SUBMIT}:
        return _CLOSED.get(status, _NOT_SO)
    return _NOT_SO
