"""The JSON export as types: what the published JSON Schema is made from, and what reads an export again.

Refuses, when it reads, whatever the schema does not name: a key too many is as wrong as a missing one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError, create_model
from pydantic import Field as Given

from rallynov.initiatives.form import Column, DossierForm, Field, Json, Kind
from rallynov.initiatives.lifecycle import Act
from rallynov.initiatives.model import Right, Status

VERSION = 1
"""Grows when what reads an export must change with it."""
ADDRESS = "urn:rallynov:schema:export-1"
Word: TypeAlias = Annotated[str, Given(strict=True)]
Count: TypeAlias = Annotated[int, Given(strict=True)]
Amount: TypeAlias = Count | Annotated[float, Given(strict=True, allow_inf_nan=False)]
Truth: TypeAlias = Annotated[bool, Given(strict=True)]
Day: TypeAlias = Annotated[str, Given(strict=True, pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")]
Digest: TypeAlias = Annotated[str, Given(strict=True, pattern=r"^([0-9a-f]{64})?$")]
Band: TypeAlias = Annotated[str, Given(strict=True, pattern=r"^[0-9]+(-[0-9]+|\+)?$")]


_ONE_OF: Any = Literal


class Part(BaseModel):
    """What all the parts of an export share: nothing is added, and nothing is taken for something else."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Commune(Part):
    """A commune: its INSEE code, its name and one of its postcodes."""

    insee: Word
    name: Word
    postcode: Word


class Piece(Part):
    """A file of a dossier; ``sha256`` is the digest of what was kept."""

    name: Word
    mime: Word
    size: Count
    sha256: Digest
    scanned: Truth


class Holder(Part):
    """A person who shares a dossier; the name is empty for its owner."""

    right: Right
    name: Word
    since: AwareDatetime


class Moved(Part):
    """A change of state."""

    at: AwareDatetime
    act: Act
    status: Status
    by: Word
    reason: Word


class Head(Part):
    """What an export says of itself, before its dossiers."""

    schema_: Literal["urn:rallynov:schema:export-1"] = Given(alias="schema")
    version: Literal[1]
    edition: Word
    view: Word
    form: Word
    exported_at: AwareDatetime


class Shape:
    """The types of an export of one form."""

    def __init__(self, form: DossierForm, titles: Mapping[str, str] | None = None) -> None:
        """``titles`` name the fields, by id, in the published schema."""
        named = titles or {}
        asked = {field.id: (field, type_of(field)) for field in form.fields if field.kind is not Kind.FILES}
        self._adapters = {name: TypeAdapter[Any](kind) for name, (_, kind) in asked.items()}
        given: Any = {
            name: (Annotated[kind | None, Given(title=named.get(name, name))], None)
            for name, (_, kind) in asked.items()
        }
        answers = create_model("Answers", __base__=Part, __doc__="The answers, by field.", **given)
        dossier: Any = {
            "key": (Word, ...),
            "status": (Status, ...),
            "form": (Word, ...),
            "receipt": (Word, ...),
            "fingerprint": (Digest, ...),
            "reason": (Word, ...),
            "created_at": (AwareDatetime | None, ...),
            "updated_at": (AwareDatetime | None, ...),
            "submitted_at": (AwareDatetime | None, ...),
            "correct_by": (AwareDatetime | None, ...),
            "answers": (answers, ...),
            "others": (dict[str, Any], ...),
            "pieces": (tuple[Piece, ...], ...),
            "holders": (tuple[Holder, ...], ...),
            "moves": (tuple[Moved, ...], ...),
        }
        self.dossier: type[BaseModel] = create_model(
            "Dossier", __base__=Part, __doc__="One dossier, as the view of the export shows it.", **dossier
        )

    def suits(self, field: str, value: Json) -> bool:
        """Tell whether a stored value has the type of its field."""
        adapter = self._adapters.get(field)
        if adapter is None or value is None:
            return False
        try:
            adapter.validate_python(value)
        except ValidationError:
            return False
        return True

    @cached_property
    def document(self) -> type[BaseModel]:
        """The whole of an export."""
        given: Any = {
            "dossiers": (tuple[self.dossier, ...], ...),  # type: ignore[name-defined]
            "count": (Count, ...),
            "sha256": (Digest, ...),
        }
        return create_model("Export", __base__=Head, __doc__="An export of dossiers.", **given)


def json_schema(form: DossierForm, titles: Mapping[str, str]) -> dict[str, Any]:
    """Return the JSON Schema of an export (draft 2020-12)."""
    made = Shape(form, titles).document.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ADDRESS,
        **made,
        "title": "Export de dossiers Rally'nov",
    }


def type_of(field: Field | Column) -> Any:
    """Return the type of a stored value of a field."""
    match field:
        case Field(kind=Kind.CHOICE):
            return _ONE_OF[field.options]
        case Field(kind=Kind.CHOICES):
            return list[_ONE_OF[field.options]]
        case Field(kind=Kind.ROWS):
            columns: Any = {
                one.id: (type_of(one), ...) if one.required else (type_of(one) | None, None)
                for one in field.columns
            }
            return list[create_model(f"Row_{field.id}", __base__=Part, **columns)]  # type: ignore[misc]
        case Field(id="headcount"):
            return Count | Band
    return _PLAIN.get(field.kind, Word)


_PLAIN: Mapping[Kind, Any] = {
    Kind.NUMBER: Count,
    Kind.AMOUNT: Amount,
    Kind.DATE: Day,
    Kind.YESNO: Truth,
    Kind.MUST: Truth,
    Kind.URLS: list[Word],
    Kind.COMMUNE: Commune,
}
