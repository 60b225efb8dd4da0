"""One announcement to many people: the product and its peers, one after the other, in the same run.

    uv run python bench/broadcast.py [--count 20000] [--reps 2] [--only rallynov,grammy] [--database postgresql]
    uv run python bench/broadcast.py --free [--count 1800]      # the free limit: 30 messages in any second

Each recipient has a row, and what became of each message is recorded there. The product is `rallynov run` itself, from an
approved announcement on: whoever asked for the topic is looked up, planned, asked again for consent, sent to, recorded. The
peers send one text to a list. Messages a second are counted between the first and the last, on the server.
"""

import argparse
import contextlib
import json
import os
import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import postgresql
from broadcast_people import SHIFT, announced, forget, left, written
from contenders import OURS, PEERS, PRODUCT, PYTHON, prepare
from stand import (
    BUILD,
    HERE,
    Contender,
    Cost,
    Server,
    bot,
    build_server,
    free_port,
    log_end,
    memory,
    tree,
    until,
    wait_quiet,
)

MEASURED = ("messages_per_s", "cpu_us", "rss_mb", "foreign_cores")
PAID = 1_000
"""Messages a second that Telegram allows for those who pay."""
UNLIMITED = 100_000
FREE = 30


@dataclass(frozen=True)
class Broadcast:
    """How many people, at which rate the product is told to send, and which limit the server keeps (0: none)."""

    count: int
    rate: int = UNLIMITED
    limit: int = 0
    latency: int = 0


def peers(sync: str) -> list[Contender]:
    """Give those that the product is compared with."""

    def python(library: str, *more: str) -> tuple[str, ...]:
        told = (
            "--api={api}",
            "--db={folder}/peer.db",
            "--count={count}",
            f"--sync={sync}",
            f"--lib={library}",
        )
        return (str(PYTHON), str(PEERS / "broadcast.py"), *told, *more)

    node = ("--api={api}", "--db={folder}/peer.db", "--count={count}", f"--sync={sync}")
    return [
        Contender("ptb", "", python("ptb")),
        Contender("aiogram-uvloop", "", python("aiogram", "--uvloop")),
        Contender("grammy-sqlite", "", ("node", str(PEERS / "broadcast.mjs"), *node)),
    ]


@contextlib.contextmanager
def stand(load: Broadcast) -> Iterator[tuple[Server, Path]]:
    """Give a server that keeps a limit, and a clean folder."""
    BUILD.mkdir(exist_ok=True)
    folder = BUILD / f"run-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    server = Server(build_server())
    server.ask(f"config?latency_ms={load.latency}&rate_global={load.limit}&retry_after=5")
    try:
        yield server, folder
    finally:
        server.process.kill()
        server.process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def peer(one: Contender, load: Broadcast) -> dict[str, Any]:
    """Measure a peer: it says itself when it began and what it cost."""
    quiet = wait_quiet()
    with stand(load) as (server, folder):
        slots = {"api": server.url, "folder": str(folder), "count": str(load.count)}
        with bot(one, slots, folder) as pid:
            until(lambda: not Path(f"/proc/{pid}").exists() or _ended(pid), 600, "it does not end")
        told = json.loads((folder / "bot.log").read_text().strip().splitlines()[-1])
        return {
            "name": one.name,
            "count": load.count,
            "messages_per_s": load.count / told["seconds"],
            "cpu_us": told["processor"] / load.count * 1e6,
            "rss_mb": told["rss_mb"],
            "foreign_cores": quiet,
            "states": told["states"],
        }


