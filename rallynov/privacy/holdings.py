"""What is held of a person: every row that a tag says is theirs, and of it only the columns that are.

No table is named here: the tags of columns (``storage/personal.py``) say whose each row is, so that a new table is part of
what people are shown, and of the proofs, from its first day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, false, or_, select

from rallynov.delivery.tables import ConversationRow
from rallynov.storage.base import Base
from rallynov.storage.personal import STRUCTURE, is_of, keys, tag

Row: TypeAlias = Mapping[str, Any]
Held: TypeAlias = Mapping[str, Sequence[Row]]
"""The rows of each table, each with the columns that are of the person."""
MOST = 20_000
"""Rows of one table in one answer."""
_SHARED = "dossier_share.dossier_id"
"""What a column says that is of whoever a dossier is of."""


def held(tx: Connection, person: str) -> Held:
    """Read all that is held of a person, table by table."""
    found = {table.name: list(_rows(tx, table, person)) for table in personal_tables()}
    return {name: rows for name, rows in found.items() if rows}


def held_in(tx: Connection, dossier: str) -> Held:
    """Read what is held in a dossier of whoever is its contact, when nobody owns it: it came on paper."""
    found: dict[str, Sequence[Row]] = {}
    for table in personal_tables():
        signs = keys(list(table.columns))
        for sign in (one for one in signs if one.info.get("through") == _SHARED):
            shown = [one for one in table.columns if is_of(one, sign, signs[0]) or _is_number(one)]
            rows = tx.execute(select(*shown).where(sign == dossier).order_by(*table.primary_key).limit(MOST))
            found[table.name] = [dict(row) for row in rows.mappings()]
    return {name: rows for name, rows in found.items() if rows}


@cache
def personal_tables() -> Sequence[Table]:
    """Return the tables of which some column says whose a row is."""
    return [table for table in Base.metadata.sorted_tables if keys(list(table.columns))]


def columns_of(kind: str) -> list[Column[Any]]:
    """Return the columns that name somebody: by their id ("person") or by an "address"."""
    return [
        column for table in personal_tables() for column in table.columns if column.info.get("by") == kind
    ]


def of_person(table: Table, person: str) -> Select[Any]:
    """Select the rows of a table that are of a person."""
    return select(table).where(or_(false(), *(_names(key, person) for key in keys(list(table.columns)))))


def _rows(tx: Connection, table: Table, person: str) -> Iterator[Row]:
    """Read the rows of a person, without the columns that are of another whom a row also names."""
    signs = keys(list(table.columns))
    matched = [_names(sign, person).label(f"is_{sign.name}") for sign in signs]
    found = of_person(table, person).add_columns(*matched).order_by(*table.primary_key).limit(MOST)
    emptied = (column != "" for column in table.columns if column.info.get("emptied"))
    for row in tx.execute(found.where(*emptied)).mappings():
        mine = [sign for sign in signs if row[f"is_{sign.name}"]]
        yield {
            column.name: row[column.name]
            for column in table.columns
            if any(is_of(column, sign, signs[0]) for sign in mine) or _is_number(column)
        }


def _is_number(column: Column[Any]) -> bool:
    """Tell whether a column only helps to read a row."""
    return column.name in STRUCTURE and not tag(column)


def _names(sign: Column[Any], person: str) -> ColumnElement[bool]:
    """Test whether a column names a person: by id, by an address of theirs, or by another row of theirs."""
    match sign.info["by"]:
        case "person":
            return sign == person
        case "address":
            mine = select(ConversationRow.address).where(ConversationRow.person_id == person)
            return sign.in_(mine)
        case _:
            table, _, column = sign.info["through"].partition(".")
            other = Base.metadata.tables[table]
            first = keys(list(other.columns))[0]
            return sign.in_(select(other.c[column]).where(_names(first, person)))
