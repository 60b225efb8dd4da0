"""The campaign of a storm: the whole bot is refused for 30 s while 40 calls are under way; nothing leaves meanwhile."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import pytest
from announcements.crowds import announce, chats, people
from chaos.test_broadcast import ended, morning
from chaos.test_hundred_thousand import Figures, Program, bench

from rallynov.storage import schema
from rallynov.storage.store import Store

MANY, RATE, LATENCY, WAIT = 1_000, 30, 1.4, 30
STORM = f"at429_call=200&retry_after={WAIT}&lock_after_429=1&latency_ms={LATENCY * 1000:.0f}"


@pytest.mark.campaign
def test_nothing_leaves_during_a_storm(tmp_path: Path, figures: Figures) -> None:
    store = Store(f"sqlite:///{tmp_path / 'rallynov.db'}")
    schema.migrate(store)
    stand, shift = bench("stand"), morning()
    now = datetime.fromtimestamp(time.time(), UTC) + shift
    people(store, chats(MANY), now=now)
    server = stand.Server(stand.build_server())
    server.ask(f"config?{STORM}")
    program = Program(tmp_path, str(store.url), server.url, shift.total_seconds(), RATE)
    try:
        stand.until(lambda: server.ask("state").get("polling"), 300, "the program does not poll")
        announce(store, due=now, now=now)
        stand.until(lambda: ended(store), 400, "not everybody was written to")
        with urlopen(f"{server.url}/ctl/log", timeout=60) as answer:  # noqa: S310 - the loopback server
            rows = [line.decode().split(",") for line in answer]
    finally:
        program.end()
        server.process.kill()
        server.process.wait()
        store.close()
    calls = [(int(at) / 1e9, int(status)) for at, method, _, status, _ in rows if method == "sendMessage"]
    refused = next(at for at, status in calls if status == 429)
    under_way = [at for at, _ in calls if refused - LATENCY < at <= refused + LATENCY]
    told = refused + LATENCY
    late = [at for at, _ in calls if max(under_way) < at < told + WAIT]
    again = min(at for at, _ in calls if at >= told + WAIT)
    figures["storm"] = Counter(
        {
            "under way when it was told": len([at for at in under_way if at <= told and at > told - LATENCY]),
            "sent before it was over": len(late),
            "milliseconds after its end": round(1000 * (again - told - WAIT)),
            "sent in the end": sum(1 for _, status in calls if status == 200),
        }
    )
    assert late == []
    assert sum(1 for _, status in calls if status == 200) == MANY
