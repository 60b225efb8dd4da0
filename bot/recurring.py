"""What is done again and again while the process runs: retention, reminders and notices, what other processes left.

Nothing here is remembered between two times: what is due is in tables, and what fails is tried again at the next one.
"""

from __future__ import annotations

import asyncio

import structlog

from bot.ticker import Ticker
from bot.wiring import PULL, Core, clock
from rallynov.coordination import alerting
from rallynov.delivery import outbox
from rallynov.delivery.posting import Post
from rallynov.privacy.service import Retention
from rallynov.privacy.steps import apart
from rallynov.storage import schema, sessions

log = structlog.get_logger("rallynov.run")
ALERT = 300
"""Seconds between two looks at what was set aside."""
RECOVERY = 60
"""Seconds between two looks at what other processes left behind."""


def ticking(core: Core) -> Ticker:
    """Start the clock of a process."""

    async def recover() -> None:
        await core.store.writing(_recover, core)

    async def clean() -> None:
        await keep(core)

    async def remind() -> None:
        await send_reminders(core)
        await send_notices(core)
        await asyncio.to_thread(core.office.workshop.spool.sweep, clock())

    async def freshen() -> None:
        await make_cards(core)

    async def warn() -> None:
        await alert(core)

    ticker = Ticker()
    ticker.every(3600, clean)
    ticker.every(60, remind)
    ticker.every(60, freshen)
    ticker.every(ALERT, warn)
    if not core.store.is_sqlite:
        ticker.every(RECOVERY, recover)
    ticker.start()
    return ticker


async def keep(core: Core) -> None:
    """Apply the retention, to the database and to the copies of it."""
    retention = Retention(clock())
    try:
        await apart(core.store, retention.steps())
        if retention.blanked or retention.erased:
            log.info("retention_applied", payloads=retention.blanked, people=retention.erased)
        await asyncio.to_thread(schema.forget_copies, core.store, clock())
    except Exception as error:  # tried again in an hour
        log.error("retention_failed", error=type(error).__name__)


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


async def make_cards(core: Core) -> None:
    """Bring up to date what the lists of the team show, in short transactions, so that no turn has much to make."""
    try:
        await asyncio.to_thread(core.bureau.refresh)
    except Exception as error:  # tried again in a minute
        log.error("cards_failed", error=type(error).__name__)


async def alert(core: Core) -> None:
    """Tell the team of what could not be handled."""
    try:
        if not await asyncio.to_thread(alerting.due, core.store, clock()):
            return
        post = Post(core.wording, PULL)
        if letters := await core.store.writing(alerting.send, core.store, post, core.edition.slug, clock()):
            log.info("team_alerted", letters=letters)
    except Exception as error:  # tried again in a minute
        log.error("alert_failed", error=type(error).__name__)


def _recover(core: Core) -> None:
    """Take up what another process left behind; what this one left, its door takes up when it leads."""
    with core.store.write() as tx:
        if ended := sessions.end_frozen(tx):
            log.warning("frozen_transactions_cut_off", count=ended)
        outbox.recover(tx, clock(), alone=False, mine=core.owner)
