"""A SQLite file: copied whole while others write, and looked at without being touched."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from rallynov.storage.backup.model import BackupError, Fault, Why
from rallynov.storage.store import Store

BUSY = 20.0
"""Seconds that whoever writes may keep us waiting."""


def copy(store: Store, path: Path) -> None:
    """Copy a database as one moment saw it."""
    place = f"file:{quote(store.url.database or '')}?mode=rw"
    try:
        with closing(sqlite3.connect(place, uri=True, isolation_level=None, timeout=BUSY)) as opened:
            opened.execute("VACUUM INTO ?", (str(path),))
    except sqlite3.DatabaseError as error:
        raise _told(error) from None


def _told(error: sqlite3.DatabaseError) -> Exception:
    said = str(error)
    if "full" in said:
        return BackupError(Why.NO_ROOM)
    if isinstance(error, sqlite3.OperationalError):  # closed to this account, busy, or a disk that fails
        return BackupError(Why.UNREADABLE, said)
    return BackupError(Why.DAMAGED, said) if type(error) is sqlite3.DatabaseError else error


@contextmanager
def looking(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file that nobody else has, for reading alone."""
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)) as opened:
        opened.execute("PRAGMA trusted_schema=OFF")
        yield opened


def tables(opened: sqlite3.Connection) -> Mapping[str, int]:
    """Count the rows of every table."""
    named = opened.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    ).fetchall()
    return {
        name: opened.execute('SELECT count(*) FROM "{}"'.format(name.replace('"', '""'))).fetchone()[0]  # noqa: S608
        for (name,) in named
    }


def revision(opened: sqlite3.Connection) -> str:
    """Return the revision of the schema; empty when there is none."""
    try:
        found = opened.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return ""
    return str(found[0]) if found else ""


def faults(path: Path, told: Mapping[str, int]) -> list[Fault]:
    """Compare a file with what is told of it, and look for damage."""
    try:
        with looking(path) as opened:
            found = [row[0] for row in opened.execute("PRAGMA integrity_check(3)")]
            if found != ["ok"]:
                return [Fault(Why.DAMAGED, str(found[0]))]
            if opened.execute("PRAGMA foreign_key_check").fetchone():
                return [Fault(Why.DAMAGED, "références rompues")]
            code = opened.execute(
                "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')"
            ).fetchone()
            if code:  # what runs by itself is none of ours
                return [Fault(Why.STRANGE, str(code[0]))]
            return differences(tables(opened), told)
    except sqlite3.DatabaseError as error:
        return [Fault(Why.DAMAGED, str(error))]


def differences(held: Mapping[str, int], told: Mapping[str, int]) -> list[Fault]:
    """Name the tables that do not hold as many rows as is told."""
    return [
        Fault(Why.COUNTS, f"{name} : {held.get(name, 0)} au lieu de {told.get(name, 0)}")
        for name in sorted({*held, *told})
        if held.get(name) != told.get(name)
    ]
