"""What is known of the first editions, from their announcements; no town, day or laureate is: none is made up. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from rallynov.editions.model import Calendar, Edition, day_of

AFTER_CLOSING = timedelta(days=300)
"""How long an edition whose end is not set goes on after its call: stages, jury and ceremony."""


@dataclass(frozen=True, slots=True)
class Known:
    """An edition of before, and the first and the last day that its announcement allows for: whole months, or the year."""

    edition: Edition
    begins: date
    ends: date


KNOWN = (
    Known(Edition("2013", "Rally’nov 2013"), date(2012, 11, 1), date(2013, 11, 30)),
    Known(Edition("2014", "Rally’nov 2014"), date(2014, 1, 1), date(2014, 12, 31)),
)


def find(slug: str) -> Known | None:
    """Return the edition of before that has this name."""
    return next((known for known in KNOWN if known.edition.slug == slug), None)


def span(edition: Edition, calendar: Calendar) -> tuple[date, date] | None:
    """Return the days between which an edition takes place: as set, else as announced, else around its call for dossiers.

    None when nothing tells.
    """
    known = find(edition.slug)
    begins, ends = calendar.begins_at, calendar.ends_at
    first = day_of(begins) if begins else known.begins if known else _opens(calendar)
    last = day_of(ends) if ends else known.ends if known else _closes(calendar)
    return (first, last) if first and last else None


def _opens(calendar: Calendar) -> date | None:
    first = calendar.opens_at or calendar.closes_at
    return day_of(first) if first else None


def _closes(calendar: Calendar) -> date | None:
    return day_of(calendar.closes_at) + AFTER_CLOSING if calendar.closes_at else None
