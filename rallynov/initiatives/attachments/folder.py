"""The files themselves, beside the database: one folder a dossier, one file an attachment, named by ids alone.

A row is written before its file, so a file that no row names is left over: it is swept away.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

from rallynov.initiatives.attachments.fetching import GoneError, Sink
from rallynov.storage.disk import synced

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
ARRIVALS, WORK, MARK = ".arrivals", ".work", ".base"
LEFT_OVER = 3600.0
"""Seconds after which what arrived, or was being worked on, and is of no use to anyone is swept away."""


class Folder:
    """The folder of all files; on several machines, it is shared by all. Made when it is first written to.

    It carries the mark of its database: a process that was given another one by mistake sweeps nothing away.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def place(self, dossier: str, attachment: str) -> Path:
        """Return where a file is stored; ``ValueError`` for what is no id."""
        return self._root / _checked(dossier) / _checked(attachment)

    def arrival(self, name: str) -> Path:
        """Return where a file that a door receives lies until it is examined."""
        return self._made(ARRIVALS) / _checked(name)

    def work(self, name: str) -> Path:
        """Return where a file is worked on."""
        return self._made(WORK) / _checked(name)

    def arrived(self) -> int:
        """Return the bytes of all that arrived and was not examined yet."""
        return sum(one.stat().st_size for one in self._made(ARRIVALS).iterdir() if one.is_file())

    async def fetch(self, name: str, sink: Sink) -> None:
        """Give the content of what a door received."""
        path = self._root / ARRIVALS / _checked(name)
        try:
            sink.expect(path.stat().st_size)
            with path.open("rb") as opened:
                while piece := opened.read(2**18):
                    sink.write(piece)
        except FileNotFoundError as error:
            raise GoneError(name) from error

    def forget(self, name: str) -> None:
        """Drop what a door received."""
        (self._root / ARRIVALS / _checked(name)).unlink(missing_ok=True)

    def keep(self, source: Path, dossier: str, attachment: str) -> None:
        """Store a file for good: it is there whole, or not at all, whatever happens to the machine meanwhile."""
        place = self.place(dossier, attachment)
        self._made(dossier)
        with source.open("rb") as opened:
            os.fsync(opened.fileno())
        source.chmod(0o600)
        source.replace(place)
        synced(place.parent)

    def remove(self, dossier: str, attachment: str) -> None:
        """Remove a file, and the folder of its dossier when that was its last."""
        place = self.place(dossier, attachment)
        place.unlink(missing_ok=True)
        try:
            place.parent.rmdir()
        except OSError:
            return

    def belongs(self, mark: str) -> bool:
        """Tell whether the folder is that of the database of this mark; an empty one becomes so."""
        kept = self._root / MARK
        if not kept.is_file():
            if any(self.stored()):
                return False
            self._made(WORK)
            draft = self._root / WORK / f"mark-{mark}"
            draft.write_text(mark, "ascii")
            draft.replace(kept)
        return kept.read_text("ascii") == mark

    def exists(self) -> bool:
        """Tell whether anything was ever written here."""
        return self._root.is_dir()

    def stored(self) -> Iterator[tuple[str, str]]:
        """Give the dossier and the id of every file that is stored."""
        for dossier in self._listed(self._root):
            if _ID.fullmatch(dossier):
                yield from (
                    (dossier, one) for one in self._listed(self._root / dossier) if _ID.fullmatch(one)
                )

    def left_over(self, now: float, wanted: Collection[str]) -> list[Path]:
        """Return what arrived or was worked on long ago; ``wanted`` arrivals still wait. ``now`` is a timestamp."""
        found = []
        for name in (ARRIVALS, WORK):
            for one in self._listed(self._root / name):
                path = self._root / name / one
                if one not in wanted and now - path.stat().st_mtime > LEFT_OVER:
                    found.append(path)
        return found

    def clear_work(self) -> None:
        """Drop what a process that died was working on."""
        shutil.rmtree(self._root / WORK, ignore_errors=True)

    def _made(self, name: str) -> Path:
        path = self._root / name
        if not path.is_dir():
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.mkdir(mode=0o700, exist_ok=True)
            synced(self._root)
        return path

    @staticmethod
    def _listed(path: Path) -> list[str]:
        return sorted(one.name for one in path.iterdir()) if path.is_dir() else []


def _checked(name: str) -> str:
    if not _ID.fullmatch(name):
        raise ValueError("not an id")
    return name
