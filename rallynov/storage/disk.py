"""What is written to a folder, beside a database."""

from __future__ import annotations

import os
from pathlib import Path


def synced(folder: Path) -> None:
    """Have a folder itself written down: a name in it outlives a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
