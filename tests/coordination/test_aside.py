"""A dossier that is set aside is in none of the counts of the desk, nor in its news, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conversation import START
from coordination.crowd import fill
from initiatives.life import FORM
from sqlalchemy import insert, select, update

from rallynov.coordination import news
from rallynov.coordination.narrowing import Scope
from rallynov.coordination.tables import NoteRow, VerdictRow
from rallynov.editions.model import Calendar
from rallynov.initiatives import cards
from rallynov.initiatives.lifecycle import Act
from rallynov.initiatives.model import Status
from rallynov.initiatives.tables import DossierRow, MoveRow, RemarkRow, ShareRow
from rallynov.people.tables import RestrictionRow
from rallynov.storage.store import Store

TEAM = Scope("rallynov", inner=True, now=START)
BEFORE, AFTER = START - timedelta(days=1), START + timedelta(minutes=1)


def told(store: Store) -> tuple[int, ...]:
    """Every count of what is new and of where things stand."""
    with store.read() as tx:
        one = news.read(tx, TEAM, START, Calendar(), "claude")
    late = one.counts[Status.TO_CORRECT]
    return late, one.late, one.prepared, one.notes, one.remarks, one.acts[Act.SUBMIT], len(one.items)


@pytest.fixture
def late(store: Store) -> str:
    """The only dossier, not corrected in time, with something new of each kind."""
    (dossier,) = fill(store, 1, BEFORE)
    row = {"dossier_id": dossier, "at": AFTER}
    with store.write() as tx:
        tx.execute(update(DossierRow).values(status="to_correct", correct_by=BEFORE))
        tx.execute(insert(NoteRow), [row | {"text": "Une note"}])
        tx.execute(insert(VerdictRow), [row | {"act": "admit", "reason": "", "version": 1}])
        tx.execute(insert(RemarkRow), [row | {"field": "", "author": "", "text": "Un commentaire"}])
        tx.execute(insert(MoveRow), [row | {"author": "", "act": Act.SUBMIT, "status": "submitted"}])
        owner: str = tx.execute(select(ShareRow.person_id)).scalar_one()
    cards.refresh(store, FORM, "rallynov")
    return owner


def test_what_is_set_aside_counts_nowhere(store: Store, late: str) -> None:
    assert told(store) == (1, 1, 1, 1, 1, 1, 1)
    with store.write() as tx:
        tx.execute(insert(RestrictionRow), [{"person_id": late, "source": "web", "at": START}])
    assert told(store) == (0, 0, 0, 0, 0, 0, 0)
