"""The two questions that a doubt asks."""

from __future__ import annotations

from rallynov.dialogue.words import say
from rallynov.initiatives.form import Field, Json
from rallynov.initiatives.reading.result import Doubt
from rallynov.initiatives.reading.showing import show


def confirm(field: Field, value: Json) -> Doubt:
    """Ask whether this is what was meant."""
    return Doubt(value, say("I understand: {value}. Is that right?", value=show(field, value)))


def which(values: tuple[Json, ...]) -> Doubt:
    """Ask which of several values, two at least, was meant, the likeliest first."""
    return Doubt(values[0], say("Which one do you mean?"), values[1:])
