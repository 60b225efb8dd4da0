"""``kill -9`` of a process that Telegram posts to: what was answered by 200 is stored, what was not comes again, once."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import postgres
import pytest
from botapi import BotApi
from chaos import findings
from chaos.findings import Findings
from chaos.nursery import Kill, Lives, Nursery
from chaos.points import HOOK, HOOK_POINTS, POINTS
from chaos.test_kill import STEPS, Figures, check, examine, survive
from chaos.walk import CHAT, PATIENCE, Walk, seen
from conversation import Clock, Talk, core
from ports import free_port

from rallynov.storage.store import Store

TURN = [point for point in POINTS if point not in {"fetched", "storing"}]
"""The points of a turn that it passes too, however its update came."""


def order(api: BotApi, store: Store, folder: Path) -> dict[str, Any]:
    """Tell the victims where they are posted to: the same place, life after life."""
    port = free_port()
    hook = {"port": port, "webhook": f"http://127.0.0.1:{port}{HOOK}"}
    return {"api": api.url, "database": str(store.url), "data": str(folder), **hook}


def fate(point: str, seed: int) -> tuple[random.Random, list[Kill]]:
    """Where the victims of a seed die; one seed in three dies twice."""
    dice = random.Random(f"webhook {point} {seed}")
    kills = [Kill(point, dice.randint(1, STEPS[0]))]
    if seed % 3 == 2:
        kills.append(Kill(dice.choice([*HOOK_POINTS, *TURN]), dice.randint(1, 3)))
    return dice, kills


def walk(nursery: Nursery, folder: Path, point: str, seed: int, database: str = "") -> tuple[Findings, Lives]:
    """Walk to the end through every death, each event posted; return what was found, and how the victims ended."""
    folder.mkdir()
    dice, kills = fate(point, seed)
    model = Store(nursery.database(folder, "model.db"))
    real = Store(database or nursery.database(folder))
    clock = Clock()
    with BotApi() as api:
        lives = Lives(nursery, order(api, real, folder), kills)
        lives.start()
        try:
            walked = Walk(api, Talk(core(model, clock), clock), dice)
            walked.go(dice.randint(*STEPS))
            api.wait(lambda api: lives.last and not api.pending, PATIENCE)
            lives.until(lambda: not findings.unfinished(real), PATIENCE)
            lives.end()
        finally:
            lives.abandon()
        assert api.made("getUpdates") == []
        found = examine(real, model, walked, seen(api))
    for store in (real, model):
        store.close()
    return found, lives


@pytest.mark.parametrize("point", HOOK_POINTS)
def test_a_kill_loses_nothing_that_was_posted_and_doubles_nothing(
    nursery: Nursery, tmp_path: Path, point: str
) -> None:
    check(*walk(nursery, tmp_path / "walk", point, 1))


@pytest.mark.postgres
def test_a_kill_loses_nothing_that_was_posted_on_postgresql(
    nursery: Nursery, tmp_path: Path, cluster: postgres.Cluster
) -> None:
    check(*walk(nursery, tmp_path / "walk", "noted", 1, cluster.migrated()))


@pytest.mark.campaign
@pytest.mark.parametrize("point", [*HOOK_POINTS, *TURN])
def test_ten_walks_by_webhook(nursery: Nursery, tmp_path: Path, point: str, figures: Figures) -> None:
    walks = (walk(nursery, tmp_path / str(seed), point, seed) for seed in range(10))
    survive(figures, f"{point}, webhook", walks)


def lost_by_a_kill(nursery: Nursery, folder: Path, point: str, fault: str = "") -> list[int]:
    """Kill a process while five people write; tell what its successor never heard of."""
    store = Store(nursery.database(folder))
    with BotApi() as api:
        pushed = [api.text(chat, "/start") for chat in range(CHAT, CHAT + 5)]
        lives = Lives(nursery, order(api, store, folder), [Kill(point, 1)], fault)
        lives.start()
        try:
            api.wait(lambda api: lives.last and not api.pending and api.made("setWebhook")[1:], PATIENCE)
            lives.until(lambda: not findings.undone(store) and not findings.unfinished(store), PATIENCE)
            assert lives.end() == 0
        finally:
            lives.abandon()
    lost = findings.lost(store, pushed)
    store.close()
    return lost


@pytest.mark.parametrize("point", HOOK_POINTS)
def test_what_was_answered_by_200_is_stored(nursery: Nursery, tmp_path: Path, point: str) -> None:
    assert lost_by_a_kill(nursery, tmp_path, point) == []


def test_a_200_before_the_commit_is_seen_to_lose_updates(nursery: Nursery, tmp_path: Path) -> None:
    assert lost_by_a_kill(nursery, tmp_path, "noting", fault="thank first") != []
