"""What is new for somebody of the team since their last visit, and where things stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, select

from rallynov.coordination import listing
from rallynov.coordination.model import Item, News
from rallynov.coordination.narrowing import Scope, exceptions
from rallynov.coordination.tables import NoteRow, VisitRow
from rallynov.editions.model import Calendar
from rallynov.exports.model import REGISTERED
from rallynov.faq.tables import TicketRow
from rallynov.faq.ticket import Stage
from rallynov.initiatives.lifecycle import Act
from rallynov.initiatives.tables import CardRow, DossierRow, MoveRow, RemarkRow
from rallynov.storage.prepared import INSERTS

VISIT = timedelta(minutes=30)
"""Without a look for so long, a visit is over."""
FIRST = timedelta(days=7)
"""How far back the first visit looks."""
SHOWN, AMONG = 12, 500
"""What is named on a page, of the last of all editions."""
_OF_PEOPLE = (Act.OPEN, Act.SUBMIT, Act.WITHDRAW, Act.REOPEN)
_TOLD = (Act.SUBMIT, Act.WITHDRAW)
"""What people do with their dossiers, and what of it a list names."""


def visit(tx: Connection, edition: str, person: str, now: datetime) -> datetime:
    """Note that somebody looks, and return since when things are new to them: the end of their visit before this one."""
    since = last_visit(tx, edition, person, now)
    row = {"person_id": person, "edition": edition, "since": since, "seen": now}
    add = INSERTS[tx.dialect.name](VisitRow)
    newer = {"since": add.excluded.since, "seen": add.excluded.seen}
    tx.execute(add.on_conflict_do_update(index_elements=["person_id", "edition"], set_=newer), [row])
    return since


def last_visit(tx: Connection, edition: str, person: str, now: datetime) -> datetime:
    """Return since when things are new to somebody, without noting that they look."""
    mine = (VisitRow.person_id == person) & (VisitRow.edition == edition)
    found = tx.execute(select(VisitRow.since, VisitRow.seen).where(mine)).first()
    if found is None:
        return now - FIRST
    since, seen = found
    return seen if now - seen > VISIT else since


def read(tx: Connection, scope: Scope, since: datetime, calendar: Calendar, person: str) -> News:
    """Read what is new to somebody since a moment: what they did themselves is not."""
    known = exceptions(tx, scope)
    here = (DossierRow.edition == scope.edition) & known.used
    if not scope.inner:
        here = here & DossierRow.status.in_(sorted(REGISTERED))
    new = here & (MoveRow.at > since)
    moved = select(MoveRow.act, func.count()).join(DossierRow, DossierRow.id == MoveRow.dossier_id)
    acts = Counter[Act]()
    for act, n in tx.execute(moved.where(new).group_by(MoveRow.act)).all():
        acts[Act(act)] = n
    edition = scope.edition
    return News(
        since,
        {act: acts[act] for act in (_OF_PEOPLE if scope.inner else _TOLD)},
        _items(tx, here, since),
        _count(tx, NoteRow, here & known.others, since, person) if scope.inner else 0,
        _count(tx, RemarkRow, here, since, person) if scope.inner else 0,
        listing.counts(tx, scope, known),
        listing.prepared(tx, scope, known) if scope.inner else 0,
        listing.overdue(tx, scope, known),
        _questions(tx, edition),
        calendar,
    )


def _items(tx: Connection, here: ColumnElement[bool], since: datetime) -> list[Item]:
    """Return the last that was submitted or withdrawn: read from the end, and only then compared with the moment."""
    last = select(MoveRow.id, MoveRow.dossier_id, MoveRow.at, MoveRow.act).where(MoveRow.act.in_(_TOLD))
    ended = last.order_by(MoveRow.id.desc()).limit(AMONG).subquery()
    told = (
        select(
            ended.c.at,
            ended.c.act,
            DossierRow.id,
            DossierRow.receipt,
            CardRow.title,
            CardRow.name,
            ended.c.id,
        )
        .join(DossierRow, DossierRow.id == ended.c.dossier_id)
        .join(CardRow, CardRow.dossier_id == DossierRow.id)
        .where(here)
        .order_by(ended.c.id.desc())
        .limit(SHOWN)
    )
    found = [row for row in tx.execute(told).all() if row[0] > since]
    before = _submitted_before(tx, [row[2] for row in found if row[1] == Act.SUBMIT])
    return [
        Item(row[0], Act(row[1]), row[2], row[3] or "", row[4] or row[5], before.get(row[2], row[6]) < row[6])
        for row in found
    ]


def _submitted_before(tx: Connection, dossiers: Sequence[str]) -> dict[str, int]:
    """Return the first submission of each dossier."""
    first = select(MoveRow.dossier_id, func.min(MoveRow.id)).where(
        MoveRow.dossier_id.in_(dossiers), MoveRow.act == Act.SUBMIT
    )
    found = tx.execute(first.group_by(MoveRow.dossier_id)).all() if dossiers else ()
    return dict(found)


def _count(
    tx: Connection, table: type[NoteRow | RemarkRow], here: ColumnElement[bool], since: datetime, person: str
) -> int:
    others = table.author.is_distinct_from(person), table.at > since
    new = select(func.count()).select_from(table).join(DossierRow, DossierRow.id == table.dossier_id)
    return tx.execute(new.where(here, *others)).scalar_one()


def _questions(tx: Connection, edition: str) -> int:
    open_ = TicketRow.stage.not_in([Stage.CLOSED, Stage.ANSWERED])
    waiting = select(func.count()).select_from(TicketRow).where(TicketRow.edition == edition, open_)
    return tx.execute(waiting).scalar_one()
