"""SIGTERM in the middle of a flow of updates: the process ends well and in time, and its successor goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from botapi import BotApi
from chaos import findings
from chaos.nursery import TOKEN
from chaos.walk import PATIENCE, seen

from rallynov.storage.store import Store

CHATS = range(1, 41)
WORDS = ("/start", "aide", "menu", "/langue", "bonjour")
IN_TIME = 8
"""Seconds that an ending may take: ten are usual before a supervisor kills."""
Run = Callable[[str], subprocess.Popen[bytes]]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Start ``python -m bot run`` on one data folder, its log beside it."""
    started: list[subprocess.Popen[bytes]] = []
    log = (tmp_path / "log").open("ab")

    def start(api: str) -> subprocess.Popen[bytes]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("RALLYNOV_")}
        settings = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API": api, "DATA_DIR": str(tmp_path), "WEB_PORT": "0"}
        own |= {f"RALLYNOV_{name}": value for name, value in settings.items()}
        started.append(subprocess.Popen([sys.executable, "-m", "bot", "run"], env=own, stderr=log))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
    log.close()


def ended(process: subprocess.Popen[bytes]) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(timeout=IN_TIME)


def test_a_process_told_to_end_leaves_nothing_behind(run: Run, tmp_path: Path) -> None:
    with BotApi() as api:
        api.latency(0.05)
        first = run(api.url)
        pushed = [api.text(chat, words) for words in WORDS for chat in CHATS]
        api.wait(lambda api: len(api.made("sendMessage")) >= 50, PATIENCE)
        assert ended(first) == 0
        assert len(api.made("sendMessage")) < len(pushed), "the flow was over before the signal came"
        second = run(api.url)
        api.wait(lambda api: sum(len(api.messages(chat)) for chat in CHATS) >= len(pushed), PATIENCE)
        api.wait(lambda api: api.polling and not api.pending, PATIENCE)
        assert ended(second) == 0
        assert {chat: len(set(seen(api, chat))) for chat in CHATS} == dict.fromkeys(CHATS, len(WORDS))
        assert {chat: len(seen(api, chat)) for chat in CHATS} == dict.fromkeys(CHATS, len(WORDS))
    store = Store(f"sqlite:///{tmp_path / 'rallynov.db'}")
    assert findings.lost(store, pushed) == []
    assert findings.undone(store) == []
    assert findings.unfinished(store) == []
    store.close()
    assert "Traceback" not in (tmp_path / "log").read_text()
