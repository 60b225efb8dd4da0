"""A disk that is full: what cannot be written is told, for as long as it lasts."""

import contextlib
import json
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from conversation import START, Clock, core
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from rallynov.delivery import writing
from rallynov.delivery.inbox import Incoming
from rallynov.storage.store import Store


def said(name: str, words: str) -> Incoming:
    return Incoming("web", name, "web:a", json.dumps({"text": words}), START)


async def test_what_cannot_be_written_is_told_until_something_is(
    sqlite: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(writing, "time", SimpleNamespace(monotonic=lambda: now[0], thread_time=lambda: 0.0))
    delivery = core(sqlite, Clock()).delivery
    delivery.start()
    with sqlite.write() as tx:
        pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
    whole = sqlite.write
    full = [True]

    @contextlib.contextmanager
    def write() -> Iterator[Connection]:
        with whole() as tx:
            tx.exec_driver_sql(f"PRAGMA max_page_count={pages if full[0] else 10**6}")
            yield tx

    monkeypatch.setattr(sqlite, "write", write)
    with capture_logs() as logs:
        for name in ("1", "2"):
            assert delivery.unwritten() == 0.0, "once may be a hiccup"
            with pytest.raises(OperationalError):
                await delivery.take([said(name, "bonjour" * 10_000)])
            now[0] += 7
    assert delivery.unwritten() == 14.0
    assert {line["reason"] for line in logs if line["event"] == "cycle_not_written"} == {
        "database or disk is full"
    }
    now[0] += 60
    assert delivery.unwritten() == 0.0, "nobody has tried for a minute"
    with pytest.raises(OperationalError):
        await delivery.take([said("3", "bonjour" * 10_000)])
    assert delivery.unwritten() == 0.0, "another trouble: that of before says nothing of it"
    full[0] = False
    await delivery.take([said("4", "bonjour")])
    assert delivery.unwritten() == 0.0
    await delivery.close()
