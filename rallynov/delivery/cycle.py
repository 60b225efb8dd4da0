"""What waits to be written in the next cycle, each with those who wait for its commit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from rallynov.delivery.inbox import Incoming
from rallynov.delivery.outbox import Receipt


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


@dataclass(frozen=True, slots=True)
class Kept:
    """Final states that a sender reports."""

    receipts: Sequence[Receipt]
    owner: str
    stored: asyncio.Future[None]


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
