"""Hours as clocks show them in Paris, read into moments: the two nights a year on which clocks jump are told apart. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

from rallynov.editions.model import PARIS


class Season(StrEnum):
    """Which of two equal hours is meant, in the night that ends summer time."""

    SUMMER = "summer"
    WINTER = "winter"


@dataclass(frozen=True, slots=True)
class Missing:
    """No clock shows this hour: in that night they jump over it. ``after`` is what they show when it would have been."""

    after: datetime


@dataclass(frozen=True, slots=True)
class Twice:
    """Clocks show this hour twice in that night: first in summer time, then in winter time."""

    summer: datetime
    winter: datetime


def read_hour(day: date, hour: time, season: Season | None = None) -> datetime | Missing | Twice:
    """Return the moment at which clocks in Paris show an hour; else why there is none, or why there are two."""
    first, second = (datetime.combine(day, hour.replace(fold=fold), PARIS) for fold in (0, 1))
    back = first.astimezone(UTC).astimezone(PARIS)
    if back.replace(tzinfo=None) != first.replace(tzinfo=None):
        return Missing(back)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    if season is None:
        return Twice(first.astimezone(UTC), second.astimezone(UTC))
    return (first if season is Season.SUMMER else second).astimezone(UTC)
