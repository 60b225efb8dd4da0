"""How long people wait for an answer, alone and while an announcement leaves: the product, in one run.

    uv run python bench/answers.py [--chats 20] [--seconds 20] [--rate 30] [--database postgresql]

People walk through the questionnaire and think for a second between two presses. A round without an announcement and one
during an announcement follow each other, `--reps` times; the 95th percentiles are compared.
"""

import argparse
import contextlib
import json
import os
import shutil
import statistics
import sys
import time
import urllib.request
from datetime import UTC, datetime

import postgresql
from broadcast import _morning
from broadcast_people import ID, SHIFT, announced, left, written
from contenders import PRODUCT
from sqlalchemy import delete
from stand import BUILD, HERE, Contender, Server, bot, build_server, free_port, until, wait_quiet

from rallynov.announcements.tables import AnnouncementRow, ReachRow
from rallynov.delivery.tables import OutboxRow
from rallynov.storage.store import Store

LATENCY = 20
"""Milliseconds that the server takes for each answer."""


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="answers during an announcement")
    parser.add_argument("--chats", type=int, default=20, help="people who walk")
    parser.add_argument("--seconds", type=int, default=20, help="length of one round")
    parser.add_argument("--rate", type=int, default=30, help="messages a second of the announcement")
    parser.add_argument("--reps", type=int, default=3, help="pairs of rounds")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    return parser.parse_args()


def waits(server: Server, args: argparse.Namespace, base: int) -> list[float]:
    """Let people walk; return how long each turn took, in milliseconds."""
    server.walk(args.seconds + 60, chats=args.chats, seconds=args.seconds, questions=25, base=base)
    with urllib.request.urlopen(f"{server.url}/ctl/turns", timeout=30) as answer:  # noqa: S310
        rows = [line.split(",") for line in answer.read().decode().splitlines()[1:]]
    return [(int(row[2]) - int(row[0])) / 1e6 for row in rows]


def percentile(times: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(times, n=100)[94]


def rounds(
    server: Server, url: str, args: argparse.Namespace, now: datetime
) -> list[tuple[float, float, int]]:
    """Measure pairs of rounds: percentiles alone and during an announcement, and what left meanwhile."""
    found = []
    store = Store(url)
    for rep in range(args.reps):
        alone = percentile(waits(server, args, 10_000_000 * (2 * rep + 3)))
        announced(url, now)
        until(lambda: left(url) != 0, 30, "the announcement does not begin")
        before = left(url)
        during = percentile(waits(server, args, 10_000_000 * (2 * rep + 4)))
        sent = args.rate * args.seconds if before < 0 else before - left(url)
        found.append((alone, during, sent))
        with store.write() as tx:
            tx.execute(delete(OutboxRow).where(OutboxRow.broadcast == ID))
            tx.execute(delete(AnnouncementRow).where(AnnouncementRow.id == ID))
            tx.execute(delete(ReachRow))
        print(json.dumps({"alone_p95_ms": alone, "during_p95_ms": during, "left": sent}), flush=True)
    store.close()
    return found


def main() -> None:
    """Run the bench from the command line."""
    args = options()
    quiet = wait_quiet()
    folder = BUILD / f"run-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    server = Server(build_server())
    server.ask(f"config?latency_ms={LATENCY}&think_ms=1000")
    morning = _morning() - datetime.fromtimestamp(time.time(), UTC)
    with contextlib.ExitStack() as stack:
        cluster = stack.enter_context(postgresql.cluster()) if args.database == "postgresql" else ""
        url = postgresql.new_database(cluster) if cluster else f"sqlite:///{folder / 'rallynov.db'}"
        more = {"RALLYNOV_TELEGRAM_RATE": str(args.rate), SHIFT: str(morning.total_seconds())}
        more["RALLYNOV_DATABASE_URL"] = url
        one = Contender(
            "rallynov",
            "",
            (sys.executable, str(HERE / "workday.py")),
            PRODUCT.environment | more,
            HERE.parent,
        )
        slots = {"api": server.url, "folder": str(folder), "port": str(free_port()), "database": url}
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(server.process.kill)
        stack.enter_context(bot(one, slots, folder))
        until(lambda: server.ask("state").get("polling"), 120, "the bot does not poll")
        now = datetime.fromtimestamp(time.time(), UTC) + morning
        written(url, args.rate * args.seconds * 3, now)
        waits(server, args, 9_000_000)
        found = rounds(server, url, args, now)
    ratio = statistics.median(during / alone for alone, during, _ in found)
    print(f"\np95 during an announcement ÷ p95 alone: {ratio:.2f} (others' cores before: {quiet:.2f})")


if __name__ == "__main__":
    main()
