"""The form of a dossier: steps, fields, and what each accepts. Pure; its words are in ``locales/*/form.toml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from pydantic import BaseModel, ConfigDict, PositiveInt, model_validator
from pydantic import Field as Limit

from rallynov.text.measure import GRAPHEME

if TYPE_CHECKING:
    from rallynov.initiatives.model import Dossier

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"


class Kind(StrEnum):
    """What a field holds, and so how what is typed is read (``rallynov.initiatives.reading``)."""

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    AMOUNT = "amount"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    YESNO = "yesno"
    MUST = "must"
    """A box that must be ticked."""
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    URLS = "urls"
    REGISTRY = "registry"
    """A SIRET, or the RNA of an association that has none."""
    NAF = "naf"
    COMMUNE = "commune"
    ROWS = "rows"
    """Several rows of the columns of the field."""
    FILES = "files"


class Column(BaseModel):
    """One column of a field of rows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: Kind
    required: bool = True
    least: int | None = None
    most: int | None = None


class When(BaseModel):
    """A field is asked when another has one of some values."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    any_of: tuple[str, ...]


class Field(BaseModel):
    """One field. ``least`` and ``most`` are characters, a number, choices or rows, by kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: Kind
    required: bool = True
    least: int | None = None
    most: int | None = None
    past: bool = False
    """Whether a date that lies ahead is refused."""
    options: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    when: When | None = None
    jury: bool = True
    publishable: bool = False
    """Whether the person is asked if it may be published."""
    from_diagnosis: tuple[str, ...] = ()
    """Questions of the grid whose notes are proposed here."""
    renamed: Mapping[str, str] = Limit(default_factory=dict)
    """Former values of options, and what they are called now."""

    def applies(self, answers: Mapping[str, Json]) -> bool:
        """Tell whether the field is asked, given the other answers."""
        return self.when is None or answers.get(self.when.field) in self.when.any_of

    def current(self, value: Json) -> Json:
        """Return a stored value with the options it holds called as this release calls them."""
        match value:
            case str() if self.kind is Kind.CHOICE:
                return self.renamed.get(value, value)
            case list() if self.kind is Kind.CHOICES:
                return [self.renamed.get(one, one) if isinstance(one, str) else one for one in value]
            case _:
                return value

    def accepts(self, value: Json) -> bool:
        """Tell whether a stored value still answers this field: one that does not is kept, and asked again."""
        match self.kind:
            case Kind.LINE | Kind.TEXT:
                return isinstance(value, str) and self._within(characters(value))
            case Kind.NUMBER | Kind.AMOUNT:
                return isinstance(value, int | float) and self._within(value)
            case Kind.CHOICE:
                return value in self.options
            case Kind.CHOICES | Kind.ROWS:
                known = isinstance(value, list) and all(map(self._holds, value))
                return known and isinstance(value, list) and self._within(len(value))
            case Kind.MUST:
                return value is True
            case _:
                return value is not None

    def _holds(self, one: Json) -> bool:
        """Tell whether an option, or a row with all that it needs, is one of this field's."""
        if self.kind is Kind.CHOICES:
            return one in self.options
        return isinstance(one, dict) and all(c.id in one for c in self.columns if c.required)

    def _within(self, size: float) -> bool:
        return (self.least or 0) <= size and (self.most is None or size <= self.most)


def characters(text: str) -> int:
    """Count characters as a reader sees them: an emoji is one."""
    return len(GRAPHEME.findall(text)) if _MAY_JOIN.search(text) else len(text)


_MAY_JOIN = re.compile("[^\x00-\u02ff\u2010-\u2027\u202f\u20ac]")
"""What is not surely one character to a reader: neither Latin, nor the punctuation of French."""


class Step(BaseModel):
    """One of the steps of the form."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    fields: tuple[Field, ...] = Limit(min_length=1)


class DossierForm(BaseModel):
    """The whole form; refuses a field asked twice, a condition on a field that comes later, options that are none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    steps: tuple[Step, ...] = Limit(min_length=1)
    files_most: PositiveInt
    file_bytes: PositiveInt
    total_bytes: PositiveInt

    @model_validator(mode="after")
    def _sound(self) -> DossierForm:
        seen: set[str] = set()
        for field in self.fields:
            if field.id in seen:
                raise ValueError(f"{field.id} is asked twice")
            if field.when and field.when.field not in seen:
                raise ValueError(f"{field.id} depends on {field.when.field}, which is not asked before it")
            if (field.kind in {Kind.CHOICE, Kind.CHOICES}) != bool(field.options):
                raise ValueError(f"{field.id}: options are for choices, and choices need them")
            if (field.kind is Kind.ROWS) != bool(field.columns):
                raise ValueError(f"{field.id}: columns are for rows, and rows need them")
            seen.add(field.id)
        return self

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """All the fields, in order."""
        return tuple(field for step in self.steps for field in step.fields)

    @cached_property
    def _by_id(self) -> Mapping[str, Field]:
        return {field.id: field for field in self.fields}

    def find(self, field_id: str) -> Field | None:
        """Return a field by id; None when this release no longer asks it."""
        return self._by_id.get(field_id)

    def step_of(self, field_id: str) -> Step:
        """Return the step of a field; ``StopIteration`` when none asks it."""
        return next(step for step in self.steps if any(field.id == field_id for field in step.fields))

    def asked(self, answers: Mapping[str, Json]) -> tuple[Field, ...]:
        """Return the fields that apply."""
        return tuple(field for field in self.fields if field.applies(answers))

    def given(self, dossier: Dossier) -> Mapping[str, Json]:
        """Return what a dossier holds as this release understands it, in the order of the form.

        Left out, though kept: what it no longer asks or accepts, and what does not apply to the other answers.
        """
        stored, held = dossier.given, dict[str, Json]()
        for field in self.fields:
            if field.id in stored and field.applies(held):
                value = field.current(stored[field.id])
                if field.accepts(value):
                    held[field.id] = value
        return held
