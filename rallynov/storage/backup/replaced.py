"""What a restoration replaced: kept beside, in an archive or as it lay, and forgotten when its time is over.

It holds whoever was erased since: it may not outlive the backups that the notice speaks of.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from rallynov.storage.lifetimes import kept

KEPT = kept("replaced")
ARCHIVE = "avant-rallynov-{:%Y%m%dT%H%M%SZ}.zip"
FOLDER = "avant-restauration-{:%Y%m%dT%H%M%SZ}"
_NAMES = ("avant-rallynov-*T*Z.zip", "avant-restauration-*T*Z")


def forget(folders: Iterable[Path], now: datetime) -> int:
    """Remove what is old enough of what lies in some folders; return how many.

    What cannot be removed keeps nothing else; the first error is raised once all were tried. What vanished is none.
    """
    gone, refused = 0, None
    for one in [one for folder in folders for name in _NAMES for one in folder.glob(name)]:
        try:
            if datetime.fromtimestamp(one.lstat().st_mtime, UTC) < now - KEPT:
                _remove(one)
                gone += 1
        except FileNotFoundError:
            continue
        except OSError as error:
            refused = refused or error
    if refused:
        raise refused
    return gone


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
