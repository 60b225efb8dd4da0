"""Reminders, and notices of what is about to be erased: looked for every minute, written when some are due."""

from __future__ import annotations

import asyncio

import structlog

from bot.wiring import Core, clock

log = structlog.get_logger("rallynov.run")


async def send_reminders(core: Core) -> None:
    """Write the reminders that are due; most of the time none is, and the writer is not disturbed."""
    try:
        if await asyncio.to_thread(core.reminders.due, core.store, clock()) is None:
            return
        if drafts := await core.store.writing(core.reminders.send, core.store, clock()):
            log.info("reminded", dossiers=drafts)
    except Exception as error:  # tried again in a minute
        log.error("reminders_failed", error=type(error).__name__)


async def send_notices(core: Core) -> None:
    """Tell the owners of drafts that are about to be erased."""
    try:
        if not await asyncio.to_thread(core.notices.due, core.store, clock()):
            return
        if drafts := await core.store.writing(core.notices.send, core.store, clock()):
            log.info("purge_announced", dossiers=drafts)
    except Exception as error:  # tried again in a minute; nothing is erased before
        log.error("notices_failed", error=type(error).__name__)
