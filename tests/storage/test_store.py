"""What both databases promise to everything above them; the PRAGMAs, the lock and the transactions behind it."""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from rallynov.delivery.tables import CursorRow, InboxRow
from rallynov.diagnosis.tables import DiagnosisRow
from rallynov.storage import schema
from rallynov.storage.store import AlreadyRunningError, Store

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
WRITERS, TIMES = 8, 25
COUNT = select(CursorRow.next_offset).where(CursorRow.channel == "c")


def begin(store: Store) -> None:
    with store.write() as tx:
        tx.execute(insert(CursorRow), [{"channel": "c", "next_offset": 0, "moved_at": NOW}])


def count(store: Store) -> int:
    with store.read() as tx:
        return tx.scalar(COUNT) or 0


def add_one(tx: Connection, seen: int) -> None:
    tx.execute(update(CursorRow).where(CursorRow.channel == "c").values(next_offset=seen + 1))


def test_eight_writers_that_read_first_lose_no_update(store: Store) -> None:
    begin(store)
    errors: list[BaseException] = []
    ready = threading.Barrier(WRITERS)

    def write() -> None:
        mine = Store(store.url)  # connections of its own, as another process has
        try:
            ready.wait()
            for _ in range(TIMES):
                with mine.write() as tx:
                    add_one(tx, tx.scalar(COUNT.with_for_update()) or 0)
        except BaseException as error:
            errors.append(error)
        finally:
            mine.close()

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert count(store) == WRITERS * TIMES


def test_the_drivers_default_loses_one(store: Store) -> None:
    """What the test above guards against: two transactions that both read before either writes."""
    begin(store)
    plain = create_engine(store.engine.url)
    with plain.connect() as one, plain.connect() as two:
        seen = [one.scalar(COUNT) or 0, two.scalar(COUNT) or 0]
        for connection, value in zip((one, two), seen, strict=True):
            add_one(connection, value)
            connection.commit()
    plain.dispose()
    assert count(store) == 1


def test_a_second_writer_waits_for_the_first(store: Store) -> None:
    begin(store)
    done: list[int] = []

    def write() -> None:
        with store.write() as tx:
            done.append(tx.scalar(COUNT.with_for_update()) or 0)

    other = threading.Thread(target=write)
    with store.write() as tx:
        seen = tx.scalar(COUNT.with_for_update()) or 0
        other.start()
        add_one(tx, seen)
        assert done == []
    other.join()
    assert done == [1]


def test_an_error_takes_the_whole_transaction_back(store: Store) -> None:
    begin(store)
    with pytest.raises(ZeroDivisionError), store.write() as tx:  # noqa: PT012
        add_one(tx, 41)
        tx.execute(insert(CursorRow), [{"channel": "d", "next_offset": 0, "moved_at": NOW}])
        raise ZeroDivisionError
    assert count(store) == 0
    with store.read() as tx:
        assert tx.scalar(select(func.count()).select_from(CursorRow)) == 1


def test_a_broken_rule_takes_the_whole_transaction_back(store: Store) -> None:
    row = {
        "channel": "t",
        "external_id": "1",
        "address": "t:1",
        "payload": "{}",
        "received_at": NOW,
        "attempts": 0,
    }
    with pytest.raises(IntegrityError) as caught, store.write() as tx:  # noqa: PT012
        tx.execute(insert(InboxRow), [{**row, "status": "new"}])
        tx.execute(insert(InboxRow), [{**row, "status": "new", "payload": "MARQUE"}])
    assert "MARQUE" not in str(caught.value)  # parameters are hidden; PostgreSQL's detail names the key alone
    with store.read() as tx:
        assert tx.scalar(select(func.count()).select_from(InboxRow)) == 0


def test_what_is_not_committed_is_not_seen(store: Store) -> None:
    begin(store)
    with store.write() as tx:
        add_one(tx, 7)
        assert count(store) == 0
    assert count(store) == 8


def test_references_are_held(store: Store) -> None:
    row = {"person_id": "nobody", "run": 1, "edition": "e", "grid_version": "1"}
    moments = {"started_at": NOW, "updated_at": NOW}
    with pytest.raises(IntegrityError), store.write() as tx:
        tx.execute(insert(DiagnosisRow), [{**row, **moments}])


@pytest.mark.parametrize(
    "moment", [NOW, NOW.astimezone(timezone(timedelta(hours=5, minutes=30))), NOW + timedelta(microseconds=1)]
)
def test_a_moment_comes_back_as_it_was_in_utc(store: Store, moment: datetime) -> None:
    with store.write() as tx:
        tx.execute(insert(CursorRow), [{"channel": "c", "next_offset": 0, "moved_at": moment}])
    with store.read() as tx:
        read = tx.scalar(select(CursorRow.moved_at))
    assert read == moment
    assert read is not None
    assert read.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "use",
    [
        lambda tx, at: tx.execute(insert(CursorRow), [{"channel": "c", "next_offset": 0, "moved_at": at}]),
        lambda tx, at: tx.execute(select(CursorRow).where(CursorRow.moved_at < at)),
        lambda tx, at: tx.execute(delete(CursorRow).where(CursorRow.moved_at == at)),
    ],
    ids=["insert", "select", "delete"],
)
def test_a_moment_without_time_zone_is_refused(
    store: Store, use: Callable[[Connection, datetime], object]
) -> None:
    with pytest.raises(StatementError, match="needs its time zone"), store.write() as tx:
        use(tx, NOW.replace(tzinfo=None))


