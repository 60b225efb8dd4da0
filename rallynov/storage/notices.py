"""What is told once a transaction commits: to all processes on PostgreSQL (LISTEN and NOTIFY), to this one on SQLite.
A hint, never the truth: rows are the truth.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Connection, text

from rallynov.storage.store import NOTICES, Store

if TYPE_CHECKING:
    import psycopg

log = structlog.get_logger("rallynov.notices")
CHANNEL = "rallynov"
_NOTIFY = text("SELECT pg_notify('rallynov', :notice)")


def notify(tx: Connection, notices: Sequence[str]) -> None:
    """Tell whoever listens once this transaction commits; a transaction that is rolled back tells nothing."""
    if notices and tx.dialect.name == "postgresql":
        tx.execute(_NOTIFY, [{"notice": notice} for notice in notices])
    else:
        tx.get_execution_options().get(NOTICES, []).extend(notices)


def listening(store: Store, heard: Callable[[str], None]) -> Callable[[], None]:
    """Hear, on the running loop, all that is told; return what ends it (synchronous)."""
    if not store.is_sqlite:
        listener = Listener(store, heard)
        listener.start()
        return listener.close
    loop = asyncio.get_running_loop()
    store.told = lambda notices: loop.call_soon_threadsafe(_heard, heard, notices)
    return lambda: setattr(store, "told", None)


def _heard(heard: Callable[[str], None], notices: Sequence[str]) -> None:
    for notice in notices:
        heard(notice)


class Listener:
    """Hears the other processes, on a thread of its own; connects again when the connection is lost."""

    def __init__(self, store: Store, heard: Callable[[str], None]) -> None:
        self._url = store.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="notices", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def close(self) -> None:
        """End within a second."""
        self._ending.set()
        self._thread.join(timeout=3)

    def _listen(self) -> None:
        import psycopg  # noqa: PLC0415  # megabytes that a process on SQLite does not need

        while not self._ending.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, connect_timeout=5) as connection:
                    connection.execute("LISTEN rallynov")
                    self._hear(connection)
            except psycopg.Error as error:
                log.warning("notices_lost", error=type(error).__name__)
                self._ending.wait(1.0)

    def _hear(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        while not self._ending.is_set():
            for notice in connection.notifies(timeout=0.5):
                self._loop.call_soon_threadsafe(self._heard, notice.payload)
