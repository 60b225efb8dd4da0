"""The access log: who of the team saw, changed or exported what is of somebody. Kept a year, shown to an administrator.

The person sees the role, the act and its moment, never who it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute

from rallynov.people.tables import AccessRow

OPERATOR = "command-line"
"""Who acts when it is whoever runs the rally, at the command line."""
AGAIN = timedelta(hours=1)
"""Within what time the same act of the same actor on the same dossier is one."""
_AT_ONCE = 500


class Seen(StrEnum):
    """What was done with what is of somebody."""

    READ = "read"
    CHANGED = "changed"
    EXPORTED = "exported"


@dataclass(frozen=True, slots=True)
class Access:
    """An act of the team; ``role`` is that in which it was allowed, ``OPERATOR`` at the command line."""

    actor: str
    role: str
    action: Seen
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log: an access, and of what; ``dossier`` or ``person`` is empty."""

    access: Access
    dossier: str
    person: str


def record(
    tx: Connection, access: Access, *, dossiers: Sequence[str] = (), people: Sequence[str] = ()
) -> None:
    """Keep that somebody of the team saw dossiers, or what is of people; what they do again within the hour is one act."""
    for name, ids in (("dossier_id", dossiers), ("person_id", people)):
        column: InstrumentedAttribute[str | None] = getattr(AccessRow, name)
        for some in (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE)):
            known = set(tx.execute(select(column).where(*_again(access), column.in_(some))).scalars())
            row = {"at": access.at, "actor": access.actor, "role": access.role, "action": access.action}
            rows = [row | {name: one} for one in dict.fromkeys(some) if one not in known]
            if rows:
                tx.execute(insert(AccessRow), rows)


def _again(access: Access) -> Sequence[ColumnElement[bool]]:
    same = AccessRow.actor == access.actor, AccessRow.action == access.action
    return (*same, AccessRow.at > access.at - AGAIN)


def latest(tx: Connection, most: int, before: int = 0) -> list[tuple[int, Entry]]:
    """List the last lines of the log with their numbers, newest first; those ``before`` a number."""
    lines = select(AccessRow.__table__).order_by(AccessRow.id.desc()).limit(most)
    if before:
        lines = lines.where(AccessRow.id < before)
    return [
        (
            row.id,
            Entry(
                Access(row.actor, row.role, Seen(row.action), row.at),
                row.dossier_id or "",
                row.person_id or "",
            ),
        )
        for row in tx.execute(lines)
    ]


def forget(tx: Connection, people: Sequence[str]) -> None:
    """Take people out of the log: what was seen of them goes, what they did stays without their name."""
    tx.execute(delete(AccessRow).where(AccessRow.person_id.in_(people)))
    tx.execute(update(AccessRow).where(AccessRow.actor.in_(people)).values(actor=""))


def purge(tx: Connection, before: datetime) -> None:
    """Forget what was done before a moment."""
    tx.execute(delete(AccessRow).where(AccessRow.at < before))
