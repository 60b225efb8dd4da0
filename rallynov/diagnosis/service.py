"""Diagnoses in a batch of turns: the run in progress of each person, and the answers to keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from tomllib import TOMLDecodeError, loads

import orjson
from pydantic import ValidationError
from sqlalchemy import Connection, Select, Text, and_, bindparam, cast, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from rallynov.delivery.subject import Order
from rallynov.diagnosis.model import (
    LEVELS,
    NOT_CONCERNED,
    UNKNOWN,
    Band,
    Diagnosis,
    FinishDiagnosis,
    Grid,
    SaveAnswer,
    SaveNote,
    StartDiagnosis,
)
from rallynov.diagnosis.tables import AnswerRow, DiagnosisRow
from rallynov.dialogue.events import Event
from rallynov.dialogue.turn import Command
from rallynov.storage.prepared import INSERTS, Prepared, among, listed
from rallynov.wording import ContentError, Wording

Insertable = sqlite.Insert | postgresql.Insert
GRID = Path(__file__).parent / "grid.toml"


def load_grid(path: Path = GRID) -> Grid:
    """Read the grid; ``ContentError`` names the file and what is wrong in it."""
    try:
        return Grid.model_validate(loads(path.read_text("utf-8")))
    except (OSError, TOMLDecodeError, ValidationError) as error:
        raise ContentError(f"{path}: {error}") from error


def check_words(grid: Grid, wording: Wording) -> None:
    """Stop the start when a checkpoint, a question or a level has no words: ``ContentError`` names the
    key.
    """
    keys = [f"grid:band.{band}:{name}" for band in Band for name in ("title", "text")]
    keys += [
        f"grid:scale.{v}:{name}" for v in (*LEVELS, UNKNOWN, NOT_CONCERNED) for name in ("label", "synonyms")
    ]
    for checkpoint in grid.checkpoints:
        keys += [f"grid:{checkpoint.id}:{name}" for name in ("title", "evidence", "next", "strength")]
        keys += [f"grid:{q}:{name}" for q in checkpoint.questions for name in ("ask", "hint", "why", "short")]
    for language in wording.languages:
        for key in keys:
            wording.term(key, language)


class Diagnoses:
    """The subject of diagnoses."""

    orders: Sequence[type[Command]] = (StartDiagnosis, SaveAnswer, SaveNote, FinishDiagnosis)

    def __init__(self, edition: str) -> None:
        self._edition = edition

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, Diagnosis]:
        """Read the latest run of each person with its answers, in one query."""
        rows = _LATEST.rows(tx, people=listed(list(people), tx.dialect.name))
        return {who: _diagnosis(run, finished_at, kept) for who, run, finished_at, kept in rows}

    def blank(self, person: str) -> Diagnosis:  # one protocol for all subjects
        """Return a diagnosis that was never begun."""
        return Diagnosis()

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Open runs, keep answers and notes, close runs: one statement each."""
        started = [(o, c) for o in orders if isinstance(c := o.command, StartDiagnosis)]
        if started:
            tx.execute(_START, [self._run(order, command) for order, command in started])
        self._keep(
            tx,
            "value",
            [(o, c.run, c.question, c.value) for o in orders if isinstance(c := o.command, SaveAnswer)],
        )
        self._keep(
            tx,
            "note",
            [(o, c.run, c.question, c.note) for o in orders if isinstance(c := o.command, SaveNote)],
        )
        finished = [
            {"who": o.person, "nth": c.run, "at": o.at}
            for o in orders
            if isinstance(c := o.command, FinishDiagnosis)
        ]
        if finished:
            tx.execute(_FINISH, finished)

    def _run(self, order: Order, command: StartDiagnosis) -> dict[str, object]:
        return {
            "person_id": order.person,
            "run": command.run,
            "edition": self._edition,
            "grid_version": command.version,
            "started_at": order.at,
        }

    @staticmethod
    def _keep(tx: Connection, column: str, kept: Sequence[tuple[Order, int, str, str]]) -> None:
        """Write answers or notes, each in place of an earlier one."""
        if not kept:
            return
        rows = [
            {
                "person_id": order.person,
                "run": run,
                "question": question,
                column: value,
                "answered_at": order.at,
            }
            for order, run, question, value in kept
        ]
        _SAVE[column].many(tx, rows)


_START = insert(DiagnosisRow)
_RUN = aliased(DiagnosisRow)
_MINE = and_(DiagnosisRow.person_id == bindparam("who"), DiagnosisRow.run == bindparam("nth"))
_FINISH = update(DiagnosisRow).where(_MINE).values(finished_at=bindparam("at"))


def _latest(name: str) -> Select[str, int, datetime | None, str | None]:
    """Select the latest run of each person, its answers gathered into one JSON object by the database."""
    group, pair = (
        (func.json_group_object, func.json_array)
        if name == "sqlite"
        else (func.json_object_agg, func.json_build_array)
    )
    kept = cast(group(AnswerRow.question, pair(AnswerRow.value, AnswerRow.note)), Text)
    mine = and_(AnswerRow.person_id == _RUN.person_id, AnswerRow.run == _RUN.run)
    answers = select(kept).where(mine).correlate(_RUN).scalar_subquery()
    newest = (
        select(func.max(DiagnosisRow.run)).where(DiagnosisRow.person_id == _RUN.person_id).correlate(_RUN)
    )
    return select(_RUN.person_id, _RUN.run, _RUN.finished_at, answers).where(
        _RUN.run == newest.scalar_subquery(), among(_RUN.person_id, "people", name)
    )


def _saving(table: Insertable, column: str) -> Insertable:
    """Keep a value of an answer in place of an earlier one."""
    newer = {column: table.excluded[column], "answered_at": table.excluded.answered_at}
    return table.on_conflict_do_update(index_elements=["person_id", "run", "question"], set_=newer)


_LATEST = Prepared(_latest)
_KEPT = ("person_id", "run", "question", "answered_at")
_SAVE = {
    "value": Prepared(lambda name: _saving(INSERTS[name](AnswerRow), "value"), (*_KEPT, "value")),
    "note": Prepared(lambda name: _saving(INSERTS[name](AnswerRow), "note"), (*_KEPT, "note")),
}


def _diagnosis(run: int, finished_at: datetime | None, gathered: str | None) -> Diagnosis:
    kept: dict[str, tuple[str | None, str | None]] = orjson.loads(gathered) if gathered else {}
    answers = {question: value for question, (value, _) in kept.items() if value is not None}
    notes = {question: note for question, (_, note) in kept.items() if note}
    return Diagnosis(run, answers, notes, finished_at)
