"""A backup put back: everything is made ready beside what is there, then takes its place in a few renames.

Until the last of them nothing that was there has been lost: it is in an archive, or in a folder, that the caller named.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from rallynov.storage import schema
from rallynov.storage.backup import checking, postgresql
from rallynov.storage.backup.archive import Opened
from rallynov.storage.backup.model import DATABASES, FOLDERS, BackupError, Manifest, Why
from rallynov.storage.disk import synced
from rallynov.storage.store import Store

Settle = Callable[[Store], None]
"""What is done to a database that was put back, and brought up to date, before anybody works on it."""
BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database."""


def unpack(archive: Opened, work: Path) -> Path:
    """Unpack the files of an archive, each where its name says, and return what holds their folders."""
    root = work / "unpacked"
    for name in FOLDERS:
        (root / name).mkdir(mode=0o700, parents=True)
    checking.room(work, sum(one.bytes for one in archive.manifest.pieces))
    for file in archive.manifest.pieces:
        place = root / file.name
        place.parent.mkdir(mode=0o700, exist_ok=True)
        if fault := archive.read(file, place):
            raise BackupError(*fault)
    os.sync()  # once for thousands of files, and for the database unpacked before
    return root


def ready(database: Path, settle: Settle) -> None:
    """Bring a SQLite copy up to date where it was unpacked, and settle it: what takes its place is finished."""
    with closing(Store(f"sqlite:///{database}")) as store:
        schema.migrate(store)
        settle(store)
        with store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.rollback()
    for copy in database.parent.glob(f"{database.stem}.before-*.db"):
        copy.unlink()


def exchange(made: tuple[Path, Path], places: tuple[Path, Path], aside: str) -> list[Path]:
    """Put a database and its files in their places; what stood there goes into folders beside them, which are returned.

    The old database goes first: a machine that stops in between starts without one, and then sweeps nothing away.
    """
    (database, unpacked), (place, data) = made, places
    beside = [Path(f"{place}{end}") for end in ("", *BESIDE)]
    kept = [_put(old, place.parent / aside) for old in beside if old.exists()]
    kept += replace(unpacked, data, aside)
    database.rename(place)
    synced(place.parent)
    return sorted(set(kept))


def replace(unpacked: Path, data: Path, aside: str) -> list[Path]:
    """Put folders of files in the data folder; those that stood there go into a folder beside them, which is returned."""
    kept = [_put(data / name, data / aside) for name in FOLDERS if (data / name).exists()]
    for name in FOLDERS:
        (unpacked / name).rename(data / name)
    synced(data)
    return kept


def _put(old: Path, folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    old.rename(folder / old.name)
    return folder


def into_server(store: Store, database: Path, manifest: Manifest, settle: Settle) -> None:
    """Put a dump in the place of the tables of a server's database, and bring it up to date."""
    postgresql.restore(store, database, list(manifest.tables))
    store.engine.dispose()
    schema.migrate(store)
    settle(store)


def database_of(manifest: Manifest) -> str:
    """Return the name under which the database lies in an archive."""
    return DATABASES[manifest.database]


def fits(manifest: Manifest, store: Store) -> None:
    """Refuse a backup of the other kind of database."""
    if (manifest.database == "sqlite") != store.is_sqlite:
        raise BackupError(Why.OTHER_KIND, manifest.database)
