"""XLSX: one sheet a subject, typed cells, no formula whatever is typed, rows written as they come.

What exceeds a cell of Excel goes on in a sheet of long texts. Each sheet is held in a file of the work folder until
the end: memory does not grow with the number of dossiers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeAlias

from rallynov.dialogue.words import Term
from rallynov.editions.model import PARIS
from rallynov.exports.delimited import LISTED, written
from rallynov.exports.job import Job
from rallynov.exports.model import Column, Dated, Entry, Kind, Table, Value
from rallynov.exports.signs import legible, parts

Format: TypeAlias = Any
Worksheet: TypeAlias = Any
ROWS = 1_048_576
"""Rows of a sheet of Excel."""
EXACT = 10**15
"""From here on, Excel rounds a whole number: it is written as text."""
OLDEST = date(1900, 3, 1)
"""Before it, Excel counts days otherwise than its readers do: such a date is written as text."""
NARROW, MIDDLE, WIDE = 14, 24, 48
_HEIGHT = 45
_DAYS = {1: "yyyy", 2: "mm/yyyy", 3: "dd/mm/yyyy"}
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
LONG = Table(
    "long",
    Term("exports:tables:long"),
    tuple(
        Column(one, kind, Term(f"exports:columns:{one}"), wide=one == "text")
        for one, kind in {
            "key": Kind.TEXT, "question": Kind.TEXT, "part": Kind.NUMBER, "text": Kind.TEXT,
        }.items()
    ),
)  # fmt: skip
ABOUT = Table(
    "export",
    Term("exports:tables:export"),
    tuple(Column(one, Kind.TEXT, Term(f"exports:columns:{one}")) for one in ("fact", "value")),
)


class TooManyRowsError(Exception):
    """A sheet of Excel holds no more rows; its name."""


class Workbook:
    """One workbook."""

    absent = 0

    def __init__(self, job: Job) -> None:
        import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415  # loaded by the first export

        self._job, self._path, self._count = job, job.work / "export.xlsx", 0
        self._book = xlsxwriter.Workbook(str(self._path), {**_OPTIONS, "tmpdir": str(job.work)})
        self._book.set_properties(
            {"title": job.edition.title, "author": "Rally’nov", "created": job.at.astimezone(UTC)}
        )
        self._styles = _Styles(self._book)
        self._tables = job.tables()
        self._sheets = [self._sheet(table) for table in self._tables.all]
        self._long = self._sheet(LONG)
        self._ending = job.word("exports:words:goes_on")

    def add(self, entry: Entry) -> None:
        """Write the rows of a dossier, each in the sheet of its subject."""
        for sheet in self._sheets:
            for row in self._tables.rows(sheet.table, entry):
                sheet.begin()
                for at, value in enumerate(row):
                    if value not in {None, "", ()}:
                        self._write(sheet, at, value, entry)
        self._count += 1

    def close(self) -> Sequence[Path]:
        """End the workbook."""
        about = self._sheet(ABOUT)
        job = self._job
        facts: dict[str, Value] = {
            "edition": job.edition.title,
            "view": job.word(f"exports:views:{job.view.id}"),
            "form": job.form.version,
            "exported_at": job.at,
            "count": self._count,
        }
        for name, value in facts.items():
            about.begin()
            about.text(0, job.word(f"exports:words:{name}"))
            self._put(about, 1, value)
        for sheet in (*self._sheets, self._long, about):
            sheet.end()
        self._book.close()
        return (self._path,)

    def _sheet(self, table: Table) -> _Sheet:
        return _Sheet(self._book.add_worksheet(self._job.say(table.title)), table, self._job, self._styles)

    def _write(self, sheet: _Sheet, at: int, value: Value, entry: Entry) -> None:
        text = LISTED.join(value) if isinstance(value, tuple) else value
        if not isinstance(text, str):
            self._put(sheet, at, text)
            return
        first, *more = parts(legible(text), self._ending)
        sheet.text(at, first + self._ending if more else first)
        for nth, part in enumerate(more, 2):
            self._long.begin()
            self._long.text(0, entry.key)
            self._long.text(1, sheet.titles[at])
            self._long.sheet.write_number(self._long.row, 2, nth)
            self._long.text(3, part)

    def _put(self, sheet: _Sheet, at: int, value: Value) -> None:
        page, row, styles = sheet.sheet, sheet.row, self._styles
        match value:
            case bool():
                sheet.text(at, self._job.word("exports:words:yes" if value else "exports:words:no"))
            case int() | float() if abs(value) < EXACT:
                page.write_number(row, at, value, styles.figure(value, money=sheet.money(at)))
            case datetime() if value.astimezone(PARIS).date() >= OLDEST:
                page.write_datetime(row, at, value.astimezone(PARIS).replace(tzinfo=None), styles.moment)
            case Dated() if value.first >= OLDEST:
                page.write_datetime(row, at, value.first, styles.days[value.precision])
            case Dated():
                sheet.text(at, written(value))
            case _:
                sheet.text(at, legible(str(value)))


class _Styles:
    """The formats of cells."""

    def __init__(self, book: Any) -> None:
        def style(**given: object) -> Format:
            return book.add_format({"valign": "top", **given})

        self.head = style(bold=True, text_wrap=True, bg_color="#e9efe6", bottom=2, border_color="#1f5a44")
        self.text = style(num_format="@", text_wrap=True)
        self._number = style(num_format="#,##0.0#########")
        self._whole = style(num_format="#,##0")
        self._money = style(num_format='#,##0.00 "€"')
        self.moment = style(num_format="dd/mm/yyyy hh:mm:ss", align="left")
        self.days = {known: style(num_format=form, align="left") for known, form in _DAYS.items()}

    def figure(self, value: float, *, money: bool) -> Format:
        """Return the format of a figure; the sign of a fraction stands only where there is one."""
        return self._money if money else self._whole if isinstance(value, int) else self._number


class _Sheet:
    """One sheet, written row after row."""

    def __init__(self, sheet: Worksheet, table: Table, job: Job, styles: _Styles) -> None:
        self.sheet, self.table, self.row, self._styles = sheet, table, 0, styles
        self.titles = [legible(job.say(one.title)) for one in table.columns]
        job.opened.callback(self._drop)
        sheet.set_default_row(_HEIGHT)
        sheet.freeze_panes(1, 1)
        for at, column in enumerate(table.columns):
            sheet.set_column(at, at, _width(column))
        for at, title in enumerate(self.titles):
            sheet.write_string(0, at, title, styles.head)

    def _drop(self) -> None:
        """Close the file that the rows are held in, when the workbook was never ended."""
        if self.sheet.row_data_fh and not self.sheet.row_data_fh.closed:
            self.sheet.row_data_fh.close()

    def money(self, at: int) -> bool:
        """Tell whether a column holds euros."""
        return self.table.columns[at].money

    def begin(self) -> None:
        """Go to the next row."""
        self.row += 1
        if self.row >= ROWS:
            raise TooManyRowsError(self.table.id)

    def text(self, at: int, text: str) -> None:
        """Write a text that fits a cell."""
        self.sheet.write_string(self.row, at, text, self._styles.text)

    def end(self) -> None:
        """Add what can be said only once all is written: how far the filter goes."""
        self.sheet.autofilter(0, 0, self.row, len(self.table.columns) - 1)


def _width(column: Column) -> int:
    if column.wide:
        return WIDE
    return NARROW if column.kind in {Kind.NUMBER, Kind.DATE, Kind.YESNO} else MIDDLE
