"""A home with data, on each of the two databases."""

from __future__ import annotations

from pathlib import Path

import postgres
import pytest
from operations.stage import Home, home_of


@pytest.fixture
def home(tmp_path: Path, migrated: Path) -> Home:
    return home_of("", tmp_path / "donnees", migrated)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, tmp_path: Path, migrated: Path) -> Home:
    if request.param == "sqlite":
        return home_of("", tmp_path / "donnees", migrated)
    cluster: postgres.Cluster = request.getfixturevalue("cluster")
    return home_of(cluster.migrated(), tmp_path / "donnees", migrated)
