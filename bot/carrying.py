"""What was said since a backup, carried from the base that is replaced to the one put back.

Only what ended, or was asked to end: a role, a yes, a code; and late codes, which nobody could give again
(``carrying_late``). What was granted or agreed to since is not carried, it is asked again. A row is known by what never
changes in it, not by its number: the other base may have given it to another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from sqlite3 import DatabaseError
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql import ColumnElement

from bot import carrying_late
from rallynov.announcements.tables import AnnouncementCountRow
from rallynov.delivery.tables import AuditRow, ConversationRow
from rallynov.editions.tables import LateCodeRow, LateUseRow
from rallynov.faq.tables import TicketCountRow
from rallynov.initiatives.tables import ReceiptNumberRow
from rallynov.people.consents.tables import ConsentRow, ObjectionRow
from rallynov.people.tables import CodeRow, GrantRow, InvitationRow, PersonRow, RestrictionRow
from rallynov.storage.base import Base, UtcDateTime
from rallynov.storage.store import Store

Row = dict[str, Any]
Since = Mapping[str, Sequence[Row]]
"""Rows of the base that is replaced, by table; a table that could not be read is not there."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A table whose rows end once: ``keys`` know a row again, ``ends`` tell when it ended, then how.

    ``asked``: its rows are what people asked for to be left alone; those asked for since are carried too.
    """

    table: type[Base]
    keys: tuple[str, ...]
    ends: tuple[str, ...]
    nouns: tuple[str, str]
    asked: bool = False

    @property
    def name(self) -> str:
        """The name of the table."""
        return str(self.table.__tablename__)


ENDINGS = (
    Ending(
        GrantRow,
        ("person_id", "edition", "role", "organisation", "granted_at"),
        ("revoked_at",),
        ("rôle retiré", "rôles retirés"),
    ),
    Ending(
        ConsentRow,
        ("person_id", "topic", "given_at"),
        ("withdrawn_at", "withdrawn_by"),
        ("refus d'annonces", "refus d'annonces"),
    ),
    Ending(
        ObjectionRow,
        ("person_id", "against", "at"),
        ("lifted_at", "lifted_by"),
        ("opposition", "oppositions"),
        asked=True,
    ),
    Ending(
        RestrictionRow,
        ("person_id", "at"),
        ("lifted_at", "lifted_by"),
        ("limitation", "limitations"),
        asked=True,
    ),
    Ending(CodeRow, ("digest",), ("used_at",), ("code éteint", "codes éteints")),
    Ending(
        InvitationRow,
        ("digest",),
        ("accepted_at", "held_by", "name"),
        ("invitation close", "invitations closes"),
    ),
)
CODES = (CodeRow, InvitationRow)
"""What goes away when it has served, or when it was taken back."""
COUNTS = (ReceiptNumberRow, TicketCountRow, AnnouncementCountRow)
NOUNS = {one.name: one.nouns for one in ENDINGS} | {carrying_late.CODES: carrying_late.NOUNS}
"""What was carried, as an operator is told of it."""
_HORIZON = "horizon"


def since(store: Store) -> Since | None:
    """Read what a base says that no backup may undo; None when a table of it does not say."""
    if store.is_sqlite and not Path(store.url.database or "").is_file():
        return None
    try:
        with store.read() as tx:
            found = {one.name: _rows(tx, one.table, _said(one)) for one in ENDINGS}
            found |= {one.__tablename__: _rows(tx, one) for one in (*COUNTS, LateCodeRow, LateUseRow)}
            return found | {_HORIZON: [{"at": at} for at in _horizon(tx)]}
    except (SQLAlchemyError, DatabaseError):  # damaged, or of another release
        return None


def carry(tx: Connection, known: Since) -> Mapping[str, int]:
    """Write what was said since; return how many rows of each table it changed."""
    done = {one.name: _end(tx, one, known[one.name]) for one in ENDINGS}
    for one in ENDINGS:
        if one.asked:
            done[one.name] += _ask(tx, one, known[one.name])
    for table in CODES:
        done[table.__tablename__] += _take_back(tx, table, known)
    for count in COUNTS:
        _count(tx, count, known[count.__tablename__])
    codes, uses = (known.get(name, ()) for name in (carrying_late.CODES, carrying_late.USES))
    return done | {carrying_late.CODES: carrying_late.carry(tx, codes, uses)}


def typed(raw: Mapping[str, Sequence[Row]]) -> Since:
    """Give their moments back to rows that were written down as JSON."""
    moments = {
        (name, column.name)
        for name, table in Base.metadata.tables.items()
        for column in table.columns
        if isinstance(column.type, UtcDateTime)
    } | {(_HORIZON, "at")}

    def read(name: str, row: Row) -> Row:
        return {
            key: datetime.fromisoformat(value) if value and (name, key) in moments else value
            for key, value in row.items()
        }

    return {name: [read(name, row) for row in rows] for name, rows in raw.items()}


def _said(one: Ending) -> ColumnElement[bool] | None:
    """Tell which rows matter: those that ended, and all of what was asked for or may have been taken back."""
    return None if one.asked or one.table in CODES else _column(one, one.ends[0]).is_not(None)


def _rows(tx: Connection, table: type[Base], which: ColumnElement[bool] | None = None) -> list[Row]:
    columns = [one for one in table.__table__.columns if one.name != "id"]
    asked = select(*columns) if which is None else select(*columns).where(which)
    return [dict(row) for row in tx.execute(asked).mappings()]


def _horizon(tx: Connection) -> list[datetime]:
    """Tell until when a base knows of anything; what came later, it never had."""
    ends = (func.max(AuditRow.at), func.max(ConversationRow.updated_at))
    return [at for end in ends if (at := tx.execute(select(end)).scalar_one()) is not None]


def _end(tx: Connection, one: Ending, rows: Sequence[Row]) -> int:
    open_ = _column(one, one.ends[0]).is_(None)
    return sum(
        tx.execute(
            update(one.table).where(*_same(one, row), open_).values({key: row[key] for key in one.ends})
        ).rowcount
        for row in rows
        if row[one.ends[0]] is not None
    )


def _ask(tx: Connection, one: Ending, rows: Sequence[Row]) -> int:
    """Ask again for what stands in the base that is replaced, for whoever is in this one."""
    asked = 0
    for row in rows:
        if row[one.ends[0]] is not None or tx.execute(select(one.table).where(*_same(one, row))).first():
            continue
        alike = [_column(one, key) == row[key] for key in one.keys if key != "at"]
        stands = select(one.table).where(*alike, _column(one, one.ends[0]).is_(None))
        here = select(PersonRow.id).where(PersonRow.id == row["person_id"])
        if tx.execute(here).first() and not tx.execute(stands).first():
            tx.execute(insert(one.table), [row])
            asked += 1
    return asked


def _take_back(tx: Connection, table: type[CodeRow | InvitationRow], known: Since) -> int:
    """Delete the codes that the base that is replaced had once, and has no more."""
    horizon = [row["at"] for row in known[_HORIZON]]
    if not horizon:
        return 0
    there = {row["digest"] for row in known[table.__tablename__]}
    had = select(table.digest).where(table.created_at <= max(horizon))
    gone = [one for one in tx.execute(had).scalars() if one not in there]
    for digest in gone:
        tx.execute(delete(table).where(table.digest == digest))
    return len(gone)


def _count(
    tx: Connection,
    table: type[ReceiptNumberRow | TicketCountRow | AnnouncementCountRow],
    rows: Sequence[Row],
) -> None:
    """Never give a number twice: somebody holds it."""
    for row in rows:
        mine = table.edition == row["edition"]
        last = tx.execute(select(table.last).where(mine)).scalar_one_or_none()
        if last is None:
            tx.execute(insert(table), [row])
        elif last < row["last"]:
            tx.execute(update(table).where(mine).values(last=row["last"]))


def _same(one: Ending, row: Row) -> list[ColumnElement[bool]]:
    return [_column(one, key) == row[key] for key in one.keys]


def _column(one: Ending, name: str) -> ColumnElement[Any]:
    found: ColumnElement[Any] = one.table.__table__.columns[name]
    return found
