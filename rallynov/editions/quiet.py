"""The hours in which nobody is written to of our own accord: evenings, nights, Sundays and public holidays, in Paris."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, datetime, time, timedelta
from functools import cache

from rallynov.editions.model import PARIS

MORNING, EVENING = 8, 20
"""Hours in Paris between which one may write."""


@cache
def _holidays() -> Container[date]:
    """Return the public holidays of metropolitan France; read when first asked for: it is a large library."""
    from holidays import country_holidays  # noqa: PLC0415

    return country_holidays("FR")


def quiet(now: datetime) -> bool:
    """Tell whether nobody is to be disturbed."""
    local = now.astimezone(PARIS)
    return not MORNING <= local.hour < EVENING or _rest(local.date())


def awake(moment: datetime) -> datetime:
    """Return the first moment, from this one on, when one may write; in the time zone of the moment given."""
    if not quiet(moment):
        return moment
    local = moment.astimezone(PARIS)
    day = local.date() + timedelta(days=local.hour >= EVENING)
    while _rest(day):
        day += timedelta(days=1)
    return datetime.combine(day, time(MORNING), PARIS).astimezone(moment.tzinfo)


def waking(start: datetime, end: datetime) -> timedelta:
    """Return how much of the time between two moments one might write in."""
    total, at = timedelta(), awake(start)
    while at < end:
        evening = datetime.combine(at.astimezone(PARIS).date(), time(EVENING), PARIS).astimezone(at.tzinfo)
        total += min(evening, end) - at
        at = awake(evening)
    return total


def _rest(day: date) -> bool:
    return day.isoweekday() == 7 or day in _holidays()
