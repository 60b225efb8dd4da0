"""Diagnoses in a batch of turns: the run in progress of each person, and the answers to keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import orjson
from sqlalchemy import Connection, Select, Text, Update, and_, bindparam, cast, func, insert, select, update
from sqlalchemy.orm import aliased

from rallynov.delivery.subject import Order
from rallynov.diagnosis import withdrawing
from rallynov.diagnosis.model import (
    LEVELS,
    NOT_CONCERNED,
    UNKNOWN,
    ChangeGrid,
    Diagnosis,
    DropNote,
    Earlier,
    FinishDiagnosis,
    Grid,
    JoinPanel,
    Role,
    SaveAnswer,
    SaveNote,
    StartDiagnosis,
    Voice,
)
from rallynov.diagnosis.reading import Band, Concern
from rallynov.diagnosis.tables import AnswerRow, DiagnosisRow
from rallynov.dialogue.events import Event
from rallynov.dialogue.turn import Command
from rallynov.storage.prepared import INSERTS, Insertable, Prepared, among, listed
from rallynov.wording import Wording, read_toml

GRID = Path(__file__).parent / "grid.toml"


def load_grid(path: Path = GRID) -> Grid:
    """Read the grid; ``ContentError`` names the file and what is wrong in it."""
    return read_toml(path, Grid)


def check_words(grid: Grid, wording: Wording) -> None:
    """Stop the start when a checkpoint, a question or a level has no words: ``ContentError`` names the
    key.
    """
    keys = [f"grid:band.{band}:{name}" for band in Band for name in ("title", "text")]
    keys += [
        f"grid:scale.{v}:{name}" for v in (*LEVELS, UNKNOWN, NOT_CONCERNED) for name in ("label", "synonyms")
    ]
    keys += [f"grid:role.{role}:{name}" for role in Role for name in ("label", "synonyms")]
    keys += [f"grid:triage.{concern}:text" for concern in Concern]
    for checkpoint in grid.checkpoints:
        keys += [
            f"grid:{checkpoint.id}:{name}" for name in ("title", "evidence", "next", "further", "strength")
        ]
        keys += [f"grid:{q}:{name}" for q in checkpoint.questions for name in ("ask", "hint", "why", "short")]
    for language in wording.languages:
        for key in keys:
            wording.term(key, language)


class Diagnoses:
    """The subject of diagnoses."""

    orders: Sequence[type[Command]] = (
        StartDiagnosis,
        SaveAnswer,
        SaveNote,
        DropNote,
        ChangeGrid,
        FinishDiagnosis,
        JoinPanel,
    )

    def __init__(self, edition: str) -> None:
        self._edition = edition

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, Diagnosis]:
        """Read the latest run of each person with its answers; of some, the run before and their colleagues."""
        rows = _LATEST.rows(tx, people=listed(list(people), tx.dialect.name))
        latest = {row[0]: _diagnosis(*row[1:]) for row in rows}
        again = [who for who, mine in latest.items() if mine.run > 1]
        if again:
            latest |= _compared(tx, {who: latest[who] for who in again})
        together = {who: mine for who, mine in latest.items() if mine.panel}
        return {**latest, **_heard(tx, together)} if together else latest

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
        withdrawing.drop(tx, [(o, c) for o in orders if isinstance(c := o.command, DropNote)])
        _change(tx, orders)

    def _run(self, order: Order, command: StartDiagnosis) -> dict[str, object]:
        return {
            "person_id": order.person,
            "run": command.run,
            "edition": self._edition,
            "grid_version": command.version,
            "started_at": order.at,
            "panel": command.panel,
            "role": command.role or "",
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


def _change(tx: Connection, orders: Sequence[Order]) -> None:
    """Write what orders say of whole runs."""
    changes: dict[type[Command], list[dict[str, object]]] = {kind: [] for kind in _CHANGES}
    for order in orders:
        match order.command:
            case FinishDiagnosis(run):
                change: dict[str, object] = {"at": order.at}
            case ChangeGrid(run, version):
                change = {"by": version}
            case JoinPanel(run, panel, role):
                change = {"with": panel, "as": role}
            case _:
                continue
        changes[type(order.command)].append({"who": order.person, "nth": run, **change})
    for kind, rows in changes.items():
        if rows:
            tx.execute(_CHANGES[kind], rows)


_START = insert(DiagnosisRow)
_RUN = aliased(DiagnosisRow)
_MINE = and_(DiagnosisRow.person_id == bindparam("who"), DiagnosisRow.run == bindparam("nth"))
_CHANGES: Mapping[type[Command], Update] = {
    FinishDiagnosis: update(DiagnosisRow).where(_MINE).values(finished_at=bindparam("at")),
    ChangeGrid: update(DiagnosisRow).where(_MINE).values(grid_version=bindparam("by")),
    JoinPanel: update(DiagnosisRow).where(_MINE).values(panel=bindparam("with"), role=bindparam("as")),
}


def _runs(name: str) -> Select[str, int, datetime | None, str, str, str, str | None]:
    """Select runs, the answers of each gathered into one JSON object by the database."""
    group, pair = (
        (func.json_group_object, func.json_array)
        if name == "sqlite"
        else (func.json_object_agg, func.json_build_array)
    )
    kept = cast(group(AnswerRow.question, pair(AnswerRow.value, AnswerRow.note)), Text)
    mine = and_(AnswerRow.person_id == _RUN.person_id, AnswerRow.run == _RUN.run)
    answers = select(kept).where(mine).correlate(_RUN).scalar_subquery()
    run = (_RUN.person_id, _RUN.run, _RUN.finished_at, _RUN.panel, _RUN.role, _RUN.grid_version)
    return select(*run, answers)


def _latest(name: str) -> Select[str, int, datetime | None, str, str, str, str | None]:
    newest = (
        select(func.max(DiagnosisRow.run)).where(DiagnosisRow.person_id == _RUN.person_id).correlate(_RUN)
    )
    return _runs(name).where(_RUN.run == newest.scalar_subquery(), among(_RUN.person_id, "people", name))


def _saving(table: Insertable, column: str) -> Insertable:
    """Keep a value of an answer in place of an earlier one."""
    newer = {column: table.excluded[column], "answered_at": table.excluded.answered_at}
    return table.on_conflict_do_update(index_elements=["person_id", "run", "question"], set_=newer)


_LATEST = Prepared(_latest)
_FINISHED = Prepared(
    lambda name: _runs(name).where(_RUN.finished_at.is_not(None), among(_RUN.person_id, "people", name))
)
_TOGETHER = Prepared(
    lambda name: _runs(name).where(among(_RUN.panel, "panels", name)).order_by(_RUN.started_at)
)
_KEPT = ("person_id", "run", "question", "answered_at")
_SAVE = {
    "value": Prepared(lambda name: _saving(INSERTS[name](AnswerRow), "value"), (*_KEPT, "value")),
    "note": Prepared(lambda name: _saving(INSERTS[name](AnswerRow), "note"), (*_KEPT, "note")),
}


def _diagnosis(
    run: int, finished_at: datetime | None, panel: str, role: str, version: str, gathered: str | None
) -> Diagnosis:
    kept: dict[str, tuple[str | None, str | None]] = orjson.loads(gathered) if gathered else {}
    answers = {question: value for question, (value, _) in kept.items() if value is not None}
    notes = {question: note for question, (_, note) in kept.items() if note}
    known = Role(role) if role else None
    return Diagnosis(run, answers, notes, finished_at, None, panel, known, version=version)


def _compared(tx: Connection, mine: Mapping[str, Diagnosis]) -> dict[str, Diagnosis]:
    """Give each run the finished one before it."""
    rows = _FINISHED.rows(tx, people=listed(list(mine), tx.dialect.name))
    before: dict[str, tuple[int, Earlier]] = {}
    for who, run, finished_at, _, _, _, gathered in rows:
        if before.get(who, (0,))[0] < run < mine[who].run and finished_at:
            answers = _diagnosis(run, finished_at, "", "", "", gathered).given
            before[who] = run, Earlier(answers, finished_at)
    return {who: replace(mine[who], earlier=earlier) for who, (_, earlier) in before.items()}


def _heard(tx: Connection, mine: Mapping[str, Diagnosis]) -> dict[str, Diagnosis]:
    """Give each run its colleagues: the last answers of every other person of its panel."""
    panels = {run.panel for run in mine.values()}
    voices: dict[str, dict[str, Voice]] = {panel: {} for panel in panels}
    for who, run, finished_at, panel, role, _, gathered in _TOGETHER.rows(
        tx, panels=listed(list(panels), tx.dialect.name)
    ):
        answers = _diagnosis(run, finished_at, "", "", "", gathered).given
        voices[panel][who] = Voice(Role(role), answers, finished_at is not None)
    return {
        who: replace(run, colleagues=tuple(v for other, v in voices[run.panel].items() if other != who))
        for who, run in mine.items()
    }
