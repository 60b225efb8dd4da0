"""The whole check of one file: what it is by its first bytes, then whether it really is that, then what is stored of it."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from mmap import ACCESS_READ, ACCESS_WRITE, mmap
from pathlib import Path
from typing import IO

from rallynov.initiatives.attachments.kinds import Examined, FileKind, UnsafeError, Why
from rallynov.initiatives.attachments.safety import archives, film, pdf, pictures, sound
from rallynov.initiatives.attachments.safety.naming import found

HEAD = 4096
PIECE = 256 * 1024
_SIGNS = (
    (b"%PDF-", FileKind.PDF),
    (b"\xff\xd8\xff", FileKind.JPG),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"PK\x03\x04", FileKind.DOCX),  # or an ODT: both are archives
)


def look(source: Path, target: Path) -> Examined:
    """Examine a file and write what is stored of it; ``UnsafeError`` says why it is not taken."""
    size = source.stat().st_size
    if not size:
        raise UnsafeError(Why.EMPTY)
    with source.open("rb") as opened, mmap(opened.fileno(), 0, access=ACCESS_READ) as content:
        _one_kind(opened, content[:HEAD])
        kind = _examined(opened, content, size)
    if kind in {FileKind.JPG, FileKind.PNG}:
        cleaned = pictures.clean(source, target, kind)
    else:
        shutil.copyfile(source, target)
        cleaned = kind is FileKind.MP4 and _cleaned_film(target)
    return Examined(kind, target.stat().st_size, _digest(target), cleaned)


def _examined(opened: IO[bytes], content: mmap, size: int) -> FileKind:
    kind = _begins(content[:HEAD])
    match kind:
        case None:
            raise UnsafeError(Why.UNLISTED, found(content[:HEAD]))
        case FileKind.PDF:
            return pdf.examine(content)
        case FileKind.DOCX:
            return archives.examine(opened, size)
        case FileKind.MP3:
            return sound.examine(content)
        case FileKind.MP4:
            return film.examine(content)
        case _:
            return kind


def _begins(head: bytes) -> FileKind | None:
    """Return what a file claims to be by its first bytes; None for what is not taken."""
    known = next((kind for sign, kind in _SIGNS if head.startswith(sign)), None)
    if known is None and head[4:8] == b"ftyp":
        return FileKind.MP4
    if known is None and sound.begins(head):
        return FileKind.MP3
    return known


def _one_kind(opened: IO[bytes], head: bytes) -> None:
    """Refuse a file that other programs would read as another kind: an archive at its end, a PDF in its head."""
    kind = _begins(head)
    if kind in {None, FileKind.DOCX}:
        return
    if zipfile.is_zipfile(opened):
        raise UnsafeError(Why.TWOFOLD, "zip")
    if kind is not FileKind.PDF and b"%PDF-" in head[:1024]:
        raise UnsafeError(Why.TWOFOLD, "pdf")


def _cleaned_film(target: Path) -> bool:
    with target.open("r+b") as opened, mmap(opened.fileno(), 0, access=ACCESS_WRITE) as content:
        return film.clean(content)


def _digest(target: Path) -> str:
    digest = hashlib.sha256()
    with target.open("rb") as opened:
        while piece := opened.read(PIECE):
            digest.update(piece)
        os.fsync(opened.fileno())
    return digest.hexdigest()
