"""Indexes of some rows only: what the tables declare is what the migrations made, on both databases."""

import re

from sqlalchemy import Column, Integer, MetaData, Table, text

import bot.wiring  # noqa: F401  # all tables are known once the product is
from rallynov.storage.base import Base
from rallynov.storage.partial import partial
from rallynov.storage.store import Store

MADE = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE '% WHERE %'",
}


def _conditions(store: Store) -> dict[str, str]:
    """Return the condition of each index that has one, as the database tells it."""
    with store.read() as tx:
        found = tx.execute(text(MADE[store.engine.dialect.name])).all()
    return {name: re.sub(r"[\s()]+", " ", sql.partition(" WHERE ")[2]).strip() for name, sql in found}


def test_the_conditions_of_the_tables_are_those_of_the_migrations(store: Store) -> None:
    migrated = _conditions(store)
    assert {"ix_inbox_waiting", "uq_role_grant_held", "uq_consent_standing"} <= migrated.keys()
    with store.write() as tx:
        Base.metadata.drop_all(tx)
        Base.metadata.create_all(tx)
    assert _conditions(store) == migrated


def test_a_table_that_no_migration_has_seen_is_made_with_its_condition(store: Store) -> None:
    fresh = MetaData()
    Table(
        "fresh", fresh, Column("number", Integer()), partial("ix_fresh", "number", where=text("number > 3"))
    )
    with store.write() as tx:
        fresh.create_all(tx)
    assert _conditions(store)["ix_fresh"] == "number > 3"
    with store.write() as tx:
        fresh.drop_all(tx)
