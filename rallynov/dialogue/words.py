"""Words not yet resolved: what the engine wants to say, before any language is chosen.

A flow never holds a sentence in French: it holds an English msgid with its slots, a term of a data file, or
what a person typed. The service resolves them (``rallynov.wording``) just before the outbox.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence of the interface: an English msgid of the gettext catalogue and its slots."""

    msgid: str
    slots: tuple[tuple[str, Slot], ...] = ()


@dataclass(frozen=True, slots=True)
class Plural:
    """A sentence that depends on a count; ``n`` is also offered to it as the slot ``{n}``."""

    one: str
    many: str
    n: int
    slots: tuple[tuple[str, Slot], ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """Words of a data file, by key: ``Term("grid.R1.title")`` is ``[R1] title`` of
    ``locales/*/grid.toml``.
    """

    key: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person typed, shown verbatim: never a format string, never markup."""

    text: str


@dataclass(frozen=True, slots=True)
class Day:
    """A moment told by its day, in Paris."""

    at: datetime


Words: TypeAlias = Say | Plural | Term | Typed
Slot: TypeAlias = Words | int | float | datetime | time | Day
"""What a sentence may hold; a ``time`` is an hour that clocks show in Paris."""


def say(msgid: str, **slots: Slot) -> Say:
    """Build a sentence; ``pybabel`` finds its msgid by this function's name."""
    return Say(msgid, tuple(slots.items()))


def plural(one: str, many: str, n: int, **slots: Slot) -> Plural:
    """Build a sentence that depends on ``n``; ``pybabel`` finds both msgids by this function's name."""
    return Plural(one, many, n, tuple(slots.items()))


MONTHS = (
    *(say("January {year}"), say("February {year}"), say("March {year}"), say("April {year}")),
    *(say("May {year}"), say("June {year}"), say("July {year}"), say("August {year}")),
    *(say("September {year}"), say("October {year}"), say("November {year}"), say("December {year}")),
)
"""The months of a year, in their order."""


def month_of(day: date) -> Say:
    """Return the month and the year of a day."""
    return Say(MONTHS[day.month - 1].msgid, (("year", Typed(str(day.year))),))


def told_day(day: date) -> Say:
    """Return a day in words; the first of a month has a sentence of its own, for its ordinal."""
    month = month_of(day)
    if day.day == 1:
        return say("1 {month}", month=month)
    return say("{day} {month}", day=Typed(str(day.day)), month=month)


def joined(words: Sequence[Words]) -> Words:
    """Join words by commas; at least one."""
    first, *rest = words
    return say("{first}, {others}", first=first, others=joined(rest)) if rest else first
