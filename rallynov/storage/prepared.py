"""Statements prepared once: compiled by SQLAlchemy for each dialect, then run on the driver's own cursor.

The statements stay SQLAlchemy's, portable and typed; what is saved is its cost of each execution, which for a cycle of
one turn is more than the database's. Only for the few statements of a turn; refuses nothing else than they need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Connection,
    Dialect,
    Select,
    Text,
    any_,
    bindparam,
    func,
    select,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.dml import UpdateBase

from rallynov.storage.base import Base

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

Statement = Select[*tuple[Any, ...]] | UpdateBase
Insertable: TypeAlias = "sqlite.Insert | postgresql.Insert"
Inserting: TypeAlias = Callable[[type[Base]], Insertable]
Writer = Callable[[Any], Any]


class _Inserts(dict[str, Inserting]):
    """Read when they are first asked for: PostgreSQL's dialect takes 2 MB, SQLite needs none of it."""

    def __missing__(self, dialect: str) -> Inserting:
        insert: Inserting = import_module(f"sqlalchemy.dialects.{dialect}").insert
        self[dialect] = insert
        return insert


INSERTS: Mapping[str, Inserting] = _Inserts()
"""The insert of each dialect, with its ON CONFLICT."""


class _Form(NamedTuple):
    sql: str
    names: Sequence[str]
    pick: Callable[[Mapping[str, Any]], Sequence[Any]]
    """Takes the values of a row in the order of the names; ``KeyError`` when one is not given."""
    writers: Sequence[tuple[int, Writer]]
    """What writes the values that the driver does not take as they are, by their places."""
    fixed: Mapping[str, Any]
    """The values that stand where none is given."""
    readers: Sequence[tuple[int, Writer]]
    positional: bool


class Prepared:
    """One statement, made for a dialect by ``make(dialect_name)`` on its first use there.

    ``keys`` are the columns of an insert that its rows give.
    """

    def __init__(self, make: Callable[[str], Statement], keys: Sequence[str] | None = None) -> None:
        self._make = make
        self._keys = list(keys) if keys else None
        self._forms: dict[str, _Form] = {}

    def many(self, tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run once for each row of values."""
        form = self._form(tx.dialect)
        with _cursor(tx, form.sql) as cursor:
            cursor.executemany(form.sql, [_written(form, row) for row in rows])

    def run(self, tx: Connection, **given: Any) -> None:
        """Run once."""
        self.many(tx, [given])

    def rows(self, tx: Connection, **given: Any) -> list[tuple[Any, ...]]:
        """Run a query and return its rows."""
        form = self._form(tx.dialect)
        with _cursor(tx, form.sql) as cursor:
            cursor.execute(form.sql, _written(form, given))
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return [_read(form, row) for row in found] if form.readers else found

    def _form(self, dialect: Dialect) -> _Form:
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = self._compiled(dialect)
        return form

    def _compiled(self, dialect: Dialect) -> _Form:
        statement = self._make(dialect.name)
        compiled = statement.compile(dialect=dialect, column_keys=self._keys)
        writers: Mapping[str, Any] = compiled._bind_processors  # noqa: SLF001  # its own
        readers = []
        if isinstance(statement, Select):
            for at, column in enumerate(statement.selected_columns):
                reader = column.type.dialect_impl(dialect).result_processor(dialect, None)
                readers += [(at, reader)] if reader else []
        names = list(compiled.positiontup or compiled.binds)
        written = [(at, writers[name]) for at, name in enumerate(names) if name in writers]
        pick = itemgetter(*names) if len(names) > 1 else lambda row: [row[name] for name in names]
        fixed = {name: compiled.params.get(name) for name in names}
        return _Form(str(compiled), names, pick, written, fixed, readers, bool(compiled.positiontup))


def tell(tx: Connection, sql: str) -> None:
    """Run a statement without values on the driver's cursor."""
    with _cursor(tx, sql) as cursor:
        cursor.execute(sql)


@contextmanager
def _cursor(tx: Connection, sql: str) -> Iterator[Any]:
    """Give the driver's cursor; its errors come out as SQLAlchemy's, without the values that they are about."""
    cursor = tx.connection.cursor()
    try:
        yield cursor
    except Exception as error:
        base = tx.dialect.loaded_dbapi.Error
        if not isinstance(error, base):
            raise
        raise DBAPIError.instance(sql, None, error, base, hide_parameters=True) from error
    finally:
        cursor.close()


def _written(form: _Form, given: Mapping[str, Any]) -> Any:
    """Put values as the driver takes them: by position or by name, each through its type."""
    try:
        values = form.pick(given)
    except KeyError:
        values = form.pick({**form.fixed, **given})
    if form.writers:
        values = list(values)
        for at, write in form.writers:
            values[at] = write(values[at])
    return values if form.positional else dict(zip(form.names, values, strict=True))


def _read(form: _Form, row: tuple[Any, ...]) -> tuple[Any, ...]:
    read = list(row)
    for at, reader in form.readers:
        read[at] = reader(read[at])
    return tuple(read)


def among(
    column: Column[Any] | InstrumentedAttribute[Any], name: str, dialect: str, *, number: bool = False
) -> ColumnElement[bool]:
    """Test a column against a list given as one value: JSON text on SQLite, an array on PostgreSQL."""
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=ARRAY(BigInteger() if number else Text())))
    each = func.json_each(bindparam(name, type_=Text())).table_valued("value")
    return column.in_(select(each.c.value))


def listed(values: Sequence[Any], dialect: str) -> Any:
    """Give a list the form that ``among`` takes."""
    return list(values) if dialect == "postgresql" else orjson.dumps(list(values)).decode()
