"""Receipts of sent messages, written in groups: while one group is written, the next one gathers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog

from rallynov.delivery import outbox
from rallynov.delivery.outbox import Receipt
from rallynov.storage.store import Store

Commit = Callable[[Sequence[Receipt], str], Awaitable[None]]
log = structlog.get_logger("rallynov.sender")


class Receipts:
    """The receipts of one sender."""

    def __init__(self, store: Store, owner: str, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._owner = owner
        self._clock = clock
        self._gathered: list[Receipt] = []
        self._awaited: list[asyncio.Future[None]] = []
        self._writing: asyncio.Task[None] | None = None
        self.commit: Commit = self._alone
        """How a group is committed: in a transaction of its own, or with what else a process writes."""

    def add(self, receipt: Receipt) -> Awaitable[None]:
        """Take a receipt; the result ends once it is committed."""
        loop = asyncio.get_running_loop()
        committed: asyncio.Future[None] = loop.create_future()
        self._gathered.append(receipt)
        self._awaited.append(committed)
        if self._writing is None or self._writing.done():
            self._writing = loop.create_task(self._write())
        return committed

    async def flush(self) -> None:
        """Wait until every receipt is committed."""
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        while self._gathered:
            group, awaited = self._gathered, self._awaited
            self._gathered, self._awaited = [], []
            await self._commit(group)
            for committed in awaited:
                if not committed.done():  # whoever waited may have been cancelled
                    committed.set_result(None)

    async def _commit(self, group: Sequence[Receipt]) -> None:
        while True:
            try:
                await self.commit(group, self._owner)
                return
            except Exception as error:  # the rows stay ``sending``: better doubted than lost
                log.error("receipts_not_written", error=type(error).__name__, count=len(group))
                await asyncio.sleep(1)

    async def _alone(self, group: Sequence[Receipt], owner: str) -> None:
        await self._store.writing(self._finish, group, owner)

    def _finish(self, group: Sequence[Receipt], owner: str) -> None:
        with self._store.write() as tx:
            outbox.finish(tx, group, owner, self._clock())
