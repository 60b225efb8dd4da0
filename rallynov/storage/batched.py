"""Statements for many rows at once: on SQLite one execution for each row, on PostgreSQL one for all of them.

There each execution costs both sides more than what it does; the values of a batch go as one array for each name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ARRAY, BindParameter, ColumnElement, Connection, bindparam, column, func, select
from sqlalchemy.orm import InstrumentedAttribute

from rallynov.storage.base import Base
from rallynov.storage.prepared import INSERTS, Insertable, Prepared, Statement

Types = Mapping[str, InstrumentedAttribute[Any]]
"""The names of what is given for each row, each with a column that holds such values."""
Given = Mapping[str, ColumnElement[Any]]


class Batched(Prepared):
    """One statement, made by ``make(given)`` from the values that each row gives."""

    def __init__(self, types: Types, make: Callable[[Given], Statement]) -> None:
        super().__init__(partial(_made, types, make))
        self._names = tuple(types)

    def many(self, tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run for all rows; on PostgreSQL in no order."""
        if tx.dialect.name == "postgresql":
            rows = [{name: [row[name] for row in rows] for name in self._names}]
        super().many(tx, rows)


class Inserted(Batched):
    """An insert of some columns; ``clash`` says what is done where a row is there already."""

    def __init__(
        self, table: type[Base], names: Sequence[str], clash: Callable[[Insertable], Insertable]
    ) -> None:
        self._into, self._clash = table, clash
        super().__init__({name: getattr(table, name) for name in names}, self._made)

    def _made(self, given: Given) -> Statement:
        values = list(given.values())
        if isinstance(values[0], BindParameter):
            return self._clash(INSERTS["sqlite"](self._into).values(dict(given)))
        return self._clash(INSERTS["postgresql"](self._into).from_select(list(given), select(*values)))


def _made(types: Types, make: Callable[[Given], Statement], dialect: str) -> Statement:
    if dialect != "postgresql":
        return make({name: bindparam(name, type_=like.type) for name, like in types.items()})
    arrays = [bindparam(name, type_=ARRAY(like.type)) for name, like in types.items()]
    columns = [column(name, like.type) for name, like in types.items()]
    given = func.unnest(*arrays).table_valued(*columns).render_derived(name="given")
    return make({name: given.c[name] for name in types})
