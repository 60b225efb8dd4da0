"""The screen of two answers to one field, written without seeing each other. Pure."""

from __future__ import annotations

from rallynov.dialogue.screens import Choice, Screen, note, quote, text, title
from rallynov.dialogue.words import Term, Words, say
from rallynov.initiatives.model import Dossier, Field, Json, Kind
from rallynov.initiatives.pending import Pending
from rallynov.initiatives.reading.showing import show
from rallynov.initiatives.screens.parts import HELP, PAUSE, RECAP
from rallynov.initiatives.screens.question import Questions, named

FIRST = Choice("first", say("Keep the first"))
SECOND = Choice("second", say("Keep the second"))
BOTH = Choice("both", say("Keep both, one after the other"))


def conflict(questions: Questions, dossier: Dossier, pending: Pending) -> Screen:
    """Show both answers, who wrote each and when, and ask which to keep."""
    field, answer, rival = pending.field, pending.answer, pending.rivals[0]
    by, at = (answer.by, answer.at) if answer else ("", None)
    first = named(dossier, by)
    blocks = (
        questions.header(dossier, field),
        title(say("Two answers for “{question}”", question=Term(f"form:{field.id}:short"))),
        text(say("They were written without seeing each other. Neither is lost: which one do you keep?")),
        note(say("1. {who}, {at}:", who=first, at=at) if at else say("1. {who}:", who=first)),
        quote(_shown(field, pending.value)),
        note(say("2. {who}, {at}:", who=named(dossier, rival.by), at=rival.at)),
        quote(_shown(field, rival.value)),
    )
    both = (BOTH,) if together(field, pending.value, rival.value) is not None else ()
    return Screen(f"clash:{field.id}", blocks, (FIRST, SECOND, *both), (RECAP, PAUSE, HELP))


def _shown(field: Field, value: Json) -> Words:
    return show(field, value) if value is not None else say("nothing")


def together(field: Field, one: Json, other: Json) -> Json:
    """Return two values as one, one after the other; None where that is no value of the field."""
    both: Json = None
    if field.kind is Kind.TEXT and isinstance(one, str) and isinstance(other, str):
        both = f"{one}\n{other}"
    elif isinstance(one, list) and isinstance(other, list):
        both = [*one, *(each for each in other if each not in one)]
    return both if both is not None and field.accepts(both) else None
