"""The formats of exports: one line each."""

from __future__ import annotations

from collections.abc import Mapping

from rallynov.exports.archive import Archive
from rallynov.exports.booklet import Booklet
from rallynov.exports.delimited import Delimited
from rallynov.exports.document import Document
from rallynov.exports.job import Format
from rallynov.exports.xlsx import Workbook

FORMATS: Mapping[str, Format] = {
    "xlsx": Workbook,
    "csv": Delimited,
    "json": Document,
    "pdf": Booklet,
    "zip": Archive,
}
"""What each ending is written by."""
