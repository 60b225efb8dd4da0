"""The life of an announcement: one table of what may be done, from where, by the right of which action. Pure.

The dialogues ask it to offer an act or to say why not; the service asks it again, on rows that are locked, to do it.
Nobody approves what they wrote in, were it one word. An approver reads for every organisation, as the permission table
says (the Region reads the announcements of the others); the team alone lets leave what is late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rallynov.announcements.model import Announcement, Status
from rallynov.dialogue.words import Say, say
from rallynov.people.permissions import Action, Whose, may
from rallynov.people.roles import Grants, Role
from rallynov.text import fold


class Act(StrEnum):
    """What may be done with an announcement."""

    OPEN = "open"
    EDIT = "edit"
    DISCARD = "discard"
    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    """By those who write it: it is a draft again."""
    GIVE_BACK = "give_back"
    """By who approved it: it waits to be read again."""
    APPROVE = "approve"
    REFUSE = "refuse"
    START = "start"
    HOLD = "hold"
    """It is too late for it to leave by itself."""
    SEND_LATE = "send_late"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    FINISH = "finish"
    RESEND = "resend"
    RESEND_UNKNOWN = "resend_unknown"
    CORRECT = "correct"
    OFFER_CORRECTION = "offer_correction"
    DROP_CORRECTION = "drop_correction"
    CORRECT_NOW = "correct_now"
    APPROVE_CORRECTION = "approve_correction"
    REFUSE_CORRECTION = "refuse_correction"
    WITHDRAW = "withdraw"
    FOLLOW = "follow"
    """Read how it goes, and receive a copy."""


class Who(StrEnum):
    """Beside the right itself, who may."""

    ANY = "any"
    CLOCK = "clock"
    READER = "reader"
    """Whoever wrote nothing of it."""
    APPROVER = "approver"
    """Who approved it."""
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Rule:
    """Which status follows an act, and who may do it."""

    to: Status
    action: Action | None
    who: Who = Who.ANY


_DRAFT, _SUBMITTED, _APPROVED, _LATE = Status.DRAFT, Status.SUBMITTED, Status.APPROVED, Status.LATE
_SENDING, _PAUSED, _SENT, _CANCELLED = Status.SENDING, Status.PAUSED, Status.SENT, Status.CANCELLED
_WRITE, _APPROVE, _SEND = (
    Action.WRITE_ANNOUNCEMENT,
    Action.APPROVE_ANNOUNCEMENT,
    Action.SEND_ANNOUNCEMENT,
)
_CORRECT = Action.CORRECT_ANNOUNCEMENT
LEFT = (_SENDING, _PAUSED, _SENT, _CANCELLED)
"""Where some may have received it."""
TABLE: Mapping[tuple[Status | None, Act], Rule] = {
    (None, Act.OPEN): Rule(_DRAFT, _WRITE),
    (_DRAFT, Act.EDIT): Rule(_DRAFT, _WRITE),
    (_DRAFT, Act.DISCARD): Rule(_DRAFT, _WRITE),
    (_DRAFT, Act.SUBMIT): Rule(_SUBMITTED, _WRITE),
    **{(one, Act.TAKE_BACK): Rule(_DRAFT, _WRITE) for one in (_SUBMITTED, _APPROVED, _LATE)},
    (_APPROVED, Act.GIVE_BACK): Rule(_SUBMITTED, _APPROVE, Who.APPROVER),
    (_SUBMITTED, Act.APPROVE): Rule(_APPROVED, _APPROVE, Who.READER),
    (_SUBMITTED, Act.REFUSE): Rule(_DRAFT, _APPROVE, Who.READER),
    (_APPROVED, Act.START): Rule(_SENDING, None, Who.CLOCK),
    (_APPROVED, Act.HOLD): Rule(_LATE, None, Who.CLOCK),
    (_LATE, Act.SEND_LATE): Rule(_APPROVED, _SEND, Who.TEAM),
    (_SENDING, Act.PAUSE): Rule(_PAUSED, _SEND),
    (_PAUSED, Act.RESUME): Rule(_SENDING, _SEND),
    **{
        (one, Act.CANCEL): Rule(_CANCELLED, Action.CANCEL_ANNOUNCEMENT)
        for one in (_APPROVED, _LATE, _SENDING, _PAUSED)
    },
    (_SENDING, Act.FINISH): Rule(_SENT, None, Who.CLOCK),
    (_SENT, Act.RESEND): Rule(_SENDING, _SEND),
    (_SENT, Act.RESEND_UNKNOWN): Rule(_SENDING, Action.RESEND_UNKNOWN, Who.TEAM),
    **{
        (one, act): Rule(one, _CORRECT)
        for one in LEFT
        for act in (Act.CORRECT, Act.OFFER_CORRECTION, Act.DROP_CORRECTION)
    },
    **{(one, Act.CORRECT_NOW): Rule(one, _CORRECT, Who.TEAM) for one in LEFT},
    **{(one, Act.APPROVE_CORRECTION): Rule(one, _APPROVE, Who.READER) for one in LEFT},
    **{(one, Act.REFUSE_CORRECTION): Rule(one, _APPROVE, Who.READER) for one in LEFT},
    **{(one, Act.WITHDRAW): Rule(Status.WITHDRAWN, _CORRECT) for one in LEFT},
    **{(one, Act.FOLLOW): Rule(one, Action.SEE_REPORT) for one in Status},
}
"""The whole life of an announcement; whatever is not in it is refused."""


class Reason(StrEnum):
    """Why an act is refused."""

    NOT_FROM_HERE = "not_from_here"
    NOT_YOURS = "not_yours"
    OWN_WORK = "own_work"
    NOT_READY = "not_ready"
    NOBODY_HAS_IT = "nobody_has_it"
    NOTHING_TO_READ = "nothing_to_read"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an act may not be done, as a person is told."""

    reason: Reason
    words: Say


