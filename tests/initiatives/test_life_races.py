"""Many at once on one dossier, on both databases: one receipt, nothing submitted that was not read, no write lost."""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
from conversation import Clock
from initiatives.clerk import turns
from initiatives.life import FORM, FULL, Life
from sqlalchemy import select
from stored import count

from bot import plain
from rallynov.delivery import inbox
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.tables import AuditRow, InboxRow, OutboxRow
from rallynov.delivery.turns import Turns
from rallynov.dialogue.turn import Command
from rallynov.initiatives.commands import JoinDossier, KeepAnswer
from rallynov.initiatives.desk import Desk, OvertakenError
from rallynov.initiatives.lifecycle import fingerprint
from rallynov.initiatives.model import Right, Status
from rallynov.initiatives.tables import DossierRow, MoveRow, RivalRow, WriteRow
from rallynov.storage.store import Store

CROWD = 40


def together(works: Sequence[Callable[[], None]]) -> None:
    """Do several things at once, each on a thread of its own."""
    errors: list[BaseException] = []
    start = threading.Barrier(len(works))

    def do(work: Callable[[], None]) -> None:
        try:
            start.wait()
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=do, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@contextmanager
def processes(store: Store, count: int) -> Iterator[list[Store]]:
    """The database as several processes have it: each with its own connections."""
    stores = [Store(store.url) for _ in range(count)]
    yield stores
    for one in stores:
        one.close()


def receipts(store: Store) -> list[str]:
    with store.read() as tx:
        return sorted(one for one in tx.execute(select(DossierRow.receipt)).scalars() if one)


def test_forty_submissions_at_once_give_one_receipt(store: Store, clock: Clock) -> None:
    life = Life(store, clock)
    life.person("amina")
    life.full("amina")
    outcomes: list[str] = []

    def submit(mine: Life) -> None:
        order = mine.submission("amina")
        try:
            mine.order("amina", order)
            outcomes.append("submitted")
        except OvertakenError:
            outcomes.append("overtaken")
            assert mine.dossier("amina").status is Status.SUBMITTED

    with processes(store, 8) as stores:
        lives = [Life(one, clock) for one in stores]
        together([lambda mine=mine: submit(mine) for mine, _ in zip(lives * 5, range(CROWD), strict=True)])
    assert sorted(outcomes) == ["overtaken"] * (CROWD - 1) + ["submitted"]
    assert receipts(store) == ["2026-0001"]
    assert count(store, MoveRow, MoveRow.act == "submit") == 1
    assert len(life.told("web:amina")) == 1


def test_forty_dossiers_at_once_have_forty_numbers(store: Store, clock: Clock) -> None:
    life = Life(store, clock)
    life.person("amina")
    for nth in range(CROWD):
        life.full("amina", f"d{nth}", title=f"Une initiative exemple {nth}")
    orders = [life.submission("amina", f"d{nth}") for nth in range(CROWD)]
    with processes(store, 8) as stores:
        lives = [Life(one, clock) for one in stores] * 5
        together(
            [lambda m=mine, o=order: m.order("amina", o) for mine, order in zip(lives, orders, strict=True)]
        )
    assert receipts(store) == [f"2026-{nth:04d}" for nth in range(1, CROWD + 1)]


@pytest.mark.parametrize("limit", [1, 500])
def test_forty_taps_on_forty_pages_and_four_processes(store: Store, clock: Clock, limit: int) -> None:
    """Through the inbox, whose batches are done again when they were overtaken: each tap has its answer."""
    life = Life(store, clock)
    pages = [f"web:page{nth}" for nth in range(CROWD)]
    life.person("amina", *pages)
    life.full("amina")
    events = [
        Incoming("web", page, page, plain.text_payload("ceci est mon dernier mot"), clock()) for page in pages
    ]
    with store.write() as tx:
        inbox.store(tx, events)
    for page in pages:
        assert life.told(page) == []

    def work(one: Turns) -> None:
        for _ in range(10 * CROWD):
            if not one.run(limit).claimed and count(store, InboxRow, InboxRow.status == "new") == 0:
                return

    with processes(store, 4) as stores:
        together([lambda one=one: work(turns(one, clock)) for one in stores])
    assert receipts(store) == ["2026-0001"]
    assert count(store, InboxRow, InboxRow.status == "done") == CROWD
    assert count(store, AuditRow, AuditRow.action == "SubmitDossier") == 1
    assert count(store, OutboxRow, OutboxRow.key.startswith("dossier:")) == CROWD
    refused = [page for page in pages if "déjà déposé" in str([m.blocks for m in life.told(page)])]
    assert len(refused) == CROWD - 1


