"""The table of dossiers, read a page at a time: filters, order and keyset; a handful of queries whatever is shown.

Which dossiers stand on a page is found first, by what the order needs; what they show is read of those alone.
"""

from __future__ import annotations

import base64
import binascii
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, func, literal, select, tuple_

from rallynov.coordination.model import Filters, Listing, Row, Sort, Table
from rallynov.coordination.narrowing import Exceptions, Scope, exceptions, narrowed
from rallynov.coordination.tables import LabelRow, VerdictRow
from rallynov.exports.model import REGISTERED
from rallynov.initiatives.lifecycle import Act
from rallynov.initiatives.model import Status
from rallynov.initiatives.tables import CardRow, DossierRow
from rallynov.storage.base import UtcDateTime

PAGE = 50
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
    CardRow.departement, CardRow.headcount, DossierRow.submitted_at, DossierRow.created_at, DossierRow.updated_at,
    DossierRow.correct_by, VerdictRow.act, DossierRow.siren, DossierRow.named,
)  # fmt: skip


def page(tx: Connection, scope: Scope, listing: Listing, size: int = PAGE) -> Table:
    """Read one page of the table; its cards are up to date (``initiatives.cards``)."""
    known = exceptions(tx, scope)
    key, mark = _KEYS[listing.sort], _read_mark(listing.before or listing.after, listing.sort)
    back = bool(listing.before and mark)
    falling = listing.descending is not back
    wanted = select(DossierRow.id, key.label("sorted"), func.count().over().label("total"))
    wanted = narrowed(wanted, scope, known, listing.filters, listing.sort)
    if mark:  # the rows that are counted are then those of the pages from here on alone
        at, end = tuple_(key, DossierRow.id), tuple_(*mark)
        wanted = wanted.where(at < end if falling else at > end)
    found = tx.execute(wanted.order_by(*_order(key, falling=falling)).limit(size + 1)).all()
    more, found = len(found) > size, found[:size]
    if back:
        found = found[::-1]
    first = _mark(found[0]) if found and (more if back else mark) else ""
    last = _mark(found[-1]) if found and (back or more) else ""
    total = found[0].total if found and not mark else _total(tx, scope, known, listing.filters) if mark else 0
    return Table(_shown(tx, scope, known, [row.id for row in found]), total, last, first)


def _total(tx: Connection, scope: Scope, known: Exceptions, given: Filters) -> int:
    return int(tx.execute(narrowed(select(func.count()), scope, known, given)).scalar_one())


def _order(key: ColumnElement[Any], *, falling: bool) -> Sequence[ColumnElement[Any]]:
    return (key.desc(), DossierRow.id.desc()) if falling else (key, DossierRow.id.expression)


def chosen(tx: Connection, scope: Scope, listing: Listing, most: int | None = None) -> list[str]:
    """Return the dossiers of a filter, in the order of the table."""
    key = _KEYS[listing.sort]
    wanted = narrowed(
        select(DossierRow.id), scope, exceptions(tx, scope), listing.filters, listing.sort
    ).order_by(*_order(key, falling=listing.descending))
    return list(tx.execute(wanted.limit(most) if most else wanted).scalars())


def named(tx: Connection, scope: Scope, ids: Sequence[str]) -> tuple[Row, ...]:
    """Return some dossiers as rows, those that their reader may see, in the order that they are given."""
    return _shown(tx, scope, exceptions(tx, scope), list(dict.fromkeys(ids))) if ids else ()


def _shown(tx: Connection, scope: Scope, known: Exceptions, ids: Sequence[str]) -> tuple[Row, ...]:
    wanted = narrowed(select(*_COLUMNS), scope, known, Filters(), Sort.TITLE)
    wanted = wanted.outerjoin(VerdictRow, (VerdictRow.dossier_id == DossierRow.id) & known.others)
    held = {row[0]: row for row in tx.execute(wanted.where(DossierRow.id.in_(ids)))} if ids else {}
    return _rows(tx, scope, known, [held[one] for one in ids if one in held])


def labels(tx: Connection, edition: str) -> list[str]:
    """Return the labels that are in use."""
    used = select(LabelRow.label).join(DossierRow, DossierRow.id == LabelRow.dossier_id)
    return list(
        tx.execute(used.where(DossierRow.edition == edition).distinct().order_by(LabelRow.label)).scalars()
    )


def counts(tx: Connection, scope: Scope, known: Exceptions) -> dict[Status, int]:
    """Count the dossiers by status."""
    mine = select(DossierRow.status, func.count()).where(DossierRow.edition == scope.edition, known.used)
    found = {Status(status): n for status, n in tx.execute(mine.group_by(DossierRow.status)).all()}
    return {status: found.get(status, 0) for status in Status if scope.inner or status in REGISTERED}


def prepared(tx: Connection, scope: Scope, known: Exceptions) -> int:
    """Count the verdicts that are prepared and not told."""
    waiting = select(func.count()).select_from(VerdictRow)
    waiting = waiting.join(DossierRow, DossierRow.id == VerdictRow.dossier_id)
    return tx.execute(
        waiting.where(DossierRow.edition == scope.edition, known.others, known.used)
    ).scalar_one()


def overdue(tx: Connection, scope: Scope, known: Exceptions) -> int:
    """Count the dossiers that were not corrected in time."""
    return _total(tx, scope, known, Filters(overdue=True))


def _rows(tx: Connection, scope: Scope, known: Exceptions, found: Sequence[Any]) -> tuple[Row, ...]:
    ids = [row[0] for row in found]
    tagged: dict[str, list[str]] = defaultdict(list)
    if scope.inner and ids:
        others = [one for one in ids if one not in set(known.mine)]
        theirs = select(LabelRow.dossier_id, LabelRow.label).where(LabelRow.dossier_id.in_(others))
        for dossier, label in tx.execute(theirs.order_by(LabelRow.label)):
            tagged[dossier].append(label)
    shared = _shared(tx, scope, found) if scope.inner else frozenset()
    return tuple(
        Row(
            row[0], row[1] or "", Status(row[2]), row[3], row[4], row[5], row[6], row[7], row[8], row[9], row[10],
            row[11], Act(row[12]) if row[12] and scope.inner else None,
            tuple(tagged[row[0]]),
            row[2] in REGISTERED and not shared.isdisjoint({("siren", row[13]), ("named", row[14])}),
        )
        for row in found
    )  # fmt: skip


def _shared(tx: Connection, scope: Scope, found: Sequence[Any]) -> frozenset[tuple[str, str]]:
    """Return which of the marks of some dossiers several dossiers have."""
    shared: set[tuple[str, str]] = set()
    for column, values in (
        (DossierRow.siren, {row[13] for row in found if row[13]}),
        (DossierRow.named, {row[14] for row in found if row[14]}),
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