def allowed(act: Act, announcement: Announcement | None, person: str, grants: Grants) -> Status | Refusal:
    """Return the status that follows an act of a person, or why they may not do it; None is an announcement to begin."""
    status = announcement.status if announcement else None
    rule = TABLE.get((status, act))
    if rule is None:
        return Refusal(Reason.NOT_FROM_HERE, _not_from_here(act, status))
    if rule.action is None or not _entitled(rule, announcement, person, grants):
        return Refusal(Reason.NOT_YOURS, _TEAM_ONLY if rule.who is Who.TEAM else _NOT_YOURS)
    if announcement is None:
        return rule.to
    if rule.who is Who.READER and person in wrote(announcement, act):
        return Refusal(Reason.OWN_WORK, _OWN_WORK)
    return _unmet(act, announcement) or rule.to


def may_do(act: Act, announcement: Announcement | None, person: str, grants: Grants) -> bool:
    """Tell whether a person may do an act: it is then offered."""
    return not isinstance(allowed(act, announcement, person, grants), Refusal)


def by_clock(act: Act, status: Status) -> Status | None:
    """Return the status that follows what no person does; None when there is nothing to do."""
    rule = TABLE.get((status, act))
    return rule.to if rule and rule.who is Who.CLOCK else None


def whose(announcement: Announcement, grants: Grants) -> Whose:
    """Tell whose an announcement is to somebody: of their organisation (the team is one), or another's."""
    if not announcement.organisation:
        return Whose.OWN if Role.COORDINATOR in grants.roles else Whose.OTHER
    named = fold(grants.organisation)
    return Whose.OWN if named and named == fold(announcement.organisation) else Whose.OTHER


def taking_back(announcement: Announcement, person: str) -> Act:
    """Return what it is for somebody to take an announcement back: who approved it gives back their approval alone."""
    gives = announcement.approver == person and person not in announcement.hands
    return Act.GIVE_BACK if gives and announcement.status is Status.APPROVED else Act.TAKE_BACK


