"""Indexes of some rows only, on both databases.

An argument of PostgreSQL's own would load its dialect where the index is declared, 2 MB that a process on SQLite does not
need: PostgreSQL is told of the condition when tables are made there, or compared.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Index, Table, TextClause, event


def partial(name: str, *columns: str, where: TextClause, unique: bool = False) -> Index:
    """Index the rows that a condition holds for."""
    return Index(name, *columns, unique=unique, sqlite_where=where)


def tell_postgresql(table: Table) -> None:
    """Give the conditions of a table's indexes to PostgreSQL."""
    for index in table.indexes:
        where = index.dialect_options["sqlite"]["where"]
        if where is not None:
            index.dialect_options["postgresql"]["where"] = where


@event.listens_for(Table, "before_create")
def _made(table: Table, connection: Connection, **_: Any) -> None:
    if connection.dialect.name == "postgresql":
        tell_postgresql(table)
