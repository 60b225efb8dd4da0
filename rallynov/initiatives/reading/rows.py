"""Rows of several cells: one row a line, cells parted by semicolons; or one cell a line, for a single row."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import reduce

from rallynov.dialogue.words import Term, Words, plural, say
from rallynov.initiatives.form import Field, Json
from rallynov.initiatives.reading.columns import of_column
from rallynov.initiatives.reading.result import Doubt, Given, Reading, Refusal, Value, mend
from rallynov.text import clean_text

Cell = Callable[[Field, str, Given], Reading]
_SEPARATORS = ("\t", ";", "|")
_BULLET = re.compile(r"^\s*(?:[-–•*]|\d{1,2}[.)])\s+")


def read_rows(field: Field, typed: str, given: Given, read: Cell) -> Reading:
    """Read rows; a refusal names the row and the column."""
    parts = _parts(clean_text(typed), len(field.columns))
    if not parts:
        return mend(field)
    if field.most is not None and len(parts) > field.most:
        return Refusal(
            plural(
                "One row at most. Keep only one.", "{n} rows at most. Keep those that count most.", field.most
            )
        )
    rows: list[Json] = []
    doubts: list[Words] = []
    for number, cells in enumerate(parts, 1):
        row = _row(field, number, cells, given, read)
        if isinstance(row, Refusal):
            return row
        rows.append(row.value)
        doubts += [row.ask] if isinstance(row, Doubt) else []
    return Doubt(rows, _together(doubts)) if doubts else Value(rows)


def _together(asks: Sequence[Words]) -> Words:
    """Ask several things in one go, at least one."""
    return reduce(lambda one, other: say("{one} {other}", one=one, other=other), asks)


def _parts(text: str, width: int) -> Sequence[Sequence[str]]:
    """Cut a text into rows of cells, as they were parted."""
    lines = [_BULLET.sub("", line) for line in text.split("\n") if line.strip()]
    separator = next((one for one in _SEPARATORS if any(one in line for line in lines)), None)
    if separator is None:
        return [lines] if len(lines) == width else [[line] for line in lines]
    return [[cell.strip() for cell in line.strip(f"{separator} ").split(separator)] for line in lines]


def _row(field: Field, number: int, cells: Sequence[str], given: Given, read: Cell) -> Reading:
    width = len(field.columns)
    if len(cells) != width:
        return Refusal(
            say(
                "Row {row} has {given} cells, and {width} are needed. Part them with a semicolon: {columns}.",
                row=number,
                given=len(cells),
                width=width,
                columns=_headings(field),
            )
        )
    row: dict[str, Json] = {}
    asks: list[Words] = []
    for column, cell in zip(field.columns, cells, strict=True):
        if not cell and not column.required:
            row[column.id] = None
            continue
        reading = read(of_column(field, column), cell, given)
        heading = Term(f"form:{field.id}.{column.id}:label")
        if isinstance(reading, Refusal):
            return Refusal(
                say("Row {row}, “{column}”: {problem}", row=number, column=heading, problem=reading.words)
            )
        row[column.id] = reading.value
        if isinstance(reading, Doubt):
            asks.append(
                say("Row {row}, “{column}”: {problem}", row=number, column=heading, problem=reading.ask)
            )
    return Doubt(row, _together(asks)) if asks else Value(row)


def _headings(field: Field) -> Words:
    headings: list[Words] = [Term(f"form:{field.id}.{column.id}:label") for column in field.columns]
    return reduce(lambda one, other: say("{one}; {other}", one=one, other=other), headings)
