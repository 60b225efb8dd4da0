"""Hostile dossiers opened by LibreOffice: no formula, nothing to repair, every cell what it was. A campaign.

``RALLYNOV_DOSSIERS=10000 uv run pytest -n0 -m campaign tests/exports/test_libreoffice.py``; 300 dossiers without it.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from exports import office
from exports.crowd import fill
from exports.stage import VIEWS, delimited, expected, in_excel, read, room, tables, told
from openpyxl import Workbook
from sqlalchemy import update

from rallynov.exports.model import OPERATOR, Dated, Selection, Value
from rallynov.initiatives.tables import AttachmentRow
from rallynov.storage.store import Store

MANY = int(os.environ.get("RALLYNOV_DOSSIERS", "300"))
NAMES = ("Dossiers", "Indicateurs", "Porteurs", "Pièces", "Historique")
COMPUTING = "CSV:59,34,76,1,,1036,false,true,false,false,false,0,true"
"""How a CSV is read at its most dangerous: in French, special numbers found, formulas computed."""
csv.field_size_limit(2**24)
pytestmark = pytest.mark.campaign


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Store]:
    office.needed()
    store = Store(f"sqlite:///{shutil.copy(migrated, tmp_path_factory.mktemp('crowd'))}")
    fill(store, MANY, files=1)
    with store.write() as tx:
        tx.execute(update(AttachmentRow).values(digest="0" * 64))
    yield store
    store.close()


def test_a_formula_is_seen_where_there_is_one(tmp_path: Path) -> None:
    office.needed()
    book = Workbook()
    assert book.active
    book.active["A1"] = "=1+1"
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "b.csv").write_text("un;=1+1\r\n", encoding="utf-8-sig")
    assert office.formulas(tmp_path / "a.xlsx") == 1
    assert office.formulas(tmp_path / "b.csv", read_as=COMPUTING) == 1


def test_the_workbook_opens_without_repair_and_holds_no_formula(filled: Store, tmp_path: Path) -> None:
    told(room(filled, tmp_path).write("complete", "xlsx", tmp_path / "a.xlsx", OPERATOR))
    assert office.formulas(tmp_path / "a.xlsx") == 0


def test_every_text_of_the_workbook_is_what_it_was(filled: Store, tmp_path: Path) -> None:
    told(room(filled, tmp_path).write("complete", "xlsx", tmp_path / "a.xlsx", OPERATOR))
    found = office.as_text(tmp_path / "a.xlsx")
    known, held, seen = tables(VIEWS["complete"]), read(filled, VIEWS["complete"]), 0
    names = dict(zip((one.id for one in known.all), NAMES, strict=True))
    for table in known.all:
        with found[names[table.id]].open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, delimiter=";", strict=True))
        wanted = list(expected(known, table, held))
        assert len(rows) == len(wanted)
        for row, values in zip(rows, wanted, strict=True):
            pairs = [(cell, value) for cell, value in zip(row, values, strict=True) if not _typed(value)]
            assert [cell for cell, _ in pairs] == [value or "" for _, value in pairs]
            seen += len(pairs)
    assert seen > 30 * MANY
    assert "Textes longs" in found


def _typed(value: Any) -> bool:
    """Tell whether LibreOffice shows a value by a format of its own."""
    return isinstance(value, int | float | datetime)


@pytest.mark.parametrize("subject", ["dossiers", "indicators", "people", "pieces", "history"])
def test_the_csv_is_read_as_it_was_written_and_computes_nothing(
    filled: Store, tmp_path: Path, subject: str
) -> None:
    path = tmp_path / "a.csv"
    told(room(filled, tmp_path).write("complete", "csv", path, OPERATOR, Selection(subject=subject)))
    wanted = delimited(path)
    as_texts = "/".join(f"{at}/2" for at in range(1, len(wanted[0]) + 1))
    [found] = office.as_text(path, read_as=f"CSV:59,34,76,1,{as_texts},1036").values()
    with found.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file, delimiter=";", strict=True)) == wanted
    assert office.formulas(path, read_as=COMPUTING) == 0


def test_numbers_dates_and_answers_of_yes_or_no_are_in_the_workbook_what_they_were(
    filled: Store, tmp_path: Path
) -> None:
    told(room(filled, tmp_path).write("complete", "xlsx", tmp_path / "a.xlsx", OPERATOR))
    found = office.cells(tmp_path / "a.xlsx")
    known, held = tables(VIEWS["complete"]), read(filled, VIEWS["complete"])
    names = dict(zip((one.id for one in known.all), NAMES, strict=True))
    for table in known.all:
        wanted = list(expected(known, table, held))
        assert len(found[names[table.id]]) == len(wanted)
        for cells, values in zip(found[names[table.id]], wanted, strict=True):
            row = [*cells, *[None] * (len(values) - len(cells))]
            assert [cell for cell, value in zip(row, values, strict=True) if _plain(value)] == [
                value for value in values if _plain(value)
            ]
    kinds = Counter(type(value) for row in expected(known, known.all[0], held) for value in row)
    assert min(kinds[int], kinds[datetime]) > MANY
    assert sum(value in {"Oui", "Non"} for row in expected(known, known.all[0], held) for value in row) > MANY


def _plain(value: Any) -> bool:
    """Tell whether a cell is empty, a number, a moment, or an answer of yes or no."""
    return not isinstance(value, str) or value in {"Oui", "Non"}


@pytest.mark.parametrize("subject", ["dossiers", "indicators", "people", "pieces", "history"])
def test_french_excel_would_read_the_figures_and_dates_of_the_csv_as_they_are(
    filled: Store, tmp_path: Path, subject: str
) -> None:
    """As LibreOffice reads it in French, looking for dates: texts that look like one are exact in the XLSX alone."""
    path = tmp_path / "a.csv"
    told(room(filled, tmp_path).write("complete", "csv", path, OPERATOR, Selection(subject=subject)))
    [found] = office.cells(path, read_as=COMPUTING).values()
    known, seen = tables(VIEWS["complete"]), 0
    table = known.find(subject)
    assert table
    rows = [row for one in read(filled, VIEWS["complete"]) for row in known.rows(table, one)]
    assert len(found) == len(rows) + 1
    for cells, values in zip(found[1:], rows, strict=True):
        row = [*cells, *[None] * (len(values) - len(cells))]
        pairs = [(cell, in_excel(value)) for cell, value in zip(row, values, strict=True) if _whole(value)]
        assert [cell for cell, _ in pairs] == [value for _, value in pairs]
        seen += len(pairs)
    assert seen >= MANY


def _whole(value: Value) -> bool:
    """Tell whether a cell of a CSV is read as what it is, by itself: a date that is known to the month is not."""
    return (
        value is None
        or isinstance(value, bool | int | float | datetime)
        or (isinstance(value, Dated) and value.precision == 3)
    )
