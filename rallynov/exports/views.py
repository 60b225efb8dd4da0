"""The saved views: which columns, tables and dossiers an export shows, and to whom. Hidden once, here, for every format.

A view is a data file; what it does not name does not leave. ``ContentError`` names a file that does not suit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from rallynov.exports.model import Entry, Moved, Who
from rallynov.initiatives.form import DossierForm, Field, Json, Kind
from rallynov.initiatives.model import Status
from rallynov.people.roles import Role
from rallynov.text import fold
from rallynov.wording import ContentError, read_toml

VIEWS = Path(__file__).parent / "views.toml"
ALL, NONE = "all", "none"
"""Choices of the consent to publication that name no field."""
BANDS = (0, 1, 3, 6, 10, 20, 50, 100, 200, 250, 500, 1000, 2000)
"""Where the bands of Insee for the number of employees begin."""
About: TypeAlias = Literal[
    "status", "submitted_at", "updated_at", "correct_by", "reason", "pieces", "fingerprint"
]
Subject: TypeAlias = Literal["dossiers", "indicators", "people", "pieces", "history"]


class View(BaseModel):
    """One saved view (see ``views.toml``)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    also: tuple[str, ...] = ()
    roles: frozenset[Role]
    statuses: frozenset[Status] = frozenset()
    about: tuple[About, ...]
    fields: Literal["all", "jury", "publishable"] | tuple[str, ...]
    consented: bool = False
    subjects: tuple[Subject, ...]

    @property
    def called(self) -> str:
        """What people call it."""
        return self.also[0] if self.also else self.id

    def shows(self, field: Field) -> bool:
        """Tell whether a field is part of this view."""
        match self.fields:
            case "all":
                return True
            case "jury":
                return field.jury
            case "publishable":
                return field.publishable
            case named:
                return field.id in named

    def allowed(self, who: Who) -> bool:
        """Tell whether somebody may have this view."""
        return who.may_export and not self.roles.isdisjoint(who.grants.roles)

    def hidden(self, statuses: frozenset[Status]) -> bool:
        """Tell whether some of these statuses are never shown."""
        return bool(self.statuses) and not statuses <= self.statuses

    def of(self, form: DossierForm, entry: Entry) -> Entry:
        """Return a dossier with what this view shows of it, and nothing else."""
        shown = {field.id for field in form.fields if self.shows(field)}
        if self.consented:
            shown &= entry.consents
        answers = {name: value for name, value in entry.answers.items() if name in shown}
        if self.consented and isinstance(answers.get("headcount"), int):
            answers["headcount"] = band(answers["headcount"])
        about = set(self.about)
        files = {field.id for field in form.fields if field.kind is Kind.FILES}
        pieces = bool(files & shown) and ("pieces" in self.subjects or "pieces" in about)
        return replace(
            entry,
            answers=answers,
            others=entry.others if self.fields == "all" else {},
            created_at=entry.created_at if self.fields == "all" else None,
            updated_at=entry.updated_at if "updated_at" in about else None,
            submitted_at=entry.submitted_at if "submitted_at" in about else None,
            correct_by=entry.correct_by if "correct_by" in about else None,
            fingerprint=entry.fingerprint if "fingerprint" in about else "",
            reason=entry.reason if "reason" in about else "",
            pieces=entry.pieces if pieces else (),
            holders=entry.holders if "people" in self.subjects else (),
            moves=self._moves(entry) if "history" in self.subjects else (),
        )

    def _moves(self, entry: Entry) -> tuple[Moved, ...]:
        """Return what became of a dossier: by whom only where its people are shown."""
        return entry.moves if "people" in self.subjects else tuple(replace(one, by="") for one in entry.moves)


class _Views(BaseModel):
    model_config = ConfigDict(extra="forbid")

    views: tuple[View, ...]


def load_views(form: DossierForm, path: Path = VIEWS) -> Mapping[str, View]:
    """Read the views by id; ``ContentError`` when a view names a field that the form does not ask."""
    views = read_toml(path, _Views).views
    for view in views:
        for name in view.fields if isinstance(view.fields, tuple) else ():
            if form.find(name) is None:
                raise ContentError(f"{path}: {view.id}: {name} is no field of the form")
    return {view.id: view for view in views}


def find_view(views: Mapping[str, View], named: str) -> View | None:
    """Find a view as people name it."""
    said = fold(named)
    return next((one for one in views.values() if said in map(fold, (one.id, *one.also))), None)


def consents(form: DossierForm, answered: Sequence[Json]) -> frozenset[str]:
    """Return the fields that may be published: those that every answer to that question agrees to.

    What was submitted and what is answered now may differ while a dossier is corrected: a consent taken back is taken
    back at once, one that is not submitted yet does not count.
    """
    publishable = frozenset(field.id for field in form.fields if field.publishable)
    agreed = publishable if answered else frozenset[str]()
    for said in answered:
        named = {one for one in said if isinstance(one, str)} if isinstance(said, list) else set()
        agreed &= frozenset() if NONE in named else publishable if ALL in named else publishable & named
    return agreed


def band(headcount: Json) -> str:
    """Return the band of a number of employees: "10-19", "2000+"."""
    if not isinstance(headcount, int):
        return ""
    at = max(nth for nth, least in enumerate(BANDS) if least <= max(headcount, 0))
    if at == len(BANDS) - 1:
        return f"{BANDS[at]}+"
    least, last = BANDS[at], BANDS[at + 1] - 1
    return str(least) if least == last else f"{least}-{last}"
