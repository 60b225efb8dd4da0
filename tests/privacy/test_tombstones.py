"""An erasure outlives the restoration of an older backup, and takes nothing from whoever came back after it."""

from __future__ import annotations

import asyncio
import inspect
import os
import shutil
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from conversation import Clock
from privacy import everything
from privacy.everything import ADDRESS, PERSON
from sqlalchemy import Connection, func, insert, select, update

from bot import burying
from bot.settings import Settings
from bot.ticker import Ticker
from rallynov.delivery.tables import ConversationRow, InboxRow
from rallynov.people.granting import be_somebody
from rallynov.people.tables import PersonRow
from rallynov.privacy import erasing, holdings, tombstones
from rallynov.privacy.tables import TombstoneKeyRow, TombstoneRow
from rallynov.storage.backup import replaced
from rallynov.storage.lifetimes import kept
from rallynov.storage.store import Store


@pytest.fixture
def before(tmp_path: Path, migrated: Path) -> Store:
    """The database in which the erasure was asked for."""
    (tmp_path / "before").mkdir()
    return Store(f"sqlite:///{shutil.copy(migrated, tmp_path / 'before')}")


def ask(store: Store, clock: Clock, people: list[str], addresses: list[str]) -> None:
    """Erase people as they ask for it."""
    with store.write() as tx:
        tombstones.bury(tx, people, addresses, clock())
        erasing.erase(tx, people, clock())


def write(tx: Connection, clock: Clock, person: str, address: str) -> None:
    """Have somebody write from an address."""
    be_somebody(tx, person, clock())
    row = {"address": address, "channel": "web", "person_id": person, "language": "fr"}
    tx.execute(insert(ConversationRow), [row | {"created_at": clock(), "updated_at": clock()}])


def count(store: Store, table: type) -> int:
    with store.read() as tx:
        return tx.execute(select(func.count()).select_from(table)).scalar_one()


def test_nobody_erased_comes_back_with_an_older_backup(
    before: Store, store: Store, clock: Clock, tmp_path: Path
) -> None:
    with store.write() as tx:
        everything.fill(tx)  # the backup, restored
        write(tx, clock, "another", "web:another")
    ask(before, clock, [PERSON], [ADDRESS])
    assert tombstones.keep_file(before, tmp_path, clock()) == 2
    assert tombstones.bury_again(store, tmp_path, clock()) == 1
    assert tombstones.bury_again(store, tmp_path, clock()) == 0, "once is enough"
    with store.read() as tx:
        assert holdings.held(tx, PERSON) == {}
        left = {where for where, held in everything.texts(tx).items() if PERSON in held or ADDRESS in held}
        assert holdings.held(tx, "another") != {}
    assert left == set()


def test_an_event_that_no_turn_had_read_is_not_read_after_it(
    before: Store, sqlite: Store, clock: Clock, tmp_path: Path
) -> None:
    event = {"channel": "web", "external_id": "1", "address": ADDRESS, "payload": "canari", "attempts": 0}
    with sqlite.write() as tx:
        tx.execute(insert(InboxRow), [event | {"received_at": clock(), "status": "new"}])
    ask(before, clock, [], [ADDRESS])
    tombstones.keep_file(before, tmp_path, clock())
    tombstones.bury_again(sqlite, tmp_path, clock())
    with sqlite.read() as tx:
        assert tx.execute(select(InboxRow.address, InboxRow.payload, InboxRow.status)).one() == (
            "",
            "",
            "done",
        )


def test_whoever_came_back_after_their_erasure_is_left_alone(
    sqlite: Store, clock: Clock, tmp_path: Path
) -> None:
    with sqlite.write() as tx:
        write(tx, clock, "first", ADDRESS)
    ask(sqlite, clock, ["first"], [ADDRESS])
    tombstones.keep_file(sqlite, tmp_path, clock())
    clock.pass_(days=1)
    with sqlite.write() as tx:
        be_somebody(tx, "second", clock())
        again = {"person_id": "second", "updated_at": clock()}
        tx.execute(update(ConversationRow).where(ConversationRow.address == ADDRESS).values(again))
    assert tombstones.bury_again(sqlite, tmp_path, clock()) == 0
    with sqlite.read() as tx:
        assert holdings.held(tx, "second") != {}


def test_the_file_names_nobody_and_is_for_its_owner_alone(
    before: Store, clock: Clock, tmp_path: Path
) -> None:
    ask(before, clock, [PERSON], [ADDRESS])
    tombstones.keep_file(before, tmp_path, clock())
    path = tmp_path / tombstones.FILE
    written = path.read_text("utf-8")
    assert "canari" not in written
    assert "web:" not in written
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_only_the_file_knows_stays_in_it_and_two_databases_share_it(
    before: Store, sqlite: Store, clock: Clock, tmp_path: Path
) -> None:
    ask(before, clock, ["first"], [])
    tombstones.keep_file(before, tmp_path, clock())
    with sqlite.write() as tx:  # another database, of another key, put in the same place
        tx.execute(update(TombstoneKeyRow).values(key="ab" * 32))
        write(tx, clock, "first", "web:first")
        write(tx, clock, "second", "web:second")
    assert tombstones.bury_again(sqlite, tmp_path, clock()) == 1
    ask(sqlite, clock, ["second"], [])
    assert tombstones.keep_file(sqlite, tmp_path, clock()) == 2
    with before.write() as tx:
        be_somebody(tx, "second", clock())
    assert tombstones.bury_again(before, tmp_path, clock()) == 1
    assert count(before, PersonRow) == 0


