"""Reminders as the process sends them, and what happens to them when the database is away."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from conversation import Clock, core
from initiatives.life import Life
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot import recurring
from bot.recurring import send_reminders
from rallynov.initiatives.reminders import Reminders
from rallynov.storage.store import Store

DUE = datetime(2013, 3, 29, 9, 0, tzinfo=UTC)


@pytest.fixture
def life(store: Store, monkeypatch: pytest.MonkeyPatch) -> Life:
    clock = Clock(datetime(2013, 3, 1, 9, 0, tzinfo=UTC))
    made = Life(store, clock)
    made.call(None, date(2013, 3, 31))
    made.person("amina")
    made.open("amina")
    monkeypatch.setattr(recurring, "clock", clock)
    return made


async def test_the_process_reminds_once_when_the_day_has_come(life: Life) -> None:
    built = core(life.store, life.clock)
    life.clock.at = datetime(2013, 3, 29, 2, 0, tzinfo=UTC)  # at night
    await send_reminders(built)
    assert life.told("web:amina") == []
    life.clock.at = DUE
    for _ in range(3):
        await send_reminders(built)
    assert life.headings("web:amina") == ["Il vous reste 2 jours pour déposer votre dossier"]


async def test_a_database_that_is_away_only_delays_them(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    built = core(life.store, life.clock)
    life.clock.at = DUE

    def away(*_: object) -> int:
        raise OperationalError("", None, Exception("away"))

    with monkeypatch.context() as broken, capture_logs() as logs:
        broken.setattr(Reminders, "send", away)
        await send_reminders(built)
    assert [log["event"] for log in logs] == ["reminders_failed"]
    assert life.told("web:amina") == []
    await send_reminders(built)
    assert len(life.told("web:amina")) == 1
