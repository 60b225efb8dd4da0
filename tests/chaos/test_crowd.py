"""Many people at once when the process dies: each one is answered to the end, in order, at most one message twice."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from botapi import BotApi
from chaos import findings
from chaos.findings import Findings
from chaos.nursery import Kill, Lives, Nursery
from chaos.points import POINTS
from chaos.walk import PATIENCE, Shape, seen, shape
from conversation import Talk

from rallynov.storage.store import Store

CHATS = range(1, 41)
WORDS = ("/start", "aide", "bonjour", "/confidentialite", "menu")
BATCHES = {"fetched", "storing", "stored", "deciding", "decided", "committed"}
"""Points passed once a batch, not once a message."""


def crowd(nursery: Nursery, folder: Path, kill: Kill, talk: Talk) -> list[Findings]:
    """Let everyone write everything at once, kill, go on; return what each person saw and what is wrong at all."""
    for words in WORDS:
        talk.say(words)
    expected = [shape(message) for message in talk.messages]
    store = Store(f"sqlite:///{folder / 'rallynov.db'}")
    with BotApi() as api:
        pushed = [api.text(chat, words) for words in WORDS for chat in CHATS]
        lives = Lives(nursery, {"api": api.url, "database": str(store.url)}, [kill])
        lives.start()
        try:
            wanted = set(expected)
            api.wait(lambda api: lives.last and all(_told(api, c, wanted) for c in CHATS), PATIENCE)
            lives.until(lambda: not findings.unfinished(store), PATIENCE)
            assert lives.end() == 0
        finally:
            lives.abandon()
        found = [
            Findings(findings.lost(store, pushed), findings.undone(store), [], findings.unfinished(store))
        ]
        for chat in CHATS:
            found.append(Findings())
            findings.compare(seen(api, chat), expected, found[-1])
    store.close()
    return found


def _told(api: BotApi, chat: int, wanted: set[Shape]) -> bool:
    """Tell whether a person has seen everything; looked at again and again, so what is seen at once comes first."""
    return len(api.messages(chat)) >= len(wanted) and set(seen(api, chat)) == wanted


@pytest.mark.parametrize("point", ["decided", "sent", "receipted"])
def test_a_crowd_is_answered_through_a_kill(nursery: Nursery, tmp_path: Path, talk: Talk, point: str) -> None:
    _check(crowd(nursery, tmp_path, _kill(point, 0), talk))


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("point", POINTS)
def test_crowds(nursery: Nursery, tmp_path: Path, talk: Talk, point: str, seed: int) -> None:
    _check(crowd(nursery, tmp_path, _kill(point, seed), talk))


def _kill(point: str, seed: int) -> Kill:
    return Kill(point, random.Random(seed).randint(1, 2 if point in BATCHES | {"receipted"} else 100))


def _check(found: list[Findings]) -> None:
    assert all(one.sound for one in found), [one for one in found if not one.sound]
    assert {one.duplicates for one in found} <= {0, 1}
