"""One process for each role that only one may play: an advisory lock and a fencing epoch on PostgreSQL.

On SQLite one process owns the file, so it leads. The lock frees itself when its holder dies; the epoch tells
a holder that froze and came back that another took over.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import zlib
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from rallynov.delivery.tables import LeaderRow
from rallynov.storage.store import Store

log = structlog.get_logger("rallynov.leader")
BEAT = 2.0
"""Seconds between two looks: at the lock when it is another's, at the epoch when it is ours."""


class Leadership:
    """The candidacy of one process for one role."""

    def __init__(self, store: Store, role: str, owner: str, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._role = role
        self._owner = owner
        self._clock = clock
        self._connection: Connection | None = None
        self._epoch = 0
        self._over = False
        self._guard = threading.Lock()
        """One thread at a time: a candidacy may end while one looks at the lock."""

    async def lead(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do a role's work whenever this process leads, stop it when it no longer does; for ever."""
        if self._store.is_sqlite:
            await work()
            return
        try:
            while True:
                if await asyncio.to_thread(self._take):
                    log.info("leading", role=self._role, epoch=self._epoch)
                    await self._work(work)
                await asyncio.sleep(BEAT)
        finally:  # cancelled while a thread takes the lock: it must not keep it
            self._over = True
            await asyncio.to_thread(self._drop)

    async def _work(self, work: Callable[[], Awaitable[None]]) -> None:
        doing = asyncio.ensure_future(work())
        holding = asyncio.ensure_future(self._hold())
        try:
            await asyncio.wait({doing, holding}, return_when=asyncio.FIRST_COMPLETED)
            if doing.done():
                doing.result()
        finally:
            for task in (doing, holding):
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(doing, holding, return_exceptions=True)
            await asyncio.to_thread(self._drop)

    async def _hold(self) -> None:
        """Return once this process no longer leads."""
        while await asyncio.to_thread(self._holds):
            await asyncio.sleep(BEAT)
        log.warning("leadership_lost", role=self._role)

    def _take(self) -> bool:
        with self._guard:
            return not self._over and self._locked()

    def _locked(self) -> bool:
        try:
            connection = self._store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        except SQLAlchemyError:
            return False
        try:
            if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key}):
                self._connection = connection
                self._epoch = self._succeed()
                return True
        except SQLAlchemyError:
            self._connection = None
        connection.close()
        return False

    def _succeed(self) -> int:
        """Begin a new epoch."""
        mine = {"owner": self._owner, "since": self._clock()}
        with self._store.write() as tx:
            present = select(LeaderRow.epoch).where(LeaderRow.role == self._role).with_for_update()
            epoch = (tx.scalar(present) or 0) + 1
            if epoch == 1:
                tx.execute(insert(LeaderRow), [{"role": self._role, "epoch": epoch, **mine}])
            else:
                tx.execute(update(LeaderRow).where(LeaderRow.role == self._role).values(epoch=epoch, **mine))
        return epoch

    def _holds(self) -> bool:
        with self._guard:
            if self._connection is None:
                return False
            try:
                present = select(LeaderRow.epoch).where(LeaderRow.role == self._role)
                return self._connection.scalar(present) == self._epoch
            except SQLAlchemyError:
                return False

    def _drop(self) -> None:
        with self._guard:
            if self._connection is None:
                return
            with contextlib.suppress(SQLAlchemyError):
                self._connection.invalidate()  # closes the session: the lock goes with it
                self._connection.close()
            self._connection = None

    @property
    def _key(self) -> int:
        return zlib.crc32(f"rallynov:{self._role}".encode())
