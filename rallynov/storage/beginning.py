"""Texts that begin alike, in the order of their code points, which is that of SQLite's indexes: ``LIKE`` uses none of them.

On PostgreSQL the same rows are found, without an index: it has no single writer whom a scan would hold up.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

_LAST = chr(0x10FFFF)
_HALVES = range(0xD800, 0xE000)
"""Code points that no text holds."""


def ordered(column: InstrumentedAttribute[Any], dialect: str) -> ColumnElement[Any]:
    """Give a column in the order of its code points, which is SQLite's own."""
    return column.collate("C") if dialect == "postgresql" else column.expression


def begins(column: InstrumentedAttribute[Any], prefix: str, dialect: str) -> ColumnElement[bool]:
    """Test whether a text begins so; ``ValueError`` for a prefix that every text has."""
    where = ordered(column, dialect)
    return (where >= prefix) & (where < after(prefix))


def after(prefix: str) -> str:
    """Return the first text, by code points, after all that begin so; ``ValueError`` when there is none."""
    kept = prefix.rstrip(_LAST)
    if not kept:
        raise ValueError("nothing comes after what begins so")
    last = ord(kept[-1]) + 1
    return kept[:-1] + chr(_HALVES.stop if last in _HALVES else last)
