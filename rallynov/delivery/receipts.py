"""Receipts of sent messages, written in groups: all that have come when a transaction begins are in it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeAlias

import structlog

from rallynov.delivery import outbox
from rallynov.delivery.decisions import Klass
from rallynov.delivery.outbox import Receipt
from rallynov.storage.store import Store

Take: TypeAlias = Callable[[], Sequence[Receipt]]
"""Gives the receipts that have come so far, to the transaction that is about to write them."""
Commit: TypeAlias = Callable[[Take, str], Awaitable[None]]
log = structlog.get_logger("rallynov.sender")
COMPANY, ENOUGH = 0.02, 64
"""Seconds that receipts of announcements alone wait for company, and how many are company enough: nobody waits for them,
and a commit costs the same for one as for many.
"""
PAUSE = 1.0
"""Seconds between two tries to write receipts."""


class Receipts:
    """The receipts of one sender."""

    def __init__(self, store: Store, owner: str, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._owner = owner
        self._clock = clock
        self._gathered: list[tuple[Receipt, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._pressing = asyncio.Event()
        self.commit: Commit = self._alone
        """How a group is committed: in a transaction of its own, or with what else a process writes."""

    def add(self, receipt: Receipt) -> Awaitable[None]:
        """Take a receipt; the result ends once it is committed."""
        loop = asyncio.get_running_loop()
        committed: asyncio.Future[None] = loop.create_future()
        self._gathered.append((receipt, committed))
        if receipt.message.klass is not Klass.BULK or len(self._gathered) >= ENOUGH:
            self._pressing.set()
        if self._writing is None or self._writing.done():
            self._writing = loop.create_task(self._write())
        return committed

    async def flush(self) -> None:
        """Wait until every receipt is committed."""
        self._pressing.set()
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        while self._gathered:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._pressing.wait(), COMPANY)
            for committed in await self._commit():
                if not committed.done():  # whoever waited may have been cancelled
                    committed.set_result(None)

    async def _commit(self) -> list[asyncio.Future[None]]:
        """Commit a group, as often as it takes; return those who wait for it."""
        group: list[tuple[Receipt, asyncio.Future[None]]] = []

        def take() -> Sequence[Receipt]:
            group.extend(self._gathered)
            self._gathered.clear()
            self._pressing.clear()
            return [receipt for receipt, _ in group]

        while True:
            try:
                await self.commit(take, self._owner)
            except Exception as error:  # the rows stay ``sending``: better doubted than lost
                log.error("receipts_not_written", error=type(error).__name__, count=len(group))
                await asyncio.sleep(PAUSE)
            else:
                return [committed for _, committed in group]

    async def _alone(self, take: Take, owner: str) -> None:
        await self._store.writing(self._finish, take(), owner)

    def _finish(self, group: Sequence[Receipt], owner: str) -> None:
        with self._store.write() as tx:
            outbox.finish(tx, group, owner, self._clock())
