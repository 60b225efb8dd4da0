"""Trying again: how long to wait between two tries, of Telegram or of the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count
from typing import TypeVar

import structlog
from telegram.error import RetryAfter

from rallynov.delivery import faults
from rallynov.storage.store import Store

log = structlog.get_logger("rallynov.telegram")
SLOWEST = 30.0
"""Longest wait in seconds between two tries."""
Done = TypeVar("Done")


def pause(failures: int, slowest: float = SLOWEST) -> float:
    """Return the seconds to wait after so many failures before this one: 1, 2, 4…, at most ``slowest``."""
    return min(slowest, 2.0 ** min(failures, 6))


def asked(error: RetryAfter) -> float:
    """Return the seconds that Telegram asks to wait, at least one."""
    after = error.retry_after
    return max(1.0, float(after) if isinstance(after, int) else after.total_seconds())


async def until_stored(
    store: Store,
    work: Callable[[], Done],
    sleep: Callable[[float], Awaitable[None]],
    turned: Callable[[], None],
) -> Done:
    """Do work on the database, again while it is away; what else fails is raised. ``turned`` is told of each try."""
    for failures in count():
        turned()
        try:
            return await store.writing(work)
        except Exception as error:
            if not faults.passing(error):
                raise
            wait = pause(failures)
            log.warning("database_away", error=type(error).__name__, wait=wait)
            await sleep(wait)
    raise AssertionError
