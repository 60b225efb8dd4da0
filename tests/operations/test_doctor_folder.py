"""`rallynov doctor` and the data folder: whose it is, who may read it, and what a restoration left half done in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from operations.stage import Home
from operations.test_doctor import BAD, GOOD, LOOK, one, settings

from bot import settling
from bot.doctor import machine, visit
from bot.wiring import clock
from rallynov.storage.backup import replaced
from rallynov.storage.store import Store


def test_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "d"
    assert one(machine.folder(settings(data))).level is LOOK
    data.mkdir(mode=0o700)
    assert one(machine.folder(settings(data))).level is GOOD
    data.chmod(0o755)
    assert "chmod 700" in one(machine.folder(settings(data))).mend
    data.chmod(0o700)
    (data / "rallynov.db").touch()
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    found = one(machine.folder(settings(data)))
    assert (found.level, found.mend) == (BAD, machine.MEND_OWNER)
    assert f"« {data.owner()} »" in found.sentence, (
        "whose it is, so that one knows under which account to come"
    )


def test_a_folder_that_is_closed_is_said_once(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.folder.chmod(0o700)
    reach = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: home.folder not in [path, *Path(path).parents] and reach(path, mode)
    )
    mine = settings(home.folder)
    looks = (
        *machine.folder(mine),
        *visit._database(mine),
        *machine.restored(mine),
        *machine.backup(mine, clock()),
    )
    found = {one.check: one for one in looks}
    assert {name for name, one in found.items() if one.level is BAD} == {"folder", "database"}
    assert found["database"].mend == machine.MEND_OWNER
    assert "backup" not in found, "nothing is known of it"


def test_a_restoration_that_was_killed(home: Home) -> None:
    assert list(machine.restored(settings(home.folder))) == []
    settling.owe(home.folder, None)
    assert one(machine.restored(settings(home.folder))).level is BAD
    store = Store(home.url)
    settling.settle_owed(store, home.folder, clock())
    store.close()
    assert one(machine.restored(settings(home.folder))).level is BAD, "its files may not be there"
    settling.finished(home.folder)
    aside = home.folder / replaced.FOLDER.format(clock())
    aside.mkdir()
    assert list(machine.restored(settings(home.folder))) == []
    (home.folder / "rallynov.db").rename(aside / "rallynov.db")
    assert str(aside) in one(machine.restored(settings(home.folder))).sentence
