"""The pages for the machine that watches over us."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conversation import Clock
from sqlalchemy import Connection, insert
from sqlalchemy.exc import OperationalError
from web.conftest import Open
from web.test_walk import begin
from web.visitor import Visitor

from bot.web import metrics
from bot.wiring import Core
from rallynov.delivery.decisions import Klass
from rallynov.delivery.inbox import Incoming, store
from rallynov.delivery.outbox import Outgoing, add
from rallynov.delivery.tables import InboxRow
from rallynov.delivery.turns import Batch


async def test_alive(visitor: Visitor) -> None:
    answer = await visitor.client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


async def test_ready(visitor: Visitor) -> None:
    answer = await visitor.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "failing": {}})


async def test_a_failing_probe(open_door: Open) -> None:
    def broken() -> str:
        raise KeyError("x")

    probes = {"telegram": lambda: "no answer for 95 s", "disk": lambda: None, "clock": broken}
    answer = await open_door(probes=probes).client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "failing": {"telegram": "no answer for 95 s", "clock": "KeyError"},
    }


async def test_what_waits_too_long(
    visitor: Visitor, core: Core, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core.turns, "within", lambda _tx: Batch())
    with core.store.write() as tx:
        store(tx, [Incoming("web", "1", "web:a", "{}", clock())])
        add(tx, [Outgoing("a:1", "telegram", "telegram:1", Klass.BULK, "{}")], clock(), None, frozenset())
        add(tx, [Outgoing("1:0", "telegram", "telegram:1", Klass.REPLY, "{}")], clock(), None, frozenset())
    assert (await visitor.client.get("/readyz")).status_code == 200
    clock.pass_(seconds=61)
    answer = await visitor.client.get("/readyz")
    assert answer.status_code == 503
    assert set(answer.json()["failing"]) == {"events", "replies"}


async def test_the_database_away(visitor: Visitor, core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextlib.contextmanager
    def away() -> Iterator[Connection]:
        raise OperationalError("BEGIN", {}, Exception("disk full"))
        yield

    monkeypatch.setattr(core.store, "write", away)
    answer = await visitor.client.get("/readyz")
    assert (answer.status_code, answer.json()["failing"]) == (503, {"database": "OperationalError"})
    monkeypatch.setattr(core.store, "read", away)
    figures = await visitor.client.get("/metrics")
    assert figures.status_code == 200
    assert "rallynov_inbox_rows" not in figures.text


async def test_what_comes_cannot_be_written(
    visitor: Visitor, core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One row of two numbers still finds room in the journal of a full disk; what people type does not."""
    monkeypatch.setattr(core.delivery, "unwritten", lambda: 14.2)
    answer = await visitor.client.get("/readyz")
    assert (answer.status_code, answer.json()["failing"]) == (
        503,
        {"database": "what comes could not be written for 14 s"},
    )


def test_a_disk_that_is_about_to_be_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert metrics.little_room(tmp_path / "not" / "yet") is None
    assert metrics.little_room(tmp_path) is None
    real = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(metrics.shutil, "disk_usage", lambda _path: real._replace(free=2_048_000))
    assert metrics.little_room(tmp_path) == "2000 kB of room are left"


async def test_figures(visitor: Visitor, core: Core, clock: Clock) -> None:
    await begin(visitor)
    bad = {"channel": "web", "external_id": "bad", "address": "web:a", "payload": "?", "received_at": clock()}
    with core.store.write() as tx:
        tx.execute(insert(InboxRow), [{**bad, "status": "poison", "attempts": 3}])
    text = (await visitor.client.get("/metrics")).text
    for line in (
        "rallynov_events_taken_total 2.0",
        "rallynov_events_handled_total 2.0",
        "rallynov_events_set_aside_total 0.0",
        'rallynov_inbox_rows{status="new"} 0.0',
        'rallynov_inbox_rows{status="poison"} 1.0',
        'rallynov_outbox_rows{status="sent"} 2.0',
        'rallynov_outbox_rows{status="queued"} 0.0',
    ):
        assert line in text.splitlines()
    assert "\nrallynov_batches_total " in text
