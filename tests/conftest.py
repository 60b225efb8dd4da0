"""What the tests share: both databases, a clock, a conversation."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

# else each process that a test starts compiles every library anew; before the libraries, which are kept for them too
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

import conversation
import memory
import postgres
import pytest
import structlog
from hypothesis import settings

from rallynov import wording
from rallynov.storage import schema
from rallynov.storage.store import Store

if folder := memory.memory():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))  # a commit waits for a disk some milliseconds
settings.register_profile("busy", deadline=None)  # no example is too slow on a busy machine
settings.load_profile("busy")
_read, _known = wording._catalogue, {}


def _catalogue(folder: Path, language: str) -> Any:
    """A catalogue as its file holds it, read once: two dozen test files ask for it, 150 ms each."""
    path = folder / language / "LC_MESSAGES" / "rallynov.po"
    key = (path, path.stat().st_mtime_ns if path.exists() else 0)
    if key not in _known:
        _known[key] = _read(folder, language)
    return _known[key]


wording._catalogue = _catalogue


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write the golden files anew")


def pytest_collection_finish() -> None:
    """Nothing of what is loaded by now is ever garbage: it is looked at no more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)  # as the product has it (bot/lean.py)


@pytest.fixture(autouse=True)
def _logs() -> Iterator[None]:
    """Leave the logs as they were: a command run in this process points them at its own standard error."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster]:
    home = postgres.binaries()
    if home is None:
        pytest.skip("PostgreSQL is not installed (apt install postgresql)")
    running = postgres.Cluster(home)
    yield running
    running.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, on each of the two."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'rallynov.db'}"
    cluster: postgres.Cluster = request.getfixturevalue("cluster")
    return cluster.database()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that is migrated once; every test works on a copy of it."""
    path = tmp_path_factory.mktemp("migrated") / "rallynov.db"
    opened = Store(f"sqlite:///{path}")
    schema.migrate(opened)
    opened.close()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path, migrated: Path) -> Iterator[Store]:
    """A migrated database, on each of the two."""
    with ExitStack() as ending:
        if request.param == "sqlite":
            opened = Store(f"sqlite:///{shutil.copy(migrated, tmp_path)}")
        else:
            cluster: postgres.Cluster = request.getfixturevalue("cluster")
            opened = Store(ending.enter_context(cluster.lent()))
        yield opened
        opened.close()


@pytest.fixture
def sqlite(tmp_path: Path, migrated: Path) -> Iterator[Store]:
    """A migrated SQLite database, for what does not depend on the database."""
    opened = Store(f"sqlite:///{shutil.copy(migrated, tmp_path)}")
    yield opened
    opened.close()


@pytest.fixture
def clock() -> conversation.Clock:
    return conversation.Clock()


@pytest.fixture
def talk(sqlite: Store, clock: conversation.Clock) -> conversation.Talk:
    return conversation.Talk(conversation.core(sqlite, clock), clock)