def _ended(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"


def product(load: Broadcast, database: str) -> dict[str, Any]:
    """Measure the product from the moment at which the announcement is due until every row has its final state."""
    quiet = wait_quiet()
    with stand(load) as (server, folder):
        morning = _morning() - _now()
        environment = PRODUCT.environment | {
            "RALLYNOV_TELEGRAM_RATE": str(load.rate),
            SHIFT: str(morning.total_seconds()),
            **({"RALLYNOV_DATABASE_URL": "{database}"} if database else {}),
        }
        one = Contender(OURS, "", (sys.executable, str(HERE / "workday.py")), environment, HERE.parent)
        url = database or f"sqlite:///{folder / 'rallynov.db'}"
        slots = {"api": server.url, "folder": str(folder), "port": str(free_port()), "database": database}
        with bot(one, slots, folder) as pid:
            until(lambda: server.ask("state").get("polling"), 60, "the bot does not poll")
            written(url, load.count, _now() + morning)
            before, resident = Cost.now(pid, server.process.pid), sum(map(memory, tree(pid)))
            announced(url, _now() + morning)
            limit = 60 + 3 * load.count / min(load.rate, load.limit or load.rate, 500)
            try:
                until(lambda: left(url) == 0, limit, "not everybody was written to")
            except RuntimeError as error:
                raise RuntimeError(f"{error}: {left(url)} left; {log_end(folder)}") from error
            after = Cost.now(pid, server.process.pid)
            forget(url)
            return _row(server, load, before, after) | {
                "rss_mb": sum(map(memory, tree(pid))),
                "rss_before_mb": resident,
                "foreign_before": quiet,
            }


def _row(server: Server, load: Broadcast, before: Cost, after: Cost) -> dict[str, Any]:
    stats = server.ask("stats")
    mine = after.bot - before.bot
    foreign = after.machine - before.machine - mine - (after.server - before.server)
    return {
        "name": OURS,
        "count": load.count,
        "messages_per_s": stats["messages_per_s"],
        "cpu_us": mine / load.count * 1e6,
        "bot_cores": mine / (after.at - before.at),
        "foreign_cores": max(0.0, foreign) / (after.at - before.at),
        "most_in_a_second": stats["max_ok_in_any_1s"],
        "status": stats["status"],
        "seconds": after.at - before.at,
    }


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def _morning() -> datetime:
    """Return ten o'clock in Paris, or so, of a working day to come that is no public holiday."""
    day = _now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while day.isoweekday() != 3 or (day.month, day.day) in {(11, 11), (1, 1), (5, 1), (5, 8), (7, 14)}:
        day += timedelta(days=1)
    return day


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="one announcement to many people, the product and its peers")
    parser.add_argument("--count", type=int, default=20_000, help="recipients")
    parser.add_argument("--reps", type=int, default=2, help="repetitions, interleaved; medians are shown")
    parser.add_argument("--only", default="", help="parts of names, separated by commas")
    parser.add_argument(
        "--free", action="store_true", help="the free limit: 30 messages in any second, 50 ms away"
    )
    parser.add_argument("--paid", action="store_true", help="the limit of those who pay: 1,000 a second")
    parser.add_argument(
        "--database", choices=("sqlite", "postgresql"), default="sqlite", help="of the product"
    )
    parser.add_argument("--sync", choices=("NORMAL", "FULL"), default="NORMAL", help="the peers' SQLite")
    return parser.parse_args()


def load_of(args: argparse.Namespace) -> Broadcast:
    """Give the load that was asked for."""
    if args.free:
        return Broadcast(args.count, FREE, FREE, 50)
    return Broadcast(args.count, PAID) if args.paid else Broadcast(args.count)


def main() -> None:
    """Run the bench from the command line."""
    args = options()
    parts = [part for part in args.only.split(",") if part]
    alone = args.free or args.paid
    others = (
        [] if alone else [one for one in peers(args.sync) if not parts or any(p in one.name for p in parts)]
    )
    prepare({one.name for one in others})
    build_server()
    (HERE / "results").mkdir(exist_ok=True)
    file = HERE / "results" / time.strftime("broadcast-%Y%m%d-%H%M%S.jsonl", time.gmtime())
    rows: list[dict[str, Any]] = []
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(postgresql.cluster()) if args.database == "postgresql" else ""
        for _ in range(args.reps):
            database = postgresql.new_database(server) if server else ""
            rows.append(product(load_of(args), database))
            rows += [peer(one, load_of(args)) for one in others]
            for row in rows[-1 - len(others) :]:
                print(json.dumps(row), flush=True)
                with file.open("a") as out:
                    out.write(json.dumps(row) + "\n")
    _table(rows)
    print(f"\n{file.relative_to(HERE.parent)}")


def _table(rows: list[dict[str, Any]]) -> None:
    """Print the medians."""
    print("\n| | messages/s | CPU µs/message | RSS MB | others' cores |\n|---|---:|---:|---:|---:|")
    for name in dict.fromkeys(row["name"] for row in rows):
        mine = [row for row in rows if row["name"] == name]
        told = [statistics.median(row[key] for row in mine) for key in MEASURED]
        print(f"| {name} | {told[0]:,.0f} | {told[1]:,.0f} | {told[2]:,.0f} | {told[3]:.2f} |")


if __name__ == "__main__":
    main()
