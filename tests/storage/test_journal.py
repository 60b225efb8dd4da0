"""The journal of SQLite goes back into its file beside the turns, and does not grow without end."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from rallynov.storage import journal
from rallynov.storage.journal import Journal, JournalBusyError
from rallynov.storage.store import Store

PAGES = 16
"""Pages that one transaction writes, at least."""


@pytest.fixture(autouse=True)
def _eager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "COMMITS", 1)
    monkeypatch.setattr(journal, "SECONDS", 0.0)


def write(store: Store, n: int) -> None:
    with store.write() as tx:
        tx.execute(text("CREATE TABLE IF NOT EXISTS many (n INTEGER, words TEXT)"))
        tx.execute(text("INSERT INTO many VALUES (:n, :words)"), {"n": n, "words": "é" * 2048 * PAGES})


def count(store: Store) -> int:
    with store.read() as tx:
        return int(tx.execute(text("SELECT COUNT(*) FROM many")).scalar_one())


def size(store: Store) -> int:
    return Path(f"{store.url.database}-wal").stat().st_size


async def test_it_begins_anew_instead_of_growing(sqlite: Store) -> None:
    for n in range(60):
        await sqlite.writing(write, sqlite, n)
        copying = sqlite._journal and sqlite._journal._copying
        assert copying
        copying.result(20)
    assert size(sqlite) < 20 * PAGES * 4096  # of the 60 that were written
    assert count(sqlite) == 60


async def test_what_was_written_meanwhile_is_copied_by_the_writer(
    sqlite: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []
    told = [(0, 100, 60), (0, 110, 110)]

    def checkpoint(_journal: Journal, _how: str) -> tuple[int, int, int]:
        threads.append(threading.current_thread().name.partition("_")[0])
        return told.pop(0)

    monkeypatch.setattr(Journal, "_checkpoint", checkpoint)
    await sqlite.writing(write, sqlite, 1)
    assert sqlite._journal
    assert sqlite._journal._copying
    sqlite._journal._copying.result(20)
    await sqlite.writing(lambda: None)  # behind it, on the writer's thread
    assert threads == ["journal", "writer"]


async def test_a_disk_that_refuses_stops_no_turn(sqlite: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_journal: Journal, _how: str) -> tuple[int, int, int]:
        raise journal.Error("disk I/O error")

    monkeypatch.setattr(Journal, "_checkpoint", refuse)
    for n in range(3):
        await sqlite.writing(write, sqlite, n)
    assert count(sqlite) == 3


def held(store: Store) -> bool:
    """Whether the journal still holds anything."""
    return size(store) > 0


async def test_it_is_emptied_behind_the_copy_under_way(
    sqlite: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite refuses a second copy at once: whoever empties it would leave all that was blanked."""
    begun, let_go = threading.Event(), threading.Event()
    real = Journal._checkpoint

    def slow(mine: Journal, how: str) -> tuple[int, int, int]:
        if how == "PASSIVE":
            begun.set()
            assert let_go.wait(20)
        return real(mine, how)

    monkeypatch.setattr(Journal, "_checkpoint", slow)
    await sqlite.writing(write, sqlite, 1)
    assert await asyncio.to_thread(begun.wait, 20)
    emptying = asyncio.ensure_future(asyncio.to_thread(sqlite.empty_journal))
    await sqlite.writing(lambda: None)
    assert held(sqlite)
    let_go.set()
    await emptying
    assert not held(sqlite)


async def test_it_is_tried_again_while_somebody_is_in_the_way(
    sqlite: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "PAUSE", 0.0)
    real, refused = Journal._checkpoint, [True, True]

    def busy(mine: Journal, how: str) -> tuple[int, int, int]:
        return (1, -1, -1) if how == "TRUNCATE" and refused and refused.pop() else real(mine, how)

    monkeypatch.setattr(Journal, "_checkpoint", busy)
    await sqlite.writing(write, sqlite, 1)
    await asyncio.to_thread(sqlite.empty_journal)
    assert not held(sqlite)
    assert refused == []


def test_emptying_it_keeps_no_writer_out(sqlite: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite would hold the writers' lock for as long as it waits for a reader: ten seconds, each minute."""
    monkeypatch.setattr(journal, "PATIENCE", -1.0)
    write(sqlite, 1)
    asked: list[str] = []
    with sqlite.engine.connect() as reader, reader.begin():
        reader.execute(text("SELECT COUNT(*) FROM many"))
        write(sqlite, 2)
        waits = sqlite.engine.raw_connection()
        assert waits.cursor().execute("PRAGMA busy_timeout").fetchall() == [(10000,)]
        waits.close()
        watched = sqlite.engine.raw_connection()
        watched.driver_connection.set_trace_callback(asked.append)
        watched.close()
        with pytest.raises(JournalBusyError):
            sqlite.empty_journal()
    assert any("busy_timeout=0" in one for one in asked)
    assert any("busy_timeout=10000" in one for one in asked[1:])
    sqlite.empty_journal()
    assert not held(sqlite)


def test_who_cannot_empty_it_is_told(sqlite: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "PATIENCE", -1.0)
    monkeypatch.setattr(Journal, "_checkpoint", lambda _journal, _how: (1, -1, -1))
    with pytest.raises(JournalBusyError):
        sqlite.empty_journal()


async def test_what_is_committed_as_the_store_closes_is_not_told_as_failed(sqlite: Store) -> None:
    begun, let_go = threading.Event(), threading.Event()

    def last() -> None:
        begun.set()
        assert let_go.wait(20)
        write(sqlite, 1)

    await sqlite.writing(write, sqlite, 0)
    work = asyncio.ensure_future(sqlite.writing(last))
    assert await asyncio.to_thread(begun.wait, 20)
    closing = asyncio.ensure_future(asyncio.to_thread(sqlite.close))
    await asyncio.sleep(0)
    let_go.set()
    await work
    await closing
