"""What is counted, in one snapshot and a dozen statements: nothing of anyone leaves this file but in counts.

Whoever asked that the use of what is theirs be limited is not counted, nor is the dossier that they own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import orjson
from sqlalchemy import ColumnElement, Connection, Select, and_, distinct, func, select

from rallynov.announcements.tables import AnnouncementRow
from rallynov.delivery.tables import OutboxRow, OutboxStatus
from rallynov.diagnosis.model import Grid
from rallynov.diagnosis.tables import AnswerRow, DiagnosisRow
from rallynov.faq.tables import QuestionRow, TicketRow
from rallynov.faq.ticket import Stage
from rallynov.initiatives.form import Json
from rallynov.initiatives.lifecycle import Act
from rallynov.initiatives.model import Right, Status
from rallynov.initiatives.reading.places import DEPARTEMENTS
from rallynov.initiatives.tables import DossierAnswerRow, DossierRow, MoveRow, ShareRow
from rallynov.people.restricting import restricted
from rallynov.statistics.model import Counts, Steps
from rallynov.statistics.tables import OTHER, SIZES_OF

Pairs: TypeAlias = dict[str, tuple[int, int]]
TopicOf: TypeAlias = Callable[[str], str]
"""The topic of an entry of the FAQ, by its slug; empty when it has none any more."""
_DAY = 86_400.0
_BLOCKED = ("blocked", "the door was closed")
_TOLD = (Stage.ANSWERED.value, Stage.CLOSED.value)
_VERDICTS = (Act.ADMIT.value, Act.REJECT.value)
_SAID = ("commune", "headcount", "themes")


def count(tx: Connection, edition: str, grid: Grid, topic: TopicOf) -> Counts:
    """Count all that the figures tell of an edition."""
    answered, stopped = _questions(tx, edition, [one.id for one in grid.form().questions])
    drafts, filled = _fields(tx, edition)
    places, sizes, themes = _spread(tx, edition)
    to_submission, to_verdict = _delays(tx, edition)
    return Counts(
        _steps(tx, edition),
        answered,
        stopped,
        filled,
        drafts,
        places,
        sizes,
        themes,
        to_submission,
        to_verdict,
        _topics(tx, edition, topic),
        _announced(tx, edition),
    )


def _of(edition: str) -> Sequence[ColumnElement[bool]]:
    """Test whether a diagnosis counts."""
    return DiagnosisRow.edition == edition, ~restricted(DiagnosisRow.person_id)


def _counted(edition: str) -> ColumnElement[bool]:
    """Test whether a dossier counts: one of the edition, whose owner did not ask for a limitation."""
    kept = select(ShareRow.dossier_id).where(
        ShareRow.right == Right.OWN.value, restricted(ShareRow.person_id)
    )
    return and_(DossierRow.edition == edition, DossierRow.id.not_in(kept))


def _steps(tx: Connection, edition: str) -> Steps:
    begun = select(
        func.count(distinct(DiagnosisRow.person_id)),
        func.count(distinct(DiagnosisRow.person_id)).filter(DiagnosisRow.finished_at.is_not(None)),
    ).where(*_of(edition))
    owned = (
        select(
            func.count(distinct(ShareRow.person_id)),
            func.count(distinct(ShareRow.person_id)).filter(DossierRow.receipt.is_not(None)),
        )
        .join(DossierRow, DossierRow.id == ShareRow.dossier_id)
        .where(_counted(edition), ShareRow.right == Right.OWN.value)
    )
    return Steps(*map(int, tx.execute(begun).one()), *map(int, tx.execute(owned).one()))


def _questions(tx: Connection, edition: str, asked: Sequence[str]) -> tuple[dict[str, int], dict[str, int]]:
    """Count who answered each question, in any of their diagnoses, and where those who never finished one stand."""
    of_run = and_(AnswerRow.person_id == DiagnosisRow.person_id, AnswerRow.run == DiagnosisRow.run)
    given = (
        select(AnswerRow.question, func.count(distinct(AnswerRow.person_id)))
        .join(DiagnosisRow, of_run)
        .where(*_of(edition), AnswerRow.value.is_not(None))
        .group_by(AnswerRow.question)
    )
    answered = {name: int(n) for name, n in tx.execute(given)}
    finished = select(DiagnosisRow.person_id).where(
        DiagnosisRow.edition == edition, DiagnosisRow.finished_at.is_not(None)
    )
    under_way = (
        select(DiagnosisRow.person_id, AnswerRow.question)
        .join(AnswerRow, and_(of_run, AnswerRow.value.is_not(None)), isouter=True)
        .where(*_of(edition), DiagnosisRow.person_id.not_in(finished))
    )
    held: dict[str, set[str]] = defaultdict(set)
    for person, question in tx.execute(under_way):
        held[person].add(question or "")
    stops = (next((name for name in asked if name not in known), "") for known in held.values())
    return answered, dict(Counter(name for name in stops if name))


def _fields(tx: Connection, edition: str) -> tuple[int, dict[str, int]]:
    """Count the dossiers that are being written, and how many of them hold each field."""
    writing = _counted(edition), DossierRow.status == Status.DRAFT.value
    many = tx.execute(select(func.count()).select_from(DossierRow).where(*writing)).scalar_one()
    given = (
        select(DossierAnswerRow.field, func.count())
        .join(DossierRow, DossierRow.id == DossierAnswerRow.dossier_id)
        .where(*writing, DossierAnswerRow.skipped.is_(False))
        .group_by(DossierAnswerRow.field)
    )
    return int(many), {name: int(n) for name, n in tx.execute(given)}


def _spread(tx: Connection, edition: str) -> tuple[Pairs, Pairs, Pairs]:
    """Count dossiers by place, size and theme: those being written, then those submitted and not withdrawn."""
    alive = _counted(edition), DossierRow.status != Status.WITHDRAWN.value
    known = select(DossierRow.id, DossierRow.status).where(*alive)
    rank = {dossier: int(status != Status.DRAFT) for dossier, status in tx.execute(known)}
    said: dict[str, dict[str, Json]] = {name: {} for name in _SAID}
    for dossier, name, value in tx.execute(_answers(alive)):
        said[name][dossier] = orjson.loads(value)
    place = {dossier: (_place(said["commune"].get(dossier)),) for dossier in rank}
    size = {dossier: (_size(said["headcount"].get(dossier)),) for dossier in rank}
    theme = {dossier: _listed(said["themes"].get(dossier)) for dossier in rank}
    return _tally(rank, place), _tally(rank, size), _tally(rank, theme)


def _answers(alive: Iterable[Any]) -> Select[str, str, str]:
    return (
        select(DossierAnswerRow.dossier_id, DossierAnswerRow.field, DossierAnswerRow.value)
        .join(DossierRow, DossierRow.id == DossierAnswerRow.dossier_id)
        .where(*alive, DossierAnswerRow.field.in_(_SAID), DossierAnswerRow.skipped.is_(False))
    )


def _tally(rank: Mapping[str, int], keys: Mapping[str, Iterable[str]]) -> Pairs:
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for dossier, named in keys.items():
        for key in named:
            found[key][rank[dossier]] += 1
    return {key: (pair[0], pair[1]) for key, pair in found.items()}


def _place(commune: Json) -> str:
    number = str(commune.get("insee", ""))[:2] if isinstance(commune, Mapping) else ""
    return number if number in DEPARTEMENTS else OTHER


def _size(headcount: Json) -> str:
    if not isinstance(headcount, int) or isinstance(headcount, bool):
        return OTHER
    return next(name for name, most in SIZES_OF if headcount <= most)


def _listed(themes: Json) -> Sequence[str]:
    named = [one for one in themes if isinstance(one, str)] if isinstance(themes, list) else []
    return list(dict.fromkeys(named)) or [OTHER]


def _delays(tx: Connection, edition: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the days from the opening of each dossier to its first submission, and from its last one to the verdict."""
    moves = (
        select(MoveRow.dossier_id, MoveRow.act, MoveRow.at, DossierRow.created_at)
        .join(DossierRow, DossierRow.id == MoveRow.dossier_id)
        .where(_counted(edition), MoveRow.act.in_((Act.SUBMIT.value, *_VERDICTS)))
        .order_by(MoveRow.id)
    )
    first: dict[str, float] = {}
    last: dict[str, datetime] = {}
    verdict: dict[str, float] = {}
    for dossier, act, at, created in tx.execute(moves):
        if act == Act.SUBMIT:
            first.setdefault(dossier, (at - created).total_seconds() / _DAY)
            last[dossier] = at
        elif dossier in last:
            verdict[dossier] = (at - last[dossier]).total_seconds() / _DAY
    return tuple(sorted(first.values())), tuple(sorted(verdict.values()))


