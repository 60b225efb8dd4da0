"""What stands at a field for one person: the value, what they typed that is none yet, what their diagnosis proposes. Pure.

It is put together from the facts at every turn: a doubt, a row half written, a text too short are never in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from rallynov.diagnosis.model import Diagnosis
from rallynov.dialogue.hearing import Lexicon
from rallynov.dialogue.turn import Scene
from rallynov.editions.model import day_of
from rallynov.initiatives.form import characters
from rallynov.initiatives.model import Answer, Dossier, DossierForm, Field, Json, Kind, Remark, Rival
from rallynov.initiatives.reading import Places, Reading, read, spoken
from rallynov.initiatives.reading.columns import of_column

Reader: TypeAlias = Callable[[Field, str, Scene], Reading]
"""How a typed text is read: the field, the text, and when and in which language it was typed."""


def reader(places: Places, lexicon: Lexicon) -> Reader:
    """Return the reader of a form: on the day on which the person typed, in Paris, in their language."""

    def typed(field: Field, text: str, scene: Scene) -> Reading:
        today = day_of(scene.said or scene.received)
        return read(field, text, today, places, spoken(field, lexicon, scene.language))

    return typed


TYPED = "?"
"""Where a row half written keeps what was typed for the column that comes next and is no value."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A field as one person finds it.

    ``value`` is what it holds and this release accepts, ``former`` what it holds and this release does not. ``draft`` is
    what they typed there and ``reading`` what came of it. ``proposal`` is what their diagnosis says about it. ``rivals``
    are values to choose between.
    """

    field: Field
    answer: Answer | None
    value: Json
    former: Json
    draft: Json
    reading: Reading | None
    proposal: str
    remarks: tuple[Remark, ...]

    @property
    def rivals(self) -> tuple[Rival, ...]:
        """Values that were written without having seen the one that is held."""
        return self.answer.rivals if self.answer else ()

    @property
    def typed(self) -> str:
        """What was typed last and is no value; empty when nothing was."""
        match self.draft:
            case str(text):
                return text
            case {"?": str(text)}:
                return text
            case _:
                return ""

    @property
    def chosen(self) -> list[str]:
        """Several choices as they now stand: those being made, else those that are kept."""
        held = self.draft if isinstance(self.draft, list) else self.value
        return [one for one in held if isinstance(one, str)] if isinstance(held, list) else []

    @property
    def rows(self) -> list[Json]:
        """The rows that are kept."""
        return self.value if isinstance(self.value, list) else []

    @property
    def row(self) -> Mapping[str, Json] | None:
        """The row being written; None when none is."""
        if isinstance(self.draft, Mapping):
            return self.draft
        return None if self.rows else {}

    @property
    def column(self) -> Field | None:
        """The column that comes next in the row being written, as a field; None when no row is."""
        row = self.row
        if self.field.kind is not Kind.ROWS or row is None:
            return None
        return next((of_column(self.field, one) for one in self.field.columns if one.id not in row), None)

    def read_as(self, typed: str) -> Field:
        """Return what a text typed here answers: the field; or the column that comes next, unless it is a whole row."""
        column, row = self.column, self.row or {}
        if column is None:
            return self.field
        whole = any(mark in typed for mark in ";|\t") or typed.count("\n") == len(self.field.columns) - 1
        return self.field if whole and not row.keys() - {TYPED} else column


class Pendings:
    """Fields as one person finds them."""

    def __init__(self, form: DossierForm, read: Reader) -> None:
        self._form = form
        self._read = read

    def at(self, field: Field, dossier: Dossier, scene: Scene) -> Pending:
        """Put together what stands at a field."""
        answer = dossier.holds(field.id)
        kept = field.current(answer.value) if answer and not answer.skipped else None
        value = kept if kept is not None and field.accepts(kept) else None
        former = kept if value is None else None
        draft = (dossier.drafts or {}).get(field.id)
        if draft is None and former is not None and field.kind in {Kind.LINE, Kind.TEXT}:
            draft = former  # what was written is there to be mended
        remarks = tuple(one for one in dossier.remarks if one.field == field.id)
        proposal = noted(field, scene) if value is None else ""
        bare = Pending(field, answer, value, former, draft, None, proposal, remarks)
        return replace(bare, reading=self._reading(bare, scene))

    def read(self, field: Field, typed: str, scene: Scene) -> Reading:
        """Read what was typed for a field, or for a column of one."""
        return self._read(field, typed, scene)

    def _reading(self, pending: Pending, scene: Scene) -> Reading | None:
        if not pending.typed:
            return None
        return self._read(pending.read_as(pending.typed), pending.typed, scene)


def noted(field: Field, scene: Scene) -> str:
    """Return what the person wrote in their diagnosis about a field; empty when they wrote nothing."""
    notes = scene.of(Diagnosis).noted
    return "\n".join(notes[one] for one in field.from_diagnosis if one in notes)


def too_short(field: Field, text: str) -> bool:
    """Tell whether a text only lacks its end."""
    return field.kind is Kind.TEXT and characters(text) < (field.least or 0)


def too_long(field: Field, text: str) -> bool:
    """Tell whether a text has more than its field takes."""
    return field.kind is Kind.TEXT and field.most is not None and characters(text) > field.most


def joined(draft: str, more: str) -> str:
    """Put a text at the end of another: a new sentence on a new line, the rest of one behind it."""
    return f"{draft}\n{more}" if more[:1].isupper() else f"{draft} {more}"
