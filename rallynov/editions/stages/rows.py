"""Stages read from their tables: all of an edition, what people have said of them, and some locked to be written to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.orm import aliased

from rallynov.editions.model import Edition
from rallynov.editions.stages.model import Seat, Stage, Status
from rallynov.editions.stages.tables import SeatRow, StageRow, TerritoryRow
from rallynov.storage.prepared import Prepared, among, listed

_COLUMNS = (
    StageRow.id,
    StageRow.number,
    StageRow.territory,
    StageRow.place,
    StageRow.starts,
    StageRow.ends,
    StageRow.address,
    StageRow.host,
    StageRow.capacity,
    StageRow.access,
    StageRow.point,
    StageRow.status,
    StageRow.version,
    StageRow.changed,
)


def _counted(*, placed: bool) -> Any:
    mine = (SeatRow.stage_id == StageRow.id) & SeatRow.placed.is_(placed)
    return select(func.count()).where(mine).correlate(StageRow).scalar_subquery()


_ALL = Prepared(
    lambda _: (
        select(*_COLUMNS, _counted(placed=True).label("coming"), _counted(placed=False).label("waiting"))
        .where(StageRow.edition == bindparam("edition"))
        .order_by(StageRow.starts, StageRow.number)
    )
)


def read(tx: Connection, edition: Edition) -> tuple[Stage, ...]:
    """Read the stages of an edition, in the order of their dates."""
    return tuple(_stage(row, sample=edition.sample) for row in _ALL.rows(tx, edition=edition.slug))


_COUNTS = Prepared(
    lambda _: (
        select(
            StageRow.id,
            StageRow.version,
            _counted(placed=True).label("coming"),
            _counted(placed=False).label("waiting"),
        )
        .where(StageRow.edition == bindparam("edition"))
        .order_by(StageRow.starts, StageRow.number)
    )
)


def count(tx: Connection, edition: Edition, known: Sequence[Stage]) -> tuple[Stage, ...]:
    """Read only who comes to stages that were read before; all of them anew once one has changed."""
    now = _COUNTS.rows(tx, edition=edition.slug)
    if [(one.id, one.version) for one in known] != [(one, version) for one, version, _, _ in now]:
        return read(tx, edition)
    return tuple(
        one
        if (one.coming, one.waiting) == (coming, waiting)
        else replace(one, coming=coming, waiting=waiting)
        for one, (_, _, coming, waiting) in zip(known, now, strict=True)
    )


def _stage(row: Sequence[Any], *, sample: bool = False) -> Stage:
    *told, spot, status, version, changed = row[: len(_COLUMNS)]
    latitude, _, longitude = spot.partition(",")
    point = (float(latitude), float(longitude)) if longitude else None
    counts = row[len(_COLUMNS) :]
    whole: Sequence[Any] = (*told, point, Status(status), version, changed, sample, *counts)
    return Stage(*whole)


def lock(tx: Connection, ids: Sequence[str]) -> dict[str, Stage]:
    """Read stages, and hold them until the end of the transaction, in one order: two batches never wait for each other."""
    mine = select(*_COLUMNS).where(StageRow.id.in_(ids)).order_by(StageRow.id)
    return {stage.id: stage for stage in map(_stage, tx.execute(mine.with_for_update()))} if ids else {}


def named(tx: Connection, edition: Edition, number: int) -> Stage | None:
    """Return the stage of a number, locked; None when there is none."""
    mine = (StageRow.edition == edition.slug) & (StageRow.number == number)
    row = tx.execute(select(*_COLUMNS).where(mine).with_for_update()).first()
    return _stage(row, sample=edition.sample) if row else None


def _before() -> Any:
    other = aliased(SeatRow)
    line = (other.stage_id == SeatRow.stage_id) & other.placed.is_(False) & (other.id < SeatRow.id)
    return select(func.count()).select_from(other).where(line).correlate(SeatRow).scalar_subquery()


_SEATS = Prepared(
    lambda name: (
        select(SeatRow.person_id, StageRow.number, SeatRow.placed, _before().label("before"))
        .join(StageRow, StageRow.id == SeatRow.stage_id)
        .where(StageRow.edition == bindparam("edition"), among(SeatRow.person_id, "people", name))
    )
)
_CHOSEN = Prepared(
    lambda name: select(TerritoryRow.person_id, TerritoryRow.territory).where(
        among(TerritoryRow.person_id, "people", name)
    )
)


def seats(tx: Connection, edition: Edition, people: Sequence[str]) -> Mapping[str, dict[int, Seat]]:
    """Return what people have said of the stages of an edition, by person and number."""
    given = listed(people, tx.dialect.name)
    found: dict[str, dict[int, Seat]] = {}
    for person, number, placed, before in _SEATS.rows(tx, edition=edition.slug, people=given):
        found.setdefault(person, {})[number] = Seat(bool(placed), None if placed else before)
    return found


def chosen(tx: Connection, people: Sequence[str]) -> Mapping[str, str]:
    """Return the territories that people have chosen."""
    return dict(_CHOSEN.rows(tx, people=listed(people, tx.dialect.name)))
