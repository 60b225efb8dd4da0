"""Erasures while the process runs: undone ones are done again at its start, then mirrored to their file every minute."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from bot.settings import Settings
from bot.settling import settle_owed
from bot.ticker import Ticker
from bot.wiring import clock
from rallynov.privacy import erasing, tombstones
from rallynov.privacy.steps import apart
from rallynov.storage.backup import replaced
from rallynov.storage.store import Store

log = structlog.get_logger("rallynov.run")


@asynccontextmanager
async def buried(settings: Settings, store: Store) -> AsyncIterator[None]:
    """Erase again whoever a restored backup brought back, and settle one that was cut short, before anything else is done;
    then keep the file up to date.
    """
    again = await store.writing(tombstones.bury_again, store, settings.data_dir, clock())
    if again:
        log.warning("erasures_done_again", people=again)
    if settled := await store.writing(settle_owed, store, settings.data_dir, clock()):
        log.warning("restoration_settled", **{name.replace(" ", "_"): many for name, many in settled.items()})
    minute = Minute(settings, store)
    await minute.work()
    tidying = asyncio.create_task(minute.tidy())  # thousands of files: nobody waits for them
    ticker = Ticker()
    ticker.every(60, minute.work)
    ticker.every(3600, minute.tidy)
    ticker.start()
    try:
        yield
    finally:
        ticker.close()
        tidying.cancel()


class Minute:
    """What is done every minute: the file of tombstones, the addresses of whoever was just erased, the disk."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._folder, self._store, self._known = settings.data_dir, store, -1
        self._owed = False
        home = Path(store.url.database or "").parent if store.is_sqlite else settings.data_dir
        self._places = {settings.backups.absolute(), settings.data_dir.absolute(), home.absolute()}

    async def work(self) -> None:
        """Do it; what fails is tried again a minute later."""
        try:
            known = await asyncio.to_thread(tombstones.keep_file, self._store, self._folder, clock())
            settled = 0
            if await asyncio.to_thread(erasing.due, self._store, clock()):
                settling = erasing.Settling(clock())
                await apart(self._store, settling.steps())
                settled = settling.settled
            self._owed = self._owed or bool(settled) or known != self._known
            self._known = known
            if self._owed:
                await asyncio.to_thread(self._store.empty_journal)
                self._owed = False
        except Exception as error:  # tried again in a minute; the rows are there
            log.error("tombstones_failed", error=type(error).__name__)

    async def tidy(self) -> None:
        """Forget what restorations replaced long ago: whoever was erased since is in it."""
        try:
            gone = await asyncio.to_thread(replaced.forget, self._places, clock())
        except OSError as error:
            log.error("replaced_kept", error=type(error).__name__)
            return
        if gone:
            log.info("replaced_forgotten", many=gone)
