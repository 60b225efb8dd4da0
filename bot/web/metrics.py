"""The figures for Prometheus: what this process did, what the database holds, what the machine keeps.

Counting is bounded: what waits is in partial indexes, and an answer serves again for some seconds.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import accumulate
from pathlib import Path

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.unusable import LEAST
from rallynov.delivery.cycle import STEPS, Counts
from rallynov.delivery.outbox import RANKS
from rallynov.delivery.service import Delivery
from rallynov.delivery.tables import UNSENT, InboxRow, InboxStatus, OutboxRow, OutboxStatus
from rallynov.initiatives.attachments.model import WAITING
from rallynov.initiatives.tables import AttachmentRow
from rallynov.storage.backup.last import last

FRESH = 10.0
"""Seconds that a count serves again: counting reads whole tables."""
CLASSES = {rank: klass.value for klass, rank in reversed(RANKS.items())}
"""What a rank of the outbox is called: answers, the team's, announcements."""
Rows = Mapping[str, Mapping[str, float]]
MEANINGS = {
    "rallynov_inbox_rows": ("Events in the database that wait or were set aside, by status.", "status"),
    "rallynov_outbox_rows": ("Messages in the database, by status.", "status"),
    "rallynov_outbox_waiting": ("Messages that wait to be sent, by class.", "class"),
    "rallynov_oldest_waiting_seconds": (
        "How long the oldest has waited, by queue; 0 when nothing waits.",
        "queue",
    ),
    "rallynov_attachments_waiting": ("Files that wait to be fetched and examined.", ""),
}


class Figures(Collector):
    """Reads the figures of delivery when Prometheus asks."""

    def __init__(self, delivery: Delivery, clock: Callable[[], datetime]) -> None:
        self._delivery, self._clock = delivery, clock
        self._counted: Rows = {}
        self._counted_at = float("-inf")

    def describe(self) -> Iterable[Metric]:
        """Describe nothing ahead, so that registering reads nothing."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Give every figure; those of the database are left out while it is away."""
        yield from _done(self._delivery.counts)
        for name, counted in self._rows().items():
            meaning, label = MEANINGS[name]
            family = GaugeMetricFamily(name, meaning, labels=[label] if label else None)
            for kind, count in counted.items():
                family.add_metric([kind] if label else [], count)
            yield family

    def _rows(self) -> Rows:
        if time.monotonic() - self._counted_at >= FRESH:
            try:
                with self._delivery.store.read() as tx:
                    self._counted = _counted(tx, self._clock())
            except SQLAlchemyError:
                return {}
            self._counted_at = time.monotonic()
        return self._counted


class Keeping(Collector):
    """Reads what the machine keeps: the last backup, the room on the disk of the data."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder, self._clock = folder, clock

    def describe(self) -> Iterable[Metric]:
        """Describe nothing ahead."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Give both; the age of a backup that was never made is left out."""
        if made := last(self._folder):
            age = (self._clock() - made.at).total_seconds()
            yield GaugeMetricFamily("rallynov_backup_age_seconds", "Age of the last backup.", value=age)
        if self._folder.is_dir():
            free = shutil.disk_usage(self._folder).free
            yield GaugeMetricFamily("rallynov_disk_free_bytes", "Room on the disk of the data.", value=free)


def little_room(folder: Path) -> str | None:
    """Say that the disk of a data folder is about to be full."""
    if not folder.is_dir():
        return None
    free = shutil.disk_usage(folder).free
    return f"{free // 1024} kB of room are left" if free < LEAST else None


def registry(folder: Path, clock: Callable[[], datetime]) -> CollectorRegistry:
    """Return a registry that knows what is kept in a data folder."""
    made = CollectorRegistry()
    made.register(Keeping(folder, clock))
    return made


def _done(counts: Counts) -> Iterable[Metric]:
    """Give what this process did."""
    done = {
        "rallynov_events_taken": ("Events stored by this process.", counts.taken),
        "rallynov_events_handled": ("Events handled by this process.", counts.handled),
        "rallynov_events_set_aside": ("Events set aside by this process after three tries.", counts.poisoned),
        "rallynov_batches": ("Cycles of work of this process, one transaction each.", counts.batches),
    }
    for name, (meaning, value) in done.items():
        yield CounterMetricFamily(name, meaning, value=value)
    limits = [*map(str, STEPS), "+Inf"]
    buckets = list(zip(limits, accumulate(counts.turns), strict=True))
    yield HistogramMetricFamily(
        "rallynov_turn_seconds", "From an event received to its answer committed.", buckets, counts.seconds
    )
    sends = CounterMetricFamily(
        "rallynov_sends", "Messages sent by this process, by outcome.", labels=["channel", "outcome"]
    )
    for labels, count in sorted(counts.sends.items()):
        sends.add_metric(labels, count)
    yield sends


def _counted(tx: Connection, now: datetime) -> Rows:
    waiting, oldest = _waiting(tx)
    since = select(func.min(InboxRow.received_at)).where(InboxRow.status == InboxStatus.NEW)
    oldest["events"] = tx.execute(since).scalar()
    files = select(func.count()).select_from(AttachmentRow).where(AttachmentRow.state == WAITING)
    return {
        "rallynov_inbox_rows": _inbox(tx),
        "rallynov_outbox_rows": _outbox(tx),
        "rallynov_outbox_waiting": waiting,
        "rallynov_oldest_waiting_seconds": {
            queue: max(0.0, (now - at).total_seconds()) if at else 0.0 for queue, at in oldest.items()
        },
        "rallynov_attachments_waiting": {"": tx.execute(files).scalar_one()},
    }


def _waiting(tx: Connection) -> tuple[dict[str, float], dict[str, datetime | None]]:
    """Count what waits to be sent, and since when, by class."""
    held = (
        select(OutboxRow.rank, func.count(), func.min(OutboxRow.created_at))
        .where(UNSENT)
        .group_by(OutboxRow.rank)
    )
    counts: dict[str, float] = dict.fromkeys(CLASSES.values(), 0)
    oldest: dict[str, datetime | None] = dict.fromkeys(CLASSES.values())
    for rank, count, since in tx.execute(held):
        klass = CLASSES.get(rank, "bulk")
        counts[klass] += count
        oldest[klass] = min(filter(None, (oldest[klass], since)), default=None)
    return counts, oldest


def _inbox(tx: Connection) -> dict[str, float]:
    """Count the events that wait and those set aside; the handled ones are history."""
    watched = (InboxStatus.NEW, InboxStatus.POISON)
    rows = tx.execute(
        select(InboxRow.status, func.count()).where(InboxRow.status.in_(watched)).group_by(InboxRow.status)
    )
    return dict.fromkeys(watched, 0.0) | {row[0]: row[1] for row in rows}


def _outbox(tx: Connection) -> dict[str, float]:
    rows = tx.execute(select(OutboxRow.status, func.count()).group_by(OutboxRow.status))
    return {status.value: 0.0 for status in OutboxStatus} | {row[0]: row[1] for row in rows}
