"""Writes to the fields of dossiers, in the order they were given: each is compared with what the field then holds.

Nothing that somebody wrote is lost: a value that met a newer one stays beside it, and every write leaves a trace.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, bindparam, delete, insert, select

from rallynov.delivery.subject import Order
from rallynov.initiatives.commands import KeepAnswer, KeepDraft, SkipField
from rallynov.initiatives.desk import Desk
from rallynov.initiatives.model import Json
from rallynov.initiatives.tables import DossierAnswerRow, DraftRow, RivalRow, WriteRow
from rallynov.storage.prepared import INSERTS, Insertable, Prepared, among, listed

Row = dict[str, Any]


class _Stands(NamedTuple):
    version: int
    value: str


class Answers:
    """The answers that a batch keeps: compared at once, written together by ``flush``."""

    def __init__(self, tx: Connection, desk: Desk, orders: Sequence[Order]) -> None:
        self._tx = tx
        self._desk = desk
        self._stands = _standing(
            tx, [c for o in orders if isinstance(c := o.command, KeepAnswer | SkipField)]
        )
        self._clear()

    def _clear(self) -> None:
        self._answers: dict[tuple[str, str], Row] = {}
        self._trace: list[Row] = []
        self._rivals: list[Row] = []
        self._settled: list[Row] = []
        self._drafts: dict[tuple[str, str, str], Row | None] = {}
        self._given: dict[str, dict[str, Json]] = defaultdict(dict)
        self._writes: dict[str, int] = defaultdict(int)

    def keep(self, order: Order, kept: KeepAnswer) -> None:
        """Keep a value; beside the one that stands when that is newer than the one seen, and different."""
        value = orjson.dumps(kept.value).decode()
        stands = self._stands.get((kept.dossier, kept.field))
        if stands is None or stands.version == kept.seen or stands.value == value:
            self._write(order, kept.dossier, kept.field, value, source=kept.source)
            self._given[kept.dossier][kept.field] = kept.value
            self._settled += [
                {"of": rival, "dossier": kept.dossier, "name": kept.field} for rival in kept.settles
            ]
        else:
            row = _row(order, kept.dossier, kept.field, value)
            self._rivals.append(row)
            self._trace.append(row | {"version": 0, "source": kept.source, "skipped": False})
            self._writes[kept.dossier] += 1
        self._drafts[kept.dossier, kept.field, order.person] = None

    def skip(self, order: Order, skipped: SkipField) -> None:
        """Leave a field without a value, unless it changed since it was seen; a draft of it stays."""
        stands = self._stands.get((skipped.dossier, skipped.field))
        if stands is None or stands.version == skipped.seen:
            self._write(order, skipped.dossier, skipped.field, "null", skipped=True)
            self._given[skipped.dossier][skipped.field] = None

    def draft(self, order: Order, draft: KeepDraft) -> None:
        """Keep what is no value yet, or drop it."""
        value = None if draft.draft is None else orjson.dumps(draft.draft).decode()
        mine = {"dossier_id": draft.dossier, "field": draft.field, "person_id": order.person}
        row = None if value is None else mine | {"value": value, "at": order.at}
        self._drafts[draft.dossier, draft.field, order.person] = row

    def flush(self, at: datetime) -> None:
        """Write what was kept so far, one statement per table."""
        for dossier, writes in sorted(self._writes.items()):
            self._desk.touch(dossier, at, writes, self._given[dossier])
        if self._answers:
            _ANSWER.many(self._tx, list(self._answers.values()))
        if self._trace:
            _TRACE.many(self._tx, self._trace)
        if self._rivals:
            self._tx.execute(insert(RivalRow), self._rivals)
        if self._settled:
            self._tx.execute(_SETTLE, self._settled)
        self._flush_drafts()
        self._clear()

    def _flush_drafts(self) -> None:
        kept = [row for row in self._drafts.values() if row is not None]
        gone = [
            {"dossier": dossier, "name": name, "who": person}
            for (dossier, name, person), row in self._drafts.items()
            if row is None
        ]
        if kept:
            _DRAFT.many(self._tx, kept)
        if gone:
            _UNDRAFT.many(self._tx, gone)

    def _write(
        self, order: Order, dossier: str, field: str, value: str, *, source: str = "", skipped: bool = False
    ) -> None:
        stands = self._stands.get((dossier, field))
        version = stands.version + 1 if stands else 1
        row = _row(order, dossier, field, value)
        row |= {"version": version, "source": source, "skipped": skipped}
        self._stands[dossier, field] = _Stands(version, value)
        self._answers[dossier, field] = row
        self._trace.append(row)
        self._writes[dossier] += 1


def _row(order: Order, dossier: str, field: str, value: str) -> Row:
    return {"dossier_id": dossier, "field": field, "value": value, "author": order.person, "at": order.at}


def _standing(tx: Connection, commands: Sequence[KeepAnswer | SkipField]) -> dict[tuple[str, str], _Stands]:
    """Read what the fields that are written to hold."""
    if not commands:
        return {}
    dialect = tx.dialect.name
    dossiers = sorted({command.dossier for command in commands})
    names = sorted({command.field for command in commands})
    rows = _HELD.rows(tx, dossiers=listed(dossiers, dialect), names=listed(names, dialect))
    return {(dossier, name): _Stands(version, value) for dossier, name, version, value in rows}


def _replacing(table: Insertable, keys: Sequence[str], columns: Sequence[str]) -> Insertable:
    newer: Mapping[str, Any] = {name: table.excluded[name] for name in columns}
    return table.on_conflict_do_update(index_elements=list(keys), set_=newer)


_HELD = Prepared(
    lambda name: select(
        DossierAnswerRow.dossier_id, DossierAnswerRow.field, DossierAnswerRow.version, DossierAnswerRow.value
    ).where(
        among(DossierAnswerRow.dossier_id, "dossiers", name), among(DossierAnswerRow.field, "names", name)
    )
)
_KEPT = ("value", "version", "author", "at", "source", "skipped")
_ANSWER = Prepared(
    lambda name: _replacing(INSERTS[name](DossierAnswerRow), ("dossier_id", "field"), _KEPT),
    ("dossier_id", "field", *_KEPT),
)
_TRACE = Prepared(lambda _: insert(WriteRow), ("dossier_id", "field", *_KEPT))
_DRAFT = Prepared(
    lambda name: _replacing(INSERTS[name](DraftRow), ("dossier_id", "field", "person_id"), ("value", "at")),
    ("dossier_id", "field", "person_id", "value", "at"),
)
_UNDRAFT = Prepared(
    lambda _: delete(DraftRow).where(
        DraftRow.dossier_id == bindparam("dossier"),
        DraftRow.field == bindparam("name"),
        DraftRow.person_id == bindparam("who"),
    )
)
_SETTLE = delete(RivalRow).where(
    RivalRow.id == bindparam("of"),
    RivalRow.dossier_id == bindparam("dossier"),
    RivalRow.field == bindparam("name"),
)
