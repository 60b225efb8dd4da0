"""The outbox: messages claimed in order, kept by a lease, taken up after a crash, given back at the end."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conversation import START
from delivery.stage import Inline, Stage, scene
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from rallynov.delivery import leases, outbox, sender
from rallynov.delivery.decisions import Failure, FailureKind, Klass
from rallynov.delivery.outbox import DOUBTS, LEASE, Outgoing, Receipt
from rallynov.delivery.tables import OutboxRow, OutboxStatus
from rallynov.storage import schema
from rallynov.storage.store import Store

K = FailureKind
PULL = frozenset({"web"})
LATE = START + LEASE + timedelta(seconds=1)


def message(key: str, klass: Klass = Klass.REPLY, channel: str = "telegram") -> Outgoing:
    return Outgoing(key, channel, f"{channel}:1", klass, "{}")


def add(store: Store, *messages: Outgoing, owner: str | None = None) -> None:
    with store.write() as tx:
        outbox.add(tx, messages, START, owner, PULL)


def claim(store: Store, owner: str = "me", limit: int = 10) -> list[Outgoing]:
    with store.write() as tx:
        return outbox.claim(tx, "telegram", owner, START, limit)


def rows(store: Store) -> dict[str, Any]:
    with store.read() as tx:
        return {row.key: row for row in tx.execute(select(OutboxRow.__table__).order_by(OutboxRow.id))}


def recover(store: Store, *, alone: bool) -> int:
    with store.write() as tx:
        return outbox.recover(tx, LATE if not alone else START, alone=alone)


def test_replies_are_claimed_before_announcements_and_the_oldest_first(store: Store) -> None:
    order = [
        ("a", Klass.BULK),
        ("b", Klass.REPLY),
        ("c", Klass.STAFF),
        ("d", Klass.RECEIPT),
        ("e", Klass.REPLY),
    ]
    add(store, *(message(key, klass) for key, klass in order))
    assert [one.key for one in claim(store, limit=3)] == ["b", "d", "e"]
    assert [one.key for one in claim(store)] == ["c", "a"]
    assert claim(store) == []


def test_what_one_process_claimed_no_other_claims(store: Store) -> None:
    add(store, message("a"), message("b"))
    assert [one.key for one in claim(store, "me", 1)] == ["a"]
    assert [one.key for one in claim(store, "other")] == ["b"]
    assert {key: row.lease_owner for key, row in rows(store).items()} == {"a": "me", "b": "other"}


@pytest.mark.postgres
def test_two_processes_that_claim_at_once_share_without_waiting(cluster: Any) -> None:
    store = Store(cluster.database())
    schema.migrate(store)
    add(store, *(message(str(n)) for n in range(6)))
    with store.write() as one, store.write() as two:
        mine = outbox.claim(one, "telegram", "me", START, 4)
        theirs = outbox.claim(two, "telegram", "other", START, 4)
    assert ([m.key for m in mine], [m.key for m in theirs]) == (["0", "1", "2", "3"], ["4", "5"])
    store.close()


def test_what_a_page_reads_is_sent_by_being_there(store: Store) -> None:
    add(store, message("a", channel="web"), message("b"), owner="me")
    found = rows(store)
    assert (found["a"].status, found["a"].finished_at, found["a"].lease_owner) == ("sent", START, None)
    assert (found["b"].status, found["b"].lease_owner, found["b"].lease_until) == (
        "sending",
        "me",
        START + LEASE,
    )


def test_the_same_message_is_not_written_twice(store: Store) -> None:
    add(store, message("a"))
    with pytest.raises(IntegrityError):
        add(store, message("b"), message("a"))
    assert list(rows(store)) == ["a"]


def test_after_a_crash_replies_go_out_again_and_announcements_do_not(store: Store) -> None:
    add(store, message("a"), message("b", Klass.BULK), message("c", Klass.RECEIPT), owner="dead")
    add(store, message("d"))
    assert recover(store, alone=True) == 3
    found = {key: (row.status, row.doubts) for key, row in rows(store).items()}
    assert found == {"a": ("queued", 1), "b": ("unknown", 0), "c": ("queued", 1), "d": ("queued", 0)}
    assert [one.doubts for one in claim(store)] == [1, 1, 0]


def test_beside_other_processes_only_what_outlived_its_lease_is_taken_up(store: Store) -> None:
    add(store, message("a"), owner="living")
    with store.write() as tx:
        leases.renew(tx, "living", LATE)
    add(store, message("b"), owner="dead")
    assert recover(store, alone=False) == 1
    assert {key: row.status for key, row in rows(store).items()} == {"a": "sending", "b": "queued"}


def test_a_message_that_crashes_every_time_is_given_up(store: Store) -> None:
    add(store, message("a"))
    for _ in range(DOUBTS):
        claim(store)
        assert recover(store, alone=True) == 1
    claim(store)
    recover(store, alone=True)
    assert (rows(store)["a"].status, rows(store)["a"].doubts) == ("unknown", DOUBTS)


def test_a_receipt_of_a_process_that_lost_the_message_changes_nothing(store: Store) -> None:
    add(store, message("a"), owner="me")
    recover(store, alone=True)
    claim(store, "other")
    with store.write() as tx:
        outbox.finish(tx, [Receipt(message("a"), OutboxStatus.FAILED, error="tard")], "me", START)
    assert (rows(store)["a"].status, rows(store)["a"].lease_owner) == ("sending", "other")


def test_only_what_is_still_ours_is_given_back(store: Store) -> None:
    add(store, message("a"), message("b"), message("c"), owner="me")
    with store.write() as tx:
        tx.execute(update(OutboxRow).where(OutboxRow.key == "b").values(lease_owner="other"))
        leases.release(tx, "me", ["a", "b"])
    assert {key: row.status for key, row in rows(store).items()} == {
        "a": "queued",
        "b": "sending",
        "c": "sending",
    }


@pytest.mark.parametrize("said", ["\x00", "a\x00b", "\ud800", "x" * 100_000, "deux\nlignes"])
def test_whatever_a_server_says_of_a_failure_can_be_kept(store: Store, said: str) -> None:
    add(store, message("a"), message("b"), owner="me")
    receipts = [
        Receipt(message("a"), OutboxStatus.FAILED, error=said),
        Receipt(message("b"), OutboxStatus.SENT, "7"),
    ]
    with store.write() as tx:
        outbox.finish(tx, receipts, "me", START)
    found = rows(store)
    assert [row.status for row in found.values()] == ["failed", "sent"]
    assert len(found["a"].error) <= 500


@pytest.fixture
def inline(tmp_path: Path) -> Iterator[Inline]:
    opened = Inline(f"sqlite:///{tmp_path / 'rallynov.db'}")
    schema.migrate(opened)
    yield opened
    opened.close()


def shared(stage: Stage) -> None:
    """Let the database be one that other processes use too."""
    stage.store.is_sqlite = False


def test_what_outlives_its_lease_is_not_sent_by_this_process(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        shared(stage)
        stage.channel.told["1:0"] = [Failure(K.FLOOD, retry_after=90)]
        stage.post("1:0", "1:1")
        stage.post("2:0", chat=2)
        await asyncio.sleep(62)  # frozen, or the database away: no lease was renewed
        with inline.write() as tx:
            outbox.recover(tx, stage.now(), alone=False)
            tx.execute(
                update(OutboxRow).where(OutboxRow.key == "1:0").values(lease_owner="other", status="sending")
            )
        await asyncio.sleep(60)
        assert stage.channel.at("1:0") == [0.0]
        assert stage.channel.at("1:1") == []
        assert (stage.row("1:0").lease_owner, stage.row("1:1").status) == ("other", "queued")
        assert stage.row("2:0").status == "sent"
        assert stage.sender.pending == 0

    play(inline)


def test_what_nobody_took_over_is_claimed_and_sent_again(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        shared(stage)
        stage.channel.told["1:0"] = [Failure(K.FLOOD, retry_after=90)]
        stage.post("1:0", "1:1")
        await asyncio.sleep(100)
        assert stage.row("1:0").status == "queued"
        await stage.sender.renew()
        assert await stage.sender.collect() == 2
        await stage.settled("1:0", "1:1")
        assert [call[2] for call in stage.channel.calls] == ["1:0", "1:0", "1:1"]

    play(inline)


def test_a_renewal_that_comes_too_late_does_not_revive_what_was_lost(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        shared(stage)
        stage.channel.told["1:0"] = [Failure(K.FLOOD, retry_after=90)]
        stage.post("1:0")
        await asyncio.sleep(62)
        with inline.write() as tx:
            tx.execute(update(OutboxRow).values(lease_owner="other"))
        await stage.sender.renew()
        await asyncio.sleep(60)
        assert stage.channel.at("1:0") == [0.0]

    play(inline)


@pytest.mark.parametrize("alone", [True, False])
def test_what_is_renewed_in_time_or_alone_waits_as_long_as_it_must(inline: Inline, alone: bool) -> None:  # noqa: FBT001
    @scene
    async def play(stage: Stage) -> None:
        stage.store.is_sqlite = alone
        stage.channel.told["1:0"] = [Failure(K.FLOOD, retry_after=190)]
        stage.post("1:0")
        for _ in range(10):
            await asyncio.sleep(sender.RENEWAL)
            if not alone:
                await stage.sender.renew()
        assert await stage.settled("1:0") == ["sent"]
        assert stage.row("1:0").doubts == 0

    play(inline)


def test_at_the_end_calls_under_way_may_finish_and_what_waits_is_given_back(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        stage.post("1:0", "1:1")
        stage.post("2:0", chat=2)
        stage.channel.told["2:0"] = [Failure(K.NOT_SENT)] * 9
        await asyncio.sleep(0.001)
        await stage.sender.close()
        assert stage.loop.time() <= sender.GRACE + 0.1
        assert [stage.row(key).status for key in ("1:0", "1:1", "2:0")] == ["sent", "queued", "queued"]
        stage.post("3:0", chat=3, owner=None)
        assert await stage.sender.collect() == 0

    play(inline)


@pytest.mark.parametrize(("klass", "end"), [(Klass.REPLY, ("queued", 1)), (Klass.BULK, ("unknown", 0))])
def test_a_call_that_does_not_end_in_time_is_doubted(
    inline: Inline, klass: Klass, end: tuple[str, int]
) -> None:
    @scene
    async def play(stage: Stage) -> None:
        stage.channel.silent = {"1:0"}
        stage.post("1:0", "1:1", klass=klass)
        await asyncio.sleep(1)
        await stage.sender.close()
        assert [stage.row(key).status for key in ("1:0", "1:1")] == ["sending", "queued"]
        with inline.write() as tx:
            outbox.recover(tx, stage.now(), alone=True)
        assert (stage.row("1:0").status, stage.row("1:0").doubts) == end
        assert stage.row("1:1").doubts == 0

    play(inline)