async def test_writing_goes_one_after_the_other_in_the_order_asked_for(store: Store) -> None:
    begin(store)
    order: list[int] = []

    def work(n: int) -> int:
        with store.write() as tx:
            add_one(tx, tx.scalar(COUNT) or 0)
        order.append(n)
        return n

    asked = range(40)
    assert await asyncio.gather(*(store.writing(work, n) for n in asked)) == list(asked)
    assert order == list(asked)
    assert count(store) == 40


async def test_an_error_on_the_writer_thread_comes_back_and_the_next_work_goes_on(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        await store.writing(lambda: 1 / 0)
    assert await store.writing(lambda: 2) == 2


async def test_the_writer_thread_keeps_its_connection_until_one_fails(sqlite: Store) -> None:
    seen = []

    def work(*, wrong: bool) -> None:
        with sqlite.write() as tx:
            driver = tx.connection.driver_connection
            seen.append((driver, tx.exec_driver_sql("PRAGMA synchronous").scalar()))
            tx.execute(insert(CursorRow), [{"channel": f"{len(seen)}", "next_offset": 0, "moved_at": NOW}])
            if wrong:
                raise RuntimeError

    for wrong in (False, False, True, False):
        with contextlib.suppress(RuntimeError):
            await sqlite.writing(work, wrong=wrong)
    assert seen[0] == seen[1] == seen[2]
    assert [full for _, full in seen] == [2, 2, 2, 2]
    with sqlite.read() as tx:
        assert tx.scalars(select(CursorRow.channel).order_by(CursorRow.channel)).all() == ["1", "2", "4"]
    assert sqlite.engine.pool.checkedout() == 1  # type: ignore[attr-defined]
    sqlite.close()
    assert sqlite.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_a_transaction_that_cannot_begin_says_so_and_the_next_one_can(sqlite: Store) -> None:
    begin(sqlite)
    other = sqlite3.connect(str(sqlite.url.database), isolation_level=None)

    def work() -> None:
        with sqlite.write() as tx:
            add_one(tx, tx.scalar(COUNT) or 0)
            tx.exec_driver_sql("PRAGMA busy_timeout=50")

    await sqlite.writing(work)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        await sqlite.writing(work)
    other.execute("ROLLBACK")
    await sqlite.writing(work)
    assert count(sqlite) == 2
    other.close()


def test_sqlite_keeps_a_commit_through_a_power_cut_and_holds_references(sqlite: Store) -> None:
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "trusted_schema")
    for _ in range(2):  # on every connection of the pool
        with sqlite.read() as tx, sqlite.read() as other:
            for connection in (tx, other):
                values = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in pragmas]
                assert values == ["wal", 2, 1, 10_000, 0]


def test_a_reader_of_sqlite_sees_one_snapshot_and_stops_no_writer(sqlite: Store) -> None:
    begin(sqlite)
    with sqlite.read() as tx:
        before = tx.scalar(COUNT)
        with sqlite.write() as other:
            add_one(other, 9)
        assert (before, tx.scalar(COUNT)) == (0, 0)
    assert count(sqlite) == 10


def test_one_process_owns_a_sqlite_file(sqlite: Store) -> None:
    sqlite.own()
    second = Store(sqlite.url)
    with pytest.raises(AlreadyRunningError):
        second.own()
    begin(second)  # short commands work beside it
    second.close()
    sqlite.close()
    third = Store(sqlite.url)
    third.own()
    third.close()


def test_a_file_that_could_not_be_owned_is_left_to_its_owner(sqlite: Store) -> None:
    sqlite.own()
    second = Store(sqlite.url)
    with pytest.raises(AlreadyRunningError):
        second.own()
    second.close()
    third = Store(sqlite.url)
    with pytest.raises(AlreadyRunningError):
        third.own()
    third.close()


def test_what_lies_in_memory_or_on_a_server_is_not_locked(cluster: object, tmp_path: Path) -> None:
    url = cluster.database()  # type: ignore[attr-defined]
    for one in ("sqlite://", url, url):
        opened = Store(one)
        opened.own()
        opened.close()


def test_a_password_is_in_no_text_of_the_store() -> None:
    store = Store("postgresql://rallynov:MOTDEPASSE@127.0.0.1:1/x")
    shown = [repr(store), str(store.url), repr(store.engine), repr(store.engine.url)]
    with pytest.raises(Exception) as caught, store.read():  # noqa: PT011
        pass
    assert "MOTDEPASSE" not in "".join([*shown, str(caught.value), repr(caught.value)])
    store.close()


def test_the_fixture_is_migrated(store: Store) -> None:
    assert schema.revision(store) == schema.head()
