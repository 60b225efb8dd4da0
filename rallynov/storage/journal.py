"""SQLite's journal, put back into its file beside the transactions instead of inside the one that fills it.

Left to itself SQLite does it within a commit, and all who wait for that commit wait for it too. Here a thread copies most of
it while turns go on, and the writer, between two transactions, the little that was added meanwhile. With nothing left,
and nobody who reads, the journal begins anew instead of growing; SQLite's own limit is the net below.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from sqlite3 import Error
from typing import Any

import structlog
from sqlalchemy import Engine

COMMITS, SECONDS = 32, 1.0
"""Transactions and seconds between two copies, both at least."""
PATIENCE, PAUSE = 3.0, 0.1
"""Seconds in which the journal is tried to be emptied, and between two tries, each without waiting: SQLite would keep all
writers out while it waits for a reader.
"""
log = structlog.get_logger("rallynov.storage")


class JournalBusyError(Exception):
    """The journal could not be emptied: somebody reads an earlier state, or copies."""


class Journal:
    """The journal of one file; ``wrote`` is called on the writer's thread."""

    def __init__(self, engine: Engine, writer: Executor) -> None:
        self._engine = engine
        self._writer = writer
        self._pool = ThreadPoolExecutor(1, "journal")
        self._copying: Future[None] | None = None
        self._commits = 0
        self._copied_at = time.monotonic()

    def wrote(self) -> None:
        """Count a transaction, and begin to copy when it is time; never raises: it is committed."""
        self._commits += 1
        busy = self._copying is not None and not self._copying.done()
        if busy or self._commits < COMMITS or time.monotonic() - self._copied_at < SECONDS:
            return
        self._commits, self._copied_at = 0, time.monotonic()
        with suppress(RuntimeError):  # the process ends, or has no room for a thread
            self._copying = self._pool.submit(self._copy, self._rest)

    def empty(self) -> None:
        """Leave nothing in it (synchronous), never beside a copy of ours; ``JournalBusyError`` when it is not let."""
        self._pool.submit(self._empty).result()

    def close(self) -> None:
        """End after the copy under way; the last connection to close copies what is left."""
        self._pool.shutdown(wait=True)

    def _rest(self) -> None:
        with suppress(RuntimeError):  # the process ends: closing copies the rest
            self._writer.submit(self._copy)

    def _copy(self, then: Callable[[], object] | None = None) -> None:
        try:
            _, written, copied = self._checkpoint("PASSIVE")
        except Error as error:  # the disk is full or away: the transactions themselves will say so
            log.warning("journal_not_copied", error=type(error).__name__)
            return
        if then and copied < written:
            then()

    def _empty(self) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            busy, _, _ = self._checkpoint("TRUNCATE")
            if not busy:
                return
            if time.monotonic() > end:
                raise JournalBusyError
            time.sleep(PAUSE)

    def _checkpoint(self, how: str) -> tuple[int, int, int]:
        """Copy; return whether somebody was in the way, pages written, and pages copied."""
        connection: Any = (
            self._engine.raw_connection()
        )  # the engine's own begin a transaction, where this is refused
        cursor = connection.cursor()
        ((waits,),) = cursor.execute("PRAGMA busy_timeout").fetchall()
        try:
            cursor.execute("PRAGMA busy_timeout=0")
            found: tuple[int, int, int] = cursor.execute(f"PRAGMA wal_checkpoint({how})").fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout={waits}")
            connection.close()
        return found
