"""The table of dossiers, on both databases: every order by pages, every filter, and nothing of what is not to be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from conversation import START
from coordination.crowd import fill
from initiatives.life import FORM
from sqlalchemy import event, insert, select, update

from rallynov.coordination import listing
from rallynov.coordination.model import Filters, Listing, Sort
from rallynov.coordination.narrowing import Scope, exceptions
from rallynov.coordination.tables import LabelRow, VerdictRow
from rallynov.initiatives import cards
from rallynov.initiatives.tables import CardRow, DossierRow
from rallynov.people.tables import RestrictionRow
from rallynov.storage.store import Store

MANY, DRAFTS = 52, 5
TEAM = Scope("rallynov", inner=True, now=START, closes_at=START - timedelta(hours=2))
READER = replace(TEAM, inner=False)


def change(store: Store, dossier: str, **values: object) -> None:
    with store.write() as tx:
        tx.execute(update(DossierRow).where(DossierRow.id == dossier).values(**values))


def found(store: Store, scope: Scope = TEAM, **filters: object) -> list[int]:
    """The rank of the dossiers that a filter finds, by their number."""
    with store.read() as tx:
        ids = listing.chosen(tx, scope, Listing(Filters(**filters), Sort.NUMBER, descending=False))  # type: ignore[arg-type]
        rows = listing.named(tx, scope, ids)
    return [int(row.number[5:]) - 1 if row.number else -1 for row in rows]


@pytest.fixture
def ids(store: Store) -> list[str]:
    made = fill(store, MANY, START, drafts=DRAFTS)
    assert cards.refresh(store, FORM, "rallynov") == MANY + DRAFTS
    assert cards.refresh(store, FORM, "rallynov") == 0
    return made


def test_every_order_is_read_forth_and_back_without_a_gap(store: Store, ids: list[str]) -> None:
    for nth, sort in enumerate(Sort):
        view = Listing(Filters(), sort, descending=nth % 2 == 0)
        seen, pages = list[str](), 1
        with store.read() as tx:
            whole = listing.chosen(tx, TEAM, view)
            page = listing.page(tx, TEAM, view, 20)
            assert (page.total, page.before) == (57, "")
            seen += [row.id for row in page.rows]
            while page.after:
                page = listing.page(tx, TEAM, view.turned(after=page.after), 20)
                seen += [row.id for row in page.rows]
                pages += 1
            back = [row.id for row in page.rows]
            while page.before:
                page = listing.page(tx, TEAM, view.turned(before=page.before), 20)
                back = [row.id for row in page.rows] + back
        assert seen == back == whole, sort
        assert (len(set(seen)), pages) == (57, 3)


def test_filters_find_what_they_say(store: Store, ids: list[str]) -> None:
    change(store, ids[3], status="to_correct", correct_by=START - timedelta(days=1), version=4)
    change(store, ids[4], status="to_correct", correct_by=START + timedelta(days=1), version=4)
    change(store, ids[7], submitted_at=START)
    with store.write() as tx:
        tx.execute(insert(LabelRow), [{"dossier_id": ids[8], "label": "à suivre", "at": START}])
        row = {"dossier_id": ids[9], "act": "reject", "reason": "Non.", "version": 3, "at": START}
        tx.execute(insert(VerdictRow), [row])
    cards.refresh(store, FORM, "rallynov")
    assert found(store, territory="39") == list(range(1, MANY, 4))
    assert found(store, size="0-9") == [n for n in range(MANY) if (n * 7) % 400 <= 9]
    assert found(store, theme="mobility") == list(range(3, MANY, 6))
    assert found(store, status="draft") == [-1] * DRAFTS
    assert found(store, correction=True) == [3, 4]
    assert found(store, late=True) == [3, 7]
    assert found(store, alike=True) == [0, 1, 50, 51]
    assert found(store, label="à suivre") == [8]
    assert found(store, verdict="any") == found(store, verdict="reject") == [9]
    assert found(store, verdict="admit") == []
    assert found(store, territory="25", theme="health", words="exemple 12") == [12]


def test_words_find_names_numbers_places_and_for_the_team_contacts(store: Store, ids: list[str]) -> None:
    assert found(store, words="2026-0042") == [41]
    assert found(store, words="200 000 033 00010") == [33]
    assert found(store, words="BESANÇON structure 44") == [44]
    assert found(store, words="39100") == list(range(1, MANY, 4))
    assert found(store, words="contact17@exemple.fr") == [17]
    assert found(store, READER, words="claude") == []
    assert found(store, words="pas là") == []


def test_a_reader_sees_what_is_registered_and_nothing_of_the_team(store: Store, ids: list[str]) -> None:
    with store.write() as tx:
        tx.execute(insert(LabelRow), [{"dossier_id": ids[8], "label": "à suivre", "at": START}])
    assert len(found(store, READER)) == MANY
    assert found(store, READER, status="draft") == []
    assert len(found(store, READER, label="à suivre")) == MANY
    with store.read() as tx:
        (row,) = listing.named(tx, READER, (ids[8],))
        assert (row.labels, row.alike) == ((), False)
        assert listing.named(tx, READER, (ids[-1],)) == ()


def test_the_content_of_a_draft_is_in_no_list(store: Store, ids: list[str]) -> None:
    with store.read() as tx:
        (row,) = listing.named(tx, TEAM, (ids[-1],))
        kept = tx.execute(select(CardRow.words, CardRow.people).where(CardRow.dossier_id == ids[-1])).one()
    assert tuple(kept) == ("", "")
    assert (row.called, row.commune, row.headcount) == ("", "", -1)
    assert found(store, words=f"exemple {MANY + DRAFTS - 1}") == []


def test_what_is_set_aside_is_in_no_list(store: Store, ids: list[str]) -> None:
    with store.write() as tx:
        tx.execute(insert(RestrictionRow), [{"person_id": "p5", "source": "web", "at": START}])
    assert 5 not in found(store)
    assert len(found(store)) == MANY + DRAFTS - 1


def test_a_mark_that_is_none_is_the_first_page(store: Store, ids: list[str]) -> None:
    with store.read() as tx:
        first = listing.page(tx, TEAM, Listing())
        for wrong in ("x", "W10", "WzEsMl0", "é", "eyJhIjoxfQ"):
            assert listing.page(tx, TEAM, Listing(after=wrong)).rows == first.rows


def test_a_page_asks_as_often_for_many_rows_as_for_one(sqlite: Store) -> None:
    fill(sqlite, MANY, START)
    cards.refresh(sqlite, FORM, "rallynov")
    asked: list[str] = []
    event.listen(sqlite.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counts = []
    for size in (1, 50):
        asked.clear()
        with sqlite.read() as tx:
            assert len(listing.page(tx, TEAM, Listing(), size).rows) == size
        counts.append(len(asked))
    assert counts == [6, 6]


def test_who_shares_a_dossier_is_not_asked_of_each(sqlite: Store) -> None:
    """It cost more than all the rest of a page, with ten thousand dossiers."""
    fill(sqlite, 3, START)
    cards.refresh(sqlite, FORM, "rallynov")
    asked: list[str] = []
    event.listen(sqlite.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with sqlite.read() as tx:
        listing.page(tx, TEAM, Listing(Filters(theme="health", verdict="none")))
    assert not [one for one in asked if "FROM dossier " in one and "dossier_share" in one]
    assert sum("dossier_card" in one for one in asked) == 2


def test_late_corrections_are_listed_as_they_are_counted(sqlite: Store) -> None:
    ids = fill(sqlite, 3, START)
    cards.refresh(sqlite, FORM, "rallynov")
    with sqlite.write() as tx:
        for one, by in zip(ids, (-1, 1, 1), strict=True):
            change = {"status": "to_correct", "correct_by": START + timedelta(days=by), "submitted_at": START}
            tx.execute(update(DossierRow).where(DossierRow.id == one).values(change))
    with sqlite.read() as tx:
        assert listing.chosen(tx, TEAM, Listing(Filters(overdue=True))) == ids[:1]
        assert listing.overdue(tx, TEAM, exceptions(tx, TEAM)) == 1
