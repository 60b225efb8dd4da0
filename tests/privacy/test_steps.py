"""The retention in steps: each is short, what people wait for is written in between, each looks again at what it takes."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

import pytest
from conversation import START, Clock, core
from privacy.test_retention import put
from sqlalchemy import delete, insert, select, update
from stored import count

from bot import recurring
from rallynov.announcements.tables import AnnouncementRow
from rallynov.delivery.tables import AuditRow, ConversationRow, InboxRow, OutboxRow
from rallynov.initiatives.tables import DossierRow
from rallynov.people.tables import PersonRow
from rallynov.privacy import erasing, service, steps
from rallynov.privacy.service import Retention
from rallynov.privacy.steps import Sweep, apart
from rallynov.privacy.tables import LeavingRow
from rallynov.storage.lifetimes import kept
from rallynov.storage.store import Store

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "ROWS", 4)
    monkeypatch.setattr(service, "ROWS", 4)
    monkeypatch.setattr(service, "SOME", 4)
    monkeypatch.setattr(erasing, "AT_ONCE", 4)


def orders(store: Store, many: int) -> None:
    """Write lines of the journal, every other one a second older than the rule."""
    limit = START - kept("journal")
    row = {"actor": "p", "action": "a", "subject": ""}
    with store.write() as tx:
        tx.execute(insert(AuditRow), [row | {"at": limit - SECOND * (n % 2)} for n in range(many)])


def people(store: Store, many: int, away: timedelta) -> None:
    """Write people who were last seen so long ago."""
    at = START - away
    with store.write() as tx:
        given = [{"id": f"p{n:02d}", "notice_version": "1", "created_at": at} for n in range(many)]
        tx.execute(insert(PersonRow), given)
        places = [
            {"address": f"web:{n:02d}", "channel": "web", "language": "fr", "person_id": f"p{n:02d}"}
            | {"created_at": at, "updated_at": at}
            for n in range(many)
        ]
        tx.execute(insert(ConversationRow), places)


def test_a_sweep_meets_every_row_once_whatever_is_missing_between(sqlite: Store) -> None:
    orders(sqlite, 23)
    with sqlite.write() as tx:
        tx.execute(delete(AuditRow).where(AuditRow.id.between(5, 16)))
        old = AuditRow.at < START - kept("journal")
        sweep = Sweep(
            AuditRow.id, [update(AuditRow).where(old).values(actor=""), delete(AuditRow).where(old)]
        )
        taken = 0
        for step in sweep.steps():
            step(tx)
            taken += 1
        assert sweep.counts == [5, 5]
        assert taken == 4, "three fours of rows at most, and the end"
        assert set(tx.execute(select(AuditRow.id)).scalars()) == {1, 3, 17, 19, 21, 23}


async def test_turns_pass_between_the_steps(store: Store) -> None:
    orders(store, 40)
    left: list[int] = []
    retaining = asyncio.ensure_future(apart(store, Retention(START).steps()))
    while not retaining.done():
        left.append(await store.writing(count, store, AuditRow))
    await retaining
    assert len({*left} - {20, 40}) >= 5, "others write while it is under way"
    assert count(store, AuditRow) == 20


async def test_what_runs_every_hour_applies_it(sqlite: Store, clock: Clock) -> None:
    people(sqlite, 11, 10 * kept("visit"))
    orders(sqlite, 12)
    with sqlite.write() as tx:
        tx.execute(update(AuditRow).values(at=START - 2 * kept("journal")))
    await recurring.keep(core(sqlite, clock))
    assert [count(sqlite, table) for table in (PersonRow, ConversationRow, AuditRow)] == [0, 0, 0]


async def test_no_step_erases_more_than_some(store: Store) -> None:
    people(store, 11, kept("visit") + SECOND)
    seen = [count(store, PersonRow)]
    addresses = [count(store, ConversationRow)]
    retention = Retention(START)
    for step in retention.steps():
        await apart(store, [step])
        seen.append(count(store, PersonRow))
        addresses.append(count(store, ConversationRow))
    assert list(dict.fromkeys(seen)) == [11, 7, 3, 0]
    assert list(dict.fromkeys(addresses)) == [11, 7, 3, 0]
    assert retention.erased == 11


async def test_whoever_came_back_meanwhile_is_kept(store: Store) -> None:
    people(store, 11, kept("visit") + SECOND)
    back = ConversationRow.person_id == "p10"
    for step in Retention(START).steps():
        await apart(store, [step])
        if count(store, PersonRow) == 7:
            with store.write() as tx:
                tx.execute(update(ConversationRow).where(back).values(updated_at=START))
    with store.read() as tx:
        assert list(tx.execute(select(PersonRow.id)).scalars()) == ["p10"]
        assert list(tx.execute(select(ConversationRow.address)).scalars()) == ["web:10"]


async def test_dossiers_and_who_received_what_go_some_at_a_time(sqlite: Store) -> None:
    over = {"status": "sent", "author": None, "approver": None, "corrector": None}
    with sqlite.write() as tx:
        for n in range(9):
            put(tx, "dossier", START, id=f"d{n}", status="submitted")
            put(tx, "announcement", START, id=f"a{n}", number=n, **over)
        for n in range(9):
            told = {"circular": None, "person_id": None, "lease_owner": None, "channel": "web"}
            for name in (f"a{n}", f"a{n}:r1"):
                for m in range(5):
                    put(tx, "outbox", START, id=None, key=f"{name}-{m}", broadcast=name, body="", **told)
    found = [count(sqlite, table) for table in (DossierRow, OutboxRow)]
    assert found == [9, 90]
    left: dict[type, list[int]] = {DossierRow: [9], OutboxRow: [90]}
    for step in Retention(START + kept("dossier") + SECOND).steps():
        await apart(sqlite, [step])
        for table, counts in left.items():
            counts.append(count(sqlite, table))
    gone = [before - after for counts in left.values() for before, after in itertools.pairwise(counts)]
    assert max(gone) <= 4
    assert [counts[-1] for counts in left.values()] == [0, 0]
    assert count(sqlite, AnnouncementRow) == 9


async def test_addresses_are_forgotten_some_at_a_time_past_those_that_wait(store: Store) -> None:
    people(store, 11, timedelta(0))
    left = START - kept("leaving") - SECOND
    waiting = {"channel": "web", "payload": "{}", "received_at": START, "status": "new", "attempts": 0}
    with store.write() as tx:
        tx.execute(insert(LeavingRow), [{"address": f"web:{n:02d}", "at": left} for n in range(11)])
        held = [waiting | {"external_id": f"{n}", "address": f"web:{n:02d}"} for n in range(5)]
        tx.execute(insert(InboxRow), held)
    settling = erasing.Settling(START)
    for step in settling.steps():
        before = count(store, LeavingRow)
        await apart(store, [step])
        assert before - count(store, LeavingRow) <= 4
    with store.read() as tx:
        assert sorted(tx.execute(select(LeavingRow.address)).scalars()) == [f"web:{n:02d}" for n in range(5)]
    assert settling.settled == 11


async def test_a_step_that_fails_leaves_those_before_it_done(store: Store) -> None:
    orders(store, 12)

    def broken(_: object) -> None:
        raise OSError("the disk is full")

    sweep = Sweep(AuditRow.id, [delete(AuditRow).where(AuditRow.at < START - kept("journal"))])
    with pytest.raises(OSError, match="full"):
        await apart(store, itertools.chain(itertools.islice(sweep.steps(), 2), [broken]))
    assert count(store, AuditRow) == 8
