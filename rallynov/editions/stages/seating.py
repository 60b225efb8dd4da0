"""Who comes to a stage, written on rows that stay locked until the commit: a place is never given twice.

What a person saw may have changed meanwhile. It is compared again here, and a turn that no longer holds is taken back
whole and decided again, so that nobody is told of a place that another has.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from rallynov.delivery.posting import Letter
from rallynov.delivery.subject import OvertakenError
from rallynov.editions.stages import letters, rows
from rallynov.editions.stages.model import Stage
from rallynov.editions.stages.tables import SeatRow, StageRow, TerritoryRow
from rallynov.storage import lifetimes

KEPT = lifetimes.kept("seat")
"""How long it is kept who came to a stage that is over."""
CHOSEN = lifetimes.kept("territory")
"""How long a territory is remembered once it was chosen, as an answer is."""


def attend(tx: Connection, stage: Stage | None, person: str, *, placed: bool, now: datetime) -> None:
    """Give a person a place at a locked stage, or the end of its line; ``OvertakenError`` when that is not so any more."""
    if stage is None or not stage.takes(now):
        raise OvertakenError("no such stage to come")
    mine = (SeatRow.stage_id == stage.id) & (SeatRow.person_id == person)
    if (known := tx.execute(select(SeatRow.placed).where(mine)).scalar()) is not None:
        if known is not placed:
            raise OvertakenError("already said")
        return
    if (_free(tx, stage) != 0) is not placed:
        raise OvertakenError("a place was taken or freed")
    tx.execute(insert(SeatRow), [{"stage_id": stage.id, "person_id": person, "placed": placed, "at": now}])


def leave(tx: Connection, stage: Stage | None, person: str, now: datetime) -> list[Letter]:
    """Take a person out of a locked stage; return what whoever has their place is told."""
    if stage is None:
        return []
    tx.execute(delete(SeatRow).where(SeatRow.stage_id == stage.id, SeatRow.person_id == person))
    return settle(tx, stage, now)


def settle(tx: Connection, stage: Stage, now: datetime) -> list[Letter]:
    """Give the free places of a locked stage to the first in line; return what they are told."""
    if not stage.takes(now):
        return []
    line = select(SeatRow.id, SeatRow.person_id).where(
        SeatRow.stage_id == stage.id, SeatRow.placed.is_(False)
    )
    first = tx.execute(line.order_by(SeatRow.id).limit(_free(tx, stage))).all()
    if first:
        tx.execute(update(SeatRow).where(SeatRow.id.in_([row.id for row in first])).values(placed=True))
    screen = letters.freed(stage)
    return [Letter(f"stage:{stage.id}:place:{row.id}", (row.person_id,), screen) for row in first]


def _free(tx: Connection, stage: Stage) -> int | None:
    """Count the places that are left at this very moment; None when there is no limit."""
    if stage.capacity is None:
        return None
    taken = select(func.count()).where(SeatRow.stage_id == stage.id, SeatRow.placed)
    return max(0, stage.capacity - tx.execute(taken).scalar_one())


def people(tx: Connection, stage: Stage) -> tuple[str, ...]:
    """Name those who are expected at a stage or wait for a place, in the order in which they came."""
    mine = select(SeatRow.person_id).where(SeatRow.stage_id == stage.id)
    return tuple(tx.execute(mine.order_by(SeatRow.id)).scalars())


def forget(tx: Connection, gone: Sequence[str], now: datetime) -> list[Letter]:
    """Take people out of all stages before they are erased; return what those who have their places are told."""
    theirs = select(SeatRow.stage_id).where(SeatRow.person_id.in_(gone))
    stages = rows.lock(tx, sorted(set(tx.execute(theirs).scalars())))
    tx.execute(delete(SeatRow).where(SeatRow.person_id.in_(gone)))
    tx.execute(delete(TerritoryRow).where(TerritoryRow.person_id.in_(gone)))
    return [letter for stage in stages.values() for letter in settle(tx, stage, now)]


def purge(tx: Connection, now: datetime) -> None:
    """Forget who was expected at stages that were over long ago, and territories chosen long ago."""
    over = select(StageRow.id).where(StageRow.ends < now - KEPT)
    tx.execute(delete(SeatRow).where(SeatRow.stage_id.in_(over)))
    tx.execute(delete(TerritoryRow).where(TerritoryRow.at < now - CHOSEN))
