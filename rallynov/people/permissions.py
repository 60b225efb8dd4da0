"""Who may do what: one table, asked through ``may``. Pure. What has no rule is refused.

Rights are asked again on every press, with grants loaded for that turn; a menu or a list of commands is never the check.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from rallynov.people.roles import Grants, Holder, Role


class Whose(StrEnum):
    """Whose the thing is that one acts upon.

    ``OWN``: the person's own data, a dossier they share or were assigned, what their organisation hosts or announces; for
    an approval, what they wrote themselves. ``OTHER``: somebody else's. ``NONE``: nobody's in particular (a list, a new
    thing, the whole).
    """

    OWN = "own"
    OTHER = "other"
    NONE = "none"


class Action(StrEnum):
    """What can be done, as far as a right is needed for it."""

    # one's own data
    SEE_PERSONAL = "see personal data"
    CORRECT_PERSONAL = "correct personal data"
    RESTRICT_PERSONAL = "restrict personal data"
    ERASE = "erase a person"
    # dossiers
    SEE_DOSSIER = "see a dossier"
    EDIT_DOSSIER = "edit a dossier"
    SUBMIT_DOSSIER = "submit a dossier"
    ENTER_DOSSIER = "enter a paper dossier"
    ANNOTATE_DOSSIER = "annotate a dossier"
    REQUEST_CORRECTION = "request a correction"
    JUDGE_DOSSIER = "prepare a verdict"
    RELEASE_VERDICTS = "release verdicts"
    MAKE_LATE_CODE = "make a late code"
    MESSAGE_HOLDERS = "message holders of dossiers"
    EXPORT = "export dossiers"
    # questions
    ASK_QUESTION = "ask a question"
    FOLLOW_QUESTION = "follow a question"
    ANSWER_QUESTION = "answer a question"
    EDIT_FAQ = "edit the FAQ"
    # announcements
    WRITE_ANNOUNCEMENT = "write an announcement"
    APPROVE_ANNOUNCEMENT = "approve an announcement"
    SEND_ANNOUNCEMENT = "send an announcement"
    CANCEL_ANNOUNCEMENT = "cancel an announcement"
    CORRECT_ANNOUNCEMENT = "correct what was delivered"
    RESEND_UNKNOWN = "resend what is unknown"
    SEE_REPORT = "see an announcement's report"
    # the edition
    SEE_FIGURES = "see figures"
    EDIT_CALENDAR = "edit the calendar"
    EDIT_STAGE = "edit a stage"
    SEE_ATTENDANCE = "see who comes to a stage"
    # the jury
    ASSIGN_JUROR = "assign a juror"
    DECLARE_CONFLICT = "declare a conflict"
    RULE_ON_CONFLICT = "rule on a conflict"
    SCORE = "score a dossier"
    SEE_SCORES = "see scores"
    LEAD_DELIBERATION = "lead the deliberation"
    PUBLISH_RESULTS = "publish results"
    # roles
    SEE_ROLES = "see roles"
    INVITE = "invite partners, jurors, readers"
    APPOINT = "invite coordinators, administrators"
    REVOKE = "revoke partners, jurors, readers"
    DISMISS = "revoke coordinators, administrators"
    SEE_ACCESS_LOG = "see the access log"


Extent: TypeAlias = frozenset[Whose]
Rules: TypeAlias = Mapping[Action, Mapping[Role, Extent]]

OWN: Extent = frozenset((Whose.OWN,))
OTHER: Extent = frozenset((Whose.OTHER,))
NONE: Extent = frozenset((Whose.NONE,))
NOT_OWN = OTHER | NONE
ALL = OWN | OTHER | NONE
NOBODY: Mapping[Role, Extent] = MappingProxyType({})

_CONTACT, _COOWNER, _WRITER, _APPROVER = Role.CONTACT, Role.COOWNER, Role.WRITER, Role.APPROVER
_JUROR, _PRESIDENT, _TEAM, _ADMIN, _READER = (
    Role.JUROR,
    Role.PRESIDENT,
    Role.COORDINATOR,
    Role.ADMINISTRATOR,
    Role.READER,
)
_PERSONAL: Rules = {
    Action.SEE_PERSONAL: {_CONTACT: OWN},
    Action.CORRECT_PERSONAL: {_CONTACT: OWN},
    Action.RESTRICT_PERSONAL: {_CONTACT: OWN},
    Action.ERASE: {_CONTACT: OWN, _TEAM: OTHER, _ADMIN: OTHER},
}
_DOSSIERS: Rules = {
    Action.SEE_DOSSIER: {
        _COOWNER: OWN,
        _JUROR: OWN,
        _PRESIDENT: OWN | OTHER,
        _TEAM: ALL,
        _READER: NOT_OWN,
    },
    Action.EDIT_DOSSIER: {_COOWNER: OWN},
    Action.SUBMIT_DOSSIER: {_COOWNER: OWN},
    Action.ENTER_DOSSIER: {_TEAM: NOT_OWN},
    Action.ANNOTATE_DOSSIER: {_TEAM: NOT_OWN},
    Action.REQUEST_CORRECTION: {_TEAM: NOT_OWN},
    Action.JUDGE_DOSSIER: {_TEAM: NOT_OWN},
    Action.RELEASE_VERDICTS: {_TEAM: NOT_OWN},
    Action.MAKE_LATE_CODE: {_TEAM: NOT_OWN},
    Action.MESSAGE_HOLDERS: {_TEAM: ALL},
    Action.EXPORT: {_TEAM: ALL, _READER: NOT_OWN},
}
_QUESTIONS: Rules = {
    Action.ASK_QUESTION: {_CONTACT: ALL},
    Action.FOLLOW_QUESTION: {_CONTACT: OWN, _TEAM: ALL},
    Action.ANSWER_QUESTION: {_TEAM: ALL},
    Action.EDIT_FAQ: {_TEAM: ALL},
}
_ANNOUNCEMENTS: Rules = {
    Action.WRITE_ANNOUNCEMENT: {_WRITER: OWN | NONE, _TEAM: ALL},
    Action.APPROVE_ANNOUNCEMENT: {_APPROVER: OTHER, _TEAM: OTHER},
    Action.SEND_ANNOUNCEMENT: {_WRITER: OWN, _TEAM: OWN | OTHER},
    Action.CANCEL_ANNOUNCEMENT: {_WRITER: OWN, _APPROVER: OWN, _TEAM: OWN | OTHER},
    Action.CORRECT_ANNOUNCEMENT: {_WRITER: OWN, _TEAM: OWN | OTHER},
    Action.RESEND_UNKNOWN: {_TEAM: OWN | OTHER},
    Action.SEE_REPORT: {_WRITER: OWN, _APPROVER: OWN | OTHER, _TEAM: ALL, _READER: ALL},
}
_EDITION: Rules = {
    Action.SEE_FIGURES: {_PRESIDENT: NONE, _TEAM: ALL, _ADMIN: NONE, _READER: NONE},
    Action.EDIT_CALENDAR: {_TEAM: ALL},
    Action.EDIT_STAGE: {_WRITER: OWN, _TEAM: ALL},
    Action.SEE_ATTENDANCE: {_WRITER: OWN, _APPROVER: OWN, _TEAM: ALL, _READER: NONE},
}
_JURY: Rules = {
    Action.ASSIGN_JUROR: {_TEAM: NOT_OWN},
    Action.DECLARE_CONFLICT: {_JUROR: OWN, _PRESIDENT: OWN},
    Action.RULE_ON_CONFLICT: {_PRESIDENT: OTHER},
    Action.SCORE: {_JUROR: OWN, _PRESIDENT: OWN},
    Action.SEE_SCORES: {_JUROR: OWN, _PRESIDENT: ALL, _TEAM: NOT_OWN},
    Action.LEAD_DELIBERATION: {_PRESIDENT: NONE},
    Action.PUBLISH_RESULTS: {_TEAM: NONE},
}
_ROLES: Rules = {
    Action.SEE_ROLES: {_CONTACT: OWN, _TEAM: ALL, _ADMIN: ALL},
    Action.INVITE: {_TEAM: NONE, _ADMIN: NONE},
    Action.APPOINT: {_ADMIN: NONE},
    Action.REVOKE: {_TEAM: OTHER, _ADMIN: OTHER},
    Action.DISMISS: {_ADMIN: OTHER},
    Action.SEE_ACCESS_LOG: {_ADMIN: NONE},
}
RULES: Rules = MappingProxyType(
    {**_PERSONAL, **_DOSSIERS, **_QUESTIONS, **_ANNOUNCEMENTS, **_EDITION, **_JURY, **_ROLES}
)
"""Of each action, the roles that may and whose things they may do it to."""
APPOINTED = frozenset((Role.COORDINATOR, Role.ADMINISTRATOR))
"""The roles that only an administrator gives and takes."""


def may(grants: Grants, action: Action, whose: Whose = Whose.NONE) -> bool:
    """Tell whether somebody may do something to what is theirs, another's or nobody's."""
    allowed = RULES.get(action, NOBODY)
    return any(whose in allowed.get(role, frozenset()) for role in grants.roles)


def inviting(role: Role) -> Action:
    """Return what inviting to a role is."""
    return Action.APPOINT if role in APPOINTED else Action.INVITE


def revoking(role: Role) -> Action:
    """Return what taking a role away is."""
    return Action.DISMISS if role in APPOINTED else Action.REVOKE


def dismisses(grants: Grants, person: str, holder: Holder) -> bool:
    """Tell whether somebody who holds these roles may take one away from whoever holds it."""
    whose = Whose.OWN if holder.person == person else Whose.OTHER
    return may(grants, revoking(holder.grant.role), whose)


def revokes(grants: Grants) -> bool:
    """Tell whether somebody may take any role away."""
    return any(may(grants, action, Whose.OTHER) for action in (Action.REVOKE, Action.DISMISS))
