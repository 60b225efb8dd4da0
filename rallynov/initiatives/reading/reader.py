"""Each kind of field, and how what is typed in it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

from rallynov.dialogue.words import say
from rallynov.initiatives.form import Field, Kind
from rallynov.initiatives.reading.choices import (
    read_choice,
    read_choices,
    read_must,
    read_yesno,
    said_none,
)
from rallynov.initiatives.reading.commune import read_commune
from rallynov.initiatives.reading.contact import read_email, read_phone
from rallynov.initiatives.reading.dates import read_date
from rallynov.initiatives.reading.numbers import read_amount, read_number
from rallynov.initiatives.reading.pages import read_url, read_urls
from rallynov.initiatives.reading.places import Places
from rallynov.initiatives.reading.registry import read_naf, read_registry
from rallynov.initiatives.reading.result import Given, Reading, Refusal, Value
from rallynov.initiatives.reading.rows import read_rows
from rallynov.initiatives.reading.spoken import Spoken
from rallynov.initiatives.reading.texts import read_line, read_text


def read(field: Field, typed: str, today: date, places: Places, said: Sequence[Spoken] = ()) -> Reading:
    """Read what was typed in a field: a value, a value to confirm, or a refusal. Never raises.

    ``said`` holds the words of the field's options (``spoken``); without it they are known by number and id. At a field
    that is optional, « aucun » is the value None.
    """
    return _read(field, typed, Given(today, places, said))


def _read(field: Field, typed: str, given: Given) -> Reading:
    plain = _PLAIN.get(field.kind)
    reading = plain(field, typed) if plain else _GIVEN[field.kind](field, typed, given)
    if field.required or field.kind is Kind.CHOICES:
        return reading
    unread = isinstance(reading, Refusal) or field.kind is Kind.LINE
    return Value(None) if unread and said_none(typed, given.said) else reading


def _rows(field: Field, typed: str, given: Given) -> Reading:
    return read_rows(field, typed, given, _read)


def _file(_field: Field, _typed: str) -> Reading:
    return Refusal(say("A file cannot be typed. Send the file itself."))


_PLAIN: Final[Mapping[Kind, Callable[[Field, str], Reading]]] = {
    Kind.LINE: read_line,
    Kind.TEXT: read_text,
    Kind.NUMBER: read_number,
    Kind.AMOUNT: read_amount,
    Kind.EMAIL: read_email,
    Kind.PHONE: read_phone,
    Kind.URL: read_url,
    Kind.URLS: read_urls,
    Kind.REGISTRY: read_registry,
    Kind.NAF: read_naf,
    Kind.FILES: _file,
}
_GIVEN: Final[Mapping[Kind, Callable[[Field, str, Given], Reading]]] = {
    Kind.CHOICE: read_choice,
    Kind.CHOICES: read_choices,
    Kind.DATE: read_date,
    Kind.YESNO: read_yesno,
    Kind.MUST: read_must,
    Kind.COMMUNE: read_commune,
    Kind.ROWS: _rows,
}
"""The kinds whose reading depends on the day, the places or the words of options."""
