"""XLSX: read again by another program, every cell is what it was, of its type, and never a formula."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from exports.crowd import HOSTILE, fill
from exports.stage import VIEWS, answering, entry, expected, job, read, room, sheets, tables, told
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from rallynov.exports.model import OPERATOR, Entry
from rallynov.exports.signs import CELL, LINES, legible
from rallynov.exports.xlsx import Workbook
from rallynov.storage.store import Store
from rallynov.text import utf16_len

ENDING = "… [suite\u00a0: feuille «\u202fTextes longs\u202f»]"
TYPED = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(), max_size=60),
    st.tuples(st.sampled_from("=+-@\t\r'\n＝ "), st.text(max_size=8)).map("".join),
)
"""What people may have typed: any sign there is, half characters too."""


def made(folder: Path, *entries: Entry, view: str = "complete") -> Path:
    book = Workbook(job(folder, view))
    for one in entries:
        book.add(VIEWS[view].of(book._job.form, one))
    [path] = book.close()
    return path


def column(rows: list[list[object]], title: str) -> object:
    return rows[1][rows[0].index(title)]


@given(st.lists(st.tuples(TYPED, TYPED, TYPED), min_size=20, max_size=20))
@settings(max_examples=12, deadline=None)
def test_whatever_is_typed_is_read_again_and_is_no_formula(texts: list[tuple[str, str, str]]) -> None:
    entries = [
        answering(
            title=title, need=need, indicators=[{"label": label, "before": "1", "after": "2", "date": "2012"}]
        )
        for title, need, label in texts
    ]
    with tempfile.TemporaryDirectory() as folder:
        found = sheets(made(Path(folder), *entries))
    head, *rows = found["Dossiers"]
    for typed, row, measured in zip(texts, rows, found["Indicateurs"][1:], strict=True):
        read_again = row[head.index("Titre de l’initiative")], row[head.index("Le besoin")], measured[3]
        assert [one or "" for one in read_again] == [legible(one) for one in typed]


def test_every_cell_of_every_sheet_is_what_the_tables_hold(sqlite: Store, tmp_path: Path) -> None:
    fill(sqlite, 120, files=2)
    done = told(room(sqlite, tmp_path).write("complete", "xlsx", tmp_path / "a.xlsx", OPERATOR))
    assert done.dossiers == 120
    found, view = sheets(tmp_path / "a.xlsx"), VIEWS["complete"]
    known, held = tables(view), read(sqlite, view)
    assert list(found) == [
        "Dossiers", "Indicateurs", "Porteurs", "Pièces", "Historique", "Textes longs", "Cet export",
    ]  # fmt: skip
    for table, sheet in zip(known.all, list(found)[:5], strict=True):
        assert found[sheet] == list(expected(known, table, held)), sheet
    assert len(found["Pièces"]) == 241
    assert found["Cet export"][-1] == ["Nombre de dossiers", 120]


def test_cells_have_their_types(tmp_path: Path) -> None:
    path = made(tmp_path, answering(budget=12.5, days=3, started="2012-03", headcount=10**6))
    sheet = load_workbook(path)["Dossiers"]
    titles = [cell.value for cell in sheet[1]]
    cells = {title: sheet.cell(2, at) for at, title in enumerate(titles, 1)}
    assert (cells["Budget"].value, cells["Budget"].number_format) == (12.5, '#,##0.00 "€"')
    assert (cells["Nombre de salariés"].value, cells["Nombre de salariés"].data_type) == (10**6, "n")
    assert (cells["Début"].value, cells["Début"].number_format) == (
        datetime(2012, 3, 1),  # noqa: DTZ001
        "mm/yyyy",
    )
    assert cells["Déposé le"].value == datetime(2026, 3, 29, 0, 30)  # noqa: DTZ001  # 23:30 UTC is the day after in Paris
    assert cells["SIRET ou RNA"].value == "732 829 320 00074"
    assert (cells["Code postal"].value, cells["Département"].value) == ("25000", "25")
    assert cells["Direction informée"].value == "Oui"
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == f"A1:{cells[titles[-1]].column_letter}2"


@pytest.mark.parametrize("old", ["1850", "1900-02-28", "0001-01-01"])
def test_a_date_that_excel_cannot_count_is_a_text(tmp_path: Path, old: str) -> None:
    rows = sheets(made(tmp_path, answering(started=old)))["Dossiers"]
    assert column(rows, "Début") == "/".join(reversed(old.split("-")))


def test_a_number_that_excel_would_round_is_a_text(tmp_path: Path) -> None:
    rows = sheets(made(tmp_path, answering(reach=12345678901234567890)))["Dossiers"]
    assert column(rows, "Nombre de personnes") == "12345678901234567890"


@pytest.mark.parametrize(
    "text",
    ["x" * 40_000, "🙂" * 20_000, "une ligne\n" * 600, "y" * CELL + "z", "=1" * 17_000, "_x0041_" * 6000],
    ids=["letters", "emoji", "lines", "one too many", "formula", "escapes"],
)
def test_a_long_answer_goes_on_in_the_sheet_of_long_texts(tmp_path: Path, text: str) -> None:
    found = sheets(made(tmp_path, answering(need=text)))
    first = str(column(found["Dossiers"], "Le besoin"))
    rest = found["Textes longs"][1:]
    assert first.endswith(ENDING)
    assert [row[:3] for row in rest] == [["RN-1", "Le besoin", nth] for nth in range(2, len(rest) + 2)]
    assert first.removesuffix(ENDING) + "".join(str(row[3]) for row in rest) == text
    for part in (first, *(str(row[3]) for row in rest)):
        assert utf16_len(part) <= CELL
        assert part.count("\n") <= LINES


def test_a_text_that_fills_a_cell_stays_whole(tmp_path: Path) -> None:
    found = sheets(made(tmp_path, answering(need="x" * CELL)))
    assert column(found["Dossiers"], "Le besoin") == "x" * CELL
    assert len(found["Textes longs"]) == 1


def test_no_part_of_the_file_holds_a_formula_a_link_or_a_macro(sqlite: Store, tmp_path: Path) -> None:
    fill(sqlite, 60)
    told(room(sqlite, tmp_path).write("complete", "xlsx", tmp_path / "a.xlsx", OPERATOR))
    with ZipFile(tmp_path / "a.xlsx") as book:
        names = book.namelist()
        for name in names:
            tags = {one.tag.rpartition("}")[2] for one in ET.fromstring(book.read(name)).iter()}  # noqa: S314
            assert not tags & {"f", "hyperlink", "externalReference", "oleObject", "ddeLink"}, name
    assert not [name for name in names if "vba" in name.lower() or "external" in name.lower()]


def test_a_view_without_a_table_has_no_sheet_of_it(tmp_path: Path) -> None:
    found = sheets(made(tmp_path, entry(), view="contacts"))
    assert list(found) == ["Dossiers", "Porteurs", "Textes longs", "Cet export"]
