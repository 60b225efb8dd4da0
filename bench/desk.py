"""The pages of the team with many dossiers: how long each takes, on both databases.

    uv run python bench/desk.py [--dossiers 10000] [--rounds 30] [--database sqlite,postgresql]

The real application answers in this process, asked one request after the other through its whole stack (rights, queries,
templates, compression) by ASGI: what is left out is the line. ``cpu_ms`` is the processor time of this process alone, a mean
that a loaded machine changes little. A tenth more of drafts than submitted dossiers is added. Before
it is measured, each page is asked for once. Nothing leaves this machine.
"""

# ruff: noqa: E402  # the paths of the tests come first

import argparse
import asyncio
import contextlib
import itertools
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "tests")]

import httpx
import postgresql
from conversation import Clock
from coordination.crowd import fill
from people.appointed import appoint
from prometheus_client import CollectorRegistry
from sqlalchemy import insert

from bot import lean
from bot.settings import Settings
from bot.web import visitors
from bot.web.app import create_app
from bot.web.door import Door
from bot.wiring import build, new_token
from rallynov.delivery.tables import ConversationRow
from rallynov.people.roles import Role
from rallynov.people.tables import PersonRow
from rallynov.storage import schema
from rallynov.storage.store import Store

HOME, COOKIE = "http://rallye.test", "cookie00000000000000000000"
LIMIT = 200.0
"""Milliseconds that 95 of 100 pages may take."""


@contextlib.contextmanager
def opened(url: str, folder: str, dossiers: int) -> Iterator[tuple[Store, object, list[str]]]:
    """Give a database with as many dossiers, and the product on it."""
    store = Store(url)
    schema.migrate(store)
    clock = Clock()
    core = build(Settings(_env_file=None, data_dir=Path(folder)), store, clock)
    ids = fill(store, dossiers, clock.at, drafts=dossiers // 10, edition=core.edition)
    with store.write() as tx:
        tx.exec_driver_sql("ANALYZE")  # as PostgreSQL does by itself, within a minute
    address, at = visitors.address_of(COOKIE), clock()
    with store.write() as tx:
        tx.execute(insert(PersonRow), [{"id": "claude", "notice_version": "1", "created_at": at}])
        row = {"address": address, "channel": "web", "person_id": "claude", "language": "fr"}
        tx.execute(insert(ConversationRow), [row | {"created_at": at, "updated_at": at}])
    appoint(core, clock, address, Role.COORDINATOR)
    lean.settle()  # as a process that serves
    yield store, core, ids
    store.close()


def door(core: object) -> Door:
    """Open the web door."""
    return Door(
        core.delivery, core.wording, "Exemple", "Exemple", "Exemple", Clock(), new_token, CollectorRegistry(),
        papers=core.papers, shelves=core.shelves, steps=core.steps, counter=core.counter, bureau=core.bureau,
        workshop=core.office.workshop,
    )  # fmt: skip


def pages(first: str) -> dict[str, str]:
    """Return the pages that are asked for, by name; ``first`` is the first one of the table, which names the second."""
    following = re.search(r'href="([^"]+)" rel="next"', first)
    return {
        "home": "/equipe",
        "table": "/equipe/dossiers",
        "second page": following[1].replace("&amp;", "&") if following else "/equipe/dossiers",
        "search": "/equipe/dossiers?q=structure+exemple+12",
        "filters": "/equipe/dossiers?dep=25&taille=10-49&theme=health&statut=submitted",
        "lookalikes": "/equipe/dossiers?doublon=1",
        "sorted by title": "/equipe/dossiers?tri=titre",
        "sorted by place": "/equipe/dossiers?tri=-commune",
        "verdicts": "/equipe/dossiers?avis=none&tri=-depot",
        "one dossier": "",
        "confirm 500": "/equipe/dossiers/lot?acte=admit&portee=tous&vue=theme%3Dhealth%26dep%3D25",
    }


async def timed(client: httpx.AsyncClient, paths: Iterator[str], rounds: int) -> dict[str, float]:
    """Ask for a page again and again, once unmeasured; return how long it took, in milliseconds."""
    took: list[float] = []
    spent = 0.0
    for n, path in enumerate(itertools.islice(paths, rounds + 1)):
        at, busy = time.perf_counter(), time.process_time()
        answer = await client.get(path, headers={"accept-encoding": "gzip"})
        if answer.status_code != 200:
            raise SystemExit(f"{answer.status_code} for {path}")
        if n:
            took.append((time.perf_counter() - at) * 1000)
            spent += time.process_time() - busy
    cuts = statistics.quantiles(took, n=100, method="inclusive")
    cpu = spent / rounds * 1000
    return {"p50_ms": cuts[49], "p95_ms": cuts[94], "most_ms": max(took), "cpu_ms": cpu}


async def measured(core: object, ids: list[str], rounds: int) -> dict[str, dict[str, float]]:
    """Ask for each page again and again; return how long it took."""
    transport = httpx.ASGITransport(create_app(door(core)))
    async with httpx.AsyncClient(transport=transport, base_url=HOME, cookies={"rallynov": COOKIE}) as client:
        begun = time.perf_counter()
        first = await client.get("/equipe/dossiers")
        found = {"first visit of all: cards are made": {"once": (time.perf_counter() - begun) * 1000}}
        each = (f"/equipe/dossiers/{one}" for one in itertools.cycle(ids[::7]))
        for name, path in pages(first.text).items():
            found[name] = await timed(client, itertools.repeat(path) if path else each, rounds)
    return found


def main() -> None:
    """Measure, and say."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--dossiers", type=int, default=10_000)
    asked.add_argument("--rounds", type=int, default=30)
    asked.add_argument("--database", default="sqlite,postgresql")
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    results = {}
    for name in options.database.split(","):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            url = f"sqlite:///{folder}/bench.db"
            if name == "postgresql":
                url = postgresql.new_database(stack.enter_context(postgresql.cluster()))
            _, core, ids = stack.enter_context(opened(url, folder, options.dossiers))
            results[name] = asyncio.run(measured(core, ids, options.rounds))
        told = results[name]
        print(f"\n{name}, {options.dossiers} dossiers")
        for page, times in told.items():
            print(f"  {page:36}" + "  ".join(f"{key} {value:7.1f}" for key, value in times.items()))
        worst = max(times["p95_ms"] for times in told.values() if "p95_ms" in times)
        print(f"  worst p95: {worst:.1f} ms, {'within' if worst < LIMIT else 'OVER'} {LIMIT:.0f} ms")
    if options.json:
        print(json.dumps(results))


if __name__ == "__main__":
    main()
