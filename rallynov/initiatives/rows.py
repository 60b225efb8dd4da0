"""Dossiers read from their tables: the fact of each person, one query per table, and none for who has no dossier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, Select, bindparam, or_, select

from rallynov.initiatives.model import (
    Answer,
    Attachment,
    Dossier,
    Dossiers,
    Json,
    Lookalike,
    Remark,
    Right,
    Rival,
    Sharer,
    Status,
)
from rallynov.initiatives.tables import (
    AttachmentRow,
    DossierAnswerRow,
    DossierRow,
    DraftRow,
    RemarkRow,
    RivalRow,
    ShareRow,
)
from rallynov.storage.prepared import Prepared, among, listed


@dataclass(slots=True)
class Contents:
    """What a dossier holds, whoever looks at it."""

    answers: dict[str, Answer] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    remarks: tuple[Remark, ...] = ()


def facts(tx: Connection, edition: str, people: Sequence[str]) -> Mapping[str, Dossiers]:
    """Read the dossiers of people, the last touched first; whoever has none is left out."""
    dialect = tx.dialect.name
    mine = _MINE.rows(tx, edition=edition, people=listed(people, dialect))
    if not mine:
        return {}
    ids = list(dict.fromkeys(row[0] for row in mine))
    held = contents(tx, ids)
    sharers = _sharers(tx, ids)
    drafts = _drafts(tx, ids, people)
    alike = _Alike(tx, edition, mine)
    found: dict[str, list[Dossier]] = defaultdict(list)
    for row in mine:
        dossier_id, person = row[0], row[1]
        found[person].append(
            Dossier(
                dossier_id,
                Status(row[3]),
                Right(row[2]),
                held[dossier_id].answers,
                held[dossier_id].attachments,
                held[dossier_id].remarks,
                receipt=row[4] or "",
                fingerprint=row[11],
                submitted_at=row[5],
                correct_by=row[6],
                reason=row[7],
                others=tuple(one for one in sharers[dossier_id] if one.person != person),
                lookalikes=alike.of(dossier_id, person),
                updated_at=row[8],
                drafts=drafts.get((dossier_id, person), {}),
            )
        )
    return {person: Dossiers(tuple(theirs)) for person, theirs in found.items()}


def contents(tx: Connection, ids: Sequence[str]) -> Mapping[str, Contents]:
    """Read what dossiers hold."""
    given = listed(ids, tx.dialect.name)
    held = {one: Contents() for one in ids}
    rivals: dict[tuple[str, str], list[Rival]] = defaultdict(list)
    for dossier, name, *rest in _RIVALS.rows(tx, dossiers=given):
        rivals[dossier, name].append(Rival(rest[0], orjson.loads(rest[1]), rest[2], rest[3]))
    for dossier, name, value, version, author, at, source, skipped in _ANSWERS.rows(tx, dossiers=given):
        against = tuple(rivals.get((dossier, name), ()))
        answer = Answer(orjson.loads(value), version, author, at, source, skipped, against)
        held[dossier].answers[name] = answer
    for dossier, *rest in _ATTACHMENTS.rows(tx, dossiers=given):
        held[dossier].attachments += (Attachment(*rest),)
    for dossier, *rest in _REMARKS.rows(tx, dossiers=given):
        held[dossier].remarks += (Remark(*rest),)
    return held


def _sharers(tx: Connection, ids: Sequence[str]) -> Mapping[str, list[Sharer]]:
    found: dict[str, list[Sharer]] = defaultdict(list)
    for dossier, person, name, right in _SHARERS.rows(tx, dossiers=listed(ids, tx.dialect.name)):
        found[dossier].append(Sharer(person, name, Right(right)))
    return found


def _drafts(
    tx: Connection, ids: Sequence[str], people: Sequence[str]
) -> Mapping[tuple[str, str], dict[str, Json]]:
    found: dict[tuple[str, str], dict[str, Json]] = defaultdict(dict)
    dialect = tx.dialect.name
    rows = _DRAFTS.rows(tx, dossiers=listed(ids, dialect), people=listed(people, dialect))
    for dossier, person, name, value in rows:
        found[dossier, person][name] = orjson.loads(value)
    return found


class _Alike:
    """The dossiers of an edition that look like some of it.

    Of a dossier that the person does not share, only that it was submitted is told: whoever types the number of an
    organisation must not read what it is writing.
    """

    def __init__(self, tx: Connection, edition: str, mine: Sequence[tuple[Any, ...]]) -> None:
        self._marks = {row[0]: (row[9], row[10]) for row in mine}
        self._shared = {(row[0], row[1]) for row in mine}
        sirens = sorted({siren for siren, _ in self._marks.values() if siren})
        names = sorted({named for _, named in self._marks.values() if named})
        self._found: list[tuple[Any, ...]] = []
        if sirens or names:
            dialect = tx.dialect.name
            given = {"sirens": listed(sirens, dialect), "names": listed(names, dialect)}
            self._found = _ALIKE.rows(tx, edition=edition, **given)

    def of(self, dossier: str, person: str) -> tuple[Lookalike, ...]:
        """Return what looks like a dossier, to one of its people."""
        siren, named = self._marks[dossier]
        alike = []
        for other, its_siren, its_named, status, title in self._found:
            if other == dossier or not ((siren and siren == its_siren) or (named and named == its_named)):
                continue
            if (other, person) in self._shared:
                alike.append(Lookalike(orjson.loads(title) if title else "", Status(status), mine=True))
            elif status not in {Status.DRAFT, Status.WITHDRAWN}:
                alike.append(Lookalike("", Status.SUBMITTED, mine=False))
        return tuple(alike)


def _mine(name: str) -> Select[*tuple[Any, ...]]:
    columns = (
        ShareRow.dossier_id,
        ShareRow.person_id,
        ShareRow.right,
        DossierRow.status,
        DossierRow.receipt,
        DossierRow.submitted_at,
        DossierRow.correct_by,
        DossierRow.reason,
        DossierRow.updated_at,
        DossierRow.siren,
        DossierRow.named,
        DossierRow.fingerprint,
    )
    shared = select(*columns).join(DossierRow, DossierRow.id == ShareRow.dossier_id)
    mine = shared.where(among(ShareRow.person_id, "people", name), DossierRow.edition == bindparam("edition"))
    return mine.order_by(DossierRow.updated_at.desc(), DossierRow.id)


def _alike(name: str) -> Select[*tuple[Any, ...]]:
    title = (
        select(DossierAnswerRow.value)
        .where(DossierAnswerRow.dossier_id == DossierRow.id, DossierAnswerRow.field == "title")
        .correlate(DossierRow)
        .scalar_subquery()
    )
    marked = select(DossierRow.id, DossierRow.siren, DossierRow.named, DossierRow.status, title)
    like = or_(among(DossierRow.siren, "sirens", name), among(DossierRow.named, "names", name))
    return marked.where(DossierRow.edition == bindparam("edition"), like).order_by(DossierRow.created_at)


_MINE = Prepared(_mine)
_ALIKE = Prepared(_alike)
_SHARERS = Prepared(
    lambda name: (
        select(ShareRow.dossier_id, ShareRow.person_id, ShareRow.name, ShareRow.right)
        .where(among(ShareRow.dossier_id, "dossiers", name))
        .order_by(ShareRow.since, ShareRow.person_id)
    )
)
_ANSWERS = Prepared(
    lambda name: select(
        DossierAnswerRow.dossier_id,
        DossierAnswerRow.field,
        DossierAnswerRow.value,
        DossierAnswerRow.version,
        DossierAnswerRow.author,
        DossierAnswerRow.at,
        DossierAnswerRow.source,
        DossierAnswerRow.skipped,
    ).where(among(DossierAnswerRow.dossier_id, "dossiers", name))
)
_RIVALS = Prepared(
    lambda name: (
        select(RivalRow.dossier_id, RivalRow.field, RivalRow.id, RivalRow.value, RivalRow.author, RivalRow.at)
        .where(among(RivalRow.dossier_id, "dossiers", name))
        .order_by(RivalRow.id)
    )
)
_ATTACHMENTS = Prepared(
    lambda name: (
        select(
            AttachmentRow.dossier_id,
            AttachmentRow.id,
            AttachmentRow.name,
            AttachmentRow.mime,
            AttachmentRow.size,
            AttachmentRow.state,
            AttachmentRow.reason,
            AttachmentRow.scanned,
        )
        .where(among(AttachmentRow.dossier_id, "dossiers", name))
        .order_by(AttachmentRow.created_at, AttachmentRow.id)
    )
)
_REMARKS = Prepared(
    lambda name: (
        select(RemarkRow.dossier_id, RemarkRow.field, RemarkRow.author, RemarkRow.text, RemarkRow.at)
        .where(among(RemarkRow.dossier_id, "dossiers", name))
        .order_by(RemarkRow.id)
    )
)
_DRAFTS = Prepared(
    lambda name: select(DraftRow.dossier_id, DraftRow.person_id, DraftRow.field, DraftRow.value).where(
        among(DraftRow.dossier_id, "dossiers", name), among(DraftRow.person_id, "people", name)
    )
)
