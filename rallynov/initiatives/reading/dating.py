"""Dates as people write them, in French and in English: data, and how far back "two years ago" is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from rallynov.initiatives.reading.numerals import in_letters, words_of
from rallynov.text import slips


@dataclass(frozen=True, slots=True)
class Dated:
    """A day, a month or a year; not ``sure`` when it was said roughly, or could be read otherwise."""

    year: int
    month: int = 0
    day: int = 0
    sure: bool = True

    @property
    def first(self) -> date:
        """Return its first day; ValueError when there is no such day."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def iso(self) -> str:
        """Write it as precisely as it is known: "2013-03-03", "2013-03" or "2013"."""
        return f"{self.year:04}" + "".join(f"-{one:02}" for one in (self.month, self.day) if one)


_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan january", "fevrier fevr fev february febr feb", "mars mar march", "avril avr av april apr",
            "mai may", "juin june jun", "juillet juil jul july", "aout august aug", "septembre sept sep september",
            "octobre oct october", "novembre nov november", "decembre dec december",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
FILLERS: Final = words_of(
    "le la l les du de d en au a depuis mois annee date debute commence demarre demarrage lance jour an on in the"
    " of from since started begun launched month year st nd rd th er lundi mardi mercredi jeudi vendredi samedi"
    " dimanche monday tuesday wednesday thursday friday saturday sunday"
)
"""Words around a date that change nothing."""
ROUGHLY: Final = words_of(
    "vers environ env debut fin mi milieu courant autour peu pres ete printemps automne hiver rentree premier second"
    " trimestre semestre about around early late mid end beginning circa approximately spring summer autumn winter"
    " peut etre je crois pense sans doute maybe perhaps think i"
)
"""What says that a date is not exact."""
_UNITS: Final = {
    **dict.fromkeys(("an", "ans", "annee", "annees", "year", "years"), "year"),
    **dict.fromkeys(("mois", "month", "months"), "month"),
    **dict.fromkeys(("semaine", "semaines", "week", "weeks"), "week"),
    **dict.fromkeys(("jour", "jours", "day", "days"), "day"),
}
_PAST: Final = (
    "il y a",
    "y a",
    "depuis",
    "ca fait",
    "cela fait",
    "voila",
    "ago",
    "for",
    "since",
    "back",
    "earlier",
)
_NAMED: Final = {
    **dict.fromkeys(("aujourd hui", "aujourdhui", "today", "ce jour", "ce matin"), ("day", 0)),
    **dict.fromkeys(("hier", "yesterday"), ("day", 1)),
    **dict.fromkeys(("ce mois ci", "ce mois", "this month"), ("month", 0)),
    **dict.fromkeys(("le mois dernier", "mois dernier", "le mois passe", "last month"), ("month", 1)),
    **dict.fromkeys(("cette annee", "this year"), ("year", 0)),
    **dict.fromkeys(
        ("l annee derniere", "l an dernier", "l an passe", "l annee passee", "last year"), ("year", 1)
    ),
}


def month(word: str) -> tuple[int, bool]:
    """Return the month that a folded word is, 0 when none, and whether it is spelt right."""
    if word in _MONTHS:
        return _MONTHS[word], True
    if len(word) < 4 or word.isdecimal():
        return 0, False
    near = {number for name, number in _MONTHS.items() if len(name) > 3 and slips(word, name) == 1}
    return (near.pop(), False) if len(near) == 1 else (0, False)


def relative(said: str, today: date) -> Dated | None:
    """Return the date of "il y a deux ans" or "last month"; None when it is said otherwise. Never sure."""
    if said in _NAMED:
        unit, back = _NAMED[said]
        return _back(today, unit, back, whole=True)
    if not any(f" {mark} " in f" {said} " for mark in _PAST):
        return None
    words = [word for mark in _PAST for word in mark.split()]
    rest = [word for word in said.split() if word not in {*words, *ROUGHLY, "un", "une", "a", "one"}]
    at = next((at for at, word in enumerate(rest) if word in _UNITS), None)
    if at is None or rest[at + 1 :] not in ([], ["et", "demi"], ["and", "half"]):
        return None
    count = _count(rest[:at])
    if count is None:
        return None
    half = len(rest) > at + 1 and _UNITS[rest[at]] == "year"
    return _back(today, "month", 12 * count + 6) if half else _back(today, _UNITS[rest[at]], count)


def _count(words: Sequence[str]) -> int | None:
    if not words:
        return 1
    if len(words) == 1 and words[0].isdecimal() and len(words[0]) <= 3:
        return int(words[0])
    return in_letters(words)


def _back(today: date, unit: str, count: int, *, whole: bool = False) -> Dated | None:
    """Count back; years and months are told by the month, the year alone when ``whole``."""
    if count > 1500:
        return None
    if unit in {"day", "week"}:
        day = date.fromordinal(max(1, today.toordinal() - count * (7 if unit == "week" else 1)))
        return Dated(day.year, day.month, day.day, sure=False)
    if unit == "year" and whole:
        return Dated(today.year - count, sure=False)
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "year" else 1)
    return Dated(months // 12, months % 12 + 1, sure=False) if months > 0 else None