def wrote(announcement: Announcement, act: Act = Act.APPROVE) -> frozenset[str]:
    """Return who wrote what is to be read: the announcement, or its correction."""
    if act in _READ:
        return frozenset((announcement.corrector,))
    return announcement.hands | {announcement.author}


def _entitled(rule: Rule, announcement: Announcement | None, person: str, grants: Grants) -> bool:
    """Ask the permission table; for an approval, who wrote nothing of it stands as another."""
    if rule.action is None:
        return False
    if announcement is None:
        return may(grants, rule.action, Whose.NONE)
    match rule.who:
        case Who.TEAM:
            return may(grants, rule.action, Whose.OTHER)
        case Who.READER:
            return may(grants, rule.action, Whose.OTHER)
        case Who.APPROVER:
            return person == announcement.approver and may(grants, rule.action, Whose.OTHER)
        case _:
            return may(grants, rule.action, whose(announcement, grants))


def _unmet(act: Act, announcement: Announcement) -> Refusal | None:
    """Tell what an announcement lacks for an act."""
    if act is Act.SUBMIT and not announcement.ready:
        return Refusal(Reason.NOT_READY, _NOT_READY)
    if act is Act.SUBMIT and not filed(announcement):
        return Refusal(Reason.NOT_READY, _NOT_FILED)
    if act in _OF_DELIVERED and announcement.started is None:
        return Refusal(Reason.NOBODY_HAS_IT, _NOBODY_HAS_IT)
    if act in _OF_CORRECTION and (
        announcement.correction is None or (act in _READ and not announcement.offered)
    ):
        return Refusal(Reason.NOTHING_TO_READ, _NOTHING_TO_READ)
    return None


def filed(announcement: Announcement) -> bool:
    """Tell whether the files that an announcement goes with are examined and kept."""
    content = announcement.content
    named = {content.picture, content.document} - {""}
    return named <= {one.id for one in announcement.files if one.state == "kept"}


_READ = frozenset((Act.APPROVE_CORRECTION, Act.REFUSE_CORRECTION))
_OF_CORRECTION = frozenset((Act.OFFER_CORRECTION, Act.DROP_CORRECTION, Act.CORRECT_NOW)) | _READ
_OF_DELIVERED = frozenset((Act.CORRECT, Act.WITHDRAW)) | _OF_CORRECTION
_NOT_YOURS = say("Your role does not allow this for this announcement. The team of the rally can help you.")
_TEAM_ONLY = say("Only the team of the rally can do this.")
_OWN_WORK = say("You wrote in this announcement: another person has to read it.")
_NOT_READY = say(
    "Something is still missing: a topic, a title or a text, or they are too long. Complete it first."
)
_NOT_FILED = say(
    "The picture or the document is not ready: wait until it is examined, or take it out of the announcement."
)
_NOBODY_HAS_IT = say("Nobody has received this announcement: there is nothing to change at their place.")
_NOTHING_TO_READ = say("No correction of this announcement waits to be read.")
_NOT_SO = say("This cannot be done with this announcement as it stands now.")


def _not_from_here(act: Act, status: Status | None) -> Say:
    if act in {Act.EDIT, Act.SUBMIT, Act.DISCARD} and status is not None:
        return say("This announcement is not a draft any more: take it back first, if it has not left.")
    if act in {Act.APPROVE, Act.REFUSE}:
        return say("This announcement does not wait to be read any more: it was read, or taken back.")
    if act in {Act.TAKE_BACK, Act.GIVE_BACK}:
        return say(
            "It cannot be taken back any more: it is a draft already, or it has begun to leave. What is leaving can be "
            "paused or cancelled."
        )
    if act is Act.CANCEL:
        return say("There is nothing to cancel: it has not been approved, or it has left entirely.")
    return _NOT_SO
