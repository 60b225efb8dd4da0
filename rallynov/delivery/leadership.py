"""One process for each role that only one may play: an advisory lock and a fencing epoch on PostgreSQL.

On SQLite one process owns the file, so it leads. The lock frees itself when its holder dies; a holder that froze is cut
off by whoever stands for the role. When it comes back it is not ``certain`` that it leads, so it sends nothing, and its
transactions stop at the ``fence``.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
import zlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

import structlog
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from rallynov.delivery.tables import LeaderRow
from rallynov.storage.store import Store

log = structlog.get_logger("rallynov.leader")
BEAT = 2.0
"""Seconds between two looks: at the lock when it is another's, at the epoch when it is ours."""
FROZEN = 20.0
"""Seconds without a look of its holder after which a lock is taken from it."""
CERTAIN = 15.0
"""Seconds that one look is worth to its holder: less than what others wait, whatever a message takes to leave."""
_CUT = text(
    "WITH here AS (SELECT oid FROM pg_database WHERE datname = current_database()), "
    "silent AS (SELECT pid, application_name FROM pg_locks JOIN pg_stat_activity USING (pid) "
    "WHERE granted AND database = (SELECT oid FROM here) AND locktype = 'advisory' AND classid = 0 "
    "AND objid = CAST(CAST(:key AS bigint) AS oid) AND state_change < now() - make_interval(secs => :seconds)) "
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid IN (SELECT pid FROM silent) "
    "OR (datid = (SELECT oid FROM here) AND state LIKE 'idle in transaction%' "
    "AND state_change < now() - make_interval(secs => :seconds / 2) "
    "AND (application_name IN (SELECT application_name FROM silent) OR pid IN (SELECT pid FROM pg_locks "
    "WHERE granted AND relation = CAST('leader' AS regclass) AND mode = 'RowShareLock' "
    "AND database = (SELECT oid FROM here))))"
)
"""Ends the session that holds the lock, and the transactions that stopped with it: a later epoch waits for the fenced ones,
and whoever is told the same updates again for the one that was storing them.

They stopped up to a look after it; nothing that lives leaves such a transaction alone for half so long.
"""


class DeposedError(Exception):
    """Another process leads: what this one was about to write must not be."""


class Leader(Protocol):
    """What work that only a leader may do asks of its leadership."""

    def certain(self) -> bool:
        """Tell whether nobody else can lead at this moment."""

    def fence(self, tx: Connection) -> None:
        """Stop a transaction, by ``DeposedError``, unless its process leads until its end."""


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
        self._looked_at = 0.0
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

    def certain(self) -> bool:
        """Tell whether nobody else can lead at this moment, however long this process was stopped."""
        return self._store.is_sqlite or _elapsed() - self._looked_at < CERTAIN

    def fence(self, tx: Connection) -> None:
        """Stop a transaction unless this process leads until its end: a later epoch waits for it."""
        if self._store.is_sqlite:
            return
        present = select(LeaderRow.epoch).where(LeaderRow.role == self._role).with_for_update(read=True)
        if self._connection is None or tx.scalar(present) != self._epoch:
            raise DeposedError(self._role)

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
            looked_at = _elapsed()
            if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key}):
                self._connection = connection
                self._epoch = self._succeed()
                self._looked_at = looked_at
                return True
            if connection.execute(_CUT, {"key": self._key, "seconds": FROZEN}).all():
                log.warning("frozen_leader_cut_off", role=self._role)
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
                looked_at = _elapsed()
                present = select(LeaderRow.epoch).where(LeaderRow.role == self._role)
                held = self._connection.scalar(present) == self._epoch
            except SQLAlchemyError:
                return False
            self._looked_at = looked_at if held else 0.0
            return held

    def _drop(self) -> None:
        with self._guard:
            if self._connection is None:
                return
            with contextlib.suppress(SQLAlchemyError):
                self._connection.invalidate()  # closes the session: the lock goes with it
                self._connection.close()
            self._connection = None
            self._looked_at = 0.0

    @property
    def _key(self) -> int:
        return zlib.crc32(f"rallynov:{self._role}".encode())


def _elapsed() -> float:
    """Seconds since the machine started, those included that it or this process slept through."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
