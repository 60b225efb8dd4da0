"""A home with data, on each of the two databases."""

from __future__ import annotations

import shutil
from pathlib import Path

import postgres
import pytest
from operations.stage import Home, home_of


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Path:
    """A data folder made once; every test works on a copy of it."""
    return home_of("", tmp_path_factory.mktemp("furnished") / "donnees", migrated).folder


@pytest.fixture
def home(tmp_path: Path, furnished: Path) -> Home:
    return Home(shutil.copytree(furnished, tmp_path / "donnees"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, tmp_path: Path, furnished: Path, migrated: Path) -> Home:
    if request.param == "sqlite":
        return Home(shutil.copytree(furnished, tmp_path / "donnees"))
    cluster: postgres.Cluster = request.getfixturevalue("cluster")
    return home_of(cluster.migrated(), tmp_path / "donnees", migrated)
