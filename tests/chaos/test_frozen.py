"""A leader that freezes in the middle of an announcement and comes back: another took over, and it sends nothing more."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from announcements.crowds import announce, chats, people
from botapi import BotApi
from chaos.nursery import TOKEN, Kill, Lives, Nursery
from chaos.test_broadcast import QUICK, ended, morning, outcomes
from postgres import Cluster
from sqlalchemy import select

from bot import announcing, recurring, wiring
from bot import run as product
from bot.settings import Settings
from rallynov.delivery.tables import LeaderRow
from rallynov.storage.store import Store

HASTY: dict[str, dict[str, Any]] = QUICK | {
    "rallynov.delivery.leadership": {"BEAT": 0.3, "FROZEN": 2.5, "CERTAIN": 1.5},
    "rallynov.delivery.outbox": {"LEASE": {"seconds": 4}},
}
"""Take-overs in seconds; the campaign has the product's own constants."""


class Beside(threading.Thread):
    """A second process of the product, which is the test's own; on the clock and with the constants of the first."""

    def __init__(self, store: Store, api: str, told: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(name="beside", daemon=True)
        self._store = Store(store.url)
        self._told = told | {"api": api}
        self._ending = threading.Event()
        for module, constants in told["constants"].items():
            for name, value in constants.items():
                known = getattr(import_module(module), name)
                given = type(known)(**value) if isinstance(value, dict) else value
                monkeypatch.setattr(import_module(module), name, given)

        def clock() -> datetime:
            return datetime.fromtimestamp(time.time(), UTC) + timedelta(seconds=told["shift"])

        for each in (wiring, product, recurring, announcing):
            monkeypatch.setattr(each, "clock", clock)
        monkeypatch.setattr(wiring.build, "__defaults__", (clock,))

    def run(self) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._live())

    async def _live(self) -> None:
        told = self._told
        settings = Settings(
            _env_file=None,
            telegram_token=TOKEN,
            telegram_api=told["api"],
            telegram_rate=told["rate"],
            data_dir=told["data"],
        )
        async with product._running(settings, self._store) as (_, telegram):
            assert telegram
            leading = asyncio.create_task(telegram.run())
            await asyncio.to_thread(self._ending.wait)
            leading.cancel()
            await asyncio.gather(leading, return_exceptions=True)

    def end(self) -> None:
        self._ending.set()
        self.join(60)
        assert not self.is_alive()


def owners(store: Store) -> set[str]:
    with store.read() as tx:
        return set(tx.execute(select(LeaderRow.owner).where(LeaderRow.role.startswith("telegram"))).scalars())


def sends(api: BotApi, since: float = 0.0) -> int:
    return sum(1 for call in api.made("sendMessage") if call.at >= since)


@pytest.mark.postgres
def test_what_a_frozen_leader_was_storing_is_stored_and_answered_by_the_next_one(
    nursery: Nursery, cluster: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It stopped between the inbox and the commit; the server alone would find out after fifteen seconds, or never."""
    store = Store(cluster.migrated())
    with BotApi() as api:
        told = {"constants": HASTY, "rate": 30, "shift": 0.0, "data": str(tmp_path), "how": signal.SIGSTOP}
        order = told | {"api": api.url, "database": store.url.render_as_string(hide_password=False)}
        one = Lives(nursery, order, [Kill("storing", 1)])
        two = Beside(store, api.url, told, monkeypatch)
        try:
            one.start()
            api.wait(lambda api: api.polling, 120)
            api.text(7, "/start")
            one.until(lambda: Path(f"/proc/{one.pid}/stat").read_text().split()[2] == "T", 60)
            two.start()
            api.wait(lambda api: api.messages(7), 60)
            two.end()
        finally:
            one.abandon()
        assert len(api.messages(7)) == 1
    store.close()


def frozen(
    nursery: Nursery,
    monkeypatch: pytest.MonkeyPatch,
    store: Store,
    load: tuple[int, float],
    constants: dict[str, Any],
    folder: Path,
) -> tuple[int, Counter[str]]:
    """Freeze the leader for so long; return what it sent once it was back, and how the rows ended."""
    shift = morning()
    now = datetime.fromtimestamp(time.time(), UTC) + shift
    people(store, chats(load[0]), now=now)
    with BotApi() as first, BotApi() as second:
        told = {"constants": constants, "rate": 30, "shift": shift.total_seconds(), "data": str(folder)}
        database = store.url.render_as_string(hide_password=False)
        one = Lives(nursery, told | {"api": first.url, "database": database})
        two = Beside(store, second.url, told, monkeypatch)
        try:
            one.start()
            first.wait(lambda api: api.polling, 120)
            one.until(lambda: len(owners(store)) == 1 and sends(first) == 0, 5)
            two.start()
            announce(store, due=now, now=now)
            back = _frozen(one, two, (first, second), load, lambda: ended(store))
        finally:
            one.abandon()
        found = outcomes(store)
        for chat, (status, _) in found.items():
            given = len(first.messages(chat)) + len(second.messages(chat))
            assert given == 1 or (given, status) == (0, "unknown"), chat
        return sends(first, back), Counter(status for status, _ in found.values())


def _frozen(
    one: Lives,
    two: Beside,
    apis: tuple[BotApi, BotApi],
    load: tuple[int, float],
    over: Callable[[], bool],
) -> float:
    """Stop the leader in its sending, let it go on after so long, and end both; return when it was back."""
    first, second = apis
    many, seconds = load
    first.wait(lambda api: sends(api) >= 20, 120)
    os.kill(one.pid, signal.SIGSTOP)
    stopped = time.monotonic()
    second.wait(lambda api: sends(api) >= 20, 120)
    two.join(max(0.0, stopped + seconds - time.monotonic()))
    back = time.monotonic()
    os.kill(one.pid, signal.SIGCONT)
    one.until(over, many / 20 + 120)
    two.end()
    assert one.end() == 0
    return back


@pytest.mark.postgres
def test_a_leader_that_comes_back_sends_nothing(
    nursery: Nursery, cluster: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = Store(cluster.migrated())
    late, ends = frozen(nursery, monkeypatch, store, (90, 4), HASTY, tmp_path)
    assert late == 0
    assert ends["unknown"] <= 20
    assert ends["sent"] + ends["unknown"] == 90
    store.close()


@pytest.mark.campaign
@pytest.mark.postgres
def test_a_leader_that_comes_back_after_ninety_seconds_sends_nothing(
    nursery: Nursery,
    cluster: Cluster,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    figures: dict[str, Counter[str]],
) -> None:
    store = Store(cluster.migrated())
    late, ends = frozen(nursery, monkeypatch, store, (4000, 90), {}, tmp_path)
    figures["frozen for 90 s, then back"] = ends + Counter({"sent with the old epoch": late})
    assert late == 0
    store.close()
