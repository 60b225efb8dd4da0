"""A column of a field of rows, as the field that one cell is."""

from __future__ import annotations

from functools import lru_cache

from rallynov.initiatives.form import Column, Field


def of_column(field: Field, column: Column) -> Field:
    """Return the field that reads and shows the cells of a column; its words are those of ``<field>.<column>``."""
    return _field(f"{field.id}.{column.id}", column)


@lru_cache(maxsize=64)
def _field(name: str, column: Column) -> Field:
    return Field(id=name, kind=column.kind, required=column.required, least=column.least, most=column.most)
