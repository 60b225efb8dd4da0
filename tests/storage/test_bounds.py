"""What PostgreSQL holds our sessions to: nobody waits for ever for a process that froze in its transaction."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from conversation import START
from postgres import Cluster
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError

from rallynov.delivery import inbox
from rallynov.delivery.inbox import Incoming
from rallynov.exports import reading
from rallynov.storage import schema, sessions
from rallynov.storage.backup import postgresql
from rallynov.storage.sessions import BOUNDS
from rallynov.storage.store import Store

EVENT = Incoming("telegram", "42:7", "telegram:1", "{}", START)


@pytest.fixture
def ending() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def opened(ending: ExitStack, url: str) -> Store:
    found = Store(url)
    ending.callback(found.close)
    return found


def bound(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setitem(BOUNDS, name, value)


def shown(tx: Connection, setting: str) -> str:
    return str(tx.scalar(text(f"SHOW {setting}")))


def keep(into: Store) -> None:
    with into.write() as tx:
        inbox.store(tx, [EVENT])


@pytest.mark.postgres
def test_the_same_update_can_be_stored_though_who_was_storing_it_has_frozen(
    cluster: Cluster, ending: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = cluster.migrated()
    bound(monkeypatch, "idle_in_transaction_session_timeout", "200ms")
    frozen = ending.enter_context(opened(ending, url).engine.connect())
    inbox.store(frozen, [EVENT])
    frozen.execute(text("SELECT 1"))
    other = opened(ending, url)
    keep(other)
    with other.read() as tx:
        assert inbox.state_of(tx, "telegram", "42:7") == "new"
    with pytest.raises(DBAPIError):
        inbox.store(frozen, [EVENT])
    frozen.invalidate()


@pytest.mark.postgres
def test_what_froze_after_several_rows_at_once_is_ended_by_any_process_and_an_export_is_not(
    cluster: Cluster, ending: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = cluster.migrated()
    monkeypatch.setattr(sessions, "FROZEN", 0.0)
    frozen = ending.enter_context(opened(ending, url).engine.connect())
    inbox.store(frozen, [EVENT])
    other = opened(ending, url)
    with reading.snapshot(opened(ending, url)) as exporting:
        with other.write() as tx:
            assert sessions.end_frozen(tx) == 1
        keep(other)
        assert exporting.scalar(text("SELECT 1")) == 1
    with pytest.raises(DBAPIError):
        inbox.store(frozen, [EVENT])
    frozen.invalidate()


@pytest.mark.postgres
def test_nobody_waits_for_ever_for_a_lock(
    cluster: Cluster, ending: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = cluster.migrated()
    bound(monkeypatch, "lock_timeout", "50ms")
    busy = ending.enter_context(opened(ending, url).engine.connect())
    whole = busy.begin()
    inbox.store(busy, [EVENT])
    other = opened(ending, url)
    with pytest.raises(OperationalError, match="lock timeout"):
        keep(other)
    whole.rollback()
    keep(other)


@pytest.mark.postgres
def test_every_session_is_held_to_it_whatever_was_rolled_back_and_bears_its_processs_name(
    cluster: Cluster, ending: ExitStack
) -> None:
    one, two = (opened(ending, cluster.migrated()) for _ in range(2))
    names = set()
    for each in (one, two):
        for _ in range(2):
            with each.engine.connect() as tx:
                assert shown(tx, "idle_in_transaction_session_timeout") == "15s"
                assert shown(tx, "lock_timeout") == "10s"
                assert shown(tx, "tcp_keepalives_idle") == "10"
                names.add(shown(tx, "application_name"))
                tx.rollback()
    assert len(names) == 2


@pytest.mark.postgres
def test_migrations_exports_and_backups_take_their_time(cluster: Cluster, ending: ExitStack) -> None:
    used = opened(ending, cluster.migrated())
    with schema._altering(used) as tx:
        assert bounds(tx) == ["0", "0"]
    with reading.snapshot(used) as tx:
        assert bounds(tx) == ["0", "0"]
    with postgresql.snapshot(used) as (tx, _):
        assert bounds(tx) == ["0", "0"]
    with used.write() as tx:
        assert bounds(tx) == ["15s", "10s"]


def bounds(tx: Connection) -> list[str]:
    return [shown(tx, "idle_in_transaction_session_timeout"), shown(tx, "lock_timeout")]
