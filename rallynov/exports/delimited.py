"""CSV as French Excel opens it: ``;``, a byte order mark, CRLF, decimal commas, no formula. One table.

A long number may be shown rounded and "3/4" taken for a date by whoever opens it: exact values are in the XLSX.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rallynov.editions.model import PARIS
from rallynov.exports.job import Job
from rallynov.exports.model import Dated, Entry, Value
from rallynov.exports.signs import guarded, legible

SEPARATOR = ";"
LISTED = " ; "
"""Between the items of a list, in one cell."""


class Delimited:
    """One table as CSV."""

    absent = 0

    def __init__(self, job: Job) -> None:
        """Refuse, by ``LookupError``, a table that the view does not hold."""
        self._tables = job.tables()
        found = self._tables.find(job.selection.subject)
        if found is None:
            raise LookupError(job.selection.subject)
        self._table, self._path = found, job.work / "export.csv"
        self._yes, self._no = job.word("exports:words:yes"), job.word("exports:words:no")
        self._file = job.opened.enter_context(self._path.open("x", encoding="utf-8-sig", newline=""))
        self._csv = csv.writer(self._file, delimiter=SEPARATOR, lineterminator="\r\n")
        self._csv.writerow([guarded(legible(job.say(one.title))) for one in found.columns])

    def add(self, entry: Entry) -> None:
        """Write the rows of a dossier."""
        for row in self._tables.rows(self._table, entry):
            self._csv.writerow([self._cell(one) for one in row])

    def close(self) -> Sequence[Path]:
        """End the file."""
        self._file.close()
        return (self._path,)

    def _cell(self, value: Value) -> str:
        match value:
            case None:
                return ""
            case bool():
                return self._yes if value else self._no
            case int() | float():
                return str(value).replace(".", ",")
            case str():
                return guarded(legible(value))
            case datetime():
                return f"{value.astimezone(PARIS):%d/%m/%Y %H:%M:%S}"
            case Dated():
                return written(value)
            case tuple():
                return guarded(legible(LISTED.join(value)))


def written(value: Dated) -> str:
    """Write a date as French writes it, as exactly as it is known: "03/12/2012", "12/2012", "2012"."""
    day = value.first
    whole = f"{day.day:02}", f"{day.month:02}", f"{day.year:04}"
    return "/".join(whole[3 - value.precision :])
