"""The stage of files, on both databases and on one."""

from __future__ import annotations

from pathlib import Path

import pytest
from conversation import Clock
from files.stage import Stage

from rallynov.storage.store import Store


@pytest.fixture
def stage(store: Store, tmp_path: Path, clock: Clock) -> Stage:
    """On each of the two databases."""
    return Stage(store, tmp_path, clock)


@pytest.fixture
def alone(sqlite: Store, tmp_path: Path, clock: Clock) -> Stage:
    """On SQLite, for what does not depend on the database."""
    return Stage(sqlite, tmp_path, clock)
