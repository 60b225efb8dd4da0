"""Dossiers read for an export: one snapshot while people write, a hundred at a time, each as it counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
from sqlalchemy import Connection, select

from rallynov.exports.model import REGISTERED, Entry, Holder, Moved, Piece, Selection
from rallynov.exports.schema import Shape
from rallynov.exports.views import consents
from rallynov.initiatives import rows
from rallynov.initiatives.aside import set_aside
from rallynov.initiatives.attachments.model import KEPT
from rallynov.initiatives.form import DossierForm, Json
from rallynov.initiatives.lifecycle import Act
from rallynov.initiatives.model import Dossier, Right, Status
from rallynov.initiatives.papers.found import STANDS
from rallynov.initiatives.reading.places import DEPARTEMENTS
from rallynov.initiatives.tables import AttachmentRow, DossierAnswerRow, DossierRow, MoveRow, ShareRow
from rallynov.storage.prepared import Prepared, among, listed
from rallynov.storage.sessions import unhurried
from rallynov.storage.store import Store
from rallynov.text import fold

AT_ONCE = 100
"""Dossiers held in memory at a time."""
CONSENT = "published"
"""The question that asks what may be published."""


@contextmanager
def snapshot(store: Store) -> Iterator[Connection]:
    """Open one transaction that sees the database as it is now, whatever is written meanwhile, and writes nothing."""
    with store.read() as tx:
        if not store.is_sqlite:
            tx.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        unhurried(tx)
        yield tx


def chosen(tx: Connection, edition: str, selection: Selection) -> list[str]:
    """Return the dossiers of an edition that a selection may hold, by number, drafts last.

    One whose people have all asked that their data be set aside is left out.
    """
    known = select(DossierRow.id).where(DossierRow.edition == edition, ~set_aside(DossierRow.id))
    statuses = selection.statuses or (frozenset(Status) if selection.drafts else REGISTERED)
    known = known.where(DossierRow.status.in_(sorted(statuses)))
    first = DossierRow.receipt.is_(None), DossierRow.receipt, DossierRow.created_at, DossierRow.id
    found = tx.execute(known.order_by(*first)).scalars()
    named = None if selection.ids is None else frozenset(selection.ids)
    return [one for one in found if named is None or one in named]


def left(tx: Connection, ids: Sequence[str]) -> list[str]:
    """Return those of some dossiers, a few hundred at most, that are still there."""
    return list(tx.execute(select(DossierRow.id).where(DossierRow.id.in_(ids))).scalars())


def editions_known(tx: Connection) -> list[str]:
    """Return the editions that hold dossiers."""
    return list(tx.execute(select(DossierRow.edition).distinct().order_by(DossierRow.edition)).scalars())


def entries(
    tx: Connection, form: DossierForm, shape: Shape, ids: Sequence[str], at_once: int = AT_ONCE
) -> Iterator[list[Entry]]:
    """Give dossiers in the order of their ids, some at a time."""
    for start in range(0, len(ids), at_once):
        some = ids[start : start + at_once]
        read = _Read(tx, form, shape, some)
        yield [read.entry(one) for one in some]


def within(entry: Entry, territories: frozenset[str]) -> bool:
    """Tell whether a dossier is of a territory: a département by number or name, or a commune by its name."""
    commune = entry.answers.get("commune")
    if not territories or not isinstance(commune, Mapping):
        return not territories
    number = str(commune.get("insee", ""))[:2]
    names = {number, DEPARTEMENTS.get(number, ""), fold(str(commune.get("name", "")))}
    return not territories.isdisjoint(names - {""})


class _Read:
    """What the tables hold of some dossiers."""

    def __init__(self, tx: Connection, form: DossierForm, shape: Shape, ids: Sequence[str]) -> None:
        self._form, self._shape = form, shape
        given = listed(ids, tx.dialect.name)
        self._heads = {row[0]: row for row in _HEADS.rows(tx, dossiers=given)}
        self._submitted = {
            dossier: orjson.loads(content) for dossier, content in _CONTENTS.rows(tx, dossiers=given)
        }
        self._held = rows.contents(tx, [one for one in ids if self._standing(one) is None])
        self._agreed = {one: orjson.loads(value) for one, value in _CONSENTS.rows(tx, dossiers=given)}
        self._kept: dict[str, list[Piece]] = defaultdict(list)
        for dossier, *piece in _PIECES.rows(tx, dossiers=given):
            self._kept[dossier].append(Piece(*piece))
        self._sharers: dict[str, dict[str, Holder]] = defaultdict(dict)
        for dossier, person, right, name, since in _SHARERS.rows(tx, dossiers=given):
            self._sharers[dossier][person] = Holder(Right(right), name, since)
        self._moves: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for dossier, *rest in _MOVES.rows(tx, dossiers=given):
            self._moves[dossier].append(tuple(rest))

    def entry(self, dossier: str) -> Entry:
        """Return one dossier as it counts."""
        _, status, form, receipt, fingerprint, reason, created, updated, submitted_at, correct_by = (
            self._heads[dossier]
        )
        standing = self._standing(dossier)
        given, others = self._answers(dossier, standing)
        return Entry(
            id=dossier,
            key=receipt or f"B-{dossier[:12]}",
            status=Status(status),
            form=str(standing["form"]) if standing else form,
            receipt=receipt or "",
            fingerprint=fingerprint,
            reason=reason,
            created_at=created,
            updated_at=updated,
            submitted_at=submitted_at,
            correct_by=correct_by,
            answers=given,
            others=others,
            consents=self._consents(dossier),
            pieces=self._pieces(dossier, standing),
            holders=tuple(self._sharers[dossier].values()),
            moves=tuple(self._moved(dossier, *one) for one in self._moves[dossier]),
        )

    def _standing(self, dossier: str) -> Any:
        """Return what was submitted, as long as it is what counts: what is answered now need not be read then."""
        return self._submitted.get(dossier) if Status(self._heads[dossier][1]) in STANDS else None

    def _answers(self, dossier: str, standing: Any) -> tuple[dict[str, Json], dict[str, Json]]:
        """Return what counts, by field, and beside it what this release cannot place."""
        if standing is None:
            held: Mapping[str, Json] = self._form.given(Dossier(dossier, answers=self._held[dossier].answers))
        else:
            held = standing["answers"]
        fields = {name: self._form.find(name) for name in held}
        known = {name: field.current(held[name]) for name, field in fields.items() if field}
        given = {
            field.id: known[field.id]
            for field in self._form.fields
            if field.id in known and self._shape.suits(field.id, known[field.id])
        }
        return given, {name: value for name, value in held.items() if name not in given}

    def _consents(self, dossier: str) -> frozenset[str]:
        submitted = self._submitted.get(dossier)
        said = [self._agreed.get(dossier)]
        if submitted is not None:
            said.append(submitted["answers"].get(CONSENT))
        return consents(self._form, said)

    def _pieces(self, dossier: str, standing: Any) -> tuple[Piece, ...]:
        """Return the files that count: of what was submitted, those that were and are still kept."""
        wanted = {str(file) for _, _, file in standing["files"]} if standing else None
        return tuple(one for one in self._kept[dossier] if wanted is None or one.id in wanted)

    def _moved(self, dossier: str, act: str, status: str, author: str, at: Any, reason: str) -> Moved:
        sharer = self._sharers[dossier].get(author)
        return Moved(at, Act(act), Status(status), sharer.name if sharer else "", reason)


_HEADS = Prepared(
    lambda name: select(
        DossierRow.id,
        DossierRow.status,
        DossierRow.form,
        DossierRow.receipt,
        DossierRow.fingerprint,
        DossierRow.reason,
        DossierRow.created_at,
        DossierRow.updated_at,
        DossierRow.submitted_at,
        DossierRow.correct_by,
    ).where(among(DossierRow.id, "dossiers", name))
)
_CONTENTS = Prepared(
    lambda name: (
        select(MoveRow.dossier_id, MoveRow.content)
        .where(
            among(MoveRow.dossier_id, "dossiers", name),
            MoveRow.act == Act.SUBMIT.value,
            MoveRow.content.is_not(None),
        )
        .order_by(MoveRow.id)
    )
)
_MOVES = Prepared(
    lambda name: (
        select(MoveRow.dossier_id, MoveRow.act, MoveRow.status, MoveRow.author, MoveRow.at, MoveRow.reason)
        .where(among(MoveRow.dossier_id, "dossiers", name))
        .order_by(MoveRow.id)
    )
)
_SHARERS = Prepared(
    lambda name: (
        select(ShareRow.dossier_id, ShareRow.person_id, ShareRow.right, ShareRow.name, ShareRow.since)
        .where(among(ShareRow.dossier_id, "dossiers", name))
        .order_by(ShareRow.since, ShareRow.person_id)
    )
)
_PIECES = Prepared(
    lambda name: (
        select(
            AttachmentRow.dossier_id,
            AttachmentRow.id,
            AttachmentRow.name,
            AttachmentRow.mime,
            AttachmentRow.size,
            AttachmentRow.digest,
            AttachmentRow.scanned,
        )
        .where(among(AttachmentRow.dossier_id, "dossiers", name), AttachmentRow.state == KEPT)
        .order_by(AttachmentRow.created_at, AttachmentRow.id)
    )
)
_CONSENTS = Prepared(
    lambda name: select(DossierAnswerRow.dossier_id, DossierAnswerRow.value).where(
        among(DossierAnswerRow.dossier_id, "dossiers", name),
        DossierAnswerRow.field == CONSENT,
        DossierAnswerRow.skipped.is_(False),
    )
)
