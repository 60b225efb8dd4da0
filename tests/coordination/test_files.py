"""One dossier as it is read: each reader gets what is theirs to see, before any page leaves anything out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from conversation import START
from coordination.crowd import fill
from coordination.test_listing import READER, TEAM
from initiatives.life import FORM
from sqlalchemy import insert, update

from rallynov.coordination import files, listing, news
from rallynov.coordination.files import Eyes, File
from rallynov.coordination.model import Filters, Listing
from rallynov.coordination.narrowing import Scope, exceptions
from rallynov.coordination.tables import LabelRow, NoteRow, VerdictRow
from rallynov.editions.model import Calendar
from rallynov.exports.views import load_views
from rallynov.initiatives import cards
from rallynov.initiatives.model import Status
from rallynov.initiatives.tables import DossierRow, RemarkRow, ShareRow
from rallynov.people.tables import PersonRow
from rallynov.storage.store import Store

VIEWS = load_views(FORM)


def seen(store: Store, scope: Scope, dossier: str) -> File | None:
    cards.refresh(store, FORM, "rallynov")
    with store.read() as tx:
        return files.read(tx, FORM, Eyes(scope, "claude", VIEWS), dossier)


def fields(file: File | None) -> set[str]:
    assert file
    assert file.whole
    return {line.field for part in file.whole.parts for line in part.lines}


@pytest.fixture
def ids(sqlite: Store) -> list[str]:
    made = fill(sqlite, 2, START, drafts=1)
    with sqlite.write() as tx:
        tx.execute(insert(NoteRow), [{"dossier_id": made[0], "at": START, "text": "Une note"}])
        row = {"dossier_id": made[0], "act": "reject", "reason": "Non.", "version": 3, "at": START}
        tx.execute(insert(VerdictRow), [row])
        remark = {"dossier_id": made[0], "author": "p0", "at": START, "field": "", "text": "Entre nous"}
        tx.execute(insert(RemarkRow), [remark])
    return made


def test_the_team_reads_all_that_was_submitted_and_what_it_keeps(sqlite: Store, ids: list[str]) -> None:
    file = seen(sqlite, TEAM, ids[0])
    assert file
    assert {"person", "email", "title", "need"} <= fields(file)
    assert [note.text for note in file.notes] == ["Une note"]
    assert file.prepared
    assert file.prepared.current
    assert len(file.people) == len(file.whole.remarks if file.whole else ()) == len(file.alike) == 1


def test_who_shares_a_dossier_is_not_told_what_the_team_keeps_of_it(sqlite: Store, ids: list[str]) -> None:
    mine = replace(TEAM, person="claude")
    with sqlite.write() as tx:
        tx.execute(insert(LabelRow), [{"dossier_id": ids[0], "label": "à refuser", "at": START}])
    for own in (False, True):
        if own:
            share = {"dossier_id": ids[0], "person_id": "claude", "right": "read", "since": START}
            with sqlite.write() as tx:
                tx.execute(insert(PersonRow), [{"id": "claude", "notice_version": "1", "created_at": START}])
                tx.execute(insert(ShareRow), [share])
        file = seen(sqlite, mine, ids[0])
        assert file
        told = bool(file.prepared), bool(file.notes), bool(file.row.labels), bool(file.row.prepared)
        assert told == (not own,) * 4
        with sqlite.read() as tx:
            for filters in (Filters(verdict="any"), Filters(label="à refuser")):
                assert listing.chosen(tx, mine, Listing(filters)) == ([] if own else ids[:1])
            assert listing.prepared(tx, mine, exceptions(tx, mine)) == (0 if own else 1)
            new = news.read(tx, mine, START - timedelta(days=1), Calendar(), "claude")
            assert new.notes == (0 if own else 1)


def test_a_reader_reads_what_the_jury_would_and_nothing_of_people(sqlite: Store, ids: list[str]) -> None:
    file = seen(sqlite, READER, ids[0])
    assert file
    assert fields(file) == {field.id for field in FORM.fields if field.jury and field.when is None}
    assert (file.people, file.notes, file.prepared, file.alike) == ((), (), None, ())
    assert file.whole
    assert file.whole.remarks == ()


def test_a_reader_reads_less_of_what_the_jury_does_not_see(sqlite: Store, ids: list[str]) -> None:
    with sqlite.write() as tx:
        changed = update(DossierRow).where(DossierRow.id == ids[0])
        tx.execute(changed.values(status=Status.INADMISSIBLE, version=4))
    assert fields(seen(sqlite, READER, ids[0])) == set(VIEWS["tracking"].fields)


def test_a_draft_is_named_to_the_team_and_unknown_to_a_reader(sqlite: Store, ids: list[str]) -> None:
    file = seen(sqlite, TEAM, ids[2])
    assert file
    assert file.whole is None
    assert seen(sqlite, READER, ids[2]) is None
    assert seen(sqlite, TEAM, "rien") is None