def test_a_colleague_who_writes_while_the_owner_submits(store: Store, clock: Clock) -> None:
    """Whichever comes first, what was submitted is what the recap showed, and what the dossier then holds."""
    life = Life(store, clock)
    life.person("amina")
    life.person("bruno")
    ids = [f"d{nth}" for nth in range(10)]
    for one in ids:
        life.full("amina", one)
        life.order("bruno", JoinDossier(one, Right.EDIT, "Bruno"))
    recaps = {one: life.submission("amina", one) for one in ids}

    def order(mine: Life, person: str, command: Command) -> None:
        try:
            mine.order(person, command)
        except OvertakenError:
            overtaken.add((person, command.subject().split(":")[1]))

    overtaken: set[tuple[str, str]] = set()
    with processes(store, 2) as stores:
        amina, bruno = (Life(one, clock) for one in stores)
        for one in ids:
            write = KeepAnswer(one, "title", f"Un autre titre pour {one}", 1)
            together(
                [
                    lambda one=one: order(amina, "amina", recaps[one]),
                    lambda write=write: order(bruno, "bruno", write),
                ]
            )
    for one in ids:
        dossier = life.dossier("amina", one)
        submitted = dossier.status is Status.SUBMITTED
        assert {(("bruno" if submitted else "amina"), one)} <= overtaken
        if submitted:
            assert dossier.given["title"] == FULL["title"]
            with store.read() as tx:
                kept = tx.execute(
                    select(MoveRow.content).where(MoveRow.dossier_id == one, MoveRow.act == "submit")
                ).scalar_one()
            digest = hashlib.sha256((kept or "").encode()).hexdigest()
            assert digest == recaps[one].fingerprint == fingerprint(FORM, dossier)


def test_a_change_of_state_is_compared_with_what_was_seen(store: Store, clock: Clock) -> None:
    """Even if a lock were not held: what has another version, or another status, is left as it is."""
    life = Life(store, clock)
    life.person("amina")
    life.full("amina")
    with store.read() as tx:
        seen = Desk(tx, ["d1"]).of("d1")
    life.order("amina", KeepAnswer("d1", "title", "Un autre titre exemple", 1))
    for stale in (seen, replace(seen, version=seen.version + 1, status=Status.TO_CORRECT)):
        with pytest.raises(OvertakenError), store.write() as tx:
            Desk(tx, []).move(stale, clock(), {"status": Status.SUBMITTED})
    assert life.dossier("amina").status is Status.DRAFT
    with store.write() as tx:
        moved = Desk(tx, []).move(
            replace(seen, version=seen.version + 1), clock(), {"status": Status.SUBMITTED}
        )
    assert (moved.status, life.dossier("amina").status) == (Status.SUBMITTED, Status.SUBMITTED)


def test_twenty_writers_of_one_field_lose_nothing(store: Store, clock: Clock) -> None:
    life = Life(store, clock)
    life.person("amina")
    life.full("amina")
    values = [f"Un titre exemple {nth}" for nth in range(20)]
    with processes(store, 5) as stores:
        lives = [Life(one, clock) for one in stores] * 4
        together(
            [
                lambda m=mine, v=value: m.order("amina", KeepAnswer("d1", "title", v, 1))
                for mine, value in zip(lives, values, strict=True)
            ]
        )
    answer = life.dossier("amina").holds("title")
    assert answer
    assert answer.version == 2
    assert {answer.value, *(rival.value for rival in answer.rivals)} == set(values)
    assert count(store, RivalRow) == 19
    assert count(store, WriteRow, WriteRow.field == "title") == 21


def test_two_batches_on_the_same_dossiers_never_wait_for_each_other_for_ever(
    store: Store, clock: Clock
) -> None:
    """Dossiers are locked in one order, whatever the order of what is ordered."""
    life = Life(store, clock)
    life.person("amina")
    ids = [f"d{nth}" for nth in range(6)]
    for one in ids:
        life.open("amina", one)
    versions = itertools.count()

    def work(mine: Life, order: Sequence[str]) -> None:
        for _ in range(15):
            nth = next(versions)
            mine.order("amina", *(KeepAnswer(one, f"field{nth}", "exemple", 0) for one in order))

    with processes(store, 2) as stores:
        first, second = (Life(one, clock) for one in stores)
        together([lambda: work(first, ids), lambda: work(second, ids[::-1])])
    assert count(store, WriteRow) == 2 * 15 * 6


def test_the_calendar_of_the_call_is_the_one_that_is_set(store: Store, clock: Clock) -> None:
    """Dates changed by an operator hold at once for a product that runs."""
    life = Life(store, clock)
    life.person("amina")
    life.full("amina")
    one = turns(store, clock)
    life.call(None, date(2026, 11, 20))
    with store.write() as tx:
        inbox.store(
            tx, [Incoming("web", "e", "web:amina", plain.text_payload("ceci est mon dernier mot"), clock())]
        )
    one.run()
    assert "clos depuis le 20 novembre 2026" in str(life.told("web:amina")[-1].blocks)
    assert receipts(store) == []
