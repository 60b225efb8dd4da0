"""The web chat over HTTP: pages a second, how long a turn takes, and what a thousand visitors leave in memory.

    uv run python bench/web.py [--visitors 50] [--seconds 10] [--crowd 1000] [--database sqlite,postgresql]

The real `rallynov run` serves; visitors do what a browser with htmx does: one form after another, each with an open line for
the news, everything compressed. Nothing leaves 127.0.0.1. Figures of processes come from /proc, so Linux only.
"""

import argparse
import asyncio
import contextlib
import functools
import json
import random
import re
import shutil
import statistics
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import postgresql
import uvloop
from stand import BUILD, HERE, Contender, bot, free_port, log_end, processor, tree, until, wait_quiet
from web_visitor import Line, Visitor, listening

PRODUCT = Contender(
    "rallynov",
    "every turn, fsync",
    (sys.executable, "-m", "bot", "run"),
    {
        "RALLYNOV_DATA_DIR": "{folder}",
        "RALLYNOV_DATABASE_URL": "{database}",
        "RALLYNOV_WEB_HOST": "127.0.0.1",
        "RALLYNOV_WEB_PORT": "{port}",
    },
    HERE.parent,
)
WALK = 24
"""Turns of one visitor: with the two of the welcome, under what one person may send in a minute."""


async def walks(port: int, end: float, pause: float, took: list[float]) -> None:
    """Be one visitor after another until the end; the two turns of the welcome count as the others do."""
    line = Line(port)
    await asyncio.sleep(random.uniform(0, pause))  # people do not press all together
    while time.perf_counter() < end:
        visitor = Visitor(line)
        await visitor.arrive()
        took.append(await visitor.turn())
        async with listening(port, visitor):
            for _ in range(WALK):
                if time.perf_counter() >= end:
                    break
                if pause:
                    await asyncio.sleep(pause)
                took.append(await visitor.turn())
    line.close()


async def turns(port: int, visitors: int, seconds: float, pause: float) -> dict[str, float]:
    """Measure turns: how many a second, and how long they take."""
    took: list[float] = []
    begun = time.perf_counter()
    await asyncio.gather(*(walks(port, begun + seconds, pause, took) for _ in range(visitors)))
    wall = time.perf_counter() - begun
    cuts = statistics.quantiles(took, n=100)
    return {
        "per_s": len(took) / wall,
        "p50_ms": cuts[49] * 1000,
        "p95_ms": cuts[94] * 1000,
        "p99_ms": cuts[98] * 1000,
    }


async def pages(port: int, visitors: int, seconds: float, *, known: bool) -> dict[str, float]:
    """Measure pages: the first one, or a conversation after six turns."""
    counted: list[int] = []

    async def reload() -> None:
        line = Line(port)
        visitor = Visitor(line)
        await visitor.arrive()
        for _ in range(6 if known else 0):
            await visitor.turn()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            answer = await line.ask("GET", "/", visitor.cookie)
            if answer.status != 200:
                raise RuntimeError(f"{answer.status} for a page")
            counted.append(answer.wire)
        line.close()

    begun = time.perf_counter()
    await asyncio.gather(*(reload() for _ in range(visitors)))
    return {"per_s": len(counted) / (time.perf_counter() - begun), "bytes": statistics.mean(counted)}


async def crowd(port: int, count: int, at_once: int) -> None:
    """Let many visitors pass, each for eight turns."""
    left = iter(range(count))

    async def pass_by() -> None:
        line = Line(port)
        for _ in left:
            visitor = Visitor(line)
            await visitor.arrive()
            for _ in range(8):
                await visitor.turn()
        line.close()

    await asyncio.gather(*(pass_by() for _ in range(at_once)))


def resident(pid: int) -> float:
    """Give what a process and its children hold in memory now, in MB."""
    total = 0.0
    for one in tree(pid):
        with contextlib.suppress(OSError):
            found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{one}/status").read_text())
            total += int(found[1]) / 1024 if found else 0
    return total


