"""The stand: the fake Telegram server with its people, one bot under test, and what both cost.

Everything listens on 127.0.0.1. Figures of processes come from /proc, so this runs on Linux only.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
BUILD = HERE / "build"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Contender:
    """One bot. `command` and `environment` may hold {api}, {folder}, {port}, {presses} and {database}."""

    name: str
    durable: str  # what a crash may take, for the table
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path = HERE


@dataclass(frozen=True)
class Load:
    """How many people at once, presses in one walk, seconds of measure."""

    chats: int
    presses: int
    seconds: int


def free_port() -> int:
    """Give a port nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def build_server() -> Path:
    """Compile the server when it is missing or older than its source."""
    source, built = HERE / "botapi_server.cpp", BUILD / "botapi_server"
    if not built.exists() or built.stat().st_mtime < source.stat().st_mtime:
        BUILD.mkdir(exist_ok=True)
        subprocess.run(["g++", "-O2", "-std=c++17", "-o", built, source], check=True)
    return built


class Server:
    """The fake Bot API; it plays Telegram, the people and the stopwatch."""

    def __init__(self, binary: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen([binary, f"--port={self.port}"], stderr=subprocess.DEVNULL)
        until(lambda: self.ask("state"), 5, "the server does not start")

    def ask(self, path: str) -> dict[str, Any]:
        """Call the control interface; an empty answer when nobody listens yet."""
        try:
            with urllib.request.urlopen(f"{self.url}/ctl/{path}", timeout=30) as answer:  # noqa: S310
                return dict(json.load(answer))
        except OSError:
            return {}

    def walk(self, limit: float, **options: int) -> dict[str, Any]:
        """Let people walk until all are done; give the statistics, with `timeout` when it took too long."""
        told = "&".join(f"{name}={value}" for name, value in options.items())
        self.ask(f"start?pick=first&fresh=1&{told}")
        end = time.monotonic() + limit
        while not (stats := self.ask("stats"))["done"]:
            if time.monotonic() > end:
                return stats | {"timeout": True}
            time.sleep(0.05)
        return stats


def until(ready: Any, limit: float, words: str) -> None:
    """Wait until `ready()` gives a true value; RuntimeError(words) after `limit` seconds."""
    end = time.monotonic() + limit
    while not ready():
        if time.monotonic() > end:
            raise RuntimeError(words)
        time.sleep(0.05)


def run(contender: Contender, load: Load, database: str) -> dict[str, Any]:
    """Measure one bot under one load, from a clean folder."""
    BUILD.mkdir(exist_ok=True)
    folder = BUILD / f"run-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    quiet = wait_quiet()
    server = Server(build_server())
    try:
        slots = {"api": server.url, "folder": str(folder), "port": str(free_port()), "database": database}
        with bot(contender, slots | {"presses": str(load.presses)}, folder) as pid:
            told = {"name": contender.name, "chats": load.chats, "foreign_before": quiet}
            return told | measure(server, pid, load) | {"log": log_end(folder)}
    except RuntimeError as error:
        raise RuntimeError(f"{error}: {log_end(folder)}") from error
    finally:
        server.process.kill()
        server.process.wait()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def bot(contender: Contender, slots: dict[str, str], folder: Path) -> Iterator[int]:
    """Start a bot in its own process group and end it with the block."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RALLYNOV_")}
    told = {name: value.format(**slots) for name, value in contender.environment.items()}
    command = [part.format(**slots) for part in contender.command]
    with (folder / "bot.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=contender.folder, env=kept | told, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def measure(server: Server, pid: int, load: Load) -> dict[str, Any]:
    """Wait for the bot, try one walk, warm up, measure."""

    def started() -> bool:
        if not alive(pid):
            raise RuntimeError("the bot ended")
        return bool(server.ask("state").get("polling"))

    until(started, 60, "the bot does not poll")
    trial = server.walk(30, chats=1, walks=1, questions=load.presses, base=800_000_000)
    if trial.get("timeout"):
        raise RuntimeError(f"the trial walk stopped after {trial['turns']} turns")
    last = server.ask("last")
    server.walk(60, chats=min(load.chats, 50), seconds=2, questions=load.presses, base=900_000_000)
    before = Cost.now(pid, server.process.pid)
    limit = load.seconds + 120
    stats = server.walk(limit, chats=load.chats, seconds=load.seconds, questions=load.presses, base=1_000_000)
    after = Cost.now(pid, server.process.pid)
    return figures(stats, before, after) | {
        "rss_mb": sum(memory(one) for one in tree(pid)),
        "trial_end": last,
        "seconds": load.seconds,
        "presses": load.presses,
    }


def figures(stats: dict[str, Any], before: "Cost", after: "Cost") -> dict[str, Any]:
    """Make one row of the results."""
    wall = after.at - before.at
    mine, all_of_it = after.bot - before.bot, after.machine - before.machine
    refused = sum(count for status, count in stats["status"].items() if status != "200")
    return {
        "turns": stats["turns"],
        "turns_per_s": stats["turns_per_s"],
        "p50_ms": stats["e2e_ms"]["p50"],
        "p99_ms": stats["e2e_ms"]["p99"],
        "cpu_ms": mine * 1000 / max(1, stats["turns"]),
        "bot_cores": mine / wall,
        "server_cores": (after.server - before.server) / wall,
        "foreign_cores": max(0.0, all_of_it - mine - (after.server - before.server)) / wall,
        "refused": refused,
        "extra_messages": stats["turns_ignored"],
        "dead_ends": stats["counters"].get("dead_ends", 0),
        "timeout": bool(stats.get("timeout")),
    }


@dataclass(frozen=True)
class Cost:
    """Processor seconds used so far."""

    at: float
    bot: float
    server: float
    machine: float

    @classmethod
    def now(cls, bot_pid: int, server_pid: int) -> "Cost":
        bot_cost = sum(processor(one) for one in tree(bot_pid))
        return cls(time.monotonic(), bot_cost, processor(server_pid), machine_busy())


def alive(pid: int) -> bool:
    """Say whether the process runs (a zombie does not)."""
    try:
        return stat(pid)[0] != "Z"
    except OSError:
        return False


def stat(pid: int) -> list[str]:
    """Give the fields of /proc/PID/stat behind the name."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def tree(pid: int) -> list[int]:
    """Give a process and its descendants."""
    parents: dict[int, list[int]] = {}
    for one in Path("/proc").iterdir():
        if one.name.isdigit():
            with contextlib.suppress(OSError):
                parents.setdefault(int(stat(int(one.name))[1]), []).append(int(one.name))
    found = [pid]
    for one in found:
        found.extend(parents.get(one, []))
    return found


def processor(pid: int) -> float:
    """Give the processor seconds of one process."""
    try:
        fields = stat(pid)
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid: int) -> float:
    """Give the largest resident size of one process, in MB."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return 0.0


def machine_busy() -> float:
    """Give the processor seconds the whole machine has worked."""
    fields = [int(one) for one in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS


def wait_quiet(limit: float = 20) -> float:
    """Wait until others use less than 0.3 cores, `limit` seconds at most; give what they used last."""
    end = time.monotonic() + limit
    while True:
        busy, at = machine_busy(), time.monotonic()
        time.sleep(0.5)
        foreign = (machine_busy() - busy) / (time.monotonic() - at)
        if foreign < 0.3 or time.monotonic() > end:
            return foreign


def log_end(folder: Path) -> str:
    """Give the end of what the bot said."""
    log = folder / "bot.log"
    return log.read_text(errors="replace")[-1500:] if log.exists() else ""
