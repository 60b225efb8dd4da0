"""The database: one engine, one writer thread, short transactions, the same contract on SQLite and
PostgreSQL.

Refuses a second ``run`` on one SQLite file, and a lost update: SQLite's write transactions are ``BEGIN
IMMEDIATE`` (the driver's default silently lost 770 to 991 of 1,200 concurrent updates in our trial).
"""

from __future__ import annotations

import asyncio
import fcntl
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url

from rallynov.storage import sessions
from rallynov.storage.journal import Journal
from rallynov.storage.prepared import tell
from rallynov.storage.reading import Readings

P = ParamSpec("P")
T = TypeVar("T")

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA journal_size_limit=67108864",
    "PRAGMA wal_autocheckpoint=16000",
    "PRAGMA secure_delete=ON",
)
WRITING = {"rallynov_writing": True}
SERVED = 4
"""Groups of short reads at once on PostgreSQL, where each waits for the network; on SQLite one is faster than several."""
NOTICES = "rallynov_notices"
"""The option of a transaction that holds what is told in this process once it commits."""


class AlreadyRunningError(Exception):
    """Another process owns this SQLite file."""


class Store:
    """A database, by its URL (``sqlite:///…`` or ``postgresql://…``)."""

    def __init__(self, url: str | URL) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url) if self.is_sqlite else _postgresql(self.url)
        self._writer = ThreadPoolExecutor(1, "writer", self._begin_writing)
        self._readings = Readings(lambda: self.read(), 1 if self.is_sqlite else SERVED)  # noqa: PLW0108  # as it opens then
        self._journal = Journal(self.engine, self._writer) if self.is_sqlite else None
        self._writing_thread = 0
        self._kept: Connection | None = None
        """The writer thread's own connection: taking one from the pool costs more than a small transaction."""
        self._lock: IO[str] | None = None
        self.told: Callable[[Sequence[str]], object] | None = None
        """Who hears, on the thread that wrote, what a transaction told once it is committed; SQLite alone."""

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open one write transaction; committed on leaving, rolled back on an error."""
        notices: list[str] = []
        with self._transaction() as tx:
            yield tx.execution_options(**{NOTICES: notices})
        if notices and self.told:
            self.told(notices)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        if threading.get_ident() != self._writing_thread:
            with self.engine.connect().execution_options(**WRITING) as connection, connection.begin():
                yield connection
            return
        kept = self._kept = self._kept or self.engine.connect().execution_options(**WRITING)
        try:
            with kept.begin():
                yield kept
        except BaseException:  # whatever its state, the next transaction begins on another
            self._forget()
            raise
        if self._journal:
            self._journal.wrote()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open one read transaction: one snapshot."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    async def reading(self, work: Callable[[Connection], T]) -> T:
        """Run a short read on a reader's thread, in one transaction with those asked for meanwhile."""
        return await self._readings.read(work)

    async def writing(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run synchronous work on the writer thread, one piece at a time, in order."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writer, lambda: work(*args, **kwargs))

    def empty_journal(self) -> None:
        """Leave nothing in SQLite's journal, which repeats what was blanked until it is written over (synchronous).

        ``JournalBusyError`` when somebody keeps it: to be tried again.
        """
        if self._journal:
            self._journal.empty()

    @property
    def owned(self) -> bool:
        """Whether this process has taken the SQLite file for itself."""
        return self._lock is not None

    def own(self) -> None:
        """Take the SQLite file for this process; ``AlreadyRunningError`` when another ``run`` has it."""
        if not self.is_sqlite or not self.url.database:
            return
        path = Path(self.url.database).with_name("rallynov.lock")
        lock = path.open("w", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise AlreadyRunningError(str(self.url.database)) from error
        self._lock = lock

    def close(self) -> None:
        """End the writer thread and the connections; release the file."""
        self._readings.close()
        self._writer.shutdown(wait=True)
        if self._journal:
            self._journal.close()
        self._forget()
        self.engine.dispose()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _begin_writing(self) -> None:
        if (
            self.is_sqlite
        ):  # a server's connection is looked at by the pool before each use: it may have been cut
            self._writing_thread = threading.get_ident()

    def _forget(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, pool_size=8, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions are ours to begin
        for pragma in PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writing = connection.get_execution_options().get("rallynov_writing")
        tell(connection, "BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _postgresql(url: URL) -> Engine:
    options = {
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
    }
    plain = url.set(drivername="postgresql+psycopg")
    engine = create_engine(plain, pool_size=8, pool_pre_ping=True, hide_parameters=True, connect_args=options)
    asked = sessions.settings()

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.autocommit = True  # else they go with the first transaction that is rolled back
        connection.execute(asked)
        connection.autocommit = False

    return engine
