"""What goes into one transaction: as much as has come when it begins, and nothing waits for it that need not."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence

import pytest
from conversation import START, Clock, core
from sqlalchemy import text

from rallynov.delivery import service
from rallynov.delivery.decisions import Klass
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.outbox import Outgoing, Receipt
from rallynov.delivery.receipts import Receipts, Take
from rallynov.delivery.service import Delivery
from rallynov.delivery.tables import OutboxStatus
from rallynov.storage.store import Store


def said(*people: str) -> list[Incoming]:
    return [Incoming("web", who, f"web:{who}", json.dumps({"text": "bonjour"}), START) for who in people]


def sent(key: str, klass: Klass = Klass.REPLY) -> Receipt:
    return Receipt(Outgoing(key, "telegram", "telegram:7", klass, ""), OutboxStatus.SENT)


@pytest.fixture
async def delivery(sqlite: Store) -> AsyncIterator[Delivery]:
    working = core(sqlite, Clock()).delivery
    working.start()
    yield working
    await working.close()


async def turned() -> None:
    """Let the loop do all that it has to do."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_receipt_that_comes_before_the_transaction_begins_is_in_it(sqlite: Store) -> None:
    begins, groups = asyncio.Event(), list[Sequence[str]]()

    async def commit(take: Take, owner: str) -> None:
        await begins.wait()
        groups.append([receipt.message.key for receipt in take()])
        await turned()

    receipts = Receipts(sqlite, "me", Clock())
    receipts.commit = commit
    first = receipts.add(sent("1"))
    await turned()
    second = receipts.add(sent("2"))
    begins.set()
    while not groups:
        await asyncio.sleep(0)
    third = receipts.add(sent("3"))  # this one has begun
    await asyncio.gather(first, second, third)
    assert groups == [["1", "2"], ["3"]]


async def test_receipts_whose_transaction_fails_are_written_with_those_that_came_since(
    sqlite: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Sequence[str]] = []
    receipts = Receipts(sqlite, "me", Clock())

    async def commit(take: Take, owner: str) -> None:
        tried.append([receipt.message.key for receipt in take()])
        if len(tried) == 1:
            later.append(receipts.add(sent("2")))
            raise OSError("the disk is full")

    monkeypatch.setattr("rallynov.delivery.receipts.PAUSE", 0.0)
    receipts.commit = commit
    later = [receipts.add(sent("1"))]
    await later[0]
    await later[1]
    assert tried == [["1"], ["1", "2"]]


async def test_receipts_of_announcements_wait_for_company_until_somebody_waits_for_one(
    sqlite: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups: list[Sequence[str]] = []

    async def commit(take: Take, owner: str) -> None:
        groups.append([receipt.message.key for receipt in take()])

    monkeypatch.setattr("rallynov.delivery.receipts.COMPANY", 60.0)
    monkeypatch.setattr("rallynov.delivery.receipts.ENOUGH", 3)
    receipts = Receipts(sqlite, "me", Clock())
    receipts.commit = commit
    lonely = [receipts.add(sent(key, Klass.BULK)) for key in "12"]
    await turned()
    assert groups == []
    await asyncio.gather(*lonely, receipts.add(sent("3")))
    await asyncio.gather(*(receipts.add(sent(key, Klass.BULK)) for key in "456"))
    assert groups == [["1", "2", "3"], ["4", "5", "6"]]


async def test_among_many_events_receipts_alone_wait_for_company(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "GATHER", 60.0)
    await delivery.take(said("a", "b", "c", "d"))
    await turned()
    batches = delivery.counts.batches
    kept = asyncio.ensure_future(delivery.keep(lambda: [sent("1")], "me"))
    await turned()
    await delivery.take(said("e"))  # which never waits
    await kept
    assert delivery.counts.batches == batches + 1


async def test_what_need_not_wait_for_the_commit_is_done_before_it(delivery: Delivery, sqlite: Store) -> None:
    done: list[str] = []
    await delivery.take(said("a"), aside=lambda: done.append("aside"))
    assert done == ["aside"]
    with sqlite.write() as tx:
        refused = "BEGIN SELECT RAISE(ABORT, 'full'); END"
        tx.execute(text(f"CREATE TRIGGER refuse BEFORE INSERT ON inbox {refused}"))
    with pytest.raises(Exception, match="full"):
        await delivery.take(said("b"), aside=lambda: done.append("never"))
    await turned()
    assert done == ["aside"]
