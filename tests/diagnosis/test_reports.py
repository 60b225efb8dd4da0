"""Whose a report is, and what it is made from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from rallynov.delivery.tables import ConversationRow
from rallynov.diagnosis.model import LEVELS, Earlier
from rallynov.diagnosis.reports import find, report_maker
from rallynov.diagnosis.service import load_grid
from rallynov.diagnosis.tables import AnswerRow, DiagnosisRow
from rallynov.people.tables import PersonRow
from rallynov.sheets.content import load_sheets
from rallynov.storage.store import Store
from rallynov.wording import Wording

GRID = load_grid()
QUESTIONS = [question.id for question in GRID.form().questions]
WORDING = Wording(
    {"operator": "l'équipe", "contact": "l'équipe"},
    content={language: shelf.terms() for language, shelf in load_sheets().items()},
)
BEFORE = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
ALL = dict.fromkeys(QUESTIONS, "3")


def keep(
    store: Store, person: str, run: int, values: Mapping[str, str | None], finished: datetime | None
) -> None:
    """Keep a run as the dialogue does."""
    at = BEFORE + timedelta(days=run)
    who = {"person_id": person, "run": run}
    row = who | {"edition": "exemple", "grid_version": "2013.1", "started_at": at, "finished_at": finished}
    answers = [
        who
        | {"question": q, "value": value, "note": "Une note." if value is None else None, "answered_at": at}
        for q, value in values.items()
    ]
    with store.write() as tx:
        tx.execute(insert(DiagnosisRow), [row])
        if answers:
            tx.execute(insert(AnswerRow), answers)


def know(store: Store, person: str, *addresses: str) -> None:
    """Make a person who is reached at addresses."""
    with store.write() as tx:
        tx.execute(insert(PersonRow), [{"id": person, "notice_version": "1", "created_at": BEFORE}])
        rows = [
            {"address": a, "channel": "web", "person_id": person, "created_at": BEFORE, "updated_at": BEFORE}
            for a in addresses
        ]
        tx.execute(insert(ConversationRow), rows)


def test_a_report_is_of_whoever_is_behind_the_address(store: Store) -> None:
    know(store, "anne", "web:anne", "telegram:1")
    know(store, "bruno", "web:bruno")
    keep(store, "anne", 1, dict.fromkeys(QUESTIONS, "1"), BEFORE)
    keep(store, "anne", 2, {QUESTIONS[0]: "4"}, None)
    keep(store, "anne", 3, ALL, BEFORE + timedelta(days=3))
    make = report_maker(store, GRID, WORDING)
    made = make("web:anne", "3", "fr")
    assert made is not None
    assert (made.name, made.mime) == ("rallynov-autodiagnostic-2026-05-15.pdf", "application/pdf")
    assert made.content == getattr(make("telegram:1", "3", "fr"), "content", None)
    assert made.content != getattr(make("web:anne", "3", "en"), "content", None)
    assert make("web:anne", "3", "de") == made  # a language that we do not speak
    assert make("web:anne", "2", "fr") is not None  # under way
    for address, ref in (("web:bruno", "1"), ("web:bruno", "3"), ("web:nobody", "3"), ("web:anne", "4")):
        assert make(address, ref, "fr") is None


@pytest.mark.parametrize("ref", ["", "x", "-1", "1.0", "١", "0", "9" * 30, "1 OR 1=1"])
def test_a_ref_that_is_no_run_has_no_report(sqlite: Store, ref: str) -> None:
    know(sqlite, "anne", "web:anne")
    keep(sqlite, "anne", 1, ALL, BEFORE)
    assert report_maker(sqlite, GRID, WORDING)("web:anne", ref, "fr") is None


def test_a_run_without_an_answer_has_no_report(sqlite: Store) -> None:
    know(sqlite, "anne", "web:anne")
    keep(sqlite, "anne", 1, {}, None)
    keep(sqlite, "anne", 2, {QUESTIONS[0]: None}, None)  # a note alone
    make = report_maker(sqlite, GRID, WORDING)
    assert (make("web:anne", "1", "fr"), make("web:anne", "2", "fr")) == (None, None)


def test_it_is_compared_with_the_finished_run_before(store: Store) -> None:
    know(store, "anne", "web:anne")
    keep(store, "anne", 1, dict.fromkeys(QUESTIONS, "1"), BEFORE)
    keep(store, "anne", 2, dict.fromkeys(QUESTIONS, LEVELS[-1]), None)
    keep(store, "anne", 3, ALL | {"R1.1": None}, BEFORE + timedelta(days=3))
    with store.read() as tx:
        found = find(tx, "web:anne", 3)
        first = find(tx, "web:anne", 1)
    assert found is not None
    assert first is not None
    assert found.diagnosis.earlier == Earlier(dict.fromkeys(QUESTIONS, "1"), BEFORE)
    assert first.diagnosis.earlier is None
    assert (found.edition, found.at) == ("Rally’nov, édition exemple", BEFORE + timedelta(days=3))
    assert found.diagnosis.noted == {"R1.1": "Une note."}
