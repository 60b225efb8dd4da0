"""``kill -9`` at ten points of a turn: nothing is lost, nothing happens twice, at most one message is seen twice."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import postgres
import pytest
from botapi import BotApi
from chaos import findings
from chaos.findings import Findings
from chaos.nursery import Kill, Lives, Nursery
from chaos.points import POINTS
from chaos.walk import CHAT, PATIENCE, Walk, seen, shape
from conversation import Clock, Talk, core

from rallynov.storage.store import Store

STEPS = (12, 17)
Figures = dict[str, Counter[str]]


def fate(point: str, seed: int) -> tuple[random.Random, list[Kill]]:
    """Where the victims of a seed die; one seed in three dies twice, the second time soon after its restart."""
    dice = random.Random(f"{point} {seed}")
    kills = [Kill(point, dice.randint(1, STEPS[0]))]
    if seed % 3 == 2:
        kills.append(Kill(dice.choice(list(POINTS)), dice.randint(1, 3)))
    return dice, kills


def walk(nursery: Nursery, folder: Path, point: str, seed: int, database: str = "") -> tuple[Findings, Lives]:
    """Walk to the end through every death; return what was found, and how the victims ended."""
    folder.mkdir()
    dice, kills = fate(point, seed)
    model = Store(nursery.database(folder, "model.db"))
    real = Store(database or nursery.database(folder))
    clock = Clock()
    talk = Talk(core(model, clock), clock)
    with BotApi() as api:
        lives = Lives(nursery, {"api": api.url, "database": str(real.url)}, kills)
        lives.start()
        try:
            walked = Walk(api, talk, dice)
            walked.go(dice.randint(*STEPS))
            api.wait(lambda api: lives.last and api.polling and not api.pending, PATIENCE)
            lives.until(lambda: not findings.unfinished(real), PATIENCE)
            lives.end()
        finally:
            lives.abandon()
        found = examine(real, model, walked, seen(api))
    for store in (real, model):
        store.close()
    return found, lives


def examine(real: Store, model: Store, walked: Walk, shown: list[tuple[str, tuple[str, ...]]]) -> Findings:
    found = Findings(findings.lost(real, walked.pushed), findings.undone(real))
    found.unfinished = findings.unfinished(real)
    found.effects = findings.differences(
        findings.kept(real, f"telegram:{CHAT}"), findings.kept(model, walked.talk.address)
    )
    findings.compare(shown, [shape(message) for message in walked.talk.messages], found)
    return found


def check(found: Findings, lives: Lives) -> None:
    assert lives.ends == [-9] * len(lives.kills) + [0], f"{lives.kills} ended {lives.ends}"
    assert found.sound, found
    assert 0 <= found.duplicates <= len(lives.kills), found


@pytest.mark.parametrize("seed", [1])
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_loses_nothing_and_doubles_nothing(
    nursery: Nursery, tmp_path: Path, point: str, seed: int
) -> None:
    check(*walk(nursery, tmp_path / "walk", point, seed))


@pytest.mark.postgres
@pytest.mark.parametrize("point", ["sent", "answered"])
def test_a_kill_loses_nothing_on_postgresql(
    nursery: Nursery, tmp_path: Path, point: str, cluster: postgres.Cluster
) -> None:
    check(*walk(nursery, tmp_path / "walk", point, 1, cluster.migrated()))


@pytest.mark.campaign
@pytest.mark.parametrize("point", POINTS)
def test_thirty_walks(nursery: Nursery, tmp_path: Path, point: str, figures: Figures) -> None:
    survive(figures, point, (walk(nursery, tmp_path / str(seed), point, seed) for seed in range(30)))


@pytest.mark.campaign
@pytest.mark.postgres
@pytest.mark.parametrize("point", POINTS)
def test_three_walks_on_postgresql(
    nursery: Nursery, tmp_path: Path, point: str, figures: Figures, cluster: postgres.Cluster
) -> None:
    walks = (walk(nursery, tmp_path / str(seed), point, seed, cluster.migrated()) for seed in range(3))
    survive(figures, f"{point}, PostgreSQL", walks)


def survive(figures: Figures, name: str, walks: Iterable[tuple[Findings, Lives]]) -> None:
    """Check walk after walk, and count before complaining."""
    counts = figures.setdefault(
        name, Counter(walks=0, kills=0, lost=0, effects=0, duplicates=0, unfinished=0)
    )
    wrong = []
    for seed, (found, lives) in enumerate(walks):
        counts["walks"] += 1
        counts["kills"] += lives.ends.count(-9)
        counts["lost"] += len(found.lost) + len(found.undone)
        counts["effects"] += len(found.effects)
        counts["unfinished"] += len(found.unfinished)
        counts["duplicates"] += found.duplicates
        try:
            check(found, lives)
        except AssertionError as error:
            wrong.append(f"seed {seed}: {error}")
    assert not wrong, "\n".join(wrong)
