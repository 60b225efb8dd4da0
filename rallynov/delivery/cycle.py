"""What waits to be written in the next cycle, each with those who wait for its commit."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection

from rallynov.delivery import inbox, outbox
from rallynov.delivery.inbox import Incoming, Waiting
from rallynov.delivery.outbox import Receipt

Aside: TypeAlias = Callable[[], None] | None
"""What a door does, on its loop, while the disk writes."""
STEPS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
"""Seconds at which the histogram of turns is cut."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a channel was read, to be kept with what was read."""

    channel: str
    next_offset: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Events that a door received."""

    events: Sequence[Incoming]
    cursor: Cursor | None
    stored: asyncio.Future[None]
    aside: Aside = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Final states that a sender reports."""

    receipts: Sequence[Receipt]
    owner: str
    stored: asyncio.Future[None]


def record(tx: Connection, taken: Sequence[Taken], kept: Sequence[Kept], now: datetime) -> None:
    """Write what became of messages, what the doors received, and how far they have read."""
    for each in kept:
        outbox.finish(tx, each.receipts, each.owner, now)
    events = [event for each in taken for event in each.events]
    if events:
        inbox.store(tx, events)
    for one in taken:
        if one.cursor:
            inbox.move_cursor(tx, one.cursor.channel, one.cursor.next_offset, now)


def begin_aside(taken: Sequence[Taken]) -> None:
    """Have the doors do what need not wait for the commit that now begins."""
    for each in taken:
        if each.aside:
            with suppress(RuntimeError):  # the loop has ended: nobody waits
                each.stored.get_loop().call_soon_threadsafe(each.aside)


def settle(waiting: Sequence[Taken | Kept], error: Exception | None) -> None:
    """Tell those who wait for a commit that it came, or that it did not."""
    for each in waiting:
        if each.stored.done():
            continue
        if error is None:
            each.stored.set_result(None)
        else:
            each.stored.set_exception(error)


@dataclass(slots=True)
class Counts:
    """What happened since the start, for the metrics."""

    taken: int = 0
    handled: int = 0
    poisoned: int = 0
    batches: int = 0
    turns: list[int] = field(default_factory=lambda: [0] * (len(STEPS) + 1))
    """Turns by how long they took, from the event received to the answer committed; the last is for all that took longer."""
    seconds: float = 0.0
    """What all turns took together."""
    sends: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Messages brought to a final state by a sender, by channel and state."""

    def answered(self, events: Sequence[Waiting], now: datetime) -> None:
        """Count events as handled, each with the time that it took."""
        self.handled += len(events)
        for event in events:
            took = max(0.0, (now - event.received_at).total_seconds())
            self.turns[bisect_left(STEPS, took)] += 1
            self.seconds += took

    def reported(self, kept: Sequence[Kept]) -> None:
        """Count messages as sent, or not."""
        for each in kept:
            self.sends.update((one.message.channel, str(one.status)) for one in each.receipts)
