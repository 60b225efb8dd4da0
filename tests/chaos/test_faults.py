"""The checks can fail: with the inbox's commit moved behind the acknowledgement, updates are lost and seen to be."""

from __future__ import annotations

from pathlib import Path

import pytest
from botapi import BotApi
from chaos import findings
from chaos.findings import Findings
from chaos.nursery import Kill, Lives, Nursery
from chaos.walk import CHAT, PATIENCE, Shape

from rallynov.storage.store import Store


def lost_by_a_kill(nursery: Nursery, folder: Path, point: str, fault: str) -> list[int]:
    """Let updates wait, kill the victim that fetched them, and tell which ones its successor never heard of."""
    store = Store(nursery.database(folder))
    with BotApi() as api:
        pushed = [api.text(CHAT, text) for text in ("/start", "1", "2", "aide", "menu")]
        lives = Lives(nursery, {"api": api.url, "database": str(store.url)}, [Kill(point, 1)], fault)
        lives.start()
        try:
            api.wait(lambda api: lives.last and api.polling and not api.pending, PATIENCE)
            lives.until(lambda: not findings.undone(store), PATIENCE)
            assert lives.end() == 0
        finally:
            lives.abandon()
    lost = findings.lost(store, pushed)
    store.close()
    return lost


@pytest.mark.parametrize("point", ["storing", "deciding", "decided"])
def test_nothing_is_lost_because_the_commit_comes_before_the_acknowledgement(
    nursery: Nursery, tmp_path: Path, point: str
) -> None:
    assert lost_by_a_kill(nursery, tmp_path, point, fault="") == []


@pytest.mark.parametrize("point", ["storing", "deciding", "decided"])
def test_a_moved_commit_is_seen_to_lose_updates(nursery: Nursery, tmp_path: Path, point: str) -> None:
    assert len(lost_by_a_kill(nursery, tmp_path, point, fault="acknowledge first")) == 5


A, B, C = (Shape(("one", ("x",))), ("two", ("y",)), ("three", ("z",)))


@pytest.mark.parametrize(
    ("shown", "sound", "duplicates"),
    [
        ([A, B, C], True, 0),
        ([A, B, B, C], True, 1),
        ([A, A, B, C, C], True, 2),
        ([A, C], False, -1),
        ([A, C, B], False, 0),
        ([A, B, A, C], False, 1),
    ],
)
def test_what_a_person_saw_is_compared_in_order(shown: list[Shape], *, sound: bool, duplicates: int) -> None:
    found = Findings()
    findings.compare(shown, [A, B, C], found)
    assert (found.sound, found.duplicates) == (sound, duplicates)
