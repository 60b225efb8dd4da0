"""Hostile dossiers opened by LibreOffice: no formula, nothing to repair, every cell what it was. A campaign.

``RALLYNOV_DOSSIERS=10000 uv run pytest -n0 -m campaign tests/exports/test_libreoffice.py``; 300 dossiers without it.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from exports import office
from exports.crowd import fill
from exports.stage import VIEWS, delimited, expected, read, room, tables, told
from openpyxl import Workbook
from sqlalchemy import update

from rallynov.exports.model import OPERATOR, Selection
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
