"""Who is told of an announcement: those who may approve it, the nearest first, and those who wrote it."""

from __future__ import annotations

from sqlalchemy import Connection, select

from rallynov.announcements.lifecycle import Act, may_do
from rallynov.announcements.model import Announcement, Status
from rallynov.people import granting
from rallynov.people.roles import Grants, Role
from rallynov.people.tables import GrantRow
from rallynov.text import fold


def readers(tx: Connection, edition: str, announcement: Announcement) -> tuple[str, ...]:
    """Return those of the organisation who may approve what waits, and the team; all who may when that is nobody."""
    act = Act.APPROVE if announcement.status is Status.SUBMITTED else Act.APPROVE_CORRECTION
    held = granting.grants_of(tx, edition, _able(tx, edition))
    may = {person: grants for person, grants in held.items() if may_do(act, announcement, person, grants)}
    near = [person for person, grants in may.items() if _near(announcement, grants)]
    return tuple(sorted(near or may))


def followers(tx: Connection, edition: str, announcement: Announcement, *others: str) -> tuple[str, ...]:
    """Return those who wrote, and others, as far as they may still follow: a role that was taken back ends it."""
    people = sorted((announcement.hands | {announcement.author, *others}) - {""})
    held = granting.grants_of(tx, edition, people)
    return tuple(one for one in people if may_do(Act.FOLLOW, announcement, one, held.get(one, Grants())))


def _near(announcement: Announcement, grants: Grants) -> bool:
    own = fold(grants.organisation)
    return Role.COORDINATOR in grants.roles or bool(own and own == fold(announcement.organisation))


def _able(tx: Connection, edition: str) -> list[str]:
    mine = GrantRow.edition == edition, GrantRow.revoked_at.is_(None)
    able = GrantRow.role.in_((Role.APPROVER.value, Role.COORDINATOR.value))
    return sorted(set(tx.execute(select(GrantRow.person_id).where(*mine, able)).scalars()))
