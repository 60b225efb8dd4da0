"""The table of dossiers, read a page at a time: filters, order and keyset; a handful of queries whatever is shown."""

from __future__ import annotations

import base64
import binascii
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from rallynov.coordination.model import ANY, NONE, SIZES, VERDICTS, Filters, Listing, Row, Sort, Table
from rallynov.coordination.tables import LabelRow, VerdictRow
from rallynov.exports.model import REGISTERED
from rallynov.initiatives.aside import set_aside
from rallynov.initiatives.lifecycle import Act
from rallynov.initiatives.model import Status
from rallynov.initiatives.tables import CardRow, DossierRow, ShareRow
from rallynov.people.tables import RestrictionRow
from rallynov.storage.base import UtcDateTime

PAGE = 50
Statement: TypeAlias = Select[*tuple[Any, ...]]
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_KEYS: dict[Sort, ColumnElement[Any]] = {
    Sort.NUMBER: func.coalesce(DossierRow.receipt, ""),
    Sort.TITLE: CardRow.by_title.expression,
    Sort.NAME: CardRow.by_name.expression,
    Sort.PLACE: CardRow.by_commune.expression,
    Sort.SIZE: CardRow.headcount.expression,
    Sort.STATUS: DossierRow.status.expression,
    Sort.SUBMITTED: func.coalesce(DossierRow.submitted_at, literal(_NEVER, UtcDateTime())),
    Sort.CHANGED: DossierRow.updated_at.expression,
}
"""What each column is sorted by; none of it is ever null."""
_COLUMNS = (
    DossierRow.id, DossierRow.receipt, DossierRow.status, CardRow.title, CardRow.name, CardRow.commune,
    CardRow.departement, CardRow.headcount, DossierRow.submitted_at, DossierRow.updated_at, DossierRow.correct_by,
    VerdictRow.act, DossierRow.siren, DossierRow.named,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at, and by whom: ``inner`` sees drafts, people and what the team keeps for itself.

    Of the dossiers that ``person`` shares, they see what any of its people sees: no verdict that is not told, no label.
    """

    edition: str
    inner: bool
    now: datetime
    closes_at: datetime | None = None
    person: str = ""

    @property
    def others(self) -> ColumnElement[bool]:
        """Test that a dossier is not one that they share."""
        return DossierRow.id.not_in(select(ShareRow.dossier_id).where(ShareRow.person_id == self.person))


def page(tx: Connection, scope: Scope, listing: Listing, size: int = PAGE) -> Table:
    """Read one page of the table; its cards are up to date (``initiatives.cards``)."""
    total = tx.execute(_narrowed(select(func.count()), scope, listing.filters)).scalar_one()
    key, mark = _KEYS[listing.sort], _read_mark(listing.before or listing.after, listing.sort)
    back = bool(listing.before and mark)
    falling = listing.descending is not back
    wanted = _narrowed(select(*_COLUMNS, key.label("sorted")), scope, listing.filters)
    if mark:
        beyond = (
            tuple_(key, DossierRow.id) < tuple_(*mark)
            if falling
            else tuple_(key, DossierRow.id) > tuple_(*mark)
        )
        wanted = wanted.where(beyond)
    order = (key.desc(), DossierRow.id.desc()) if falling else (key, DossierRow.id)
    found = tx.execute(wanted.order_by(*order).limit(size + 1)).all()
    more, found = len(found) > size, found[:size]
    if back:
        found = found[::-1]
    first = _mark(found[0]) if found and (more if back else mark) else ""
    last = _mark(found[-1]) if found and (back or more) else ""
    return Table(_rows(tx, scope, found), total, last, first)


def chosen(tx: Connection, scope: Scope, listing: Listing, most: int | None = None) -> list[str]:
    """Return the dossiers of a filter, in the order of the table."""
    key = _KEYS[listing.sort]
    order = (key.desc(), DossierRow.id.desc()) if listing.descending else (key, DossierRow.id)
    wanted = _narrowed(select(DossierRow.id), scope, listing.filters).order_by(*order)
    return list(tx.execute(wanted.limit(most) if most else wanted).scalars())


def named(tx: Connection, scope: Scope, ids: Sequence[str]) -> tuple[Row, ...]:
    """Return some dossiers as rows, those that their reader may see, in the order that they are given."""
    wanted = _narrowed(select(*_COLUMNS), scope, Filters()).where(DossierRow.id.in_(ids))
    known = {row[0]: row for row in tx.execute(wanted)} if ids else {}
    return _rows(tx, scope, [known[one] for one in dict.fromkeys(ids) if one in known])


def labels(tx: Connection, edition: str) -> list[str]:
    """Return the labels that are in use."""
    used = select(LabelRow.label).join(DossierRow, DossierRow.id == LabelRow.dossier_id)
    return list(
        tx.execute(used.where(DossierRow.edition == edition).distinct().order_by(LabelRow.label)).scalars()
    )


def counts(tx: Connection, scope: Scope) -> dict[Status, int]:
    """Count the dossiers by status."""
    mine = select(DossierRow.status, func.count()).where(DossierRow.edition == scope.edition, used())
    found = {Status(status): n for status, n in tx.execute(mine.group_by(DossierRow.status)).all()}
    return {status: found.get(status, 0) for status in Status if scope.inner or status in REGISTERED}


def prepared(tx: Connection, scope: Scope) -> int:
    """Count the verdicts that are prepared and not told."""
    waiting = (
        select(func.count()).select_from(VerdictRow).join(DossierRow, DossierRow.id == VerdictRow.dossier_id)
    )
    return tx.execute(waiting.where(DossierRow.edition == scope.edition, scope.others, used())).scalar_one()


def overdue(tx: Connection, scope: Scope) -> int:
    """Count the dossiers that were not corrected in time."""
    late = DossierRow.status == Status.TO_CORRECT, DossierRow.correct_by < scope.now, used()
    mine = select(func.count()).select_from(DossierRow).where(DossierRow.edition == scope.edition, *late)
    return tx.execute(mine).scalar_one()


def _narrowed(wanted: Statement, scope: Scope, given: Filters) -> Statement:
    """Narrow a query down to what is wanted, and to what its reader may see."""
    joined = wanted.select_from(DossierRow).join(CardRow, CardRow.dossier_id == DossierRow.id)
    joined = joined.outerjoin(VerdictRow, and_(VerdictRow.dossier_id == DossierRow.id, scope.others))
    joined = joined.where(DossierRow.edition == scope.edition, used())
    if not scope.inner:
        joined = joined.where(DossierRow.status.in_(sorted(REGISTERED)))
    if given.statuses:
        joined = joined.where(DossierRow.status.in_(sorted(given.statuses)))
    if given.number:
        return joined.where(DossierRow.receipt == given.number, *_marked(scope, given))
    for term in given.terms:
        found = CardRow.words.contains(term, autoescape=True)
        joined = joined.where(
            or_(found, CardRow.people.contains(term, autoescape=True)) if scope.inner else found
        )
    if given.territory:
        joined = joined.where(CardRow.departement == given.territory)
    if given.size:
        least, most = SIZES[given.size]
        joined = joined.where(
            CardRow.headcount >= least, *(() if most is None else (CardRow.headcount <= most,))
        )
    if given.theme:
        joined = joined.where(CardRow.themes.contains(f" {given.theme} ", autoescape=True))
    return joined.where(*_marked(scope, given))


def used() -> ColumnElement[bool]:
    """Test that a dossier is not set aside; only the few of which somebody asked for it are looked at closely."""
    asked = select(ShareRow.dossier_id).join(RestrictionRow, RestrictionRow.person_id == ShareRow.person_id)
    touched = asked.where(RestrictionRow.lifted_at.is_(None))
    return or_(DossierRow.id.not_in(touched), ~set_aside(DossierRow.id))


def _marked(scope: Scope, given: Filters) -> list[ColumnElement[bool]]:
    """Return the conditions on what became of dossiers; those on what the team keeps for itself are its own."""
    wanted: list[ColumnElement[bool]] = []
    if given.correction:
        wanted.append(DossierRow.status == Status.TO_CORRECT)
    if given.late:
        overdue = and_(DossierRow.status == Status.TO_CORRECT, DossierRow.correct_by < scope.now)
        after = [DossierRow.submitted_at > scope.closes_at] if scope.closes_at else []
        wanted.append(or_(overdue, *after))
    if given.alike:
        siren = and_(DossierRow.siren != "", DossierRow.siren.in_(_several(scope, DossierRow.siren)))
        title = and_(DossierRow.named != "", DossierRow.named.in_(_several(scope, DossierRow.named)))
        wanted += [DossierRow.status.in_(sorted(REGISTERED)), or_(siren, title)]
    if not scope.inner:
        return wanted
    if given.label:
        labelled = exists().where(LabelRow.dossier_id == DossierRow.id, LabelRow.label == given.label)
        wanted += [labelled, scope.others]
    match given.verdict:
        case "":
            pass
        case verdict if verdict == ANY:
            wanted.append(VerdictRow.act.is_not(None))
        case verdict if verdict == NONE:
            wanted.append(VerdictRow.act.is_(None))
        case verdict:
            wanted.append(VerdictRow.act == VERDICTS[verdict].value)
    return wanted


def _several(scope: Scope, column: Any) -> Select[Any]:
    """Select the marks that several registered dossiers share."""
    other = DossierRow.__table__.alias("other")
    mark = other.c[column.key]
    here = (other.c.edition == scope.edition) & other.c.status.in_(sorted(REGISTERED)) & (mark != "")
    return select(mark).where(here).group_by(mark).having(func.count() > 1)


def _rows(tx: Connection, scope: Scope, found: Sequence[Any]) -> tuple[Row, ...]:
    ids = [row[0] for row in found]
    tagged: dict[str, list[str]] = defaultdict(list)
    if scope.inner and ids:
        theirs = select(LabelRow.dossier_id, LabelRow.label).join(
            DossierRow, DossierRow.id == LabelRow.dossier_id
        )
        theirs = theirs.where(LabelRow.dossier_id.in_(ids), scope.others)
        for dossier, label in tx.execute(theirs.order_by(LabelRow.label)):
            tagged[dossier].append(label)
    shared = _shared(tx, scope, found) if scope.inner else frozenset()
    return tuple(
        Row(
            row[0], row[1] or "", Status(row[2]), row[3], row[4], row[5], row[6], row[7], row[8], row[9], row[10],
            Act(row[11]) if row[11] and scope.inner else None,
            tuple(tagged[row[0]]),
            row[2] in REGISTERED and not shared.isdisjoint({("siren", row[12]), ("named", row[13])}),
        )
        for row in found
    )  # fmt: skip


def _shared(tx: Connection, scope: Scope, found: Sequence[Any]) -> frozenset[tuple[str, str]]:
    """Return which of the marks of some dossiers several dossiers have."""
    shared: set[tuple[str, str]] = set()
    for column, values in (
        (DossierRow.siren, {row[12] for row in found if row[12]}),
        (DossierRow.named, {row[13] for row in found if row[13]}),
    ):
        if values:
            here = (DossierRow.edition == scope.edition) & DossierRow.status.in_(sorted(REGISTERED))
            several = (
                select(column)
                .where(here, column.in_(sorted(values)))
                .group_by(column)
                .having(func.count() > 1)
            )
            shared |= {(column.key, value) for value in tx.execute(several).scalars()}
    return frozenset(shared)


def _mark(row: Any) -> str:
    """Write where a page ends: the value of the column that is sorted by, and the dossier."""
    value = row.sorted.isoformat() if isinstance(row.sorted, datetime) else row.sorted
    return base64.urlsafe_b64encode(orjson.dumps([value, row.id])).decode().rstrip("=")


def _read_mark(text: str, sort: Sort) -> tuple[Any, str] | None:
    """Read where a page ends; None when it is no such mark."""
    try:
        value, dossier = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if sort in {Sort.SUBMITTED, Sort.CHANGED}:
            value = literal(datetime.fromisoformat(value), UtcDateTime())
        elif isinstance(value, int) is not (sort is Sort.SIZE) or not isinstance(value, int | str):
            return None
        return (value, dossier) if isinstance(dossier, str) else None
    except (ValueError, TypeError, OverflowError, OSError, binascii.Error):
        return None
