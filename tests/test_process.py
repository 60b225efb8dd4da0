"""The commands as an operator starts them: processes, their words, their exit codes."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from botapi import BotApi
from operations.forked import warm
from ports import free_port
from typer.testing import CliRunner

from bot.cli import app

WITHIN = 60.0
"""Seconds that a process has to do what is waited for."""
TOKEN = "123456789:AAFsecretSECRETsecretSECRETsecretSEC"  # noqa: S105
IMPATIENT = (
    "import sys, bot.telegram.poller as p; p.PATIENCE = 1.0; sys.argv = ['rallynov', 'run'];"
    "from bot.cli import entry; entry()"
)


@dataclass
class Running:
    """One process of the product, and the port it was told."""

    process: subprocess.Popen[str]
    port: int

    def line(self, wanted: str, *, told: bool = False) -> str:
        """Read what is printed, or told on standard error, until a line holds some words."""
        stream = self.process.stderr if told else self.process.stdout
        assert stream
        watchdog = threading.Timer(WITHIN, self.process.kill)
        watchdog.start()
        try:
            return next(line for line in stream if wanted in line)
        finally:
            watchdog.cancel()

    def get(self, path: str) -> httpx.Response:
        """Read a page."""
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=WITHIN)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Tell the process to end; return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(WITHIN)

    def outcome(self, typed: str = "") -> tuple[int, str, str]:
        """Wait for the end; return the exit code, what was printed, and what was told on standard error."""
        out, told = self.process.communicate(typed, timeout=WITHIN)
        assert "Traceback" not in told
        assert "secret" not in told
        return self.process.returncode, out, told


Start = Callable[..., Running]


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The command line, loaded once for all tests."""
    with warm(tmp_path_factory.mktemp("bin")) as kept:
        yield kept


@pytest.fixture
def start(tmp_path: Path, command: Path) -> Iterator[Start]:
    """Start a command on one data folder; settings are given without their prefix. ``-m bot`` and ``-c`` start Python."""
    started: list[subprocess.Popen[str]] = []

    def begin(*words: str, **settings: str) -> Running:
        port = settings.setdefault("WEB_PORT", str(free_port()))
        settings.setdefault("DATA_DIR", str(tmp_path / "donnees"))
        own = {name: value for name, value in os.environ.items() if not name.startswith("RALLYNOV_")}
        own |= {f"RALLYNOV_{name}": value for name, value in settings.items()}
        own |= {"LANG": "fr_FR.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}
        pipe = subprocess.PIPE
        arguments = [sys.executable if words[0].startswith("-") else str(command), *words]
        started.append(subprocess.Popen(arguments, env=own, stdin=pipe, stdout=pipe, stderr=pipe, text=True))
        return Running(started[-1], int(port))

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def test_a_demonstration_leaves_nothing_in_what_is_run_after_it(start: Start, tmp_path: Path) -> None:
    demo = start("demo", DATABASE_URL="postgresql://nobody@127.0.0.1:1/away")
    told = re.search(r"http://\S+", demo.line("http://"))
    assert told
    page = httpx.get(told[0])
    assert page.status_code == 200
    assert "exemple" in page.text
    assert demo.end() == 0
    assert (tmp_path / "donnees").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "donnees" / "rallynov.db").stat().st_mode & 0o777 == 0o600
    run = start("run")
    run.line("started", told=True)
    assert "édition exemple" not in run.get("/").text
    assert run.end() == 0


def test_a_run_without_a_token_serves_the_web_and_ends(start: Start, tmp_path: Path) -> None:
    run = start("-m", "bot", "run")
    run.line("started", told=True)
    assert run.get("/healthz").text == "ok"
    assert run.get("/readyz").status_code == 200
    assert run.get("/metrics").status_code == 200
    again = start("run")
    code, _, told = again.outcome()
    assert code == 78
    assert "tourne déjà" in told
    assert run.end(signal.SIGINT) == 0
    assert (tmp_path / "donnees" / "rallynov.db").stat().st_mode & 0o777 == 0o600


def test_a_server_alone_says_why_it_does_not_start(start: Start) -> None:
    code, _, told = start("-m", "bot", "run", LOG_FORMAT="vers").outcome()
    assert code == 78
    assert "RALLYNOV_LOG_FORMAT : l'une de ces valeurs est attendue" in told


def test_a_port_that_is_taken(start: Start, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        run, demo = start("run", WEB_PORT=port), start("demo", WEB_PORT=port, DATA_DIR=str(tmp_path / "demo"))
        code, _, told = run.outcome()
        assert code == 69
        assert f"Le port {port} est déjà pris" in told
        assert f":{port}/" not in demo.line("http://")
        assert demo.end() == 0


def test_migrating_twice(start: Start, tmp_path: Path) -> None:
    code, out, _ = start("-m", "bot", "migrate").outcome()
    again = CliRunner().invoke(app, ["migrate"], env={"RALLYNOV_DATA_DIR": str(tmp_path / "donnees")})
    assert (code, again.exit_code, again.output) == (0, 0, out)
    assert re.search(r"La base est à jour \(schéma \w+\)\.", out)


AWAY = [
    ("run", "postgresql://rallynov@base:port/x", 78, "cette adresse ne se lit pas"),
    ("migrate", "postgresql://rallynov@127.0.0.1:5432/x?rien=1", 78, "La base de données ne peut pas être"),
    ("chat", "postgresql://rallynov@127.0.0.1:1/x", 69, "La base de données ne répond pas"),
    ("run", "sqlite:////proc/rien/rallynov.db", 78, "ne peut pas être utilisé"),
    ("run", "sqlite:///{}/damaged.db", 78, "damaged.db est abîmée"),
]


def test_a_database_that_cannot_be_used(start: Start, tmp_path: Path) -> None:
    (tmp_path / "damaged.db").write_bytes(b"not a database" * 100)
    started = [start(command, DATABASE_URL=url.format(tmp_path)) for command, url, *_ in AWAY]
    for running, (command, url, code, words) in zip(started, AWAY, strict=True):
        ended, _, told = running.outcome()
        assert (ended, words in told) == (code, True), (command, url, told)


def test_a_token_that_telegram_refuses(start: Start) -> None:
    with BotApi() as api:
        api.fail("getUpdates", 401)
        run = start("-c", IMPATIENT, TELEGRAM_TOKEN=TOKEN, TELEGRAM_API=api.url)
        code, _, told = run.outcome()
    assert code == 70
    assert "deaf" in told


def test_a_conversation_in_the_terminal(start: Start, tmp_path: Path) -> None:
    interrupted = start("chat", DATA_DIR=str(tmp_path / "autre"))
    code, out, _ = start("chat").outcome("diagnostic\n1\n1\n")
    assert code == 0
    assert "Question 1" in out
    assert "reste ici" in out
    interrupted.line("1. ")
    assert interrupted.end(signal.SIGINT) == 0, "Ctrl-C ends at once, although a line is waited for"
    assert "reste ici" in interrupted.outcome()[1]


def test_help_is_in_french() -> None:
    result = CliRunner().invoke(app, ["demo", "--help"])
    assert result.exit_code == 0
    assert "Afficher cette aide." in result.output
    assert "Usage" not in result.output
