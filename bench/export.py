"""The workbook of many dossiers: ours against openpyxl and pandas, each in a process of its own, for the same rows.

``uv run --with openpyxl --with pandas python bench/export.py [--dossiers 10000] [--only rallynov,openpyxl,pandas]``,
and ``--only csv,json,zip,pdf`` for our other formats.

Ours is the whole product: read in one snapshot, put in words, written. The others are given the rows as tuples, cleaned of
what would make them fail: take what reading costs (``rows``) off their time. ``openpyxl`` is its bare, streaming form, and
``styled`` the same with what our workbook has; pandas has its default engine.
"""

# ruff: noqa: PLC0415  # a child imports what it measures

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
NAMES = ("rows", "rallynov", "openpyxl", "styled", "pandas")
FORMATS = ("csv", "json", "zip", "pdf")
"""Our other formats, measured when ``--only`` names them; a booklet is many volumes."""


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--dossiers", type=int, default=10_000)
    given.add_argument("--only", default=",".join(NAMES))
    given.add_argument("--reps", type=int, default=1)
    given.add_argument("--child", default="")
    given.add_argument("--folder", type=Path)
    asked = given.parse_args()
    if asked.child:
        if asked.child == "fill":
            fill(asked.folder, asked.dossiers)
        else:
            child(asked.child, asked.folder)
        return
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            __file__,
            "--child",
            "fill",
            "--folder",
            folder,
            "--dossiers",
            str(asked.dossiers),
        ]
        subprocess.run(command, capture_output=True, check=True)
        print(
            f"{asked.dossiers} dossiers\n{'':10} {'s':>7} {'CPU s':>7} {'peak MB':>8} {'file MB':>8} {'formulas':>9}"
        )
        for _ in range(asked.reps):
            for name in asked.only.split(","):
                measure(name, Path(folder), asked.dossiers)


def fill(folder: Path, many: int) -> None:
    from exports.crowd import fill as crowd

    from rallynov.storage import schema

    store = opened(folder)
    schema.migrate(store)
    crowd(store, many)
    store.close()


def measure(name: str, folder: Path, many: int) -> None:
    for left in folder.glob("out*"):
        left.unlink()
    command = [sys.executable, __file__, "--child", name, "--folder", str(folder), "--dossiers", str(many)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, cpu, peak = done.stdout.split()[-3:]
    made = list(folder.glob("out*"))
    size = f"{sum(one.stat().st_size for one in made) / 2**20:8.1f}" if made else " " * 8
    found = f"{formulas(out):9}" if (out := folder / "out.xlsx").exists() else f"{len(made):6} files"
    print(
        f"{name:10} {float(seconds):7.1f} {float(cpu):7.1f} {int(peak) // 1024:8} {size} {found}", flush=True
    )


def child(name: str, folder: Path) -> None:
    started = time.perf_counter()
    if name in FORMATS:
        ours(folder, name)
    else:
        ways = {
            "rows": read,
            "rallynov": ours,
            "openpyxl": by_openpyxl,
            "styled": by_styled,
            "pandas": by_pandas,
        }
        ways[name](folder)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss)


def opened(folder: Path):  # noqa: ANN201
    from rallynov.storage.store import Store

    return Store(f"sqlite:///{folder / 'rallynov.db'}")


def ours(folder: Path, kind: str = "xlsx") -> None:
    from exports.stage import room

    from rallynov.exports.model import OPERATOR

    store = opened(folder)
    room(store, folder).write("complete", kind, folder / f"out.{kind}", OPERATOR)
    store.close()


def rows(folder: Path) -> Iterator[tuple[str, list[object]]]:
    """Every row of every sheet, as plain values, headers first."""
    from exports.stage import FORM, SHAPE, VIEWS, in_excel, tables, wording

    from rallynov.editions.model import DEFAULT
    from rallynov.exports import reading
    from rallynov.exports.model import Selection

    known, view = tables(VIEWS["complete"]), VIEWS["complete"]
    for table in known.all:
        yield table.id, [wording().word(column.title, "fr") for column in table.columns]
    store = opened(folder)
    with reading.snapshot(store) as tx:
        ids = reading.chosen(tx, DEFAULT.slug, Selection())
        for some in reading.entries(tx, FORM, SHAPE, ids):
            for one in some:
                shown = view.of(FORM, one)
                for table in known.all:
                    for row in known.rows(table, shown):
                        yield table.id, [in_excel(value) for value in row]
    store.close()


def read(folder: Path) -> None:
    for _ in rows(folder):
        pass


def by_openpyxl(folder: Path) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheets = {}
    for name, row in rows(folder):
        if name not in sheets:
            sheets[name] = book.create_sheet(name)
        sheets[name].append(row)
    book.save(folder / "out.xlsx")


def by_styled(folder: Path) -> None:
    """openpyxl made to write the same workbook as ours: wrapped texts, formats, no formula, header frozen, filters."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    book, top, bold = Workbook(write_only=True), Alignment(vertical="top", wrap_text=True), Font(bold=True)
    sheets, counts = {}, dict[str, int]()
    for name, row in rows(folder):
        first = name not in sheets
        if first:
            sheets[name] = book.create_sheet(name)
            sheets[name].freeze_panes = "B2"
        cells = [WriteOnlyCell(sheets[name], value) for value in row]
        for cell in cells:
            cell.alignment = top
            if isinstance(cell.value, str):
                cell.data_type, cell.number_format = "s", "@"
            elif isinstance(cell.value, datetime):
                cell.number_format = "dd/mm/yyyy hh:mm:ss"
            if first:
                cell.font = bold
        sheets[name].append(cells)
        counts[name] = counts.get(name, 0) + 1
    for name, sheet in sheets.items():
        sheet.auto_filter.ref = f"A1:{'F' if name != 'dossiers' else 'BA'}{counts[name]}"
    book.save(folder / "out.xlsx")


def by_pandas(folder: Path) -> None:
    import pandas as pd

    held: dict[str, list[list[object]]] = {}
    for name, row in rows(folder):
        held.setdefault(name, []).append(row)
    with pd.ExcelWriter(folder / "out.xlsx") as book:
        for name, (head, *rest) in held.items():
            pd.DataFrame(rest, columns=head).to_excel(book, sheet_name=name, index=False)


def formulas(path: Path) -> int:
    """Count formulas, in a little memory: a child's peak begins with what its parent holds."""
    count, tail = 0, b""
    with ZipFile(path) as book:
        for name in (one for one in book.namelist() if "worksheets/" in one):
            with book.open(name) as sheet:
                while some := sheet.read(2**20):
                    count += (tail + some).count(b"<f>")
                    tail = some[-2:]
    return count


if __name__ == "__main__":
    main()
