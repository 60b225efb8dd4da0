"""All of a dossier as the words that its template prints: each field as a person reads it, step by step.

What was submitted is printed from what was submitted; anything else says on each page that it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from rallynov.dialogue.words import Term, Typed, Words, say
from rallynov.editions.model import Edition
from rallynov.initiatives.attachments.showing import lines
from rallynov.initiatives.model import Dossier, DossierForm, Field, Json, Kind, Status, Step
from rallynov.initiatives.papers.found import Found, Submitted
from rallynov.initiatives.papers.receipt import grouped
from rallynov.initiatives.reading import show, show_cell
from rallynov.initiatives.screens.parts import UNTITLED, standing
from rallynov.wording import Wording

Given: TypeAlias = dict[str, object]
Speak: TypeAlias = Callable[[Words], str]


def whole_data(form: DossierForm, found: Found, edition: Edition, wording: Wording, language: str) -> Given:
    """Return everything that the template prints, in one language."""

    def speak(said: Words) -> str:
        return wording.word(said, language)

    dossier, submitted = found.dossier, found.standing
    answers = submitted.answers if submitted else form.given(dossier)
    page = _Page(form, dossier, answers, submitted, speak)
    title = answers.get("title") or answers.get("name")
    return {
        "language": language,
        "title": title if isinstance(title, str) else speak(UNTITLED),
        "brand": edition.title,
        "cover": speak(say("Dossier of an initiative")),
        "lines": [speak(one) for one in _lines(form, found)],
        "running": speak(_running(edition, found)),
        "stamp": "" if submitted else speak(stamp(dossier.status)),
        "stamped": speak(say("This document proves no submission: only the receipt, with its number, does.")),
        "standing": speak(standing(dossier)),
        "steps": [page.step(step) for step in form.steps],
        "others": page.others(),
        "head": [speak(say("Question")), speak(say("Your answer"))],
        "struck": speak(say("▯ stands for a sign that this document cannot print.")),
    }


def stamp(status: Status) -> Words:
    """Say in words why a document is no submitted dossier."""
    match status:
        case Status.TO_CORRECT:
            return say("Being corrected, not submitted again yet")
        case Status.WITHDRAWN:
            return say("Withdrawn dossier, not submitted")
        case _:
            return say("Draft, not submitted")


def _lines(form: DossierForm, found: Found) -> list[Words]:
    dossier = found.dossier
    version = say("Form {version}", version=Typed(form.version))
    if found.standing and dossier.submitted_at:
        return [
            say("Number {number}", number=Typed(dossier.receipt)),
            say("Submitted on {at} (Paris time)", at=dossier.submitted_at),
            say("Fingerprint {fingerprint}", fingerprint=Typed(grouped(dossier.fingerprint))),
        ]
    return [say("Last change: {at}", at=dossier.updated_at), version] if dossier.updated_at else [version]


def _running(edition: Edition, found: Found) -> Words:
    if found.standing:
        return say(
            "{edition}. Dossier submitted under number {number}.",
            edition=Typed(edition.title),
            number=Typed(found.dossier.receipt),
        )
    return Typed(edition.title)


class _Page:
    """The fields of one dossier, worded: a run of short answers is a table, a text and rows stand alone."""

    def __init__(
        self,
        form: DossierForm,
        dossier: Dossier,
        answers: Mapping[str, Json],
        submitted: Submitted | None,
        speak: Speak,
    ) -> None:
        self._form, self._dossier, self._answers = form, dossier, answers
        self._submitted, self._speak = submitted, speak

    def step(self, step: Step) -> Given:
        """Return a step as its parts, in the order of the form."""
        parts: list[Given] = []
        run: list[Given] = []
        for field in step.fields:
            if not field.applies(self._answers):
                continue
            if field.kind in {Kind.TEXT, Kind.ROWS, Kind.FILES}:
                parts += [{"kind": "answers", "rows": run}] if run else []
                parts.append(self._alone(field))
                run = []
            else:
                run.append(self._row(field))
        parts += [{"kind": "answers", "rows": run}] if run else []
        return {"title": self._speak(Term(f"form:step.{step.id}:title")), "parts": parts}

    def others(self) -> Given | None:
        """Return what was submitted in answer to questions that are asked no longer."""
        gone = [name for name in self._answers if self._form.find(name) is None]
        if not gone:
            return None
        title = self._speak(say("Answers to questions that are asked no longer"))
        rows = [{"name": name, "answer": str(self._answers[name]), "note": ""} for name in gone]
        return {"title": title, "rows": rows}

    def _row(self, field: Field) -> Given:
        value = self._answers.get(field.id)
        return {
            "name": self._speak(Term(f"form:{field.id}:label")),
            "answer": None if value is None else self._speak(show(field, value)),
            "note": self._note(field),
        }

    def _alone(self, field: Field) -> Given:
        part: Given = {"name": self._speak(Term(f"form:{field.id}:label")), "note": self._note(field)}
        value = self._answers.get(field.id)
        if field.kind is Kind.FILES:
            return part | {"kind": "table", **self._files()}
        if field.kind is Kind.ROWS and isinstance(value, list):
            return part | {"kind": "table", **self._table(field, value)}
        answer = None if value is None else self._speak(show(field, value))
        return part | {"kind": "text", "answer": answer}

    def _table(self, field: Field, value: Sequence[Json]) -> Given:
        head = [self._speak(Term(f"form:{field.id}.{column.id}:label")) for column in field.columns]
        rows = [
            [self._speak(show_cell(field, column.id, row.get(column.id))) for column in field.columns]
            for row in value
            if isinstance(row, Mapping)
        ]
        return {"head": head, "rows": rows}

    def _files(self) -> Given:
        """Return the files, one a row; of what was submitted, those that were submitted and no other."""
        head = (say("File"), say("Size"), say("State"))
        kept = sorted(self._submitted.files) if self._submitted else None
        rows = [
            [self._speak(words) for words in (one.name, one.size, one.state)]
            for one in lines(self._form, self._dossier, kept)
        ]
        return {"head": [self._speak(one) for one in head], "rows": rows}

    def _note(self, field: Field) -> str:
        """Say beside an answer that it is missing, begun, or to be chosen; nothing beside what was submitted."""
        held = self._dossier.holds(field.id)
        if self._submitted is None and held and held.rivals:
            return self._speak(say("Two answers to choose between: the other one is kept too."))
        if field.id in self._answers or (field.kind is Kind.FILES and self._files()["rows"]):
            return ""
        draft = (self._dossier.drafts or {}).get(field.id)
        if self._submitted is None and isinstance(draft, str) and draft:
            return self._speak(say("begun, to be finished: {draft}", draft=Typed(draft)))
        wanted = field.required and self._submitted is None
        return self._speak(say("still to be answered") if wanted else say("nothing"))
