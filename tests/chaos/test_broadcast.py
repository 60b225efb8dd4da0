"""An announcement through refusals and deaths: every row has its end, nobody is written to twice, nobody is forgotten."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from announcements.crowds import FIRST, announce, chats, people
from botapi import BotApi
from chaos.nursery import Kill, Lives, Nursery
from postgres import Cluster
from sqlalchemy import select

from rallynov.announcements.tables import AnnouncementRow
from rallynov.delivery.stream import MOST
from rallynov.delivery.tables import OutboxRow
from rallynov.editions.quiet import awake
from rallynov.storage.store import Store

MANY = 2_000
PATIENCE = 60.0
DOUBT = ("unknown", "process died while sending")
FINAL = {"sent", "failed", "skipped", "unknown"}
QUICK: dict[str, dict[str, Any]] = {
    "rallynov.delivery.outbox": {"LEASE": {"seconds": 4}},
    "rallynov.delivery.bulk": {"LEASE": {"seconds": 4}},
    "rallynov.delivery.service": {"RENEWAL": 1.0},
    "bot.recurring": {"RECOVERY": 2},
}
"""Short leases: what a death leaves behind is taken up in seconds. On SQLite it is at the start."""


@dataclass(frozen=True, slots=True)
class Faults:
    """Whom something goes wrong with: each is one of so many."""

    blocked: int = 20
    gone: int = 100
    flooded: int = 200
    broken: int = 500
    cut: int = 1000

    def give(self, api: BotApi, names: Sequence[str]) -> None:
        for n, chat in enumerate(map(int, names)):
            if n % self.blocked == 1:
                api.block(chat)
            elif n % self.gone == 2:
                api.afflict(chat, status=400, description="Bad Request: chat not found")
            elif n % self.flooded == 3:
                api.flood(chat, retry_after=1)
            elif n % self.broken == 4:
                api.afflict(chat, status=502, times=1)
            elif n % self.cut == 5:
                api.afflict(chat, "drop")


EACH = Faults()


def morning() -> timedelta:
    """Return what brings the clock to a working morning."""
    now = datetime.fromtimestamp(time.time(), UTC)
    return awake(now.replace(hour=9) + timedelta(days=1)) - now


def ended(store: Store) -> bool:
    with store.read() as tx:
        return tx.scalar(select(AnnouncementRow.status)) == "sent"


def outcomes(store: Store) -> dict[int, tuple[str, str | None]]:
    with store.read() as tx:
        rows = tx.execute(select(OutboxRow.address, OutboxRow.status, OutboxRow.error))
        return {int(row.address.partition(":")[2]): (row.status, row.error) for row in rows}


def broadcast(nursery: Nursery, store: Store, kills: Sequence[Kill], **order: Any) -> Counter[str]:
    """Announce something, kill, go on until it has all left; check it all, and return how the rows ended."""
    names, shift = chats(MANY), morning()
    now = datetime.fromtimestamp(time.time(), UTC) + shift
    people(store, names, now=now)
    announce(store, due=now, now=now)
    with BotApi() as api:
        EACH.give(api, names)
        told = {"api": api.url, "database": store.url.render_as_string(hide_password=False)}
        lives = Lives(nursery, {**told, "rate": 10_000, "shift": shift.total_seconds(), **order}, kills)
        lives.start()
        try:
            lives.until(lambda: lives.last and ended(store), PATIENCE)
            assert lives.end() == 0
        finally:
            lives.abandon()
        assert lives.last
        received = {chat: len(api.messages(chat)) for chat in range(FIRST, FIRST + MANY)}
    found = outcomes(store)
    assert set(found) == set(received)
    assert {status for status, _ in found.values()} <= FINAL
    assert max(received.values()) == 1
    for n, name in enumerate(names):
        blocked = n % EACH.blocked == 1
        assert found[int(name)] in {("skipped", "blocked"), DOUBT} or not blocked
    for chat, (status, _) in found.items():
        assert status == "unknown" or received[chat] == (status == "sent"), (chat, found[chat])
    return Counter(reason or status for status, reason in found.values())


@pytest.fixture
def file(tmp_path: Path, migrated: Path) -> Store:
    return Store(f"sqlite:///{shutil.copy(migrated, tmp_path)}")


def test_two_thousand_people_through_every_refusal_and_two_deaths(nursery: Nursery, file: Store) -> None:
    counts = broadcast(nursery, file, [Kill("planning", 4), Kill("sent", 700)])
    assert counts["process died while sending"] <= 2 * MOST
    assert counts["sent"] >= MANY * 0.93 - counts["process died while sending"]
    file.close()


DEATHS = ("planning", "planned", "releasing", "released", "sending", "sent", "answered", "receipted")


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("point", DEATHS)
def test_deaths(nursery: Nursery, file: Store, point: str, seed: int) -> None:
    few = {"planning", "planned", "releasing", "released", "receipted"}  # passed once for many messages
    nth = 1 + 2 * seed if point in few else 50 + 150 * seed
    broadcast(nursery, file, [Kill(point, nth), Kill(point, nth + 1)])
    file.close()


@pytest.mark.campaign
@pytest.mark.postgres
@pytest.mark.parametrize("point", DEATHS)
def test_deaths_on_postgresql(nursery: Nursery, cluster: Cluster, point: str) -> None:
    store = Store(cluster.migrated())
    broadcast(nursery, store, [Kill(point, 3)], constants=QUICK)
    store.close()
