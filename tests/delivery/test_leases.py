"""Leases: they go by the server's clock, and a process never takes what it holds itself for left behind."""

from datetime import timedelta
from typing import Any

import pytest
from conversation import START
from delivery.test_outbox import add, message, rows
from sqlalchemy import func, select, update

from rallynov.delivery import leases, outbox
from rallynov.delivery.tables import OutboxRow
from rallynov.storage.store import Store


@pytest.mark.postgres
@pytest.mark.parametrize("wrong", [timedelta(hours=-2), timedelta(seconds=-41), timedelta(hours=2)])
def test_a_clock_that_is_wrong_takes_nothing_from_a_process_that_lives(
    cluster: Any, wrong: timedelta
) -> None:
    """Leases go by the server's clock, whoever sets or reads them."""
    store = Store(cluster.migrated())
    with store.read() as tx:
        now = tx.scalar(select(func.now()))
    assert now
    add(store, message("a"), message("b"))
    with store.write() as tx:
        outbox.claim(tx, "telegram", "living", now + wrong, 1)
        leases.renew(tx, "living", now + wrong)
        outbox.claim(tx, "telegram", "other", now, 1)
        for clock in (now, now + wrong, now - wrong):
            assert outbox.recover(tx, clock, alone=False) == 0
    store.close()


def test_what_a_process_holds_itself_is_not_left_behind(store: Store) -> None:
    add(store, message("a"), message("b"), owner="me")
    with store.write() as tx:
        tx.execute(update(OutboxRow).values(lease_until=START - timedelta(days=999)))
        tx.execute(update(OutboxRow).where(OutboxRow.key == "b").values(lease_owner="dead"))
        assert outbox.recover(tx, START, alone=False, mine="me") == 1
    assert {key: row.status for key, row in rows(store).items()} == {"a": "sending", "b": "queued"}
