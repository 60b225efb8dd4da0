"""Where an export lands: all of it or nothing, for its owner's eyes alone.

It is made in a folder of its own beside its place, written down to the disk, then given its name: whatever stood there
before stays until that moment. What an export that was killed left behind is removed by the next one there.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_WORK = ".rallynov-export-"
_MARK = "busy"


@contextmanager
def workplace(beside: Path) -> Iterator[Path]:
    """Give a folder that only its owner reads, on the disk of a path; it is gone afterwards."""
    _sweep(beside.parent)
    work = Path(tempfile.mkdtemp(prefix=_WORK, dir=beside.parent))
    try:
        with (work / _MARK).open("w") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX)
            yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def land(made: Sequence[Path], path: Path) -> tuple[Path, ...]:
    """Put files in their place, each at once: one under the very path, several numbered."""
    places = (path,) if len(made) == 1 else tuple(numbered(path, nth) for nth in range(1, len(made) + 1))
    for one in made:
        one.chmod(0o600)
        _synced(one, os.O_RDONLY)
    for one, place in zip(made, places, strict=True):
        one.replace(place)
    _synced(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    return places


def numbered(path: Path, nth: int) -> Path:
    """Return the path of one of several volumes."""
    return path.with_name(f"{path.stem}-{nth}{path.suffix}")


def _sweep(folder: Path) -> None:
    """Remove what exports left here that ended without a word; one under way holds its mark."""
    for left in folder.glob(f"{_WORK}*"):
        try:
            with (left / _MARK).open("r") as mark:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        shutil.rmtree(left, ignore_errors=True)


def _synced(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
