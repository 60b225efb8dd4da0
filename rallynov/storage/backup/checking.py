"""A backup looked at again: byte for byte, then as a database, then against what its manifest tells."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rallynov.storage import schema
from rallynov.storage.backup import postgresql, sqlite
from rallynov.storage.backup.archive import Opened
from rallynov.storage.backup.model import DATABASES, BackupError, Fault, Manifest, Why

MARGIN = 64 * 2**20
"""Bytes that are left free on a disk on which a backup is unpacked."""


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Open an archive; ``BackupError`` when it cannot be read at all."""
    found = Opened(path)
    try:
        yield found
    finally:
        found.close()


def check(archive: Opened, work: Path) -> list[Fault]:
    """Tell all that is wrong with an archive; its database is left unpacked in ``work`` when nothing is."""
    manifest, faults = archive.manifest, list(archive.faults)
    if faults:
        return faults
    room(work, next(one.bytes for one in manifest.files if one.name == DATABASES[manifest.database]))
    database = work / DATABASES[manifest.database]
    for file in manifest.files:
        fault = archive.read(file, database if file.name == database.name else None)
        if fault:
            faults.append(fault)
    if not faults and not archive.sealed():
        faults.append(Fault(Why.ALTERED))
    return faults or _database(manifest, database)


def room(folder: Path, needed: int) -> None:
    """Refuse to unpack what the disk does not hold, be it a trap or a large backup."""
    if shutil.disk_usage(folder).free < needed + MARGIN:
        raise BackupError(Why.NO_ROOM, f"{needed // 2**20 + MARGIN // 2**20} Mo")


def _database(manifest: Manifest, path: Path) -> list[Fault]:
    found = sqlite.faults(path, manifest.tables) if manifest.database == "sqlite" else _dump(manifest, path)
    if found:
        return found
    if manifest.revision > schema.head():  # numbers of one length, in order
        return [Fault(Why.NEWER_SCHEMA, manifest.revision)]
    return []


def _dump(manifest: Manifest, path: Path) -> list[Fault]:
    return postgresql.faults(path, manifest.tables)


def full(error: OSError) -> bool:
    """Tell whether a disk is full."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT}
