"""What is done every minute: what could not be done then is done the minute after."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import burying
from bot.settings import Settings
from rallynov.storage.journal import JournalBusyError
from rallynov.storage.store import Store


async def test_a_journal_that_was_kept_is_emptied_the_minute_after(
    sqlite: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def busy() -> None:
        tried.append(1)
        if len(tried) == 1:
            raise JournalBusyError

    monkeypatch.setattr(sqlite, "empty_journal", busy)
    minute = burying.Minute(Settings(_env_file=None, data_dir=tmp_path), sqlite)
    for _ in range(4):
        await minute.work()
    assert len(tried) == 2  # refused, then done; nothing was erased since
