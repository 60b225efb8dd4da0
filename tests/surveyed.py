"""Somebody who began diagnoses, written straight into the database."""

from __future__ import annotations

from collections.abc import Sequence

from conversation import START
from sqlalchemy import insert

from rallynov.diagnosis.service import load_grid
from rallynov.diagnosis.tables import AnswerRow, DiagnosisRow
from rallynov.people.tables import PersonRow
from rallynov.storage.store import Store

ASKED = [question.id for question in load_grid().form().questions]
EDITION = "rallynov"


def person(store: Store, name: str, *runs: int, finished: Sequence[int] = ()) -> None:
    """Somebody with diagnoses: how many questions of each are answered."""
    with store.write() as tx:
        tx.execute(insert(PersonRow), [{"id": name, "notice_version": "1", "created_at": START}])
        for run, many in enumerate(runs, 1):
            row = {
                "person_id": name,
                "run": run,
                "edition": EDITION,
                "grid_version": "1",
                "started_at": START,
            }
            done = START if run in finished else None
            tx.execute(insert(DiagnosisRow), [{**row, "finished_at": done}])
            given = {"person_id": name, "run": run, "value": "3", "answered_at": START}
            if many:
                tx.execute(insert(AnswerRow), [{**given, "question": one} for one in ASKED[:many]])
