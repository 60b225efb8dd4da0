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
    """Remove what is old enough of what lies in some folders; return how many."""
    old = [
        one
        for folder in folders
        for name in _NAMES
        for one in folder.glob(name)
        if datetime.fromtimestamp(one.lstat().st_mtime, UTC) < now - KEPT
    ]
    for one in old:
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        else:
            one.unlink(missing_ok=True)
    return len(old)
