"""Dates, kept as precisely as they are known: a day, a month or a year."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from rallynov.dialogue.words import say
from rallynov.initiatives.form import Field
from rallynov.initiatives.reading.confirm import confirm
from rallynov.initiatives.reading.dating import FILLERS, ROUGHLY, Dated, month, relative
from rallynov.initiatives.reading.result import Given, Reading, Refusal, Value, mend
from rallynov.text import clean_line, fold

FIRST_YEAR: Final = 1900
AHEAD: Final = 10
"""Years that a date may lie ahead where it may."""
_LONGEST: Final = 80
_ORDINAL = re.compile(r"(\d{1,2})(?:er|e|eme|st|nd|rd|th)")


def read_date(field: Field, typed: str, given: Given) -> Reading:
    """Read a date. The day comes before the month, in both languages; a span back in time is asked about."""
    said = fold(clean_line(typed))
    dated = _dated(said, given.today) if len(said) <= _LONGEST else None
    if dated is None:
        return _no_year(said) or mend(field)
    try:
        first = dated.first
    except ValueError:
        return Refusal(say("There is no such day. Check the day and the month, for example 3/03/2013."))
    if not FIRST_YEAR <= dated.year <= given.today.year + AHEAD:
        return Refusal(say("This year does not seem right. Check it, and write it in four figures."))
    if field.past and first > given.today:
        return Refusal(
            say("The start cannot lie ahead once it is under way. Give the day on which it really started.")
        )
    return Value(dated.iso) if dated.sure else confirm(field, dated.iso)


def _no_year(said: str) -> Refusal | None:
    """Ask for the year where a month was given without one."""
    words = said.split()
    if not any(month(word)[0] for word in words) or any(re.fullmatch(r"\d{4}", word) for word in words):
        return None
    return Refusal(say("The year is missing. Write it as well, for example March 2013."))


def _dated(said: str, today: date) -> Dated | None:
    back = relative(said, today)
    if back:
        return back
    words = [_ORDINAL.sub(r"\1", word) for word in said.split() if word not in FILLERS]
    exact = [word for word in words if word not in ROUGHLY]
    read = _shaped(exact, today)
    return (
        read
        if read is None or len(exact) == len(words)
        else Dated(read.year, read.month, read.day, sure=False)
    )


def _shaped(words: list[str], today: date) -> Dated | None:
    """Read what is left: y, n and m stand for a year, a figure and the name of a month."""
    if len(words) == 1 and re.fullmatch(r"\d{8}", words[0]):
        return _glued(words[0])
    months = [month(word) for word in words]
    shape = "".join(
        "m"
        if number
        else "y"
        if re.fullmatch(r"\d{4}", word)
        else "n"
        if re.fullmatch(r"\d{1,2}", word)
        else "?"
        for word, (number, _) in zip(words, months, strict=True)
    )
    order = _SHAPES.get(shape)
    if order is None:
        return None
    values = [number or int(word) for word, (number, _) in zip(words, months, strict=True)]
    parts = dict(zip(order, values, strict=True))
    if parts.get("m") == 0 or parts.get("d") == 0:
        return Dated(FIRST_YEAR, 13)
    spelt = all(right for number, right in months if number)
    return _read(
        parts.get("y", 0), parts.get("m", 0), parts.get("d", 0), today, spelt=spelt, short="y" not in shape
    )


def _read(year: int, number: int, day: int, today: date, *, spelt: bool, short: bool) -> Dated:
    if short:  # "13" is 2013 in 2013, and 1998 was not ahead of it
        century = today.year // 100 * 100
        year += century if year <= today.year % 100 + 1 else century - 100
    if number > 12 >= day > 0:
        return Dated(year, day, number, sure=False)
    return Dated(year, number, day, sure=spelt and not short)


def _glued(figures: str) -> Dated:
    """Read eight figures: the day first, unless they begin with a year of ours."""
    if figures[:2] in {"19", "20"} and int(figures[4:6]) <= 12:
        return Dated(int(figures[:4]), int(figures[4:6]), int(figures[6:]), sure=False)
    return Dated(int(figures[4:]), int(figures[2:4]), int(figures[:2]), sure=False)


_SHAPES: Final = {
    "nny": "dmy", "nmy": "dmy", "mny": "mdy", "ynn": "ymd", "ymn": "ymd", "ny": "my", "my": "my", "yn": "ym", "ym": "ym",
    "y": "y", "nnn": "dmy", "nmn": "dmy",
}  # fmt: skip
