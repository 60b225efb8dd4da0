"""Texts that begin alike: the same rows as Python says, found by an index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from conversation import START
from editions.test_agenda import STAGE
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, event, insert, select

from rallynov.coordination import alerting
from rallynov.delivery import outbox
from rallynov.delivery.tables import OutboxRow
from rallynov.editions.stages import scheduling
from rallynov.storage.beginning import after, begins
from rallynov.storage.store import Store

KEYS = [
    *("ticket:1", "ticket:1:", "ticket:1:a", "ticket:1:é", "ticket:1:\U0010ffff", "ticket:1:\U0010ffffa"),
    *("ticket:1;", "ticket:10:a", "ticket-1-a", "TICKET:1:a", "tickeT:1:a", "ticket 1 a", "ticket:%:a"),
    *("ticket:_:a", "tické:1:a", "\ud7ff", "\ue000", "\ue000b", "z", "Z", "\U0010ffff"),
]


def put(tx: Connection, keys: list[str]) -> None:
    said = {"channel": "web", "address": "web:1", "rank": 1, "body": "", "status": "sent"}
    rows = [said | {"key": key, "attempts": 0, "doubts": 0, "created_at": START} for key in keys]
    tx.execute(insert(OutboxRow), rows)


def test_as_python_says(store: Store) -> None:
    with store.write() as tx:
        put(tx, KEYS)
        for prefix in {key[:size] for key in KEYS for size in range(1, len(key) + 1)} - {"\U0010ffff"}:
            found = tx.execute(select(OutboxRow.key).where(begins(OutboxRow.key, prefix, tx.dialect.name)))
            assert sorted(found.scalars()) == sorted(key for key in KEYS if key.startswith(prefix)), prefix


@given(st.text(min_size=1), st.text())
def test_what_begins_so_lies_between_the_two_ends(prefix: str, rest: str) -> None:
    try:
        end = after(prefix)
    except ValueError:
        assert set(prefix) == {"\U0010ffff"}
        return
    assert prefix <= prefix + rest < end
    assert not end.startswith(prefix)
    assert end.encode()


@pytest.mark.parametrize("prefix", ["", "\U0010ffff\U0010ffff"])
def test_what_every_text_begins_with_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="nothing comes after"):
        begins(OutboxRow.key, prefix, "sqlite")


LOOKING: list[Callable[[Connection], object]] = [
    lambda tx: outbox.withdraw(tx, ["ticket:1:", "ticket:2:"]),
    alerting._last,
    lambda tx: scheduling._take_back(tx, STAGE, START),
]


@contextmanager
def heard(tx: Connection) -> Iterator[list[tuple[str, Any]]]:
    """Note each statement that a transaction runs, with its values."""
    told: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        told.append((statement, values))

    event.listen(tx, "before_cursor_execute", note)
    yield told
    event.remove(tx, "before_cursor_execute", note)


@pytest.mark.parametrize("look", LOOKING, ids=["withdraw", "last", "take_back"])
def test_the_outbox_is_never_read_whole(sqlite: Store, look: Callable[[Connection], object]) -> None:
    with sqlite.write() as tx:
        put(tx, KEYS)
        with heard(tx) as told:
            look(tx)
        assert told
        for statement, values in told:
            plan = [row[3] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            assert [step for step in plan if "SCAN" in step or "TEMP B-TREE" in step] == []
            assert any("(key>? AND key<?)" in step for step in plan), plan