def _topics(tx: Connection, edition: str, topic: TopicOf) -> dict[str, tuple[int, int, int]]:
    """Count questions by topic; one that was handed over to the team is counted there alone."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    asked = (
        select(QuestionRow.entry, QuestionRow.rating, func.count())
        .where(QuestionRow.edition == edition, QuestionRow.entry != "", ~restricted(QuestionRow.person_id))
        .group_by(QuestionRow.entry, QuestionRow.rating)
    )
    for entry, rating, n in tx.execute(asked):
        if rating != "no":
            found[topic(entry) or OTHER][0] += int(n)
    handed = (
        select(TicketRow.entries, TicketRow.stage, func.count())
        .where(TicketRow.edition == edition, ~restricted(TicketRow.person_id))
        .group_by(TicketRow.entries, TicketRow.stage)
    )
    for entries, stage, n in tx.execute(handed):
        found[topic(entries.partition(",")[0]) or OTHER][1 if stage in _TOLD else 2] += int(n)
    return {key: (one[0], one[1], one[2]) for key, one in found.items()}


def _announced(tx: Connection, edition: str) -> tuple[int, int, int]:
    """Count the messages of announcements: sent, failed, not sent to people who had blocked us."""
    mine = select(AnnouncementRow.id).where(AnnouncementRow.edition == edition)
    what = (
        select(OutboxRow.status, OutboxRow.error, func.count())
        .where(OutboxRow.broadcast.in_(mine))
        .group_by(OutboxRow.status, OutboxRow.error)
    )
    sent = failed = blocked = 0
    for status, error, n in tx.execute(what):
        sent += int(n) * (status == OutboxStatus.SENT)
        failed += int(n) * (status in {OutboxStatus.FAILED, OutboxStatus.UNKNOWN})
        blocked += int(n) * (status == OutboxStatus.SKIPPED and error in _BLOCKED)
    return sent, failed, blocked
