"""Lines and texts, counted in characters as a reader sees them."""

from __future__ import annotations

import re
from typing import Final

from rallynov.dialogue.words import plural, say
from rallynov.initiatives.form import Field, Kind, characters
from rallynov.initiatives.reading.result import Reading, Refusal, Value, mend
from rallynov.text import clean_line, clean_text

PERSON: Final = "person"
"""The field that names somebody."""
_ADDRESS = re.compile(r"://|@|\bwww\.", re.IGNORECASE)


def read_line(field: Field, typed: str) -> Reading:
    """Read one line; line breaks become spaces. The name of somebody is no address."""
    text = clean_line(typed)
    if field.id == PERSON and _ADDRESS.search(text):
        return Refusal(
            say(
                "This is an address, not a name; ways to reach this person are asked for next. Here, write a first name "
                "and a name."
            )
        )
    return _measured(field, text)


def read_text(field: Field, typed: str) -> Reading:
    """Read a text of several paragraphs."""
    return _measured(field, clean_text(typed))


def length_left(field: Field, typed: str) -> tuple[int, int]:
    """Return how many characters are missing, and how many are too many; an emoji is one character."""
    if field.kind not in {Kind.LINE, Kind.TEXT}:
        return 0, 0
    length = characters(clean_line(typed) if field.kind is Kind.LINE else clean_text(typed))
    over = length - field.most if field.most is not None else 0
    return max(0, (field.least or 0) - length), max(0, over)


def _measured(field: Field, text: str) -> Reading:
    if not text:
        return mend(field)
    missing, over = length_left(field, text)
    if missing:
        return _short(field, missing)
    if over:
        return Refusal(
            plural(
                "One character too many: {most} at most. Shorten your text.",
                "{n} characters too many: {most} at most. Shorten your text.",
                over,
                most=field.most or 0,
            )
        )
    return Value(text)


def _short(field: Field, missing: int) -> Refusal:
    if field.kind is Kind.LINE:
        return mend(field)
    return Refusal(
        plural(
            "One character is missing. Add a word or an example.",
            "{n} characters are missing. Add a detail or an example.",
            missing,
        )
    )
