"""Whole numbers and amounts in euros, in figures or in letters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from rallynov.dialogue.words import say
from rallynov.initiatives.form import Field, Kind
from rallynov.initiatives.reading.confirm import confirm
from rallynov.initiatives.reading.numerals import ABOUT, HEDGES, NOTHING, TIMES, in_letters, words_of
from rallynov.initiatives.reading.result import Reading, Refusal, Value, mend
from rallynov.text import clean_line, fold

_FIGURE = re.compile(
    r"(?<!\d)(?:(?P<groups>\d{1,3}(?:[\s.,'’]\d{3})+)(?!\d)(?:[.,](?P<cents>\d{1,2})(?!\d))?"
    r"|(?P<whole>\d+)(?:[.,](?P<part>\d+))?)"
)
_BELOW_ZERO = re.compile(r"(?:^|[\s(])[-−–]\s?\d|\b(?:moins|minus) \d+$", re.IGNORECASE)
_SIGNS = re.compile(r"[~≈<>≤≥+±?]")
_OTHER_MONEY = re.compile(
    r"[$£¥]|\b(?:chf|usd|gbp|fr|francs?|dollars?|livres sterling|pounds?)\b", re.IGNORECASE
)
_PLAIN: Final = words_of(
    "salarie salaries salariee salariees personnes personne employe employes employee employees agents etp"
    " collaborateurs jours jour journees habitants usagers beneficiaires people persons staff workers days day"
    " users euros euro eur e ttc ht de d en au total soit nous sommes on est we are have of in a the"
)
"""Words around a number that change nothing."""
_MOST_FIGURES: Final = 15


@dataclass(frozen=True, slots=True)
class _Found:
    amount: Decimal
    sure: bool


def read_number(field: Field, typed: str) -> Reading:
    """Read a whole number."""
    found = _find(field, clean_line(typed))
    if isinstance(found, Refusal):
        return found
    if found.amount % 1:
        return Refusal(
            say(
                "A whole number is needed here. Round it, for example {rounded}.",
                rounded=int(found.amount + Decimal("0.5")),
            )
        )
    return _within(field, int(found.amount), sure=found.sure)


def read_amount(field: Field, typed: str) -> Reading:
    """Read an amount in euros, to the cent: an ``int``, or a ``float`` when there are cents."""
    text = clean_line(typed)
    if _OTHER_MONEY.search(text):
        return Refusal(
            say("Amounts are in euros here. Write it in euros, for example {amount}.", amount=12000)
        )
    found = _find(field, text)
    if isinstance(found, Refusal):
        return found
    cents = round(found.amount, 2)
    return _within(field, float(cents) if cents % 1 else int(cents), sure=found.sure)


def _within(field: Field, value: float, *, sure: bool) -> Reading:
    if field.least is not None and value < field.least:
        return mend(field)
    if field.most is not None and value > field.most:
        return Refusal(say("The most is {most} here. Check the figure, and write it again.", most=field.most))
    return Value(value) if sure else confirm(field, value)


def _find(field: Field, text: str) -> _Found | Refusal:
    if "%" in text or not text:
        return mend(field)
    figures = list(_FIGURE.finditer(text))
    if len(figures) > 1:
        return Refusal(say("There are several figures in your message. Write only one."))
    if _BELOW_ZERO.search(text):
        return Refusal(say("A figure below zero cannot be kept here. Write 0 or more."))
    found = _in_figures(field, text, figures[0]) if figures else _in_letters(fold(text).split())
    if found is None:
        return mend(field)
    return _Found(found.amount, sure=False) if _SIGNS.search(text) else found


def _in_figures(field: Field, text: str, figure: re.Match[str]) -> _Found:
    before, after = fold(text[: figure.start()]).split(), fold(text[figure.end() :]).split()
    amount, sure = _decimal(figure), True
    if after and _multiplies(field, after[0]):
        amount, after = amount * TIMES[after[0]], after[1:]
    elif after and after[0] in ABOUT:
        amount, after, sure = amount * ABOUT[after[0]], after[1:], False
    return _Found(amount, sure=sure and _PLAIN.issuperset((*before, *after)))


def _multiplies(field: Field, word: str) -> bool:
    return word in TIMES and (word != "m" or field.kind is Kind.AMOUNT)


def _decimal(figure: re.Match[str]) -> Decimal:
    """Return the number of a match; "0,125" is no group of thousands."""
    grouped = figure["groups"]
    if grouped and not re.fullmatch(r"0[.,]\d{3}", grouped):
        whole, part = re.sub(r"\D", "", grouped), figure["cents"]
    else:
        whole, part = grouped.split(grouped[1]) if grouped else (figure["whole"], figure["part"])
    if len(whole) > _MOST_FIGURES:
        return Decimal(10**_MOST_FIGURES)
    return Decimal(f"{whole}.{(part or '0')[:_MOST_FIGURES]}")


def _in_letters(words: Sequence[str]) -> _Found | None:
    if len(words) == 1 and words[0] in NOTHING:
        return _Found(Decimal(0), sure=words[0] == "zero")
    said = [word for word in words if word not in _PLAIN and word not in HEDGES]
    sure = HEDGES.isdisjoint(words)
    about = next((at for at, word in enumerate(said) if word in ABOUT), None)
    if about is not None:
        times = in_letters(said[:about]) if about else 1
        return _Found(Decimal(times * ABOUT[said[about]]), sure=False) if times else None
    number = in_letters(said)
    if number is not None and (sure or number > 1):
        return _Found(Decimal(number), sure=sure)
    # "Quarante à l'année": asked. A lone "un" says nothing.
    kept = [word for word in said if in_letters([word]) is not None]
    number = in_letters(kept)
    return _Found(Decimal(number), sure=False) if number and number > 1 else None
