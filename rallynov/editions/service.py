"""Which edition is current, and its calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from rallynov.delivery.subject import Order
from rallynov.dialogue.events import Event
from rallynov.dialogue.turn import Command
from rallynov.editions import late
from rallynov.editions.model import (
    DEFAULT,
    Calendar,
    Edition,
    Standing,
    first_second,
    last_second,
    sample_days,
)
from rallynov.editions.stages.scheduling import add_samples
from rallynov.editions.tables import EditionRow, MilestoneRow
from rallynov.storage.prepared import Prepared
from rallynov.storage.store import Store

OPENS, CLOSES, BEGINS, ENDS = "opens", "closes", "begins", "ends"
"""Kinds of milestones: of the call for dossiers, then of the whole edition."""


def current(store: Store, *, sample: bool = False) -> Edition:
    """Return the edition opened last, real or ``sample``; the unnamed one as long as none was opened."""
    found = select(EditionRow.slug, EditionRow.title, EditionRow.sample).where(EditionRow.sample.is_(sample))
    with store.read() as tx:
        row = tx.execute(found.order_by(EditionRow.created_at.desc()).limit(1)).first()
    return DEFAULT if row is None else Edition(row.slug, row.title, row.sample)


def opened(store: Store) -> list[Edition]:
    """Return the editions that were opened, the last one first."""
    found = select(EditionRow.slug, EditionRow.title, EditionRow.sample).order_by(
        EditionRow.created_at.desc()
    )
    with store.read() as tx:
        return [Edition(row.slug, row.title, row.sample) for row in tx.execute(found)]


def open_edition(store: Store, edition: Edition, now: datetime) -> None:
    """Open an edition that is not there yet. A sample has a call from today on, and a new one once it has closed; so have
    its stages.
    """
    with store.write() as tx:
        known = tx.execute(select(EditionRow.slug).where(EditionRow.slug == edition.slug)).first()
        if known is None:
            row = {"slug": edition.slug, "title": edition.title, "sample": edition.sample, "created_at": now}
            tx.execute(insert(EditionRow), [row])
        if edition.sample and read_calendar(tx, edition).standing(now) in {Standing.UNSET, Standing.CLOSED}:
            set_calendar(tx, edition, *sample_days(now))
        if edition.sample:
            add_samples(tx, edition, now)


_DATES = Prepared(
    lambda _: select(MilestoneRow.kind, MilestoneRow.at).where(MilestoneRow.edition == bindparam("edition"))
)


def read_calendar(tx: Connection, edition: Edition) -> Calendar:
    """Read the calendar of an edition."""
    dates = dict(_DATES.rows(tx, edition=edition.slug))
    return Calendar(
        dates.get(OPENS),
        dates.get(CLOSES),
        sample=edition.sample,
        begins_at=dates.get(BEGINS),
        ends_at=dates.get(ENDS),
    )


def set_calendar(tx: Connection, edition: Edition, opens: date | None, closes: date | None) -> None:
    """Set the first and the last day of the call, in Paris; one that is not given stays as it was."""
    _set(tx, edition, _moments(OPENS, opens, CLOSES, closes))


def set_span(tx: Connection, edition: Edition, begins: date | None, ends: date | None) -> None:
    """Set the first and the last day of the whole edition, in Paris; one that is not given stays as it was."""
    _set(tx, edition, _moments(BEGINS, begins, ENDS, ends))


def _moments(first: str, begins: date | None, last: str, ends: date | None) -> dict[str, datetime | None]:
    """Return the moments of two kinds of milestones, from a first and a last day."""
    return {first: first_second(begins) if begins else None, last: last_second(ends) if ends else None}


def _set(tx: Connection, edition: Edition, given: Mapping[str, datetime | None]) -> None:
    for kind, at in given.items():
        if at is not None:
            mine = (MilestoneRow.edition == edition.slug) & (MilestoneRow.kind == kind)
            tx.execute(delete(MilestoneRow).where(mine))
            tx.execute(insert(MilestoneRow), [{"edition": edition.slug, "kind": kind, "at": at}])


class Calendars:
    """The subject of calendars: the same for all, but for who holds a late code."""

    orders: Sequence[type[Command]] = ()
    shared = True

    def __init__(self, store: Store, edition: Edition) -> None:
        self._edition = edition
        with store.read() as tx:
            self._last = read_calendar(tx, edition)

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, Calendar]:
        """Read the calendar, and the late codes that some have used."""
        self._last = calendar = read_calendar(tx, self._edition)
        held = late.held(tx, self._edition.slug, list(people)) if people and calendar.closes_at else {}
        return {person: calendar.with_late(held.get(person)) for person in people}

    def blank(self, person: str) -> Calendar:
        """Return the calendar as it was last read: a stranger may ask for the dates."""
        return self._last

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Write nothing."""
