"""What is held of people, as facts: read when their dialogue asks for it, which nothing else does."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, func, select

from rallynov.delivery.subject import Order
from rallynov.dialogue.events import Event
from rallynov.dialogue.turn import Command
from rallynov.initiatives.tables import DossierRow
from rallynov.people import access
from rallynov.people.tables import AccessRow, GrantRow
from rallynov.privacy.holdings import Held, Row, held, personal_tables
from rallynov.privacy.model import AccessLog, Agreed, Line, Looked, MyData, Shelf
from rallynov.storage.base import Base

LOOKS, LINES = 5, 20
"""How many accesses a person, and an administrator, are shown at once."""


class Holdings:
    """The subject of what is held of each person."""

    orders: Sequence[type[Command]] = ()

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, MyData]:
        """Return what is held of each person, read when it is looked up: a batch has hundreds of people, few of whom ask."""
        return _Asked(tx, people)

    def blank(self, person: str) -> MyData:
        """Return nothing held."""
        return MyData()

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Apply nothing: it reads."""


class _Asked(Mapping[str, MyData]):
    """What is held of some people; each is read once, and only whoever is asked about."""

    def __init__(self, tx: Connection, people: Collection[str]) -> None:
        self._tx, self._people = tx, people
        self._found: dict[str, MyData] = {}

    def __getitem__(self, person: str) -> MyData:
        """Read what is held of a person."""
        if person not in self._found:
            self._found[person] = told(held(self._tx, person))
        return self._found[person]

    def __iter__(self) -> Iterator[str]:
        """Name the people."""
        return iter(self._people)

    def __len__(self) -> int:
        """Count the people."""
        return len(self._people)


class Journal:
    """The subject of the access log: the same for whoever may read it."""

    orders: Sequence[type[Command]] = ()

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, AccessLog]:
        """Read the last lines, once for all."""
        count = tx.execute(select(func.count()).select_from(AccessRow)).scalar_one()
        return dict.fromkeys(people, AccessLog(lines(tx, LINES), count))

    def blank(self, person: str) -> AccessLog:
        """Return no line."""
        return AccessLog()

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Apply nothing: it reads."""


def told(found: Held) -> MyData:
    """Return what a person is told of what was found."""
    rooms: dict[str, list[Shelf]] = {}
    for table, rows in found.items():
        rooms.setdefault(room_of(table), []).append(_shelf(table, rows))
    agreed = [
        Agreed(row["topic"], row["wording"], row["given_at"], row["withdrawn_at"])
        for row in found.get("consent", ())
    ]
    looked = [
        Looked(row["role"], row["action"], row["at"]) for row in found.get("access", ()) if is_seen(row)
    ]
    last = sorted(looked, key=lambda one: one.at, reverse=True)
    person = next(iter(found.get("person", ())), {})
    return MyData(
        tuple((room, tuple(shelves)) for room, shelves in rooms.items()),
        person.get("notice_version", ""),
        person.get("notice_at"),
        tuple(agreed),
        tuple(last[:LOOKS]),
        len(last),
    )


def is_seen(row: Row) -> bool:
    """Tell whether a line of the access log is of what is theirs, not of what they did in the team."""
    return bool(row.get("dossier_id") or row.get("person_id"))


@cache
def _rooms() -> Mapping[str, str]:
    classes = {mapper.class_.__table__.name: mapper.class_.__module__ for mapper in Base.registry.mappers}
    return {table.name: classes[table.name].split(".")[1] for table in personal_tables()}


def room_of(table: str) -> str:
    """Return the room of a table: the package that declares it."""
    return _rooms()[table]


def _shelf(table: str, rows: Sequence[Row]) -> Shelf:
    dates = [one for row in rows for one in row.values() if isinstance(one, datetime)]
    return Shelf(table, len(rows), min(dates, default=None), max(dates, default=None))


def lines(tx: Connection, most: int) -> tuple[Line, ...]:
    """Read the last lines of the access log, in words but for the role and the act."""
    found = [entry for _, entry in access.latest(tx, most)]
    actors, dossiers = {one.access.actor for one in found}, {one.dossier for one in found} - {""}
    named = select(GrantRow.person_id, GrantRow.name).where(GrantRow.person_id.in_(actors))
    receipts = select(DossierRow.id, DossierRow.receipt).where(DossierRow.id.in_(dossiers))
    who = {row.person_id: row.name for row in tx.execute(named)}
    what = {row.id: row.receipt or row.id[:8] for row in tx.execute(receipts)}
    return tuple(
        Line(
            one.access.at,
            who.get(one.access.actor, ""),
            one.access.role,
            one.access.action,
            what.get(one.dossier, ""),
        )
        for one in found
    )
