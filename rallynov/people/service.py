"""People in a batch of turns: who they are, and which notice they accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from rallynov.delivery.subject import Order
from rallynov.dialogue.events import Event
from rallynov.dialogue.turn import Command
from rallynov.people.model import AcceptNotice, Person
from rallynov.people.tables import PersonRow
from rallynov.storage.prepared import Prepared, among, listed

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
        tx.execute(_ACCEPT[tx.dialect.name], rows)


def _accepting(table: sqlite.Insert | postgresql.Insert) -> sqlite.Insert | postgresql.Insert:
    newer = {"notice_version": table.excluded.notice_version, "notice_at": table.excluded.notice_at}
    return table.on_conflict_do_update(index_elements=["id"], set_=newer)


_ACCEPT = {
    "sqlite": _accepting(sqlite.insert(PersonRow)),
    "postgresql": _accepting(postgresql.insert(PersonRow)),
}
