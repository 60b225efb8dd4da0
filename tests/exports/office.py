"""LibreOffice without a screen: what it makes of a file."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeAlias
from zipfile import ZipFile

import pytest

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
_CSV = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,false,{shown},false,false,-1"
Cell: TypeAlias = "float | datetime | str | None"
_OFFICE, _TABLE, _TEXT = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{one}:1.0}}" for one in ("office", "table", "text")
)
_FORMULA = re.compile(rb"table:formula=|xlink:href=|<text:a ")


def needed() -> None:
    if SOFFICE is None:
        pytest.skip("LibreOffice is not installed (apt install libreoffice-calc)")


def opened(path: Path, to: str, *, read_as: str = "") -> list[Path]:
    """Open a file and save it as another kind; what could not be opened without repair leaves no file."""
    assert SOFFICE
    made = Path(tempfile.mkdtemp(dir=path.parent))
    reading = [f"--infilter={read_as}"] if read_as else []
    profile = f"-env:UserInstallation=file://{made}/profile"
    command = [SOFFICE, "--headless", profile, *reading, "--convert-to", to, "--outdir", str(made), str(path)]
    done = subprocess.run(command, capture_output=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    found = [one for one in made.iterdir() if one.is_file()]
    assert found, done.stderr + done.stdout
    return found


def as_text(path: Path, *, read_as: str = "") -> dict[str, Path]:
    """Every sheet as a CSV, by name."""
    found = opened(path, _CSV.format(shown="true"), read_as=read_as)
    return {one.stem.removeprefix(f"{path.stem}-"): one for one in found}


def formulas(path: Path, *, read_as: str = "") -> int:
    """How many formulas and links LibreOffice sees in a file."""
    [made] = opened(path, "ods", read_as=read_as)
    with ZipFile(made) as book, book.open("content.xml") as content:
        count, tail = 0, b""
        while some := content.read(2**20):
            count += len(_FORMULA.findall(tail + some))
            tail = some[-20:] if not _FORMULA.search(some[-20:]) else b""
        return count


def cells(path: Path, *, read_as: str = "") -> dict[str, list[list[Cell]]]:
    """Every cell as LibreOffice holds it, by sheet: numbers, moments and texts; what follows the last one is left out."""
    [made] = opened(path, "ods", read_as=read_as)
    found: dict[str, list[list[Cell]]] = {}
    with ZipFile(made) as book, book.open("content.xml") as content:
        rows: list[list[Cell]] = []
        for event, element in ET.iterparse(content, ("start", "end")):  # noqa: S314  # what we wrote ourselves
            if event == "start" and element.tag == f"{_TABLE}table":
                rows = found.setdefault(element.get(f"{_TABLE}name", ""), [])
            elif event == "end" and element.tag == f"{_TABLE}table-row":
                row = list(_row(element))
                while row and row[-1] is None:
                    row.pop()
                rows += [row] * (int(element.get(f"{_TABLE}number-rows-repeated", "1")) if row else 0)
                element.clear()
    return found


def _row(row: ET.Element) -> Iterator[Cell]:
    for cell in row.iter(f"{_TABLE}table-cell"):
        times = min(int(cell.get(f"{_TABLE}number-columns-repeated", "1")), 1000)
        yield from [_cell(cell)] * times


def _cell(cell: ET.Element) -> Cell:
    match cell.get(f"{_OFFICE}value-type"):
        case None:
            return None
        case "date":
            return datetime.fromisoformat(cell.get(f"{_OFFICE}date-value", ""))
        case "string":
            return "\n".join("".join(one.itertext()) for one in cell.iter(f"{_TEXT}p"))
        case _:
            return float(cell.get(f"{_OFFICE}value", "nan"))
