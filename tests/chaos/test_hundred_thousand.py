"""The campaign: an announcement to 100,000 people by the real program, through every refusal, with and without deaths."""

from __future__ import annotations

import importlib.util
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.request import urlopen

import pytest
from announcements.crowds import FIRST, announce, chats, people
from chaos.test_broadcast import ended, morning, outcomes
from postgres import Cluster

from rallynov.storage import schema
from rallynov.storage.store import Store

Figures = dict[str, Counter[str]]
MANY = int(os.environ.get("RECIPIENTS", "100000"))
RATE = int(os.environ.get("RATE", "2000"))
ROOT = Path(__file__).parents[2]
FAULTS = "blocked_mod=20&gone_mod=100&p429=0.005&retry_after=1&lock_after_429=0&p500=0.002&phang=0.001"


def bench(name: str) -> ModuleType:
    """Load a module of the benches, which are no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "bench" / f"{name}.py")
    assert spec
    assert spec.loader
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Program:
    """The program itself, on a clock that says a working morning."""

    def __init__(self, folder: Path, url: str, api: str, shift: float, rate: int = RATE) -> None:
        told = {"TELEGRAM_TOKEN": "123456789:TEST", "TELEGRAM_API": api, "DATA_DIR": str(folder)}
        told |= {"DATABASE_URL": url, "WEB_PORT": "0", "TELEGRAM_RATE": str(rate)}
        self._environment = os.environ | {f"RALLYNOV_{name}": value for name, value in told.items()}
        self._environment["BENCH_CLOCK_SHIFT"] = str(shift)
        self._log = (folder / "program.log").open("ab")
        self.start()

    def start(self) -> None:
        command = [sys.executable, str(ROOT / "bench" / "workday.py")]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self._environment, stdout=self._log, stderr=self._log
        )

    def memory(self) -> float:
        """Return the resident megabytes of now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        assert "VmRSS" in status, "it ended by itself"
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        self._log.close()


def received(server: Any) -> Counter[int]:
    """Return how many messages each chat was given."""
    with urlopen(f"{server.url}/ctl/log", timeout=60) as answer:  # noqa: S310 - the loopback server
        lines = (line.decode().split(",") for line in answer)
        return Counter(
            int(chat) for _, method, chat, status, _ in lines if (method, status) == ("sendMessage", "200")
        )


def campaign(folder: Path, store: Store, deaths: int) -> dict[str, Any]:
    """Announce to everybody, kill at random moments, and return what became of all."""
    stand, shift, names = bench("stand"), morning(), chats(MANY)
    now = datetime.fromtimestamp(time.time(), UTC) + shift
    for at in range(0, MANY, 5000):
        people(store, names[at : at + 5000], now=now)
    server = stand.Server(stand.build_server())
    server.ask(f"config?{FAULTS}")
    url = store.url.render_as_string(hide_password=False)
    program = Program(folder, url, server.url, shift.total_seconds())
    try:
        stand.until(lambda: server.ask("state").get("polling"), 300, "the program does not poll")
        time.sleep(3)
        before = most = program.memory()
        announce(store, due=now, now=now)
        begun, moments = time.monotonic(), random.Random(1)
        gaps, killed = [1 + moments.random() * 4 for _ in range(deaths)], list[float]()
        while not ended(store):
            assert time.monotonic() - begun < 1500, "it does not end"
            stand.until(lambda: server.ask("state").get("polling"), 300, "the program does not poll")
            until = time.monotonic() + (gaps.pop() if gaps else 1)
            while time.monotonic() < until:
                most = max(most, program.memory())
                time.sleep(0.2)
            if len(killed) < deaths:
                killed.append(time.monotonic())
                assert program.process.poll() is None, "it ended by itself"
                program.kill()
                program.start()
        seconds = time.monotonic() - begun
        program.end()
        given, found = received(server), outcomes(store)
    finally:
        program.process.kill()
        program.end()
        server.process.kill()
        server.process.wait()
    return {"given": given, "found": found, "seconds": seconds, "grown": most - before, "before": before}


def check(told: dict[str, Any], deaths: int, figures: Figures, database: str) -> None:
    """Every row has its end; whoever is not in doubt received it once, or not, as their row says."""
    given, found = told["given"], told["found"]
    states = Counter((status, error) for status, error in found.values())
    figures[f"{database}, {MANY} people, {deaths} deaths"] = Counter(
        {f"{status} ({error})" if error else status: many for (status, error), many in states.items()}
        | {
            "seconds": round(told["seconds"]),
            "MB more": round(told["grown"]),
            "MB before": round(told["before"]),
        }
    )
    assert set(found) == set(range(FIRST, FIRST + MANY))
    assert {status for status, _ in states} <= {"sent", "skipped", "unknown"}
    assert max(given.values()) == 1
    for chat, (status, error) in found.items():
        assert status == "unknown" or (given[chat] == 1) == (status == "sent"), (chat, status)
        assert (error == "blocked") == (chat % 20 == 1) or (status == "unknown" and deaths)
        assert error != "chat not found" or chat % 100 == 2
    if not deaths:
        assert told["grown"] < 100


@pytest.mark.campaign
@pytest.mark.parametrize("deaths", [0, 10])
def test_everybody_on_sqlite(tmp_path: Path, deaths: int, figures: Figures) -> None:
    store = Store(f"sqlite:///{tmp_path / 'rallynov.db'}")
    schema.migrate(store)
    check(campaign(tmp_path, store, deaths), deaths, figures, "sqlite")
    store.close()


@pytest.mark.campaign
@pytest.mark.postgres
@pytest.mark.parametrize("deaths", [0, 10])
def test_everybody_on_postgresql(tmp_path: Path, cluster: Cluster, deaths: int, figures: Figures) -> None:
    store = Store(cluster.migrated())
    check(campaign(tmp_path, store, deaths), deaths, figures, "postgresql")
    store.close()
