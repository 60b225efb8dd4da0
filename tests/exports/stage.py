"""What the tests of exports share: the room on a database, one dossier by hand, and how each format is read again."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from exports.crowd import AT
from initiatives.life import FORM, FULL, wording
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from rallynov.editions.model import DEFAULT, PARIS
from rallynov.exports import reading
from rallynov.exports.delimited import LISTED, SEPARATOR
from rallynov.exports.job import Job
from rallynov.exports.model import Dated, Entry, Selection, Table, Value, Written
from rallynov.exports.schema import Shape
from rallynov.exports.service import ANY, Exports
from rallynov.exports.signs import legible
from rallynov.exports.table import Tables
from rallynov.exports.views import View, load_views
from rallynov.exports.xlsx import OLDEST
from rallynov.initiatives.form import Json
from rallynov.initiatives.model import Status
from rallynov.storage.store import Store

_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
SHAPE = Shape(FORM)
VIEWS = load_views(FORM)
FIELDS = frozenset(field.id for field in FORM.fields)


def room(store: Store, folder: Path) -> Exports:
    return Exports(store, FORM, DEFAULT, wording(), folder / "pieces", lambda: AT)


def entry(**changes: Any) -> Entry:
    """One submitted dossier in which nothing is missing."""
    known: dict[str, Any] = {
        "id": "d1", "key": "RN-1", "status": Status.SUBMITTED, "form": FORM.version, "receipt": "RN-1",
        "fingerprint": "0" * 64, "reason": "", "created_at": AT, "updated_at": AT, "submitted_at": AT, "correct_by": None,
        "answers": FULL, "others": {}, "consents": frozenset[str](),
    }  # fmt: skip
    return Entry(**{**known, **changes})


def answering(**answers: Json) -> Entry:
    """The same dossier with other answers."""
    return entry(answers={**FULL, **answers})


def job(folder: Path, view: str = "complete", **changes: Any) -> Job:
    """An export under way, in a folder."""
    words, only = wording(), Selection()
    made = Job(
        FORM, SHAPE, VIEWS[view], DEFAULT, words, "fr", AT, only, folder, folder / "pieces", ExitStack()
    )
    return replace(made, **changes)


def told(made: Any) -> Written:
    assert isinstance(made, Written), made
    return made


def read(store: Store, view: View, only: Selection = ANY) -> list[Entry]:
    """All the dossiers of a view, as it shows them."""
    with reading.snapshot(store) as tx:
        ids = reading.chosen(tx, DEFAULT.slug, only)
        return [view.of(FORM, one) for some in reading.entries(tx, FORM, SHAPE, ids) for one in some]


def tables(view: View) -> Tables:
    return Tables(FORM, view, lambda words: wording().word(words, "fr"))


def expected(found: Tables, table: Table, held: Sequence[Entry]) -> Iterator[list[Any]]:
    """The cells of a sheet as Excel holds them, header first."""
    yield [wording().word(column.title, "fr") for column in table.columns]
    for one in held:
        for row in found.rows(table, one):
            yield [in_excel(value) for value in row]


def in_excel(value: Value) -> Any:
    """What a cell holds, once read again."""
    match value:
        case bool():
            return "Oui" if value else "Non"
        case datetime():
            return value.astimezone(PARIS).replace(tzinfo=None)
        case Dated() if value.first >= OLDEST:
            return datetime(value.first.year, value.first.month, value.first.day)  # noqa: DTZ001
        case Dated():
            return str(value.first.year)
        case tuple():
            return legible(LISTED.join(value)) or None
        case str():
            return legible(value) or None
    return value


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    """Every cell of a workbook, by sheet; a formula or a link would fail here."""
    book = load_workbook(path, rich_text=False)
    return {sheet.title: list(_cells(sheet)) for sheet in book.worksheets}


def _cells(sheet: Worksheet) -> Iterator[list[Any]]:
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.data_type != "f", f"a formula: {cell.coordinate}"
            assert cell.hyperlink is None, cell.coordinate
        yield [_decoded(cell.value) for cell in row]


def _decoded(value: Any) -> Any:
    """Undo the escapes of the format, which openpyxl leaves: Excel and LibreOffice read ``_x0041_`` as "A"."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), value) if isinstance(value, str) else value


def delimited(path: Path) -> list[list[str]]:
    """The rows of a CSV, whose form is looked at too."""
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=SEPARATOR, strict=True))


def moment(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)
