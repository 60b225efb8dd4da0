"""What the tables hold, for tests that look behind the conversation."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, select

from rallynov.storage.store import Store


def count(store: Store, table: type, *where: ColumnElement[bool]) -> int:
    """Count the rows of a table."""
    with store.read() as tx:
        return tx.execute(select(func.count()).select_from(table).where(*where)).scalar_one()


def values(store: Store, column: Any) -> list[Any]:
    """Read a column, in no order."""
    with store.read() as tx:
        return list(tx.execute(select(column)).scalars())
