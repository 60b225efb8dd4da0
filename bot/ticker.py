"""The clock: APScheduler in UTC, in memory, a metronome only. What is due is in tables, no job is stored in
it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger


class Ticker:
    """Calls functions at intervals; a late call is made once, never skipped, never twice at a time."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def every(self, seconds: int, work: Callable[[], Awaitable[None]]) -> None:
        """Call a function every so many seconds."""
        self._scheduler.add_job(
            work,
            IntervalTrigger(seconds=seconds, timezone=UTC),
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()

    def close(self) -> None:
        """End, without waiting."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
