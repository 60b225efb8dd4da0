"""The announcer at work in a process: it plans and finishes announcements while it leads, and moves pages."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog

from bot.wiring import Core, clock
from rallynov.announcements.announcer import ROLE
from rallynov.delivery.leadership import DeposedError, Leadership

log = structlog.get_logger("rallynov.announcer")
IDLE = 1.0
"""Seconds between two looks when nothing is under way."""
BREATH = 0.01
"""Seconds between two chunks: conversations are answered meanwhile."""


@contextlib.asynccontextmanager
async def announcing(core: Core) -> AsyncIterator[None]:
    """Have announcements leave while the block lasts, whenever this process leads."""
    leadership = Leadership(core.store, ROLE, core.owner, clock)

    async def work() -> None:
        while True:
            await asyncio.sleep(BREATH if await _step(core, leadership) else IDLE)

    leading = asyncio.get_running_loop().create_task(leadership.lead(work))
    try:
        yield
    finally:
        leading.cancel()
        await asyncio.gather(leading, return_exceptions=True)


async def _step(core: Core, leadership: Leadership) -> bool:
    """Do what there is to do; tell whether there is more at once."""
    try:
        step = await core.store.writing(core.announcer.step, leadership)
        shown = await core.store.writing(core.announcer.releases.show, leadership)
    except DeposedError:  # the leadership ends within a look
        return False
    except Exception as error:  # the database is away: found again in the tables
        log.error("announcements_failed", error=type(error).__name__)
        return False
    for address in (*step.moved, *shown):
        core.delivery.tell(address)
    if step.more:
        core.delivery.announce()
    return step.more or bool(shown)
