"""Who takes part: the product and the bots it is compared with, each with the environment it needs."""

import json
import subprocess
import sys
from pathlib import Path

from stand import BUILD, HERE, Contender

PEERS = HERE / "peers"
PYTHON = BUILD / "peers-venv" / "bin" / "python"
OURS = "rallynov"

PRODUCT = Contender(
    OURS,
    "every turn, fsync",
    (sys.executable, "-m", "bot", "run"),
    {
        "RALLYNOV_TELEGRAM_TOKEN": "123456789:TEST",
        "RALLYNOV_TELEGRAM_API": "{api}",
        "RALLYNOV_DATA_DIR": "{folder}",
        "RALLYNOV_WEB_HOST": "127.0.0.1",
        "RALLYNOV_WEB_PORT": "{port}",
    },
    HERE.parent,
)


def contenders(sync: str, database: str) -> list[Contender]:
    """Give everyone who takes part. `sync`: the peers' SQLite synchronous mode, usually NORMAL."""
    durable = "every turn, fsync" if sync == "FULL" else "every turn, no fsync"
    late = durable + ", after the reply"
    ours = PRODUCT.environment | ({"RALLYNOV_DATABASE_URL": "{database}"} if database else {})
    return [
        Contender(OURS, PRODUCT.durable, PRODUCT.command, ours, PRODUCT.folder),
        Contender("ptb-pickle", "what is older than 60 s", _python("ptb_bot.py")),
        Contender("aiogram-memory", "nothing", _python("aiogram_bot.py", "--storage=memory")),
        Contender("aiogram-sqlite", durable, _python("aiogram_bot.py", "--storage=sqlite", f"--sync={sync}")),
        Contender("grammy-sqlite", late, _node("grammy_bot.mjs", f"--sync={sync}")),
        Contender("telegraf-sqlite", late, _node("telegraf_bot.mjs", f"--sync={sync}")),
    ]


def prepare(names: set[str]) -> None:
    """Install what the chosen peers need, under bench/ only; nothing when it is there already."""
    wanted = PEERS / "requirements.txt"
    done = BUILD / "peers-venv" / "requirements.txt"
    if any(name.startswith(("ptb", "aiogram")) for name in names) and (
        not done.exists() or done.read_text() != wanted.read_text()
    ):
        subprocess.run(
            ["uv", "venv", "--clear", "--python", sys.executable, BUILD / "peers-venv"], check=True
        )
        subprocess.run(["uv", "pip", "install", "--python", PYTHON, "-r", wanted], check=True)
        done.write_text(wanted.read_text())
    if any(name.endswith("y-sqlite") or name.startswith("telegraf") for name in names) and not _node_ready():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=PEERS, check=True)


def versions(names: set[str]) -> dict[str, str]:
    """Give the versions of what was measured."""
    found = {"python": sys.version.split()[0], "product": _output("git", "describe", "--always", "--dirty")}
    if any(name.startswith(("ptb", "aiogram")) for name in names):
        packages = ["python-telegram-bot", "aiogram", "uvloop", "sqlalchemy", "aiosqlite"]
        code = f"import importlib.metadata as m; print(*[m.version(p) for p in {packages!r}])"
        found |= dict(zip(packages, _output(str(PYTHON), "-c", code).split(), strict=True))
    if any(name.startswith(("grammy", "telegraf")) for name in names):
        found["node"] = _output("node", "--version")
        for package in ("grammy", "telegraf", "better-sqlite3"):
            manifest = (PEERS / "node_modules" / package / "package.json").read_text()
            found[package] = json.loads(manifest)["version"]
    return found


def _python(script: str, *more: str) -> tuple[str, ...]:
    return (
        str(PYTHON),
        str(PEERS / script),
        "--api={api}",
        "--db={folder}/bot.db",
        "--questions={presses}",
        *more,
    )


def _node(script: str, *more: str) -> tuple[str, ...]:
    return (
        "node",
        str(PEERS / script),
        "--api={api}",
        "--db={folder}/bot.db",
        "--questions={presses}",
        *more,
    )


def _node_ready() -> bool:
    wanted, there = PEERS / "package.json", PEERS / "node_modules" / ".package-lock.json"
    return there.exists() and there.stat().st_mtime >= wanted.stat().st_mtime


def _output(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=HERE.parent).stdout.strip()
