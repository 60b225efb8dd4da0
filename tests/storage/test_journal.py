"""The journal of SQLite goes back into its file beside the turns, and does not grow without end."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from rallynov.storage import journal
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

    def checkpoint(_connection: Any) -> tuple[int, int, int]:
        threads.append(threading.current_thread().name.partition("_")[0])
        return told.pop(0)

    monkeypatch.setattr(journal, "_checkpoint", checkpoint)
    await sqlite.writing(write, sqlite, 1)
    assert sqlite._journal
    assert sqlite._journal._copying
    sqlite._journal._copying.result(20)
    await sqlite.writing(lambda: None)  # behind it, on the writer's thread
    assert threads == ["journal", "writer"]


async def test_a_disk_that_refuses_stops_no_turn(sqlite: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_connection: Any) -> tuple[int, int, int]:
        raise journal.Error("disk I/O error")

    monkeypatch.setattr(journal, "_checkpoint", refuse)
    for n in range(3):
        await sqlite.writing(write, sqlite, n)
    assert count(sqlite) == 3
