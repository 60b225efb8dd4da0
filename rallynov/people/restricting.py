"""Limitations as rows: whoever asked for one is written to no more, and what is theirs is kept without being used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, select, update
from sqlalchemy.orm import InstrumentedAttribute

from rallynov.delivery import outbox
from rallynov.delivery.subject import Order
from rallynov.delivery.tables import ConversationRow
from rallynov.dialogue.events import Event
from rallynov.dialogue.turn import Command
from rallynov.people.granting import be_somebody
from rallynov.people.model import Limit, Limited
from rallynov.people.tables import RestrictionRow
from rallynov.storage.prepared import INSERTS


class Limits:
    """The subject of limitations."""

    orders: Sequence[type[Command]] = (Limit,)

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, Limited]:
        """Read since when the use of what is theirs is limited."""
        mine = RestrictionRow.person_id.in_(people), RestrictionRow.lifted_at.is_(None)
        rows = tx.execute(select(RestrictionRow.person_id, RestrictionRow.at).where(*mine))
        return {row.person_id: Limited(row.at) for row in rows}

    def blank(self, person: str) -> Limited:
        """Return no limitation."""
        return Limited()

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Limit, or lift, in order: these are few."""
        for order in orders:
            if isinstance(order.command, Limit):
                limit(tx, order.person, order.command, order.at)


def limit(tx: Connection, person: str, command: Limit, at: datetime) -> None:
    """Limit the use of what is a person's from now on, or lift it. Announcements that wait for them are given up."""
    if not command.on:
        mine = RestrictionRow.person_id == person, RestrictionRow.lifted_at.is_(None)
        lifted = {"lifted_at": at, "lifted_by": command.source}
        tx.execute(update(RestrictionRow).where(*mine).values(lifted))
        return
    be_somebody(tx, person, at)
    row = {"person_id": person, "source": command.source, "at": at}
    tx.execute(INSERTS[tx.dialect.name](RestrictionRow).on_conflict_do_nothing(), [row])
    addresses = select(ConversationRow.address).where(ConversationRow.person_id == person)
    outbox.give_up_bulk(tx, list(tx.execute(addresses).scalars()), at)


def end(tx: Connection, before: datetime, now: datetime) -> None:
    """End the limitations that were asked for before a moment: what is kept then goes by its age, as anything else."""
    old = RestrictionRow.lifted_at.is_(None), RestrictionRow.at < before
    tx.execute(update(RestrictionRow).where(*old).values(lifted_at=now, lifted_by="age"))


def restricted(
    person: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
) -> ColumnElement[bool]:
    """Test whether the person of a column asked for a limitation that stands."""
    return exists().where(RestrictionRow.person_id == person, RestrictionRow.lifted_at.is_(None))
