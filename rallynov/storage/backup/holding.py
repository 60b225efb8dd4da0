"""The files beside the database, held while it is copied: by hard links, so that none vanishes and none is copied twice.

A file never changes once it is there, and is there before the row that names it is committed. So all are held before the
database is copied, and what came meanwhile after it: whatever the copy names has then been seen by one of the two, but
for a file that came and went in between. The caller looks for that, and copies the database again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from rallynov.storage.backup.model import FOLDERS, PIECE

_LEVEL = "+"
"""Stands for the slash of a name, of which it is never part."""


class Held:
    """The files of a data folder, held in a folder of our own, under the names that they have in the archive."""

    def __init__(self, root: Path, work: Path) -> None:
        self._root, self._work = root, work

    def more(self) -> None:
        """Hold what is there now and was not held."""
        for name in _names(self._root):
            kept = self.path(name)
            if not kept.exists():
                _hold(self._root / name, kept)

    def path(self, name: str) -> Path:
        """Return where a file is held: all in one folder, which is quickly made and removed."""
        return self._work / name.replace("/", _LEVEL)

    def arrivals(self) -> list[str]:
        """Return what doors have received and nobody has examined, and the mark of the folder."""
        names = (one.name.replace(_LEVEL, "/") for one in _listed(self._work))
        return sorted(name for name in names if "/." in name and PIECE.fullmatch(name))


def _names(root: Path) -> Iterator[str]:
    """Give the name in the archive of every file that belongs there; drafts and what is no file are left out."""
    for kind in FOLDERS:
        for folder in _listed(root / kind):
            inside = _listed(folder) if folder.is_dir() and not folder.is_symlink() else [folder]
            for one in inside:
                name = str(one.relative_to(root))
                if PIECE.fullmatch(name) and one.is_file() and not one.is_symlink():
                    yield name


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:  # nothing was ever received, or the last file of a dossier has just gone
        return []


def _hold(source: Path, kept: Path) -> None:
    try:
        os.link(source, kept)
    except FileNotFoundError:
        return
    except OSError:  # a file system without hard links
        try:
            shutil.copyfile(source, kept)
        except FileNotFoundError:
            kept.unlink(missing_ok=True)
