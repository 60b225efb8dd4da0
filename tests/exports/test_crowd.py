"""Every format, with as many dossiers as are asked for. A campaign.

``RALLYNOV_DOSSIERS=10000 uv run pytest -n0 -m campaign tests/exports/test_crowd.py``; 300 dossiers without it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from exports.crowd import fill
from exports.stage import SHAPE, VIEWS, delimited, read, room, told
from papers.tags import headings

from rallynov.exports.booklet import VOLUME
from rallynov.exports.document import check
from rallynov.exports.model import OPERATOR
from rallynov.storage.store import Store

MANY = int(os.environ.get("RALLYNOV_DOSSIERS", "300"))
pytestmark = pytest.mark.campaign


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{shutil.copy(migrated, tmp_path_factory.mktemp('crowd'))}")
    fill(store, MANY)
    yield store
    store.close()


def test_the_json_is_read_again_whole(filled: Store, tmp_path: Path) -> None:
    told(room(filled, tmp_path).write("complete", "json", tmp_path / "a.json", OPERATOR))
    found = check(tmp_path / "a.json", SHAPE)
    assert (found.sound, found.dossiers) == (True, MANY)


def test_the_csv_and_the_archive_hold_every_dossier(filled: Store, tmp_path: Path) -> None:
    told(room(filled, tmp_path).write("complete", "csv", tmp_path / "a.csv", OPERATOR))
    assert len(delimited(tmp_path / "a.csv")) == MANY + 1
    told(room(filled, tmp_path).write("complete", "zip", tmp_path / "a.zip", OPERATOR))
    with ZipFile(tmp_path / "a.zip") as held:
        assert held.testzip() is None


def test_the_booklets_lead_to_every_dossier(filled: Store, tmp_path: Path) -> None:
    done = told(room(filled, tmp_path).write("complete", "pdf", tmp_path / "a.pdf", OPERATOR))
    assert len(done.paths) == -(-MANY // VOLUME)
    found = [title for path in done.paths for title, _ in headings(Path(path).read_bytes())]
    keys = [title.partition(" ")[0] for title in found if title.startswith("RN-")]
    assert keys == [one.key for one in read(filled, VIEWS["complete"])]
