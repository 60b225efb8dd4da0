"""The migration that brings dossiers, with a row in every table, on both databases: up, further up, and down again."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Column, DateTime, Insert, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import IntegrityError

from rallynov.storage import schema
from rallynov.storage.store import Store

BEFORE, DOSSIERS = "0002", "0003"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
Content = dict[str, list[dict[str, Any]]]


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """A database as it was before dossiers, with a row in every table."""
    opened = Store(database)
    go(opened, BEFORE)
    fill(opened)
    yield opened
    opened.close()


def new_tables() -> set[str]:
    revision = ScriptDirectory.from_config(schema._config()).get_revision(DOSSIERS)
    return set(revision.module.NEW)


def go(store: Store, revision: str) -> None:
    """Migrate up or down to a revision."""
    here = schema.revision(store) or ""
    with schema._altering(store) as tx:
        (command.upgrade if revision > here else command.downgrade)(schema._config(tx), revision)


def tables(store: Store) -> list[Table]:
    """All tables as the database tells them, each behind those that it refers to."""
    found = MetaData()
    found.reflect(store.engine)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def sample(column: Column[Any]) -> object:
    """A value for a column; what refers to another row names the one that is there."""
    if column.foreign_keys:
        return sample(next(iter(column.foreign_keys)).column)
    match column.type:
        case Boolean():
            return True
        case DateTime():
            return NOW
        case Integer():
            return 7
        case _:
            return f"{column.table.name}.{column.name} é😀"


def row_of(table: Table) -> Insert:
    return insert(table).values({column.name: sample(column) for column in table.columns})


def fill(store: Store) -> None:
    """Put a row into every table that has none."""
    for table in tables(store):
        with store.write() as tx:
            if tx.execute(select(table)).first() is None:
                tx.execute(row_of(table))


def content(store: Store) -> Content:
    with store.read() as tx:
        return {
            table.name: [dict(row) for row in tx.execute(select(table)).mappings()] for table in tables(store)
        }


def test_dossiers_come_beside_all_that_is_there_and_go_without_it(store: Store) -> None:
    before = content(store)
    go(store, DOSSIERS)
    empty = {name: [] for name in new_tables()}
    assert content(store) == before | empty
    fill(store)
    full = content(store)
    assert all(len(rows) == 1 for rows in full.values())
    go(store, BEFORE)
    assert content(store) == before
    go(store, DOSSIERS)
    assert content(store) == before | empty


def test_later_releases_keep_every_dossier(store: Store) -> None:
    go(store, DOSSIERS)
    fill(store)
    before = content(store)
    schema.migrate(store)
    after = content(store)
    for name in new_tables():
        kept = {column: value for column, value in after[name][0].items() if column in before[name][0]}
        assert kept.items() <= before[name][0].items(), name
        assert {"id", "value", "content", "receipt", "digest"} & before[name][0].keys() <= kept.keys(), name
    go(store, DOSSIERS)
    assert content(store).keys() == before.keys()
    assert all(len(content(store)[name]) == 1 for name in new_tables())


def test_what_belongs_to_a_dossier_goes_with_it(store: Store) -> None:
    go(store, DOSSIERS)
    fill(store)
    found = {table.name: table for table in tables(store)}
    with store.write() as tx:
        tx.execute(found["dossier"].delete())
    left = content(store)
    assert all(
        left[name] == []
        for name in new_tables()
        if any(key.column.table.name == "dossier" for key in found[name].foreign_keys)
    )
    with pytest.raises(IntegrityError), store.write() as tx:
        tx.execute(row_of(found["remark"]))
