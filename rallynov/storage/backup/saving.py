"""A backup made: the database as one moment saw it, every file that this moment names, and the manifest of both."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rallynov.storage.backup import postgresql, sqlite
from rallynov.storage.backup.archive import Writing
from rallynov.storage.backup.holding import Held
from rallynov.storage.backup.model import DATABASES, FORMAT, BackupError, Manifest, Why
from rallynov.storage.store import Store

TRIES = 3
"""Times that the database is copied at most, when files that it names have come and gone meanwhile."""
Ask = Callable[[str], Sequence[Any]]
Needed = Callable[[Ask, Collection[str]], Collection[str]]
"""Given how to ask the copy, and its tables, tells the files that it names, as they are named in an archive."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is saved: the database, the files of the data folder, and what the database names of them."""

    store: Store
    data: Path
    needed: Needed


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is saved: the folder of the archive under way, and one on the disk of the files, to hold them."""

    work: Path
    holding: Path


@dataclass(frozen=True, slots=True)
class _Copy:
    revision: str
    server: str
    tables: Mapping[str, int]
    names: frozenset[str]


def save(source: Source, place: Place, program: str, now: datetime) -> tuple[Path, Manifest]:
    """Make an archive and return where it is; nothing of it is in its place yet."""
    held, database = Held(source.data, place.holding), place.work / "copy"
    copy, absent = _copied(source, held, database)
    path = place.work / "archive"
    writing = Writing(path)
    try:
        writing.add(DATABASES[_kind(source.store)], database)
        database.unlink()
        for name in sorted((copy.names - absent) | set(held.arrivals())):
            writing.add(name, held.path(name))
        manifest = Manifest(
            format=FORMAT,
            program=program,
            made_at=now,
            database=_kind(source.store),
            server=copy.server,
            revision=copy.revision,
            tables=copy.tables,
            files=writing.files,
            absent=sorted(absent),
        )
        writing.close(manifest)
    except OSError as error:
        raise _told(error) from error
    finally:
        writing.drop()
    return path, manifest


def _copied(source: Source, held: Held, database: Path) -> tuple[_Copy, frozenset[str]]:
    """Copy the database until every file that it names is held, or is missing for good; return those."""
    lacking: frozenset[str] | None = None
    for _ in range(TRIES):
        database.unlink(missing_ok=True)
        held.more()
        copy = _from_sqlite(source, database) if source.store.is_sqlite else _from_server(source, database)
        held.more()
        absent = frozenset(name for name in copy.names if not held.path(name).is_file())
        if not absent or absent == lacking:
            break
        lacking = absent
    return copy, absent


def _from_sqlite(source: Source, database: Path) -> _Copy:
    sqlite.copy(source.store, database)
    database.chmod(0o600)
    with sqlite.looking(database) as opened:
        counts = sqlite.tables(opened)
        names = source.needed(lambda sql: opened.execute(sql).fetchall(), counts.keys())
        return _copy(sqlite.revision(opened), sqlite3.sqlite_version, counts, names)


def _from_server(source: Source, database: Path) -> _Copy:
    with postgresql.snapshot(source.store) as (tx, seen):
        counts = postgresql.tables(tx)
        names = source.needed(lambda sql: tx.exec_driver_sql(sql).fetchall(), counts.keys())
        found = tx.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() if counts else None
        server = str(tx.exec_driver_sql("SHOW server_version").scalar_one())
        if found:
            postgresql.dump(source.store, tx, seen, database)
        return _copy(str(found or ""), server, counts, names)


def _copy(revision: str, server: str, counts: Mapping[str, int], names: Collection[str]) -> _Copy:
    if not revision:
        raise BackupError(Why.NO_DATABASE)
    return _Copy(revision, server, counts, frozenset(names))


def _kind(store: Store) -> str:
    return "sqlite" if store.is_sqlite else "postgresql"


def _told(error: OSError) -> Exception:
    return BackupError(Why.NO_ROOM) if error.errno in {errno.ENOSPC, errno.EDQUOT} else error
