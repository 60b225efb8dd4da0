"""The FAQ as the dialogue knows it: entries, what a question was found to mean, tickets to a person. Pure.

An entry never holds a date: what the calendar says is computed (``live``), so the FAQ cannot contradict it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal, Protocol, TypeAlias

from rallynov.faq.retrieval.model import Ranking, Verdict, judge
from rallynov.faq.ticket import Ticket

CATEGORIES = ("comprendre", "eligible", "diagnostic", "dossier", "jury", "etapes")
LIVE = ("past-editions", "deadline", "my-dossier", "late", "jury", "answer-date", "next-stage", "rules")
"""The rules that compute what an entry says first (``rallynov.faq.live``)."""
SUGGESTED = 3
"""Entries proposed when no one is sure."""
MOST_ASKED = 4
"""Questions answered in one message."""
Part: TypeAlias = tuple[Literal["text", "list"], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One question with its answer, in one language; ``source`` is its file, empty when it was learned here."""

    slug: str
    language: str
    category: str
    title: str
    answer: tuple[str, ...]
    more: tuple[Part, ...] = ()
    ways: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    audience: tuple[str, ...] = ("contact",)
    live: str = ""
    sheets: tuple[str, ...] = ()
    number: int = 0
    owner: str = "coordination"
    version: str = "1"
    valid_from: date | None = None
    valid_until: date | None = None
    source: str = ""

    def valid(self, day: date) -> bool:
        """Tell whether the entry is told on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day <= self.valid_until)

    @property
    def texts(self) -> tuple[str, ...]:
        """Every way of asking for it, its title first."""
        return tuple(dict.fromkeys((self.title, *self.ways)))


class Finder(Protocol):
    """The index of one language; deterministic, so it may be asked while a turn is decided."""

    def rank(self, words: str) -> Ranking:
        """Return the entries nearest to a question."""

    def split(self, words: str) -> Sequence[str]:
        """Return the questions that one message holds."""

    def group(self, texts: Sequence[str]) -> Sequence[Sequence[int]]:
        """Return positions grouped by likeness, the largest group first."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One question of a message, and what it was found to mean; the entries are slugs, the likeliest first."""

    words: str
    verdict: Verdict
    entries: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        """Tell whether it is answered at once."""
        return self.verdict is Verdict.ANSWER


@dataclass(frozen=True, slots=True)
class Library:
    """All entries by language and slug, the rally's own language first, with the index of each once it is there."""

    languages: tuple[str, ...] = ("fr",)
    entries: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)
    finders: Mapping[str, Finder] = field(default_factory=dict)
    version: int = 0

    @property
    def ready(self) -> bool:
        """Tell whether questions can be looked up."""
        return bool(self.finders)

    def find(self, slug: str, language: str) -> Entry | None:
        """Return an entry in a language; in the rally's own where it is not translated."""
        spoken = self.entries.get(language, {}).get(slug)
        return spoken or self.entries.get(self.languages[0], {}).get(slug)

    def within(self, category: str, language: str, day: date) -> tuple[Entry, ...]:
        """Return the entries of a category, in the order of their numbers, those that were learned last."""
        slugs = {**self.entries.get(self.languages[0], {}), **self.entries.get(language, {})}
        found = [one for slug in slugs if (one := self.find(slug, language))]
        mine = [one for one in found if one.category == category and one.valid(day)]
        return tuple(sorted(mine, key=lambda one: (one.number or 10_000, one.slug)))

    def hear(self, words: str, language: str, day: date) -> tuple[Hit, ...]:
        """Return what a message asks; empty as long as nothing can be looked up."""
        own = self.finders.get(language) or self.finders.get(self.languages[0])
        if own is None:
            return ()
        asked = tuple(own.split(words))[:MOST_ASKED] or (words,)
        return tuple(self._hit(one, language, day) for one in asked)

    def _hit(self, words: str, language: str, day: date) -> Hit:
        """Look in the person's language; what means nothing there may be plain in another."""
        hit = self._ranked(words, language, day)
        if hit.verdict is not Verdict.UNKNOWN:
            return hit
        abroad = (self._ranked(words, other, day) for other in self.finders if other != language)
        return next((other for other in abroad if other.sure), hit)

    def _ranked(self, words: str, language: str, day: date) -> Hit:
        finder = self.finders.get(language)
        if finder is None:
            return Hit(words, Verdict.UNKNOWN)
        ranking = finder.rank(words)
        told = tuple(one for one in ranking.found if self._told(one.entry, language, day))
        verdict = judge(ranking)
        if told[:1] != ranking.found[:1]:
            verdict = Verdict.SUGGEST if told and verdict is not Verdict.UNKNOWN else Verdict.UNKNOWN
        return Hit(words, verdict, tuple(one.entry for one in told[:SUGGESTED]))

    def _told(self, slug: str, language: str, day: date) -> bool:
        entry = self.find(slug, language)
        return entry is not None and entry.valid(day)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that the FAQ did not answer well: unknown, none of those proposed, or of no help."""

    id: str
    words: str
    language: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Week:
    """What was asked in one week, by its Monday: how often each entry, how many had no answer, how many were no help."""

    monday: date
    asked: tuple[tuple[str, int], ...] = ()
    unknown: int = 0
    helped: int = 0
    unhelped: tuple[tuple[str, int], ...] = ()

    @property
    def total(self) -> int:
        """All questions of the week."""
        return sum(n for _, n in self.asked) + self.unknown


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer ready to be sent; one that ``waits`` answers nothing yet: the question stays open, and its delay runs."""

    key: str
    title: str
    text: str
    waits: bool = False


