"""Figures of an edition: each person counted once, those who asked for a limitation left out; shown to who may see them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from conversation import START
from initiatives.life import FORM, wording
from sqlalchemy import insert
from surveyed import person

from rallynov.announcements.tables import AnnouncementRow
from rallynov.delivery.tables import OutboxRow
from rallynov.diagnosis.service import load_grid
from rallynov.dialogue.words import Term
from rallynov.faq.tables import QuestionRow, TicketRow
from rallynov.initiatives.tables import DossierAnswerRow, DossierRow, MoveRow, ShareRow
from rallynov.people.tables import RestrictionRow
from rallynov.statistics.model import BARS, Counts, Steps, Table
from rallynov.statistics.reading import count
from rallynov.statistics.tables import tables
from rallynov.storage.store import Store

GRID = load_grid()
ASKED = [question.id for question in GRID.form().questions]
EDITION = "rallynov"


def dossier(
    store: Store, name: str, owner: str, *, receipt: str | None = None, days: float = 0, **said: str
) -> None:
    """A dossier: a draft, or submitted after some days."""
    status = "submitted" if receipt else "draft"
    with store.write() as tx:
        row = {
            "id": name,
            "edition": EDITION,
            "form": "1",
            "status": status,
            "created_at": START,
            "updated_at": START,
        }
        tx.execute(insert(DossierRow), [{**row, "receipt": receipt}])
        share = {"dossier_id": name, "person_id": owner, "right": "own", "since": START}
        tx.execute(insert(ShareRow), [share])
        kept = {"dossier_id": name, "version": 1, "author": owner, "at": START}
        for field, value in said.items():
            tx.execute(insert(DossierAnswerRow), [{**kept, "field": field, "value": value}])
        if receipt:
            at = START + timedelta(days=days)
            move = {"dossier_id": name, "author": owner, "at": at, "act": "submit", "status": "submitted"}
            tx.execute(insert(MoveRow), [move])


def counted(store: Store) -> Counts:
    with store.read() as tx:
        return count(tx, EDITION, GRID, lambda slug: "dossier" if slug == "known" else "")


def of(counts: Counts, name: str) -> Table:
    return next(one for one in tables(counts, GRID, FORM) if one.id == name)


def cells(table: Table) -> list[tuple[object, ...]]:
    return [found for _, found in table.rows]


def test_the_funnel_counts_each_person_once(store: Store) -> None:
    person(store, "anne", 3, 23, finished=[2])
    person(store, "bruno", 23, 2, finished=[1])
    person(store, "carole", 0)
    person(store, "denis")
    dossier(store, "d1", "anne", receipt="RN-1")
    dossier(store, "d2", "anne", receipt="RN-2")
    dossier(store, "d3", "denis")
    found = counted(store)
    assert found.steps == Steps(started=3, finished=2, drafted=2, submitted=1)
    assert cells(of(found, "funnel")) == [(None,)] * 4
    assert "masqu" in wording().word(of(found, "funnel").notes[-1], "fr")


def test_who_asked_for_a_limitation_is_left_out_everywhere(sqlite: Store) -> None:
    for name in ("anne", "bruno"):
        person(sqlite, name, 3)
        dossier(sqlite, f"draft{name}", name, title='"t"')
        dossier(sqlite, f"sent{name}", name, receipt=f"RN-{name}", headcount="12")
    question = {
        "id": "q",
        "edition": EDITION,
        "person_id": "anne",
        "words": "w",
        "language": "fr",
        "verdict": "answer",
    }
    with sqlite.write() as tx:
        tx.execute(insert(QuestionRow), [{**question, "entry": "known", "at": START}])
        before = count(tx, EDITION, GRID, lambda _: "dossier")
        tx.execute(insert(RestrictionRow), [{"person_id": "anne", "source": "chat", "at": START}])
    found = counted(sqlite)
    assert (before.steps.started, before.drafts, before.topics) == (2, 2, {"dossier": (1, 0, 0)})
    assert found.steps == Steps(started=1, finished=0, drafted=1, submitted=1)
    assert (found.drafts, found.filled, found.sizes["10"], found.topics) == (1, {"title": 1}, (0, 1), {})
    assert found.stopped == {ASKED[3]: 1}
    assert len(found.to_submission) == 1


def test_the_diagnosis_is_left_where_the_next_question_was(sqlite: Store) -> None:
    for name, many in (("a", 0), ("b", 4), ("c", 4), ("d", 22)):
        person(sqlite, name, many)
    person(sqlite, "e", 2, 23, finished=[2])
    found = counted(sqlite)
    assert found.stopped == {ASKED[0]: 1, ASKED[4]: 2, ASKED[22]: 1}
    assert found.answered[ASKED[0]] == 4


def left(finished: int, *stopped: int) -> Counts:
    """People who stopped at the first questions, then those who finished."""
    rest = [*stopped, *[0] * (len(ASKED) - len(stopped))]
    began = sum(stopped) + finished
    answered = {name: began - sum(rest[: at + 1]) for at, name in enumerate(ASKED)}
    stops = dict(zip(ASKED, rest, strict=True))
    return Counts(Steps(began, finished, 0, 0), answered, stops)


def test_where_the_diagnosis_is_left_and_how_many_answered_are_shown_from_five_on() -> None:
    table = of(left(30, 7, 0, 12), "stops")
    assert cells(table)[:4] == [(7, 42), (0, 42), (12, 30), (0, 30)]
    assert not table.hidden
    assert table.figure
    assert len(table.figure.rows) == BARS < len(ASKED)
    assert {7.0, 12.0} <= {values[0] for _, values in table.figure.rows}


def test_few_who_stopped_are_masked_and_no_difference_of_answers_gives_them_away() -> None:
    counts = left(30, 7, 3, 0, 12)
    shown = cells(of(counts, "stops"))
    assert shown[:5] == [(None, None), (None, 42), (0, 42), (12, 30), (0, 30)]
    assert cells(of(counts, "funnel"))[:2] == [(52,), (30,)]
    few_finished = left(2, 9, 20)
    assert cells(of(few_finished, "stops"))[:3] == [(None, None), (20, None), (0, None)]
    assert cells(of(few_finished, "funnel"))[:2] == [(31,), (None,)]
    few_left = left(40, 0, 3)  # all that began but three: which question, and how many, are said nowhere
    assert {cell for row in cells(of(few_left, "stops")) for cell in row[:1]} == {None}
    assert cells(of(few_left, "funnel"))[:2] == [(43,), (None,)]
    assert {row[1] for row in cells(of(few_left, "stops"))} == {None}


def test_few_who_submitted_are_masked_with_those_who_opened() -> None:
    def steps(drafted: int, submitted: int) -> list[tuple[object, ...]]:
        return cells(of(Counts(Steps(0, 0, drafted, submitted)), "funnel"))[2:]

    assert steps(50, 20) == [(50,), (20,)]
    assert steps(50, 3) == [(None,), (None,)]  # the table of what is missing says how many are being written
    assert steps(50, 48) == [(None,), (48,)]
    assert steps(3, 0) == [(None,), (0,)]


def test_places_sizes_and_themes_are_masked_under_five(sqlite: Store) -> None:
    person(sqlite, "anne")
    for nth in range(9):
        insee = "25056" if nth < 6 else "39300"
        said = {
            "commune": f'{{"insee":"{insee}"}}',
            "headcount": str(nth * 40),
            "themes": '["health","health"]',
        }
        dossier(sqlite, f"d{nth}", "anne", receipt=f"RN-{nth}", **said)
    dossier(sqlite, "draft", "anne", commune='{"insee":"25056"}')
    found = counted(sqlite)
    assert found.places == {"25": (1, 6), "39": (0, 3)}
    assert cells(of(found, "places")) == [(None, None)] * 4
    assert [cells(of(found, "themes"))[at] for at in (0, -1)] == [(9, None), (0, None)]  # of one draft
    assert all("masqu" in wording().word(of(found, name).notes[0], "fr") for name in ("places", "sizes"))
    assert of(found, "places").figure is None


def test_what_is_missing_in_dossiers_gives_no_masked_count_away() -> None:
    counts = Counts(drafts=13, filled={"commune": 8}, places={"25": (2, 0), "39": (6, 0), "other": (5, 0)})
    label = Term("form:commune:label")
    missing = next(found for name, found in of(counts, "fields").rows if name == label)
    assert missing == (5, 8)  # as many as the row of those that do not say it, which masks nothing then
    assert [row[1] for row in cells(of(counts, "places"))] == [None, None, None, None, 5]
    hinted = replace(counts, drafts=10, filled={"commune": 2}, places={"25": (2, 0), "other": (8, 0)})
    assert [row[1] for row in cells(of(hinted, "places"))] == [None] * 5  # 8 would tell the 2
    several = {"health": (2, 0), "mobility": (2, 0), "cohesion": (2, 0), "other": (8, 0)}
    assert {row[1] for row in cells(of(replace(hinted, themes=several), "themes"))} == {None}
    scarce = replace(counts, filled={"commune": 11}, places={"25": (6, 0), "39": (5, 0), "other": (2, 0)})
    assert next(found for name, found in of(scarce, "fields").rows if name == label) == (None, None)
    assert [row[1] for row in cells(of(scarce, "places"))] == [6, None, 0, 0, None]
    few = of(replace(counts, drafts=4), "fields")
    assert {cell for row in cells(few) for cell in row} == {None}


def test_delays_are_quartiles_of_five_dossiers_at_least(sqlite: Store) -> None:
    person(sqlite, "anne")
    for nth in range(4):
        dossier(sqlite, f"d{nth}", "anne", receipt=f"RN-{nth}", days=nth)
    assert cells(of(counted(sqlite), "delays")) == [(None,) * 4] * 2
    dossier(sqlite, "d4", "anne", receipt="RN-4", days=10)
    with sqlite.write() as tx:
        at = START + timedelta(days=12)
        move = {"dossier_id": "d4", "author": "c", "at": at, "act": "admit", "status": "admissible"}
        tx.execute(insert(MoveRow), [move])
    found = counted(sqlite)
    assert found.to_verdict == (2.0,)
    assert cells(of(found, "delays")) == [(2.0, 1.0, 3.0, 5), (None,) * 4]


def test_questions_are_counted_by_topic_and_by_who_answered(sqlite: Store) -> None:
    asked = {
        "edition": EDITION,
        "person_id": "x",
        "words": "w",
        "language": "fr",
        "verdict": "answer",
        "at": START,
    }
    handed = {
        "edition": EDITION, "person_id": "x", "words": "w", "language": "fr", "created_at": START, "due_at": START,
        "updated_at": START,
    }  # fmt: skip
    with sqlite.write() as tx:
        for nth, (entry, rating) in enumerate(
            (("known", ""), ("known", "yes"), ("known", "no"), ("gone", ""), ("", ""))
        ):
            tx.execute(insert(QuestionRow), [{**asked, "id": f"q{nth}", "entry": entry, "rating": rating}])
        for nth, (entries, stage) in enumerate(
            (("known,x", "answered"), ("known", "closed"), ("", "waiting"))
        ):
            row = {"id": f"t{nth}", "number": nth, "entries": entries, "stage": stage}
            tx.execute(insert(TicketRow), [{**handed, **row}])
    found = counted(sqlite)
    assert found.topics == {"dossier": (2, 2, 0), "other": (1, 0, 1)}
    assert (4, 2, 2, 0) in cells(of(found, "topics"))
    assert cells(of(found, "topics"))[-1] == (2, 1, 0, 1)


def test_messages_of_announcements_are_counted(sqlite: Store) -> None:
    row = {
        "status": "sent",
        "content": "{}",
        "audience": "{}",
        "organisation": "x",
        "created_at": START,
        "changed_at": START,
    }
    sent = {"channel": "telegram", "rank": 1, "body": "", "created_at": START, "broadcast": "a1"}
    with sqlite.write() as tx:
        tx.execute(insert(AnnouncementRow), [{**row, "id": "a1", "edition": EDITION, "number": 1}])
        for nth, (status, error) in enumerate(
            (
                ("sent", None),
                ("sent", None),
                ("failed", "x"),
                ("skipped", "blocked"),
                ("skipped", "no longer wanted"),
            )
        ):
            one = {"key": str(nth), "address": f"telegram:{nth}", "status": status, "error": error}
            tx.execute(insert(OutboxRow), [{**sent, **one}])
    assert cells(of(counted(sqlite), "announced")) == [(2,), (1,), (1,)]
