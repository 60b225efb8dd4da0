"""The dossier of an initiative: its form, what was answered, who may do what. Pure.

A dossier is *kept* with every answer and *submitted* by one act: the two are never told in the same word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from rallynov.initiatives.form import Column, DossierForm, Field, Json, Kind, Step, When

__all__ = [
    "PERSONAL", "Answer", "Attachment", "Column", "Dossier", "DossierForm", "Dossiers", "Field", "Json", "Kind", "Lookalike",
    "Remark", "Right", "Rival", "Sharer", "Status", "Step", "When", "missing",
]  # fmt: skip

PERSONAL = ("person", "position", "email", "phone")
"""The fields that tell of a person, not of the organisation."""


class Status(StrEnum):
    """Where a dossier is in its life."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    TO_CORRECT = "to_correct"
    ADMISSIBLE = "admissible"
    INADMISSIBLE = "inadmissible"
    WITHDRAWN = "withdrawn"


class Right(StrEnum):
    """What a person may do with a dossier; each includes those before it."""

    READ = "read"
    COMMENT = "comment"
    EDIT = "edit"
    OWN = "own"

    def includes(self, other: Right) -> bool:
        """Tell whether this right gives another."""
        order = list(Right)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class Rival:
    """What somebody wrote in a field without having seen what it then held: kept beside it until one is chosen."""

    id: int
    value: Json
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What a field holds. ``version`` grows with each change: two devices that write see each other.

    ``source`` is "diagnosis" for a text taken from there, empty when it was typed here; ``skipped`` is a field that
    was left for later.
    """

    value: Json
    version: int = 1
    by: str = ""
    at: datetime | None = None
    source: str = ""
    skipped: bool = False
    rivals: tuple[Rival, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of a dossier; ``state`` is "waiting", "kept" or "refused" (``reason`` says why)."""

    id: str
    name: str
    mime: str
    size: int
    state: str
    reason: str = ""
    scanned: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment by somebody who shares the dossier; ``field`` is empty for the whole."""

    field: str
    by: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sharer:
    """Another person who shares a dossier, by the name they chose for it when they joined."""

    person: str
    name: str
    right: Right


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Another dossier of this edition for the same organisation, or with the same title: shown, never merged."""

    title: str
    status: Status
    mine: bool


@dataclass(frozen=True, slots=True)
class Dossier:
    """One dossier as one person sees it."""

    id: str
    status: Status = Status.DRAFT
    right: Right = Right.OWN
    answers: Mapping[str, Answer] | None = None
    attachments: tuple[Attachment, ...] = ()
    remarks: tuple[Remark, ...] = ()
    receipt: str = ""
    fingerprint: str = ""
    submitted_at: datetime | None = None
    correct_by: datetime | None = None
    reason: str = ""
    others: tuple[Sharer, ...] = ()
    lookalikes: tuple[Lookalike, ...] = ()
    updated_at: datetime | None = None
    drafts: Mapping[str, Json] | None = None
    """By field, what this person typed there that is no value yet."""

    @property
    def given(self) -> Mapping[str, Json]:
        """The values by field as they are stored, without those that were skipped: see ``DossierForm.given``."""
        return {name: answer.value for name, answer in (self.answers or {}).items() if not answer.skipped}

    @property
    def open(self) -> bool:
        """Tell whether its content may be changed, as far as its status goes."""
        return self.status in {Status.DRAFT, Status.TO_CORRECT}

    def holds(self, field: str) -> Answer | None:
        """Return what is stored of a field."""
        return (self.answers or {}).get(field)

    def seen(self, field: str) -> int:
        """Return the version of a field; 0 when nothing was ever stored."""
        held = self.holds(field)
        return held.version if held else 0

    def answering(self, field: str, answer: Answer) -> Dossier:
        """Return this dossier with another answer to a field."""
        return replace(self, answers={**(self.answers or {}), field: answer})

    def drafting(self, field: str, draft: Json) -> Dossier:
        """Return this dossier with a draft of a field, or without it when it is None."""
        others = {name: kept for name, kept in (self.drafts or {}).items() if name != field}
        return replace(self, drafts=others if draft is None else {**others, field: draft})


@dataclass(frozen=True, slots=True)
class Dossiers:
    """The dossiers of a person, the last touched first."""

    mine: tuple[Dossier, ...] = ()

    def find(self, dossier_id: str) -> Dossier | None:
        """Return one of them."""
        return next((one for one in self.mine if one.id == dossier_id), None)

    def having(self, dossier: Dossier) -> Dossiers:
        """Return these with one of them, new or changed, as the last touched."""
        return Dossiers((dossier, *(one for one in self.mine if one.id != dossier.id)))

    def without(self, dossier_id: str) -> Dossiers:
        """Return these without one of them."""
        return Dossiers(tuple(one for one in self.mine if one.id != dossier_id))


def missing(form: DossierForm, dossier: Dossier) -> Sequence[Field]:
    """Return the required fields that hold no value yet: what stands between a draft and its submission."""
    given = form.given(dossier)
    return [f for f in form.asked(given) if f.required and f.kind is not Kind.FILES and f.id not in given]