@dataclass(frozen=True, slots=True)
class DeskView:
    """What whoever answers questions sees: open tickets, questions to learn from, the last weeks.

    ``more`` counts the open tickets that are not among ``tickets``; ``others`` are those that were asked for by name.
    """

    tickets: tuple[Ticket, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()
    weeks: tuple[Week, ...] = ()
    more: int = 0
    closed: tuple[Ticket, ...] = ()
    others: tuple[Ticket, ...] = ()

    def find(self, ticket: str) -> Ticket | None:
        """Return one of the tickets, with what was written on it when it was asked for by name."""
        known = (*self.others, *self.tickets, *self.closed)
        return next((one for one in known if one.id == ticket), None)

    def having(self, ticket: Ticket) -> DeskView:
        """Return this with a ticket that has changed, in the list where it now belongs."""
        known = {one.id for one in self.tickets}
        tickets = tuple(ticket if one.id == ticket.id else one for one in self.tickets)
        if ticket.open and ticket.id not in known:
            tickets = (*tickets, ticket)
        closed = tuple(one for one in self.closed if one.id != ticket.id)
        return replace(
            self,
            tickets=tuple(one for one in tickets if one.open),
            closed=closed if ticket.open else (ticket, *closed),
            others=(ticket, *(one for one in self.others if one.id != ticket.id)),
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """What a live answer may count; None is not known, or too few to be told."""

    editions: tuple[str, ...] = ()
    submitted: int | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """A question that a person put a moment ago: its words, and the name of the screen where they stood."""

    id: str
    words: str
    where: str


@dataclass(frozen=True, slots=True)
class Faq:
    """The FAQ as one person finds it; ``next_number`` is that of a ticket opened now. ``desk`` is for the team alone."""

    library: Library = Library()
    tickets: tuple[Ticket, ...] = ()
    counts: Counts = Counts()
    next_number: int = 1
    desk: DeskView | None = None
    put: tuple[Put, ...] = ()

    def question(self, question: str) -> Put:
        """Return one of the questions that were put a moment ago; one without words when it is not known."""
        return next((one for one in self.put if one.id == question), Put(question, "", ""))

    def find(self, ticket: str) -> Ticket | None:
        """Return one of the person's tickets."""
        return next((one for one in self.tickets if one.id == ticket), None)

    @property
    def live(self) -> Ticket | None:
        """The ticket on which a person is talking with them now."""
        return next((one for one in self.tickets if one.live), None)

    def having(self, ticket: Ticket) -> Faq:
        """Return this with one of the tickets, new or changed."""
        others = tuple(one for one in self.tickets if one.id != ticket.id)
        return replace(self, tickets=(ticket, *others))
