"""ODT and DOCX: zip archives, looked through entry by entry, under limits that hold whatever their headers claim."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from rallynov.initiatives.attachments.kinds import FileKind, UnsafeError, Why

ENTRIES = 3_000
EACH, ALL = 100 * 2**20, 200 * 2**20
"""Bytes that one entry, and all together, may come to."""
RATIO, SMALL = 200, 2**20
"""How many times its packed size an entry may come to, once it is over a small size."""
NESTED = 20 * 2**20
"""Bytes of an archive in an archive that is looked into."""
PIECE = 64 * 1024
_END = struct.Struct("<4s4H2LH")
_LOCAL = 30
_ODT = b"application/vnd.oasis.opendocument.text"
_DOCX = b"wordprocessingml.document.main+xml"
_OTHERS = (
    (b"macroEnabled", "docm"),
    (b"spreadsheetml", "xlsx"),
    (b"presentationml", "pptx"),
    (b"wordprocessingml.template", "dotx"),
)
_MACROS = re.compile(
    r"(?:^|/)(?:vbaProject|vbaData|activeX|macrosheets|Basic|Scripts)(?:[/.]|\d|$)", re.IGNORECASE
)
_BOOK = re.compile(r"word/embeddings/[^/]+\.(?:xlsx|docx|pptx)", re.IGNORECASE)
"""Where a DOCX keeps the tables behind its charts, each an archive."""
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_OLE, _PACKAGE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "\x01Ole10Native".encode("utf-16-le")
_REMOTE = re.compile(rb"attachedTemplate[^>]*Target\s*=\s*[\"'](?:https?|ftp):", re.IGNORECASE)


@dataclass(slots=True)
class _Budget:
    """What the whole archive, with those inside it, may still come to."""

    left: int = ALL
    entries: int = ENTRIES


def examine(content: IO[bytes], size: int) -> FileKind:
    """Return which document an archive is; ``UnsafeError`` says why it is not taken."""
    try:
        return _examine(content, size, _Budget(), inside=False)
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError) as error:
        raise UnsafeError(Why.BROKEN) from error


def _examine(content: IO[bytes], size: int, budget: _Budget, *, inside: bool) -> FileKind:
    count = _end(content, size)
    budget.entries -= count
    if budget.entries < 0:
        raise UnsafeError(Why.BOMB)
    with ZipFile(content) as archive:
        entries = archive.infolist()
        if len(entries) != count:
            raise UnsafeError(Why.BROKEN)
        _sound(entries, archive.start_dir)
        kind = FileKind.DOCX if inside else _kind(archive, entries)
        for entry in entries:
            _read(archive, entry, budget, inside=inside)
    return kind


def _end(content: IO[bytes], size: int) -> int:
    """Return how many entries the end of an archive announces: it must be the very end, and have nothing before it."""
    if size < _END.size:
        raise UnsafeError(Why.BROKEN)
    content.seek(size - _END.size)
    mark, disk, first, here, count, length, start, comment = _unpacked(content.read(_END.size))
    if mark != b"PK\x05\x06" or comment or disk or first or here != count:
        raise UnsafeError(Why.BROKEN)
    if (
        start + length + _END.size != size
    ):  # something stands before or behind it; or it is of the sort for 4 GB
        raise UnsafeError(Why.TWOFOLD if length < size else Why.BOMB, "zip")
    return count


def _unpacked(raw: bytes) -> tuple[bytes, int, int, int, int, int, int, int]:
    mark, disk, first, here, count, length, start, comment = _END.unpack(raw)
    return mark, disk, first, here, count, length, start, comment


def _sound(entries: Sequence[ZipInfo], end: int) -> None:
    """Check what the headers claim: names, sizes, and that no two entries share the same bytes."""
    names: set[str] = set()
    total = 0
    for entry in entries:
        _named(entry, names)
        total += entry.file_size
        swollen = entry.file_size > SMALL and entry.file_size > RATIO * max(1, entry.compress_size)
        if swollen or entry.file_size > EACH or total > ALL:
            raise UnsafeError(Why.BOMB)
    places = sorted((entry.header_offset, entry.compress_size, len(entry.orig_filename)) for entry in entries)
    ends = [offset + _LOCAL + named + packed for offset, packed, named in places]
    if any(one > two for one, two in zip(ends, [*(place[0] for place in places[1:]), end], strict=True)):
        raise UnsafeError(Why.BOMB)
    if places and places[0][0] != 0:
        raise UnsafeError(Why.TWOFOLD, "zip")


def _named(entry: ZipInfo, names: set[str]) -> None:
    name = entry.orig_filename
    path = PurePosixPath(name)
    climbs = path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or name[1:2] == ":"
    link = stat.S_ISLNK(entry.external_attr >> 16)
    if climbs or link or not name or name.casefold() in names:
        raise UnsafeError(Why.BROKEN)
    names.add(name.casefold())
    if entry.flag_bits & 0x41:
        raise UnsafeError(Why.LOCKED)
    if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise UnsafeError(Why.BROKEN)
    if _MACROS.search(name):
        raise UnsafeError(Why.MACROS)


def _kind(archive: ZipFile, entries: Sequence[ZipInfo]) -> FileKind:
    """Tell an ODT by its first entry, a DOCX by its list of contents; ``UnsafeError`` names what it is instead."""
    names = {entry.filename for entry in entries}
    if entries and entries[0].filename == "mimetype":
        return _open_document(archive, entries[0], names)
    if "[Content_Types].xml" in names:
        return _office(archive, names)
    if {"content.xml", "META-INF/manifest.xml"} <= names:
        raise UnsafeError(Why.BROKEN)
    raise UnsafeError(Why.UNLISTED, "zip")


def _open_document(archive: ZipFile, first: ZipInfo, names: set[str]) -> FileKind:
    told = _head(archive, first, 200)
    if told != _ODT:
        raise UnsafeError(Why.UNLISTED, _told(told))
    if first.compress_type != ZIP_STORED or not {"content.xml", "META-INF/manifest.xml"} <= names:
        raise UnsafeError(Why.BROKEN)
    if b"encryption-data" in _head(archive, archive.getinfo("META-INF/manifest.xml"), SMALL):
        raise UnsafeError(Why.LOCKED)
    return FileKind.ODT


def _told(mimetype: bytes) -> str:
    known = {b"spreadsheet": "ods", b"presentation": "odp", b"epub": "epub"}
    return next((found for mark, found in known.items() if mark in mimetype), "zip")


def _office(archive: ZipFile, names: set[str]) -> FileKind:
    types = _head(archive, archive.getinfo("[Content_Types].xml"), SMALL)
    if b"macroEnabled" in types:
        raise UnsafeError(Why.MACROS)
    if _DOCX in types and "word/document.xml" in names:
        return FileKind.DOCX
    raise UnsafeError(Why.UNLISTED, next((found for mark, found in _OTHERS if mark in types), "zip"))


def _head(archive: ZipFile, entry: ZipInfo, most: int) -> bytes:
    with archive.open(entry) as opened:
        return opened.read(most)


def _read(archive: ZipFile, entry: ZipInfo, budget: _Budget, *, inside: bool) -> None:
    """Unpack an entry and throw it away: what it really comes to, and what it holds."""
    head, kept = b"", io.BytesIO()
    for before, piece in _pieces(archive, entry, budget):
        if not before:
            head = piece[:8]
            if head.startswith(_PROGRAMS):
                raise UnsafeError(Why.ACTIVE)
        _harmless(entry.filename, before + piece, head)
        if head[:4] == b"PK\x03\x04":
            if inside or not _BOOK.fullmatch(entry.filename) or entry.file_size > NESTED:
                raise UnsafeError(Why.BOMB)
            kept.write(piece)
    if kept.tell():
        _examine(kept, kept.tell(), budget, inside=True)


def _pieces(archive: ZipFile, entry: ZipInfo, budget: _Budget) -> Iterator[tuple[bytes, bytes]]:
    """Give an entry piece by piece, each with the end of the one before it."""
    before, size = b"", 0
    with archive.open(entry) as opened:
        while piece := opened.read(PIECE):
            size += len(piece)
            budget.left -= len(piece)
            if size > entry.file_size or budget.left < 0:
                raise UnsafeError(Why.BOMB)
            yield before, piece
            before = piece[-200:]


def _harmless(name: str, content: bytes, head: bytes) -> None:
    """Refuse an entry that acts when the document is opened, or that brings a file with it."""
    if name.endswith((".xml", ".rels")):
        if b"<!ENTITY" in content:
            raise UnsafeError(Why.BOMB)
        if name.endswith(".rels") and _REMOTE.search(content):
            raise UnsafeError(Why.ACTIVE)
    if head == _OLE and _PACKAGE in content:
        raise UnsafeError(Why.ACTIVE)