def test_a_line_that_was_cut_is_left_out_and_no_file_is_nothing(
    before: Store, clock: Clock, tmp_path: Path
) -> None:
    assert tombstones.bury_again(before, tmp_path, clock()) == 0
    ask(before, clock, ["first", "second"], [])
    tombstones.keep_file(before, tmp_path, clock())
    path = tmp_path / tombstones.FILE
    path.write_bytes(path.read_bytes()[:-30] + b'\n{"digest": "no more"}\n7\n{"key": "no key"}\n')
    with before.write() as tx:
        tx.execute(TombstoneRow.__table__.delete())
        be_somebody(tx, "first", clock())
        be_somebody(tx, "second", clock())
    assert tombstones.bury_again(before, tmp_path, clock()) == 1


def test_a_key_that_was_spoilt_is_not_taken_for_the_former(
    before: Store, sqlite: Store, clock: Clock, tmp_path: Path
) -> None:
    for store, name, key in ((before, "first", "11" * 32), (sqlite, "second", "22" * 32)):
        with store.write() as tx:
            tx.execute(update(TombstoneKeyRow).values(key=key))
        ask(store, clock, [name], [])
        tombstones.keep_file(store, tmp_path, clock())
    path = tmp_path / tombstones.FILE
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'{"key":"22', b'{"ke\xff":"22'))
    assert {one.key for one in tombstones._read(tmp_path)} == {"11" * 32, ""}
    with sqlite.write() as tx:
        tx.execute(TombstoneRow.__table__.delete())  # the backup, restored: of the same key
        be_somebody(tx, "second", clock())
    assert tombstones.bury_again(sqlite, tmp_path, clock()) == 1
    with before.write() as tx:
        be_somebody(tx, "second", clock())
    tombstones.keep_file(sqlite, tmp_path, clock())
    assert {one.key for one in tombstones._read(tmp_path)} == {"11" * 32, "22" * 32}, "the base's key wins"
    assert tombstones.bury_again(before, tmp_path, clock()) == 1


def test_tombstones_are_kept_as_long_as_a_backup_may_be(before: Store, clock: Clock, tmp_path: Path) -> None:
    ask(before, clock, ["first"], [])
    at = clock.at
    assert tombstones.keep_file(before, tmp_path, at + kept("tombstone") - timedelta(seconds=1)) == 1
    with before.write() as tx:
        tombstones.purge(tx, at + kept("tombstone") + timedelta(seconds=1))
    assert count(before, TombstoneRow) == 0
    assert tombstones.keep_file(before, tmp_path, at + kept("tombstone") + timedelta(seconds=1)) == 0
    assert "digest" not in (tmp_path / tombstones.FILE).read_text("utf-8")


async def test_a_start_erases_again_and_keeps_the_file(
    before: Store, sqlite: Store, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(burying, "clock", clock)
    beats: list[Callable[[], object]] = []
    monkeypatch.setattr(Ticker, "every", lambda _self, _seconds, work: beats.append(work))
    ask(before, clock, ["first"], [])
    tombstones.keep_file(before, tmp_path, clock())
    with sqlite.write() as tx:
        write(tx, clock, "first", "web:first")
    opened, gone, waited = threading.Event(), threading.Event(), list[bool]()

    def forget(_places: object, _now: object) -> int:  # whoever was erased is in it
        waited.append(opened.wait(2))
        gone.set()
        return 0

    monkeypatch.setattr(replaced, "forget", forget)
    async with burying.buried(Settings(_env_file=None, data_dir=tmp_path), sqlite):
        assert count(sqlite, PersonRow) == 0
        ask(sqlite, clock, ["second"], [])
        beat, _ = beats  # and the hourly one, of what was replaced
        assert inspect.iscoroutinefunction(beat), "the clock awaits nothing else"
        await beat()
        opened.set()
        await asyncio.to_thread(gone.wait, 2)
    assert waited == [True], "doors open meanwhile"
    assert len((tmp_path / tombstones.FILE).read_text("utf-8").splitlines()) == 1 + 2


def test_what_cannot_be_removed_keeps_nothing_else(
    clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [tmp_path / replaced.ARCHIVE.format(clock.at + timedelta(seconds=nth)) for nth in range(3)]
    for one in places:
        one.touch()
        os.utime(one, (0, 0))
    remove = replaced._remove

    def closed(path: Path) -> None:
        if path == places[0]:
            raise PermissionError
        remove(path)
        if path == places[1]:
            raise FileNotFoundError  # somebody else was quicker

    monkeypatch.setattr(replaced, "_remove", closed)
    monkeypatch.setattr(Path, "glob", lambda _self, name: places if name.endswith(".zip") else [])
    with pytest.raises(PermissionError):
        replaced.forget({tmp_path}, clock.at)
    assert [one.exists() for one in places] == [True, False, False]
