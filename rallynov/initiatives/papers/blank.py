"""The form to prepare on paper, as the words that its template prints: every question, its limits, room to write."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from math import ceil
from typing import TypeAlias

from rallynov.dialogue.words import Say, Term, Typed, Words, plural, say
from rallynov.editions.model import Calendar, Edition
from rallynov.initiatives.attachments.words import rule
from rallynov.initiatives.model import DossierForm, Field, Kind, When
from rallynov.initiatives.reading import show
from rallynov.initiatives.screens.parts import until
from rallynov.wording import Wording

Given: TypeAlias = dict[str, object]
Speak: TypeAlias = Callable[[Words], str]
_A_LINE = 100
"""Characters that a small hand writes on one line."""
_LINES = 12
"""Lines given to a text at most: with them, a question still holds on half a page."""


def blank_data(
    form: DossierForm, calendar: Calendar, edition: Edition, wording: Wording, language: str
) -> Given:
    """Return everything that the template prints, in one language."""

    def speak(words: Words) -> str:
        return wording.word(words, language)

    numbers = {field.id: n for n, field in enumerate(form.fields, 1)}
    page = _Page(form, numbers, speak)
    due = until(calendar)
    return {
        "language": language,
        "title": speak(say("Your dossier, to prepare on paper")),
        "brand": edition.title,
        "lines": [
            speak(plural("{n} step", "{n} steps", len(form.steps))),
            speak(plural("{n} question", "{n} questions", len(form.fields))),
            speak(say("Form {version}", version=Typed(form.version))),
        ],
        "running": speak(say("{edition}. Form to prepare, not a submission.", edition=Typed(edition.title))),
        "due": speak(due) if due else speak(say("The closing day is not set yet.")),
        "use": speak(
            say(
                "Write here to prepare, alone or with others. Only what you then type in the conversation, and submit "
                "there, counts: type “/dossier” to begin."
            )
        ),
        "optional": speak(say("An optional question may be left empty.")),
        "more": speak(say("A longer answer goes on another sheet, with the number of its question.")),
        "steps": [
            {
                "title": speak(say("{n}. {title}", n=n, title=Term(f"form:step.{step.id}:title"))),
                "fields": [page.field(field) for field in step.fields],
            }
            for n, step in enumerate(form.steps, 1)
        ],
    }


class _Page:
    """The questions of a form, worded."""

    def __init__(self, form: DossierForm, numbers: dict[str, int], speak: Speak) -> None:
        self._form, self._numbers, self._speak = form, numbers, speak

    def field(self, field: Field) -> Given:
        """Return a question, what limits its answer, and the room to write it in."""
        limits = self._limits(field)
        return {
            "number": self._numbers[field.id],
            "ask": self._speak(Term(f"form:{field.id}:ask")),
            "hint": self._speak(Term(f"form:{field.id}:hint")),
            "limits": [self._speak(one) for one in limits],
            **self._room(field),
        }

    def _limits(self, field: Field) -> list[Words]:
        told: list[Words] = [] if field.required else [say("Optional.")]
        if field.when:
            told.append(self._condition(field.when))
        if field.kind is Kind.FILES:
            return [*told, rule(self._form)]
        bounds = _bounds(field)
        return [*told, bounds] if bounds else told

    def _condition(self, when: When) -> Words:
        """Say which answers to another question bring a question."""
        other = self._form.find(when.field)
        named = [say("“{answer}”", answer=show(other, one)) for one in when.any_of] if other else []
        either: Words = reduce(lambda one, more: say("{one} or {other}", one=one, other=more), named)
        return say(
            "Only if you answered {answer} to question {number}.",
            answer=either,
            number=self._numbers[when.field],
        )

    def _room(self, field: Field) -> Given:
        match field.kind:
            case Kind.CHOICE:
                return {"room": "options", "names": [self._speak(show(field, one)) for one in field.options]}
            case Kind.CHOICES:
                return {
                    "room": "options",
                    "names": [self._speak(show(field, [one])) for one in field.options],
                }
            case Kind.YESNO:
                return {
                    "room": "boxes",
                    "names": [self._speak(Term(f"form:{one}:label")) for one in ("yes", "no")],
                }
            case Kind.MUST:
                return {"room": "boxes", "names": [self._speak(Term("form:yes:label"))]}
            case Kind.ROWS:
                heads = [self._speak(Term(f"form:{field.id}.{one.id}:label")) for one in field.columns]
                return {"room": "rows", "head": heads, "rows": field.most or 1}
            case _:
                return {"room": "lines", "lines": _lines(field, self._form)}


def _lines(field: Field, form: DossierForm) -> int:
    match field.kind:
        case Kind.TEXT | Kind.LINE:
            return min(_LINES, ceil((field.most or 1) / _A_LINE))
        case Kind.URLS:
            return field.most or 1
        case Kind.FILES:
            return form.files_most // 2
        case _:
            return 1


def _bounds(field: Field) -> Say | None:
    """Say how much a field takes; None where its hint says all."""
    if field.most is None or field.kind is Kind.URLS:
        return None
    least, most = field.least or 0, field.most
    match field.kind:
        case Kind.LINE | Kind.TEXT:
            return say("{least} to {most} characters.", least=least, most=most)
        case Kind.CHOICES:
            return say("{least} to {most} choices.", least=least, most=most)
        case Kind.ROWS:
            return say("{least} to {most} rows.", least=least, most=most)
        case _:
            return say("From {least} to {most}.", least=least, most=most)
