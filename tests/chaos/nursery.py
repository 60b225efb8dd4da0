"""The test's side of the victims: one after the other on the same database, each killed as its order says."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOKEN = "123456789:TESTTOKEN"  # noqa: S105  # the loopback server takes any
BOT = 123456789
LOOK = 0.02
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Kill:
    """Where a victim dies: the nth passage of a point."""

    point: str
    nth: int


class Nursery:
    """The process that victims are forked from; one victim at a time."""

    def __init__(self, log: Path, migrated: Path) -> None:
        self._log = log.open("ab")
        self._migrated = migrated
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "victim.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )

    def database(self, folder: Path, name: str = "rallynov.db") -> str:
        """Copy a migrated database to a folder; return its URL: no victim dies of migrating."""
        return f"sqlite:///{shutil.copy(self._migrated, folder / name)}"

    def start(self, order: dict[str, Any]) -> int:
        """Start a victim; return its process id."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        return self._told()

    def wait(self) -> int:
        """Wait until the victim has ended; return its exit code, negative for a signal."""
        return self._told()

    def _told(self) -> int:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, f"the nursery died: see {self._log.name}"
        return int(line)

    def close(self) -> None:
        """End the nursery; a victim that still lives ends with it."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(timeout=20)
        self._process.stdout.close()
        self._log.close()


class Lives(threading.Thread):
    """Victims on one database: one for each kill, and a last one that is let live."""

    def __init__(
        self, nursery: Nursery, order: dict[str, Any], kills: Sequence[Kill] = (), fault: str = ""
    ) -> None:
        super().__init__(name="lives", daemon=True)
        self._nursery = nursery
        self._order = {**order, "token": TOKEN, "fault": fault}
        self.kills = tuple(kills)
        self.ends: list[int] = []
        self.pid = 0
        self.begun = 0
        self._abandoned = False

    def run(self) -> None:
        for kill in (*self.kills, None):
            fate = {"point": kill.point, "nth": kill.nth} if kill else {}
            self.pid = self._nursery.start({**self._order, **fate})
            self.begun += 1
            self.ends.append(self._nursery.wait())
            if self.ends[-1] != -signal.SIGKILL or self._abandoned:
                return

    @property
    def last(self) -> bool:
        """Whether every kill took place."""
        return self.begun > len(self.kills)

    def until(self, true: Callable[[], bool], patience: float) -> None:
        """Look at what a database holds, again and again, until it is so or the victims have ended."""
        looks = round(patience / LOOK)
        while looks and self.is_alive() and not true():
            self.join(timeout=LOOK)
            looks -= 1

    def end(self) -> int:
        """Ask the victim to end; return its exit code."""
        os.kill(self.pid, signal.SIGTERM)
        self.join()
        return self.ends[-1]

    def abandon(self) -> None:
        """Kill whatever still lives."""
        self._abandoned = True
        while self.is_alive():
            if self.begun > len(self.ends):
                os.kill(self.pid, signal.SIGKILL)
            self.join(timeout=0.05)
