"""The folder: what no row stands for is swept away, and nothing else; another database's folder is left alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conversation import Clock
from files import samples
from files.stage import Stage
from sqlalchemy import update

from rallynov.initiatives.attachments.fetching import GoneError, Sink, TooHeavyError
from rallynov.initiatives.attachments.folder import LEFT_OVER, Folder
from rallynov.initiatives.attachments.sweeping import StrangeFolderError, sweep
from rallynov.initiatives.commands import RemoveAttachment
from rallynov.initiatives.tables import AttachmentRow, ShareRow
from rallynov.privacy.service import erase
from rallynov.storage import schema
from rallynov.storage.store import Store


@pytest.fixture
def stage(store: Store, tmp_path: Path, clock: Clock) -> Stage:
    return Stage(store, tmp_path, clock)


async def test_a_removed_file_is_swept_away_and_the_others_stay(stage: Stage) -> None:
    gone, stays = await stage.sent("a.pdf", samples.pdf()), await stage.sent("b.pdf", samples.pdf())
    waits = stage.send("c.pdf", samples.pdf())
    stage.life.order("camille", RemoveAttachment("d1", gone.id))
    assert stage.on_disk() == [f"d1/{gone.id}", f"d1/{stays.id}"]
    assert stage.sweep() == 1
    assert stage.on_disk() == [f"d1/{stays.id}"]
    assert stage.sweep() == 0
    await stage.work()
    assert stage.on_disk() == [f"d1/{stays.id}", f"d1/{waits}"]


async def test_an_erased_person_leaves_no_file(stage: Stage) -> None:
    await stage.sent("a.pdf", samples.pdf())
    with stage.store.write() as tx:
        erase(tx, ["camille"], stage.clock())
    assert stage.sweep() == 1
    assert stage.on_disk() == []
    assert not (stage.home / "pieces" / "d1").exists()


async def test_a_dossier_that_goes_on_does_not_say_who_sent_its_files(stage: Stage) -> None:
    await stage.sent("a.pdf", samples.pdf())
    stage.life.person("claude")
    share = {"dossier_id": "d1", "person_id": "claude", "right": "edit", "name": "C"}
    with stage.store.write() as tx:
        tx.execute(ShareRow.__table__.insert(), [share | {"since": stage.clock()}])  # type: ignore[attr-defined]
        erase(tx, ["camille"], stage.clock())
    with stage.store.read() as tx:
        assert tx.exec_driver_sql("SELECT author, address, state FROM attachment").all() == [("", "", "kept")]
    assert stage.sweep() == 0


async def test_what_arrived_and_is_of_no_use_is_swept_after_an_hour(stage: Stage) -> None:
    await stage.sent("a.pdf", samples.pdf())
    now = stage.clock().timestamp()
    for path, age in (
        (stage.folder.arrival("fresh"), 60),
        (stage.folder.arrival("old"), LEFT_OVER + 60),
        (stage.folder.arrival("wanted"), LEFT_OVER + 60),
        (stage.folder.work("half"), LEFT_OVER + 60),
    ):
        path.write_bytes(b"x")
        os.utime(path, (now - age, now - age))
    stage.send("b.pdf", b"")
    with stage.store.write() as tx:
        tx.execute(update(AttachmentRow).where(AttachmentRow.state == "waiting").values(origin="web:wanted"))
    assert stage.sweep() == 2
    assert [name for name in stage.on_disk() if name.startswith(".")] == [
        ".arrivals/fresh",
        ".arrivals/wanted",
    ]


async def test_another_database_sweeps_nothing_here(stage: Stage, tmp_path: Path) -> None:
    """A process started by mistake on this folder with a new database would find that every file is nobody's."""
    kept = await stage.sent("a.pdf", samples.pdf())
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    schema.migrate(other)
    try:
        with pytest.raises(StrangeFolderError):
            sweep(other, stage.folder, stage.clock())
        (tmp_path / "elsewhere").mkdir()
        with pytest.raises(StrangeFolderError):
            sweep(other, Folder(tmp_path / "elsewhere"), stage.clock())
    finally:
        other.close()
    assert stage.stored(kept.id) == samples.pdf()


def test_nothing_is_made_before_it_is_needed(tmp_path: Path, sqlite: Store, clock: Clock) -> None:
    folder = Folder(tmp_path / "pieces")
    assert sweep(sqlite, folder, clock()) == 0
    assert not (tmp_path / "pieces").exists()


@pytest.mark.parametrize("name", ["..", ".", "", "a/b", "../x", "a\0b", ".work", "é", "x" * 65])
def test_what_is_no_id_names_no_path(tmp_path: Path, name: str) -> None:
    folder = Folder(tmp_path / "pieces")
    asks: list[Callable[[], object]] = [
        lambda: folder.place("d1", name),
        lambda: folder.place(name, "a1"),
        lambda: folder.arrival(name),
        lambda: folder.work(name),
        lambda: folder.forget(name),
    ]
    for ask in asks:
        with pytest.raises(ValueError, match="not an id"):
            ask()


async def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "pieces")
    source = folder.work("new")
    source.write_bytes(b"whole")
    folder.keep(source, "d1", "a1")
    assert folder.place("d1", "a1").read_bytes() == b"whole"
    assert not source.exists()
    assert folder.place("d1", "a1").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "pieces").stat().st_mode & 0o777 == 0o700


async def test_what_arrived_is_given_within_limits(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "pieces")
    folder.arrival("a").write_bytes(b"12345")
    with Sink(tmp_path / "out", 5) as sink:
        await folder.fetch("a", sink)
    assert (tmp_path / "out").read_bytes() == b"12345"
    with Sink(tmp_path / "out", 4) as sink, pytest.raises(TooHeavyError):
        await folder.fetch("a", sink)
    with Sink(tmp_path / "out", 4) as sink, pytest.raises(GoneError):
        await folder.fetch("b", sink)
    assert folder.arrived() == 5


def test_a_sink_takes_not_a_byte_too_many(tmp_path: Path) -> None:
    with Sink(tmp_path / "out", 10) as sink:
        sink.expect(10)
        sink.write(bytes(9))
        with pytest.raises(TooHeavyError):
            sink.write(bytes(2))
        with pytest.raises(TooHeavyError):
            sink.expect(11)
    assert (tmp_path / "out").stat().st_size == 9
