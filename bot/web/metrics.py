"""The figures of delivery for Prometheus: what this process did, and what the database holds."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from rallynov.delivery.service import Delivery
from rallynov.delivery.tables import InboxRow, InboxStatus, OutboxRow, OutboxStatus

FRESH = 10.0
"""Seconds that a count serves again: counting reads whole tables."""


class Figures(Collector):
    """Reads the figures when Prometheus asks."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._counted: Mapping[str, Mapping[str, int]] = {}
        self._counted_at = float("-inf")

    def describe(self) -> Iterable[Metric]:
        """Describe nothing ahead, so that registering reads nothing."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Give every figure; those of the database are left out while it is away."""
        counts = self._delivery.counts
        done = {
            "rallynov_events_taken": ("Events stored by this process.", counts.taken),
            "rallynov_events_handled": ("Events handled by this process.", counts.handled),
            "rallynov_events_set_aside": (
                "Events set aside by this process after three tries.",
                counts.poisoned,
            ),
            "rallynov_batches": ("Cycles of work of this process, one transaction each.", counts.batches),
        }
        for name, (meaning, value) in done.items():
            yield CounterMetricFamily(name, meaning, value=value)
        for name, by_status in self._rows().items():
            family = GaugeMetricFamily(name, "Rows in the database, by status.", labels=["status"])
            for status, count in by_status.items():
                family.add_metric([status], count)
            yield family

    def _rows(self) -> Mapping[str, Mapping[str, int]]:
        if time.monotonic() - self._counted_at >= FRESH:
            try:
                with self._delivery.store.read() as tx:
                    self._counted = {"rallynov_inbox_rows": _inbox(tx), "rallynov_outbox_rows": _outbox(tx)}
            except SQLAlchemyError:
                return {}
            self._counted_at = time.monotonic()
        return self._counted


def _inbox(tx: Connection) -> dict[str, int]:
    """Count the events that wait and those set aside; the handled ones are history."""
    watched = (InboxStatus.NEW, InboxStatus.POISON)
    rows = tx.execute(
        select(InboxRow.status, func.count()).where(InboxRow.status.in_(watched)).group_by(InboxRow.status)
    )
    return dict.fromkeys(watched, 0) | {row[0]: row[1] for row in rows}


def _outbox(tx: Connection) -> dict[str, int]:
    rows = tx.execute(select(OutboxRow.status, func.count()).group_by(OutboxRow.status))
    return {status.value: 0 for status in OutboxStatus} | {row[0]: row[1] for row in rows}
