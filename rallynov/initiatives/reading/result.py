"""What came of reading a typed text: a value, a value to confirm, or a refusal that says how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from rallynov.dialogue.words import Term, Words
from rallynov.initiatives.form import Field, Json
from rallynov.initiatives.reading.places import Places
from rallynov.initiatives.reading.spoken import Spoken


@dataclass(frozen=True, slots=True)
class Value:
    """A value to store, normalised."""

    value: Json


@dataclass(frozen=True, slots=True)
class Doubt:
    """A value stored only after a yes; ``others`` are what else may be meant, the likeliest first.

    ``named`` tells that the question names the value, so that a yes is an answer to it, whatever else may be meant.
    """

    value: Json
    ask: Words
    others: tuple[Json, ...] = ()
    named: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is wrong, and how to mend it."""

    words: Words


Reading: TypeAlias = Value | Doubt | Refusal


@dataclass(frozen=True, slots=True)
class Given:
    """What readers need besides the text."""

    today: date
    places: Places
    said: Sequence[Spoken] = ()


def mend(asked: Field) -> Refusal:
    """Refuse a text in which nothing usable was read: the field's own instruction."""
    return Refusal(Term(f"form:{asked.id}:mend"))
