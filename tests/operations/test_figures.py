"""The figures of an operator: each says what happened, and the dashboard asks for nothing that is not there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from conversation import Clock, core
from operations.stage import Home
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event, insert

from bot.web.metrics import Figures, registry
from rallynov.delivery.cycle import Kept
from rallynov.delivery.decisions import Klass
from rallynov.delivery.inbox import Waiting
from rallynov.delivery.outbox import Outgoing, Receipt
from rallynov.delivery.tables import InboxRow, OutboxRow, OutboxStatus
from rallynov.storage.backup.last import Last, note
from rallynov.storage.store import Store

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"\brallynov_\w+")


def samples(found: CollectorRegistry) -> Mapping[str, float]:
    """Every figure, as Prometheus reads it: ``name{label}`` to its value."""
    text = generate_latest(found).decode()
    return {
        sample.name + "".join(f"{{{value}}}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_this_process_did(sqlite: Store, clock: Clock) -> None:
    delivery = core(sqlite, clock).delivery
    found = CollectorRegistry()
    found.register(Figures(delivery, clock))
    now = clock()
    for took in (0.0, 0.02, 0.3, 90.0):
        asked = Waiting(1, "1", "web:a", "web", "{}", now - timedelta(seconds=took), 0)
        delivery.counts.answered([asked], now)
    message = Outgoing("k", "telegram", "telegram:1", Klass.REPLY, "{}")
    receipts = [Receipt(message, OutboxStatus.SENT)] * 3 + [Receipt(message, OutboxStatus.FAILED)]
    delivery.counts.reported([Kept(receipts, "me", None)])  # type: ignore[arg-type]
    held = samples(found)
    assert held["rallynov_events_handled_total"] == 4
    assert held["rallynov_turn_seconds_count"] == 4
    assert held["rallynov_turn_seconds_sum"] == pytest.approx(90.32)
    assert [
        held[f"rallynov_turn_seconds_bucket{{{le}}}"] for le in ("0.005", "0.025", "0.5", "60.0", "+Inf")
    ] == [
        *(1, 2, 3, 3),
        4,
    ]
    assert held["rallynov_sends_total{telegram}{sent}"] == 3
    assert held["rallynov_sends_total{telegram}{failed}"] == 1


def test_what_waits(store: Store, clock: Clock) -> None:
    delivery = core(store, clock).delivery
    found = CollectorRegistry()
    found.register(Figures(delivery, clock))
    now = clock()
    common = {"channel": "telegram", "address": "telegram:1", "body": "{}"}
    rows = [(0, "queued", 90), (0, "sending", 30), (1, "queued", 10), (2, "queued", 4000), (2, "sent", 9000)]
    with store.write() as tx:
        sent = [
            {
                "key": str(n),
                "rank": rank,
                "status": status,
                "created_at": now - timedelta(seconds=ago),
                **common,
            }
            for n, (rank, status, ago) in enumerate(rows)
        ]
        tx.execute(insert(OutboxRow), sent)
        came = {
            "channel": "web",
            "address": "web:a",
            "payload": "{}",
            "received_at": now - timedelta(seconds=7),
        }
        tx.execute(
            insert(InboxRow), [{"external_id": s, "status": s, **came} for s in ("new", "poison", "done")]
        )
    held = samples(found)
    waiting = {kind: held[f"rallynov_outbox_waiting{{{kind}}}"] for kind in ("reply", "staff", "bulk")}
    assert waiting == {"reply": 2, "staff": 1, "bulk": 1}
    oldest = {
        q: round(held[f"rallynov_oldest_waiting_seconds{{{q}}}"])
        for q in ("events", "reply", "staff", "bulk")
    }
    assert oldest == {"events": 7, "reply": 90, "staff": 10, "bulk": 4000}
    assert (held["rallynov_inbox_rows{poison}"], held["rallynov_outbox_rows{sent}"]) == (1, 1)


def test_what_is_kept(home: Home, clock: Clock) -> None:
    found = registry(home.folder, clock)
    assert "rallynov_backup_age_seconds" not in samples(found)
    note(home.folder, Last(at=clock() - timedelta(hours=3), path=home.folder / "s.zip", bytes=1))
    held = samples(found)
    assert round(held["rallynov_backup_age_seconds"]) == 3 * 3600
    assert held["rallynov_disk_free_bytes"] > 0
    (home.folder / "sauvegarde.json").write_text("{")
    assert "rallynov_backup_age_seconds" not in samples(found)


def test_asking_in_a_loop_counts_once(sqlite: Store, clock: Clock) -> None:
    found, asked = CollectorRegistry(), []
    found.register(Figures(core(sqlite, clock).delivery, clock))
    event.listen(sqlite.engine, "before_cursor_execute", lambda *_: asked.append(1))
    for _ in range(5):
        samples(found)
    assert 0 < len(asked) <= 8


def every_name(sqlite: Store, clock: Clock, folder: Path) -> set[str]:
    delivery = core(sqlite, clock).delivery
    delivery.counts.sends["telegram", "sent"] += 1
    note(folder, Last(at=clock(), path=folder, bytes=1))
    found = registry(folder, clock)
    found.register(Figures(delivery, clock))
    return {name.partition("{")[0] for name in samples(found)} - {"rallynov_turn_seconds_created"}


def test_the_dashboard_asks_for_what_there_is(sqlite: Store, clock: Clock, tmp_path: Path) -> None:
    board = json.loads((ROOT / "packaging/grafana.json").read_text("utf-8"))
    there = every_name(sqlite, clock, tmp_path)
    asked = {panel["title"]: NAME.findall(t["expr"]) for panel in board["panels"] for t in panel["targets"]}
    for title, names in asked.items():
        assert names, title
        assert set(names) <= there, title
    shown = {name for panel in board["panels"] for t in panel["targets"] for name in NAME.findall(t["expr"])}
    assert {re.sub("_(bucket|sum|count)$", "", name) for name in there - shown} <= {"rallynov_turn_seconds"}
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_the_guide_names_every_figure(sqlite: Store, clock: Clock, tmp_path: Path) -> None:
    guide = (ROOT / "docs/operations.md").read_text("utf-8")
    for name in every_name(sqlite, clock, tmp_path):
        base = re.sub("_(bucket|sum|count)$", "", name)
        short = base.removeprefix("rallynov_events")
        assert base in guide or f"`{short}`" in guide, name
