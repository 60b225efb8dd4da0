"""An edition of the rally and its calendar, as the dialogues name them. Pure.

A date is meant in Paris and kept in UTC: a call that closes on a day closes at 23:59:59 there, summer time or not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
GRACE = timedelta(hours=2)
"""How long after the closing a submission is still taken. Never told: it is for networks, not for people."""
CORRECTION_DAYS = 10
"""Days to correct a dossier that was sent back."""
SAMPLE_DAYS = 60
"""Days that the call of the demonstration is open."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition: ``slug`` in addresses and rows, ``title`` in words; ``sample`` for the demonstration's."""

    slug: str
    title: str
    sample: bool = False


DEFAULT = Edition("rallynov", "Rally’nov")
SAMPLE = Edition("exemple", "Rally’nov, édition exemple", sample=True)


def first_second(day: date) -> datetime:
    """Return when a day begins in Paris."""
    return datetime.combine(day, time(), PARIS)


def last_second(day: date) -> datetime:
    """Return when a day ends in Paris: 23:59:59, which still belongs to it."""
    return datetime.combine(day, time(23, 59, 59), PARIS)


def day_of(at: datetime) -> date:
    """Return the day that a moment falls on in Paris."""
    return at.astimezone(PARIS).date()


class Standing(StrEnum):
    """How the call for dossiers stands at a moment, for one person."""

    UNSET = "unset"
    """No date is set: dossiers are taken, and people are told so."""
    BEFORE = "before"
    OPEN = "open"
    GRACE = "grace"
    """Closed, as people are told; what was under way is still taken."""
    LATE = "late"
    """Closed, but open to this person by a late code."""
    CLOSED = "closed"

    @property
    def takes(self) -> bool:
        """Tell whether a dossier may be submitted."""
        return self not in {Standing.BEFORE, Standing.CLOSED}


@dataclass(frozen=True, slots=True)
class Calendar:
    """The call for dossiers of an edition, in UTC, as it is for one person.

    A date that is not set is None. ``late_until`` is what the person's late code gives, and ``sample`` tells that
    these dates are made up for a demonstration. ``begins_at`` and ``ends_at`` bound the whole edition, its stages and
    its ceremony too.
    """

    opens_at: datetime | None = None
    closes_at: datetime | None = None
    late_until: datetime | None = None
    sample: bool = False
    begins_at: datetime | None = None
    ends_at: datetime | None = None

    def standing(self, at: datetime) -> Standing:
        """Tell how the call stands at a moment: when the person acted, not when it is handled. To the second."""
        second = at.replace(microsecond=0)
        if self.opens_at is None and self.closes_at is None:
            return Standing.UNSET
        if self.opens_at is not None and second < self.opens_at:
            return Standing.BEFORE
        if self.closes_at is None or second <= self.closes_at:
            return Standing.OPEN
        if self.late_until is not None and second <= self.late_until:
            return Standing.LATE
        return Standing.GRACE if second <= self.closes_at + GRACE else Standing.CLOSED

    @property
    def until(self) -> datetime | None:
        """The last moment to submit, as this person is told it; None when no closing is set."""
        if self.closes_at is None or self.late_until is None:
            return self.closes_at
        return max(self.closes_at, self.late_until)

    def with_late(self, until: datetime | None) -> Calendar:
        """Return this calendar as it is for the holder of a late code."""
        return replace(self, late_until=until) if until else self


def correction_until(at: datetime) -> datetime:
    """Return the end of the time to correct a dossier that is sent back at a moment."""
    return last_second(day_of(at) + timedelta(days=CORRECTION_DAYS))


def sample_days(now: datetime) -> tuple[date, date]:
    """Return the first and the last day of the call of a demonstration that opens now."""
    today = day_of(now)
    return today, today + timedelta(days=SAMPLE_DAYS)
