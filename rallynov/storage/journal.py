"""SQLite's journal, put back into its file beside the transactions instead of inside the one that fills it.

Left to itself SQLite does it within a commit, and all who wait for that commit wait for it too. Here a thread copies most of
it while turns go on, and the writer, between two transactions, the little that was added meanwhile: only then, with
nothing left, does the journal begin anew instead of growing.
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
log = structlog.get_logger("rallynov.storage")


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
        """Count a transaction, and begin to copy when it is time."""
        self._commits += 1
        busy = self._copying is not None and not self._copying.done()
        if busy or self._commits < COMMITS or time.monotonic() - self._copied_at < SECONDS:
            return
        self._commits, self._copied_at = 0, time.monotonic()
        self._copying = self._pool.submit(self._copy, self._rest)

    def close(self) -> None:
        """End after the copy under way; the last connection to close copies what is left."""
        self._pool.shutdown(wait=True)

    def _rest(self) -> None:
        with suppress(RuntimeError):  # the process ends: closing copies the rest
            self._writer.submit(self._copy)

    def _copy(self, then: Callable[[], object] | None = None) -> None:
        try:
            connection = self._engine.raw_connection()
            try:
                (_, written, copied) = _checkpoint(connection)
            finally:
                connection.close()
        except Error as error:  # the disk is full or away: the transactions themselves will say so
            log.warning("journal_not_copied", error=type(error).__name__)
            return
        if then and copied < written:
            then()


def _checkpoint(connection: Any) -> tuple[int, int, int]:
    """Copy what no one holds up; return whether something did, pages written, and pages copied."""
    found: tuple[int, int, int] = connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return found
