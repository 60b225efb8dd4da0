"""ZIP: the tables, the JSON, the pieces by dossier, and a manifest of the digests of all of it.

A piece is copied as it lies on the disk; one that is not there, or is not what was kept, is told in the manifest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import orjson

from rallynov.editions.model import PARIS
from rallynov.exports.document import Document
from rallynov.exports.job import Job, Writer
from rallynov.exports.model import Entry, Piece
from rallynov.exports.xlsx import Workbook
from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.attachments.names import cleaned

PIECES, MANIFEST, SUMS = "pieces", "manifeste.json", "SHA256SUMS"
_AT_ONCE = 2**18


class Archive:
    """A ZIP under way. ``absent`` counts the pieces that are not there, or not as they were kept."""

    def __init__(self, job: Job) -> None:
        self._job, self._path, self._folder = job, job.work / "export.zip", Folder(job.pieces)
        self._parts: list[tuple[Writer, str]] = [
            (Workbook(job), "dossiers.xlsx"),
            (Document(job), "dossiers.json"),
        ]
        self._zip = job.opened.enter_context(ZipFile(self._path, "x", ZIP_DEFLATED, strict_timestamps=False))
        self._at = job.at.astimezone(PARIS).timetuple()[:6]
        self._sums: list[tuple[str, str]] = []
        self._lacking: list[dict[str, str]] = []
        self.absent = 0

    def add(self, entry: Entry) -> None:
        """Write one dossier, with its pieces."""
        for writer, _ in self._parts:
            writer.add(entry)
        for nth, piece in enumerate(entry.pieces, 1):
            self._copy(entry, piece, f"{PIECES}/{entry.key}/{nth}-{cleaned(piece.name) or 'piece'}")

    def close(self) -> Sequence[Path]:
        """End the archive, with what it holds and what it lacks."""
        for writer, name in self._parts:
            [path] = writer.close()
            self._sums.append((name, self._take(path, name)))
            path.unlink()
        files = [{"name": name, "sha256": digest} for name, digest in self._sums]
        head = {"edition": self._job.edition.slug, "view": self._job.view.id, "exported_at": self._job.at}
        self._note(
            MANIFEST,
            orjson.dumps({**head, "files": files, "lacking": self._lacking}, option=orjson.OPT_INDENT_2),
        )
        self._note(SUMS, "".join(f"{digest}  {name}\n" for name, digest in self._sums).encode())
        self._zip.close()
        return (self._path,)

    def _copy(self, entry: Entry, piece: Piece, name: str) -> None:
        try:
            digest = self._take(self._folder.place(entry.id, piece.id), name)
        except (OSError, ValueError):
            self._lacks(name, "absent")
            return
        self._sums.append((name, digest))
        if piece.digest and digest != piece.digest:
            self._lacks(name, "altered")

    def _lacks(self, name: str, why: str) -> None:
        self.absent += 1
        self._lacking.append({"name": name, "why": why})

    def _take(self, path: Path, name: str) -> str:
        """Copy a file, and return its digest; nothing of it is written when it cannot be opened."""
        with path.open("rb") as source, self._zip.open(self._info(name), "w", force_zip64=True) as kept:
            digest = hashlib.sha256()
            for some in _read(source):
                digest.update(some)
                kept.write(some)
        return digest.hexdigest()

    def _note(self, name: str, content: bytes) -> None:
        self._zip.writestr(self._info(name), content)

    def _info(self, name: str) -> ZipInfo:
        info = ZipInfo(name, self._at)
        info.compress_type = ZIP_STORED if name.startswith(PIECES) or name.endswith(".xlsx") else ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        return info


def _read(source: BinaryIO) -> Iterator[bytes]:
    while some := source.read(_AT_ONCE):
        yield some
