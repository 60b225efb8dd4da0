"""Which dossiers the team looks at: by whom, what is set aside or their own, and what a filter leaves. Conditions only.

The few dossiers that are not as the others are read first, by themselves: asked of each of ten thousand rows, they cost
more than all the rest of a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select, true

from rallynov.coordination.model import ANY, NONE, SIZES, VERDICTS, Filters, Sort
from rallynov.coordination.tables import LabelRow, VerdictRow
from rallynov.exports.model import REGISTERED
from rallynov.initiatives.aside import set_aside
from rallynov.initiatives.model import Status
from rallynov.initiatives.tables import CardRow, DossierRow, ShareRow
from rallynov.people.tables import RestrictionRow

Statement: TypeAlias = Select[*tuple[Any, ...]]
ON_CARDS = frozenset((Sort.TITLE, Sort.NAME, Sort.PLACE, Sort.SIZE))
"""The orders for which the cards are read."""


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


@dataclass(frozen=True, slots=True)
class Exceptions:
    """The few dossiers that are not as the others: those that are set aside, those that the reader shares."""

    aside: Sequence[str] = ()
    mine: Sequence[str] = ()

    @property
    def used(self) -> ColumnElement[bool]:
        """Test that a dossier is not set aside."""
        return DossierRow.id.not_in(self.aside) if self.aside else true()

    @property
    def others(self) -> ColumnElement[bool]:
        """Test that a dossier is not one that the reader shares."""
        return DossierRow.id.not_in(self.mine) if self.mine else true()


def exceptions(tx: Connection, scope: Scope) -> Exceptions:
    """Read which dossiers are not as the others."""
    mine = select(ShareRow.dossier_id).where(ShareRow.person_id == scope.person)
    shared = tx.execute(mine).scalars().all() if scope.person else ()
    asked = select(RestrictionRow.person_id).where(RestrictionRow.lifted_at.is_(None))
    people = tx.execute(asked).scalars().all()
    theirs = select(ShareRow.dossier_id).where(ShareRow.person_id.in_(people), set_aside(ShareRow.dossier_id))
    return Exceptions(tx.execute(theirs.distinct()).scalars().all() if people else (), shared)


def narrowed(
    wanted: Statement, scope: Scope, known: Exceptions, given: Filters, sort: Sort = Sort.CHANGED
) -> Statement:
    """Narrow a query of dossiers down to what is wanted and may be seen; it joins what the filter and the order need."""
    joined = wanted.select_from(DossierRow)
    if sort in ON_CARDS or given.on_cards:
        joined = joined.join(CardRow, CardRow.dossier_id == DossierRow.id)
    if scope.inner and given.verdict:
        joined = joined.outerjoin(VerdictRow, and_(VerdictRow.dossier_id == DossierRow.id, known.others))
    joined = joined.where(DossierRow.edition == scope.edition, known.used)
    if not scope.inner:
        joined = joined.where(DossierRow.status.in_(sorted(REGISTERED)))
    if given.statuses:
        joined = joined.where(DossierRow.status.in_(sorted(given.statuses)))
    marked = [*_marked(scope, given), *(_kept(known, given) if scope.inner else ())]
    if given.number:
        return joined.where(DossierRow.receipt == given.number, *marked)
    return joined.where(*_on_cards(scope, given), *marked)


def _on_cards(scope: Scope, given: Filters) -> list[ColumnElement[bool]]:
    """Return the conditions on what cards say."""
    wanted: list[ColumnElement[bool]] = []
    for term in given.terms:
        found = CardRow.words.contains(term, autoescape=True)
        people = CardRow.people.contains(term, autoescape=True)
        wanted.append(or_(found, people) if scope.inner else found)
    if given.territory:
        wanted.append(CardRow.departement == given.territory)
    if given.size:
        least, most = SIZES[given.size]
        wanted += [CardRow.headcount >= least, *(() if most is None else (CardRow.headcount <= most,))]
    if given.theme:
        wanted.append(CardRow.themes.contains(f" {given.theme} ", autoescape=True))
    return wanted


def _marked(scope: Scope, given: Filters) -> list[ColumnElement[bool]]:
    """Return the conditions on what became of dossiers."""
    wanted: list[ColumnElement[bool]] = []
    overdue = and_(DossierRow.status == Status.TO_CORRECT, DossierRow.correct_by < scope.now)
    if given.correction:
        wanted.append(DossierRow.status == Status.TO_CORRECT)
    if given.overdue:
        wanted.append(overdue)
    if given.late:
        after = [DossierRow.submitted_at > scope.closes_at] if scope.closes_at else []
        wanted.append(or_(overdue, *after))
    if given.alike:
        siren = and_(DossierRow.siren != "", DossierRow.siren.in_(_several(scope, DossierRow.siren)))
        title = and_(DossierRow.named != "", DossierRow.named.in_(_several(scope, DossierRow.named)))
        wanted += [DossierRow.status.in_(sorted(REGISTERED)), or_(siren, title)]
    return wanted


def _kept(known: Exceptions, given: Filters) -> list[ColumnElement[bool]]:
    """Return the conditions on what the team keeps for itself."""
    wanted: list[ColumnElement[bool]] = []
    if given.label:
        labelled = exists().where(LabelRow.dossier_id == DossierRow.id, LabelRow.label == given.label)
        wanted += [labelled, known.others]
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
