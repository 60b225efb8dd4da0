"""Dossiers as plain tables of typed columns: one a subject, the same for every format.

A cell holds a value, never a formula nor a presentation; its text is what a person typed, or words of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

import orjson

from rallynov.dialogue.words import Term, Words
from rallynov.exports.model import Column, Dated, Entry, Kind, Row, Table, Value
from rallynov.exports.views import View
from rallynov.initiatives.form import Column as FormColumn
from rallynov.initiatives.form import DossierForm, Field, Json
from rallynov.initiatives.form import Kind as Asked
from rallynov.initiatives.lifecycle import Act
from rallynov.initiatives.reading import show
from rallynov.initiatives.reading.places import DEPARTEMENTS

DOSSIERS, INDICATORS, PEOPLE, PIECES, HISTORY = "dossiers", "indicators", "people", "pieces", "history"
_KINDS: Mapping[Asked, Kind] = {
    Asked.NUMBER: Kind.NUMBER,
    Asked.AMOUNT: Kind.NUMBER,
    Asked.CHOICE: Kind.CHOICE,
    Asked.CHOICES: Kind.LIST,
    Asked.DATE: Kind.DATE,
    Asked.YESNO: Kind.YESNO,
    Asked.MUST: Kind.YESNO,
    Asked.URLS: Kind.LIST,
}
_ABOUT: Mapping[str, Kind] = {
    "status": Kind.CHOICE,
    "submitted_at": Kind.MOMENT,
    "updated_at": Kind.MOMENT,
    "correct_by": Kind.MOMENT,
    "pieces": Kind.NUMBER,
}
_BY_TEAM = frozenset((Act.SEND_BACK, Act.ADMIT, Act.REJECT))
Speak = Callable[[Words], str]


class Tables:
    """The tables of a view, and the rows that a dossier brings to each. Words are those of one language."""

    def __init__(self, form: DossierForm, view: View, speak: Speak) -> None:
        self._form, self._view, self._speak = form, view, speak
        self._fields = [one for one in form.fields if view.shows(one) and one.kind is not Asked.FILES]
        self._rows = [one for one in self._fields if one.kind is Asked.ROWS]
        self._terms: dict[str, str] = {}
        made = {
            DOSSIERS: self._dossiers,
            INDICATORS: self._indicators,
            PEOPLE: self._people,
            PIECES: self._pieces,
            HISTORY: self._history,
        }
        self.all: Sequence[Table] = tuple(
            table for subject in view.subjects if (table := made[subject]()) is not None
        )

    def find(self, subject: str) -> Table | None:
        """Return a table of this view."""
        return next((one for one in self.all if one.id == subject), None)

    def rows(self, table: Table, entry: Entry) -> Iterator[Row]:
        """Give the rows that a dossier, as the view shows it, brings to a table."""
        match table.id:
            case "dossiers":
                yield [self._about(one.id, entry) for one in table.columns]
            case "indicators":
                yield from self._each_row(entry)
            case "people":
                for holder in entry.holders:
                    right = self._term(f"exports:rights:{holder.right}")
                    yield entry.key, self._title(entry), right, holder.name, holder.since
            case "pieces":
                for piece in entry.pieces:
                    yield (
                        entry.key,
                        self._title(entry),
                        piece.name,
                        piece.mime,
                        piece.size,
                        piece.scanned,
                        piece.digest,
                    )
            case _:
                for one in entry.moves:
                    team = one.by or (self._term("exports:words:team") if one.act in _BY_TEAM else "")
                    status = self._term(f"exports:statuses:{one.status}")
                    yield entry.key, one.at, self._term(f"exports:acts:{one.act}"), status, team, one.reason

    def _dossiers(self) -> Table:
        columns = [_column("key", Kind.TEXT)]
        columns += [
            _column(one, _ABOUT.get(one, Kind.TEXT), wide=one == "reason") for one in self._view.about
        ]
        for field in self._fields:
            columns += self._columns(field)
        if self._view.fields == "all":
            columns.append(_column("others", Kind.TEXT, wide=True))
        return _table(DOSSIERS, columns)

    def _columns(self, field: Field) -> list[Column]:
        kind, title = _KINDS.get(field.kind, Kind.TEXT), Term(f"form:{field.id}:label")
        if field.kind is Asked.COMMUNE:
            parts = [_column(f"{field.id}.{one}", Kind.TEXT) for one in ("postcode", "departement")]
            return [Column(field.id, Kind.TEXT, title), *parts]
        if self._view.consented and field.id == "headcount":
            kind = Kind.CHOICE
        wide = field.kind in {Asked.TEXT, Asked.ROWS}
        return [Column(field.id, kind, title, wide=wide, money=field.kind is Asked.AMOUNT)]

    def _indicators(self) -> Table | None:
        if not self._rows:
            return None
        columns = [_column("key", Kind.TEXT), _column("title", Kind.TEXT), _column("rank", Kind.NUMBER)]
        for field in self._rows:
            for one in field.columns:
                title = Term(f"form:{field.id}.{one.id}:label")
                columns.append(Column(f"{field.id}.{one.id}", _KINDS.get(one.kind, Kind.TEXT), title))
        return _table(INDICATORS, columns)

    def _people(self) -> Table:
        text = [_column(one, Kind.TEXT) for one in ("key", "title")]
        who = [_column("right", Kind.CHOICE), _column("who", Kind.TEXT), _column("since", Kind.MOMENT)]
        return _table(PEOPLE, [*text, *who])

    def _pieces(self) -> Table:
        text = [_column(one, Kind.TEXT) for one in ("key", "title", "file", "mime")]
        numbers = [_column("size", Kind.NUMBER), _column("scanned", Kind.YESNO)]
        return _table(PIECES, [*text, *numbers, _column("sha256", Kind.TEXT)])

    def _history(self) -> Table:
        when = [_column("key", Kind.TEXT), _column("at", Kind.MOMENT)]
        what = [_column("act", Kind.CHOICE), _column("status", Kind.CHOICE)]
        return _table(
            HISTORY, [*when, *what, _column("by", Kind.TEXT), _column("reason", Kind.TEXT, wide=True)]
        )

    def _about(self, column: str, entry: Entry) -> Value:
        """Return one cell of a dossier: about it, or one of its answers."""
        match column:
            case "key" | "reason" | "fingerprint":
                return str(getattr(entry, column)) or None
            case "status":
                return self._term(f"exports:statuses:{entry.status}")
            case "submitted_at":
                return entry.submitted_at
            case "updated_at":
                return entry.updated_at
            case "correct_by":
                return entry.correct_by
            case "pieces":
                return len(entry.pieces)
            case "others":
                return _json(entry.others) if entry.others else None
        name, _, part = column.partition(".")
        field, value = self._form.find(name), entry.answers.get(name)
        return _part_of(value, part) if part else self._cell(field, value) if field else None

    def _cell(self, field: Field | None, value: Json) -> Value:
        if field is None or value is None:
            return None
        match field.kind:
            case Asked.NUMBER | Asked.AMOUNT | Asked.YESNO | Asked.MUST:
                return value if isinstance(value, bool | int | float | str) else None
            case Asked.DATE:
                return dated(value)
            case Asked.CHOICES | Asked.URLS if isinstance(value, list):
                none = (self._term("form:none:label"),) if field.kind is Asked.CHOICES else ()
                return tuple(self._option(field, one) for one in value) or none
            case Asked.CHOICE:
                return self._option(field, value)
            case Asked.COMMUNE if isinstance(value, Mapping):
                return str(value.get("name", ""))
            case Asked.LINE | Asked.TEXT | Asked.URL | Asked.EMAIL | Asked.NAF:
                return str(value)
        return self._speak(show(field, value))

    def _option(self, field: Field, value: Json) -> str:
        if value not in field.options:
            return str(value)
        return self._term(f"form:{field.id}.{value}:label")

    def _each_row(self, entry: Entry) -> Iterator[Row]:
        for field in self._rows:
            held = entry.answers.get(field.id)
            for rank, row in enumerate(held if isinstance(held, list) else (), 1):
                if isinstance(row, Mapping):
                    yield [entry.key, self._title(entry), rank, *self._of(field, row)]

    def _of(self, mine: Field, row: Mapping[str, Json]) -> Iterator[Value]:
        for field in self._rows:
            for one in field.columns:
                yield _plain(one, row.get(one.id)) if field is mine else None

    def _title(self, entry: Entry) -> str | None:
        title = entry.answers.get("title") or entry.answers.get("name")
        return title if isinstance(title, str) else None

    def _term(self, key: str) -> str:
        found = self._terms.get(key)
        if found is None:
            found = self._terms[key] = self._speak(Term(key))
        return found


def dated(value: Json) -> Value:
    """Return a stored date, as exactly as it is known; as it is written when it is no date."""
    text = str(value)
    parts = text.split("-")
    try:
        year, month, day = (int(one) for one in (*parts, "1", "1")[:3])
        return Dated(date(year, month, day), len(parts))
    except ValueError:
        return text


def _plain(column: FormColumn, value: Json) -> Value:
    if value is None:
        return None
    if column.kind is Asked.DATE:
        return dated(value)
    return value if isinstance(value, str | int | float | bool) else _json(value)


def _part_of(commune: Json, part: str) -> Value:
    if not isinstance(commune, Mapping):
        return None
    if part == "departement":
        number = str(commune.get("insee", ""))[:2]
        return number if number in DEPARTEMENTS else None
    return str(commune.get(part, "")) or None


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _column(name: str, kind: Kind, *, wide: bool = False) -> Column:
    return Column(name, kind, Term(f"exports:columns:{name.replace('.', '_')}"), wide=wide)


def _table(name: str, columns: Sequence[Column]) -> Table:
    return Table(name, Term(f"exports:tables:{name}"), tuple(columns))
