"""The schema, brought up to date: Alembic's migrations, one process at a time, a copy taken before each.

Refuses a database that a newer release has migrated. Alembic is imported only to migrate: it is ten megabytes, and a
start with nothing to migrate needs none of them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Connection, inspect, text

from rallynov.forking import forked
from rallynov.storage.lifetimes import kept
from rallynov.storage.sessions import unhurried
from rallynov.storage.store import WRITING, Store

if TYPE_CHECKING:
    from alembic.config import Config

log = structlog.get_logger("rallynov.schema")
MIGRATIONS = Path(__file__).parent / "migrations"
KEPT = kept("copy")
"""How long a copy taken before a migration is kept."""
LOCK = 0x52616C6C79
"""Key of PostgreSQL's advisory lock around a migration."""


class NewerSchemaError(Exception):
    """The database was migrated by a newer release than this one."""


class BrokenReferencesError(Exception):
    """A migration would have left rows that refer to nothing; it was taken back."""


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config  # noqa: PLC0415  # see above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """Return the revision that this release needs: the number that its last migration's file name begins with."""
    return max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py")).partition("_")[0]


def revision(store: Store) -> str | None:
    """Return the revision of a database; None when it is empty."""
    with store.read() as tx:
        if not inspect(tx).has_table("alembic_version"):
            return None
        found: str | None = tx.scalar(text("SELECT version_num FROM alembic_version"))
        return found


def migrate_apart(store: Store) -> str | None:
    """Migrate as ``migrate`` does, in a process of its own, so that what Alembic takes is given back.

    Only before any thread is started. On Linux: elsewhere a forked process is not to be trusted. ``EndedError`` when that
    process does not tell what became of it.
    """
    if revision(store) == head():
        return None
    if sys.platform != "linux":
        return migrate(store)
    store.engine.dispose()  # a connection may not be carried over
    return forked(lambda: _migrated(store))


def _migrated(store: Store) -> str | None:
    try:
        return migrate(store)
    finally:
        store.engine.dispose()


def migrate(store: Store) -> str | None:
    """Bring the schema up to date; return the path of the copy taken before, None when nothing was to be
    done.
    """
    present = revision(store)
    if present == head():
        return None
    copy = None
    if present:
        _known(present)
        copy = _copy(store, present)
    from alembic import command  # noqa: PLC0415

    with _altering(store) as tx:
        command.upgrade(_config(tx), "head")
    log.info("migrated", from_revision=present, to_revision=head())
    return copy


def forget_copies(store: Store, now: datetime) -> None:
    """Remove the copies taken before migrations once they are old enough: an erasure must reach them too."""
    if not store.is_sqlite or not store.url.database:
        return
    path = Path(store.url.database)
    for copy in path.parent.glob(f"{path.stem}.before-*.db"):
        if datetime.fromtimestamp(copy.stat().st_mtime, UTC) < now - KEPT:
            copy.unlink(missing_ok=True)


@contextmanager
def _altering(store: Store) -> Iterator[Connection]:
    """Open the one transaction of a migration; no other process migrates meanwhile.

    SQLite alters a table by copying it and dropping the old one, which would erase, by cascade, every row that refers
    to it: references are not held meanwhile, and checked before the commit.
    """
    if not store.is_sqlite:
        with store.write() as tx:
            unhurried(tx)
            tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            yield tx
        return
    with store.engine.connect().execution_options(**WRITING) as connection:
        driver = connection.connection.cursor()
        driver.execute("PRAGMA foreign_keys=OFF")  # means nothing once a transaction has begun
        try:
            with connection.begin():
                yield connection
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise BrokenReferencesError
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def _known(present: str) -> None:
    from alembic.script import ScriptDirectory  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    try:
        ScriptDirectory.from_config(_config()).get_revision(present)
    except CommandError:
        raise NewerSchemaError(present) from None


def _copy(store: Store, present: str) -> str | None:
    """Copy a SQLite database by ``VACUUM INTO``; PostgreSQL's is its operator's to dump
    (docs/operations.md).
    """
    if not store.is_sqlite or not store.url.database or store.url.database == ":memory:":
        return None
    path = Path(store.url.database).with_suffix(f".before-{present}.db")
    path.unlink(missing_ok=True)
    connection = (
        store.engine.raw_connection()
    )  # the engine's own begin a transaction, where VACUUM is refused
    try:
        connection.cursor().execute("VACUUM INTO ?", (str(path),))
    finally:
        connection.close()
    return str(path)
