"""A batch does the same on both databases, in one statement on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from conversation import START
from sqlalchemy import select

from rallynov.delivery import bulk, outbox
from rallynov.delivery.bulk import Recipient
from rallynov.delivery.outbox import Receipt
from rallynov.delivery.tables import OutboxRow, OutboxStatus
from rallynov.storage.store import Store

PEOPLE = [Recipient(f"p{n}", f"telegram:{n}", "telegram", "fr") for n in range(5)]


def rows(store: Store, *columns: Any) -> list[Any]:
    with store.read() as tx:
        return [tuple(row) for row in tx.execute(select(*columns).order_by(OutboxRow.address))]


def planned(store: Store) -> list[bulk.Planned]:
    with store.write() as tx:
        bulk.plan(tx, "b", PEOPLE, {"fr": "b:0:fr"}, START)
        return bulk.due(tx, "b", ["telegram"], 0, START, 10)


def test_rows_are_planned_once_released_and_finished_each_with_its_own_values(store: Store) -> None:
    assert len(planned(store)) == 5
    found = planned(store)  # again: nobody twice
    assert rows(store, OutboxRow.person_id, OutboxRow.created_at)[0] == ("p0", START)
    aimed = [bulk.aimed(one, target=str(n)) if n else one for n, one in enumerate(found)]
    with store.write() as tx:
        bulk.release(tx, aimed, "me", START)
    assert rows(store, OutboxRow.provider_id) == [(None,), ("1",), ("2",), ("3",), ("4",)]
    states = [OutboxStatus.SENT, OutboxStatus.FAILED, OutboxStatus.SENT, OutboxStatus.UNKNOWN]
    ends = [
        Receipt(one.outgoing, state, f"m{n}" if state == "sent" else None, error=None if n else "why")
        for n, (one, state) in enumerate(zip(aimed, states, strict=False))
    ]
    with store.write() as tx:
        outbox.finish(tx, ends, "me", START + timedelta(minutes=1))
        outbox.finish(tx, [Receipt(aimed[4].outgoing, OutboxStatus.SENT)], "another", START)
    assert rows(store, OutboxRow.status, OutboxRow.provider_id, OutboxRow.error) == [
        ("sent", "m0", "why"),
        ("failed", None, None),
        ("sent", "m2", None),
        ("unknown", None, None),
        ("sending", "4", None),
    ]
    assert rows(store, OutboxRow.finished_at)[::4] == [(START + timedelta(minutes=1),), (None,)]


def test_the_receipts_of_a_group_are_one_statement_on_postgresql(store: Store) -> None:
    told: list[str] = []

    class Counting:
        """What the driver is told, seen from its cursor."""

        def __init__(self, cursor: Any) -> None:
            self._cursor = cursor

        def executemany(self, sql: str, rows: list[Any]) -> None:
            told.extend([sql] * len(rows))
            self._cursor.executemany(sql, rows)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._cursor, name)

    found = planned(store)
    with store.write() as tx:
        bulk.release(tx, found, "me", START)
        connection = tx.connection
        cursor = connection.cursor
        connection.cursor = lambda: Counting(cursor())  # type: ignore[method-assign]
        outbox.finish(tx, [Receipt(one.outgoing, OutboxStatus.SENT) for one in found], "me", START)
    assert len(told) == (5 if store.is_sqlite else 1)
