"""The archive: a ZIP written in one stream, whose last 64 bytes are the digest of all that stands before them.

So whatever changes in it is seen, be it in a byte that no file of it holds. It lands whole or not at all.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from pydantic import ValidationError

from rallynov.storage.backup.model import (
    DATABASES,
    FORMAT,
    MANIFEST,
    PIECE,
    BackupError,
    Fault,
    File,
    Manifest,
    Why,
)

AT_ONCE = 2**20
LARGEST_MANIFEST = 64 * 2**20
"""Bytes that a manifest may take: some hundred thousand files."""
_SEAL, _DIGITS = b"rallynov sha256 ", 64
_BROKEN = (BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError)


class _Hashing:
    """A stream that is only ever written forward, and knows the digest of what went through it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def write(self, some: bytes) -> int:
        self.digest.update(some)
        return self._file.write(some)

    def flush(self) -> None:
        self._file.flush()


class Writing:
    """An archive under way."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb")
        self._stream = _Hashing(self._file)
        self._zip = ZipFile(self._stream, "w", ZIP_DEFLATED, compresslevel=3, strict_timestamps=False)  # type: ignore[call-overload]
        self.files: list[File] = []

    def add(self, name: str, source: Path) -> None:
        """Copy a file; ``FileNotFoundError`` before anything of it is written."""
        digest, size = hashlib.sha256(), 0
        with source.open("rb") as opened, self._zip.open(_info(name), "w", force_zip64=True) as kept:
            while some := opened.read(AT_ONCE):
                digest.update(some)
                size += len(some)
                kept.write(some)
        self.files.append(File(name=name, bytes=size, sha256=digest.hexdigest()))

    def close(self, manifest: Manifest) -> None:
        """Write the manifest, then the digest of everything, down to the disk."""
        self._zip.writestr(_info(MANIFEST), manifest.model_dump_json(indent=1))
        self._zip.comment = _SEAL + b"0" * _DIGITS
        self._zip.close()
        self._file.seek(-_DIGITS, os.SEEK_END)
        self._file.write(self._stream.digest.hexdigest().encode())
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def drop(self) -> None:
        """Let go of the file, whatever its state."""
        with suppress(OSError, ValueError):
            self._zip.close()
        with suppress(OSError):
            self._file.close()


def _info(name: str) -> ZipInfo:
    info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    packed = name in {MANIFEST, DATABASES["sqlite"]}  # the others are packed already
    info.compress_type = ZIP_DEFLATED if packed else ZIP_STORED
    info.external_attr = (stat.S_IFREG | 0o600) << 16
    return info


class Opened:
    """An archive that is read. ``BackupError`` when there is no reading it at all; ``faults`` tells what else is wrong."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("rb")
        except FileNotFoundError:
            raise BackupError(Why.MISSING, str(path)) from None
        try:
            self._zip = _zip(self._file)
            self.manifest = _manifest(self._zip)
        except BaseException:
            self._file.close()
            raise
        self.faults = [*_strangers(self._zip, self.manifest)]

    def close(self) -> None:
        """Close the file."""
        self._zip.close()
        self._file.close()

    def sealed(self) -> bool:
        """Tell whether the archive is, byte for byte, the one that was written."""
        self._file.seek(0, os.SEEK_END)
        left, digest = self._file.tell() - _DIGITS, hashlib.sha256()
        self._file.seek(0)
        while some := self._file.read(min(AT_ONCE, left)):
            digest.update(some)
            left -= len(some)
        digest.update(b"0" * _DIGITS)
        return self._file.read(_DIGITS) == digest.hexdigest().encode()

    def read(self, file: File, to: Path | None = None) -> Fault | None:
        """Read a file, never more of it than the manifest tells; ``to`` also writes it (``os.sync`` is the caller's)."""
        digest, size = hashlib.sha256(), 0
        try:
            with self._zip.open(file.name) as packed:
                for some in _pieces(packed, to):
                    size += len(some)
                    if size > file.bytes:
                        return Fault(Why.ALTERED, file.name)
                    digest.update(some)
        except KeyError:
            return Fault(Why.LACKING, file.name)
        except _BROKEN:
            return Fault(Why.ALTERED, file.name)
        same = (size, digest.hexdigest()) == (file.bytes, file.sha256)
        return None if same else Fault(Why.ALTERED, file.name)


def _pieces(packed: IO[bytes], to: Path | None) -> Iterator[bytes]:
    if to is None:
        while some := packed.read(AT_ONCE):
            yield some
        return
    with to.open("xb") as kept:
        os.fchmod(kept.fileno(), 0o600)
        while some := packed.read(AT_ONCE):
            yield some
            kept.write(some)


def _zip(file: BinaryIO) -> ZipFile:
    """Open a ZIP of ours: one that was cut, or altered at its end, is told from what never was one."""
    begins = file.read(4)
    try:
        found = ZipFile(file)
    except (*_BROKEN, OSError) as error:
        if isinstance(error, OSError) and error.errno not in {None, errno.EINVAL}:
            raise
        raise BackupError(Why.CUT if begins == b"PK\3\4" else Why.FOREIGN) from None
    if MANIFEST not in found.namelist():
        raise BackupError(Why.FOREIGN)
    if len(found.comment) != len(_SEAL) + _DIGITS:
        raise BackupError(Why.CUT)
    if not found.comment.startswith(_SEAL):
        raise BackupError(Why.ALTERED)
    return found


def _manifest(archive: ZipFile) -> Manifest:
    try:
        with archive.open(MANIFEST) as packed:
            content = packed.read(LARGEST_MANIFEST + 1)
        if len(content) > LARGEST_MANIFEST:
            raise BackupError(Why.MANIFEST)
        found = Manifest.model_validate_json(content)
    except KeyError:
        raise BackupError(Why.FOREIGN) from None
    except (ValidationError, *_BROKEN):
        raise BackupError(Why.MANIFEST) from None
    if found.format > FORMAT:
        raise BackupError(Why.NEWER, found.program)
    if found.database not in DATABASES:
        raise BackupError(Why.MANIFEST)
    return found


def _strangers(archive: ZipFile, manifest: Manifest) -> Iterator[Fault]:
    """Give what an archive of ours never holds, and what the manifest tells that is not there."""
    told = {MANIFEST, *(one.name for one in manifest.files)}
    held: set[str] = set()
    for one in archive.infolist():
        kind = stat.S_IFMT(one.external_attr >> 16)
        if one.filename in held or one.filename not in told or kind not in {0, stat.S_IFREG}:
            yield Fault(Why.STRANGE, one.filename)
        held.add(one.filename)
    database = DATABASES[manifest.database]
    for file in manifest.files:
        if file.name != database and not PIECE.fullmatch(file.name):
            yield Fault(Why.STRANGE, file.name)
    if database not in told:
        yield Fault(Why.LACKING, database)
    if len(told) != len(manifest.files) + 1:
        yield Fault(Why.MANIFEST)