@contextlib.contextmanager
def served(database: str) -> Iterator[tuple[int, int]]:
    """Start the product in a clean folder; give its port and its process."""
    folder = BUILD / "run-web"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    port = free_port()
    url = database or f"sqlite:///{folder / 'bench.db'}"

    def ready() -> bool:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5),
        ):
            return True
        return False

    try:
        with bot(PRODUCT, {"folder": str(folder), "database": url, "port": str(port)}, folder) as pid:
            until(ready, 60, "the product does not serve")
            yield port, pid
    except Exception as error:
        raise SystemExit(f"{error}: {log_end(folder)}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(name: str, fresh: Callable[[], str], args: argparse.Namespace) -> dict[str, Any]:
    """Measure everything on one database."""
    quiet = wait_quiet()
    with served(fresh()) as (port, pid), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(turns(port, args.visitors, 2, 0))  # warm
        row: dict[str, Any] = {"database": name, "visitors": args.visitors, "foreign_before": quiet}
        for label, known in (("first_page", False), ("conversation", True)):
            row[label] = runner.run(pages(port, args.visitors, args.seconds, known=known))
        before = sum(map(processor, tree(pid)))
        row["turns"] = runner.run(turns(port, args.visitors, args.seconds, 0))
        cost = sum(map(processor, tree(pid))) - before
        row["turns"]["cpu_ms"] = cost * 1000 / (row["turns"]["per_s"] * args.seconds)
        row["paced"] = runner.run(turns(port, args.visitors, max(args.seconds, 5), 1.0))
    with served(fresh()) as (port, pid):
        row["rss_start_mb"] = resident(pid)
        asyncio.run(crowd(port, args.crowd, args.visitors))
        row["rss_crowd_mb"] = resident(pid)
    return row


def table(rows: list[dict[str, Any]], args: argparse.Namespace) -> None:
    """Print the figures."""
    heads = ("measure", *(row["database"] for row in rows))
    print(f"\n| {' | '.join(heads)} |\n|---" + "|---:" * len(rows) + "|")
    lines = {
        "first page, pages/s": lambda r: f"{r['first_page']['per_s']:.0f}",
        "conversation of six turns, pages/s": lambda r: f"{r['conversation']['per_s']:.0f}",
        f"turns/s, {args.visitors} visitors without a pause": lambda r: f"{r['turns']['per_s']:.0f}",
        "… p50 / p95 / p99, ms": lambda r: " / ".join(
            f"{r['turns'][p]:.0f}" for p in ("p50_ms", "p95_ms", "p99_ms")
        ),
        "… processor, ms a turn": lambda r: f"{r['turns']['cpu_ms']:.2f}",
        f"{args.visitors} visitors, one answer a second: p50 / p95, ms": lambda r: (
            f"{r['paced']['p50_ms']:.1f} / {r['paced']['p95_ms']:.1f}"
        ),
        "memory at the start, MB": lambda r: f"{r['rss_start_mb']:.0f}",
        f"memory after {args.crowd} visitors, MB": lambda r: f"{r['rss_crowd_mb']:.0f}",
        "others' cores before": lambda r: f"{r['foreign_before']:.2f}",
    }
    for label, told in lines.items():
        print(f"| {label} | {' | '.join(told(row) for row in rows)} |")


def main() -> None:
    """Read the command line, measure, print and keep."""
    parser = argparse.ArgumentParser(description="the web chat over HTTP")
    parser.add_argument("--visitors", type=int, default=50, help="visitors at once")
    parser.add_argument("--seconds", type=float, default=10, help="length of one measure")
    parser.add_argument("--crowd", type=int, default=1000, help="visitors who pass before memory is read")
    parser.add_argument("--database", default="sqlite,postgresql", help="one or both")
    args = parser.parse_args()
    rows = []
    with contextlib.ExitStack() as stack:
        for name in args.database.split(","):
            server = stack.enter_context(postgresql.cluster()) if name == "postgresql" else ""
            fresh = functools.partial(postgresql.new_database, server) if server else str
            rows.append(measure(name, fresh, args))
            print(json.dumps(rows[-1]), flush=True)
    table(rows, args)
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    with (results / f"web-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.jsonl").open("w") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)


if __name__ == "__main__":
    main()
