"""People in a batch of turns: who they are, which notice they accepted, and the one-time codes they give."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from rallynov.delivery.subject import Order
from rallynov.dialogue.events import Commanded, Event, Said
from rallynov.dialogue.turn import Command
from rallynov.people.model import (
    AcceptNotice,
    MakeCode,
    Person,
    Standing,
    TypedCode,
    UseCode,
    read_code,
)
from rallynov.people.tables import CodeRow, PersonRow
from rallynov.storage.prepared import INSERTS, Insertable, Prepared, among, listed

_LOAD = Prepared(
    lambda name: select(PersonRow.id, PersonRow.notice_version).where(among(PersonRow.id, "people", name))
)


class People:
    """The subject of people; a person becomes a row when they first accept the notice: before, nothing is
    kept.
    """

    orders: Sequence[type[Command]] = (AcceptNotice,)

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, Person]:
        """Read each person."""
        rows = _LOAD.rows(tx, people=listed(list(people), tx.dialect.name))
        return {row[0]: Person(row[0], row[1]) for row in rows}

    def blank(self, person: str) -> Person:
        """Return a person of whom nothing is known."""
        return Person(person)

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Record the notices that were accepted."""
        rows = [
            {"id": o.person, "notice_version": o.command.version, "notice_at": o.at, "created_at": o.at}
            for o in orders
            if isinstance(o.command, AcceptNotice)
        ]
        _ACCEPT.many(tx, rows)


def _accepting(table: Insertable) -> Insertable:
    newer = {"notice_version": table.excluded.notice_version, "notice_at": table.excluded.notice_at}
    return table.on_conflict_do_update(index_elements=["id"], set_=newer)


_ACCEPT = Prepared(
    lambda name: _accepting(INSERTS[name](PersonRow)), ("id", "notice_version", "notice_at", "created_at")
)


Others = Callable[[Connection, Mapping[str, str]], Mapping[str, TypedCode]]
"""What codes that are not of people open, by the person who typed each."""


class Codes:
    """The subject of one-time codes: what a code that was just typed opens, once.

    ``others`` know the codes that are not in its table.
    """

    orders: Sequence[type[Command]] = (MakeCode, UseCode)

    def __init__(self, clock: Callable[[], datetime], *others: Others) -> None:
        self._clock = clock
        self._others = others

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, TypedCode]:
        """Read the codes typed in this batch; of two people who give the same one, the first has it."""
        typed = {person: code for person, event in people.items() if (code := _code_in(event))}
        if not typed:
            return {}
        rows = {row.digest: row for row in tx.execute(_KNOWN, {"digests": [*map(_digest, typed.values())]})}
        found: dict[str, TypedCode] = {}
        for person, code in typed.items():
            row = rows.pop(_digest(code), None)
            found[person] = TypedCode(code) if row is None else self._standing(code, row)
        for others in self._others:
            if strange := {person: code for person, code in typed.items() if not found[person].purpose}:
                found |= others(tx, strange)
        return found

    def blank(self, person: str) -> TypedCode:
        """Return no code."""
        return TypedCode()

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Keep the digests of new codes, and mark those that were used."""
        made = [
            {
                "digest": _digest(c.code),
                "purpose": c.purpose,
                "owner": o.person,
                "ref": c.ref,
                "created_at": o.at,
                "expires_at": c.until,
            }
            for o in orders
            if isinstance(c := o.command, MakeCode)
        ]
        if made:
            tx.execute(insert(CodeRow), made)
        used = [{"of": _digest(c.code), "at": o.at} for o in orders if isinstance(c := o.command, UseCode)]
        if used:
            tx.execute(_USE, used)

    def _standing(self, code: str, row: Row[str, str, str, str, datetime, datetime | None]) -> TypedCode:
        if row.used_at is not None:
            return TypedCode(code, Standing.USED)
        standing = Standing.VALID if self._clock() < row.expires_at else Standing.EXPIRED
        return TypedCode(code, standing, row.purpose, row.owner, row.ref)


_KNOWN = (
    select(CodeRow.digest, CodeRow.purpose, CodeRow.owner, CodeRow.ref, CodeRow.expires_at, CodeRow.used_at)
    .where(CodeRow.digest.in_(bindparam("digests", expanding=True)))
    .with_for_update()
)
_USE = update(CodeRow).where(CodeRow.digest == bindparam("of")).values(used_at=bindparam("at"))


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _code_in(event: Event) -> str:
    """Return the code that an event gives; empty when it gives none."""
    match event:
        case Commanded("start" | "code", argument):
            return read_code(argument)
        case Said(text):
            return read_code(text)
        case _:
            return ""
