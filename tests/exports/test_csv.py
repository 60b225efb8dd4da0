"""CSV: as French Excel opens it, and nothing in it that a spreadsheet would compute."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from exports.crowd import HOSTILE, fill
from exports.stage import VIEWS, answering, delimited, expected, job, read, room, tables, told
from hypothesis import given, settings
from hypothesis import strategies as st

from rallynov.exports.delimited import Delimited
from rallynov.exports.model import OPERATOR, Entry, Refused, Selection
from rallynov.exports.signs import guarded, legible, unguarded
from rallynov.storage.store import Store

TYPED = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(), max_size=40))


def made(folder: Path, *entries: Entry) -> list[list[str]]:
    writer = Delimited(job(folder))
    for one in entries:
        writer.add(one)
    [path] = writer.close()
    return delimited(path)


@given(st.lists(TYPED, min_size=1, max_size=30))
@settings(max_examples=40, deadline=None)
def test_whatever_is_typed_is_read_again_and_begins_like_no_formula(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        head, *rows = made(Path(folder), *(answering(need=text) for text in texts))
    at = head.index("Le besoin")
    assert [unguarded(row[at]) for row in rows] == [legible(text) for text in texts]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_figures_and_dates_are_written_as_french_writes_them(tmp_path: Path) -> None:
    head, row = made(tmp_path, answering(budget=12.5, days=1000, started="2012-03"))
    found = dict(zip(head, row, strict=True))
    assert (found["Budget"], found["Temps passé"], found["Début"]) == ("12,5", "1000", "03/2012")
    assert found["Déposé le"] == "29/03/2026 00:30:00"
    assert found["Direction informée"] == "Oui"
    assert found["Téléphone"].replace("\u00a0", " ") == "03 81 00 00 00"


@pytest.mark.parametrize("subject", ["dossiers", "indicators", "people", "pieces", "history"])
def test_every_table_has_the_rows_of_the_workbook(sqlite: Store, tmp_path: Path, subject: str) -> None:
    fill(sqlite, 30, files=1)
    only, path = Selection(subject=subject), tmp_path / "a.csv"
    told(room(sqlite, tmp_path).write("complete", "csv", path, OPERATOR, only))
    known, view = tables(VIEWS["complete"]), VIEWS["complete"]
    table = known.find(subject)
    assert table
    rows = delimited(path)
    wanted = list(expected(known, table, read(sqlite, view)))
    assert [len(row) for row in rows] == [len(row) for row in wanted]
    for found, row in zip(rows, wanted, strict=True):
        texts = [(cell, value) for cell, value in zip(found, row, strict=True) if isinstance(value, str)]
        assert [cell for cell, _ in texts] == [guarded(value) for _, value in texts]


def test_a_table_that_the_view_does_not_hold_is_refused(sqlite: Store, tmp_path: Path) -> None:
    fill(sqlite, 1)
    asked = Selection(subject="pieces")
    done = room(sqlite, tmp_path).write("contacts", "csv", tmp_path / "a.csv", OPERATOR, asked)
    assert done is Refused.NO_SUCH_TABLE
