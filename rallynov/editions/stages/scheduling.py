"""Stages as the team sets them: added, changed, cancelled; whoever is expected there is told in the same transaction.

What was told of a stage and has not left yet is taken back first: a change replaces the one before, it is not added to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from rallynov.delivery.decisions import Klass
from rallynov.delivery.posting import Letter, Post
from rallynov.delivery.tables import OutboxRow, OutboxStatus
from rallynov.dialogue.screens import Screen
from rallynov.editions.model import PARIS, Edition, day_of
from rallynov.editions.stages import letters, rows, seating
from rallynov.editions.stages.model import Stage, Status
from rallynov.editions.stages.tables import StageRow
from rallynov.storage.beginning import begins


@dataclass(frozen=True, slots=True)
class Change:
    """What a stage was, what it is, and how many people it concerns."""

    before: Stage
    after: Stage
    people: int


def add(tx: Connection, edition: Edition, stage: Stage, now: datetime) -> Stage:
    """Add a stage, which gets the next number of its edition."""
    last = select(func.max(StageRow.number)).where(StageRow.edition == edition.slug)
    number = (tx.execute(last).scalar() or 0) + 1
    added = replace(stage, number=number, changed=now, sample=edition.sample)
    tx.execute(insert(StageRow), [{"edition": edition.slug, **_row(added)}])
    return added


def change(tx: Connection, before: Stage, changes: Mapping[str, Any], now: datetime, post: Post) -> Change:
    """Change a locked stage, and tell whoever is expected there; on another day, it is postponed."""
    after = replace(before, **changes)
    if after.moved(before):
        after = replace(after, status=Status.POSTPONED)
    if after == before:
        return Change(before, before, 0)
    after = replace(after, version=before.version + 1, changed=now)
    _write(tx, after)
    known = None if _take_back(tx, after, now) else before
    told = _tell(tx, after, post, letters.changed(known, after), now)
    post.send(tx, seating.settle(tx, after, now), now)
    return Change(before, after, told)


def cancel(tx: Connection, before: Stage, reason: str, now: datetime, post: Post) -> Change:
    """Cancel a locked stage, and tell whoever was expected there."""
    after = replace(before, status=Status.CANCELLED, version=before.version + 1, changed=now)
    _write(tx, after)
    _take_back(tx, after, now)
    return Change(before, after, _tell(tx, after, post, letters.cancelled(after, reason), now))


def _take_back(tx: Connection, stage: Stage, now: datetime) -> bool:
    """Take back the news of a stage that wait to leave; tell whether there were some."""
    news = begins(OutboxRow.key, f"stage:{stage.id}:news:", tx.dialect.name)
    waits = news & (OutboxRow.status == OutboxStatus.QUEUED)
    taken = {"status": OutboxStatus.SKIPPED, "finished_at": now}
    return tx.execute(update(OutboxRow).where(waits).values(taken)).rowcount > 0


def _tell(tx: Connection, stage: Stage, post: Post, screen: Screen, now: datetime) -> int:
    people = seating.people(tx, stage)
    post.send(tx, [Letter(f"stage:{stage.id}:news:{stage.version}", people, screen, Klass.STAFF)], now)
    return len(people)


def _row(stage: Stage) -> dict[str, Any]:
    known = {one.name: getattr(stage, one.name) for one in fields(stage)}
    for name in ("sample", "coming", "waiting"):
        del known[name]
    return known | {"point": ",".join(map(str, stage.point or ()))}


def _write(tx: Connection, stage: Stage) -> None:
    tx.execute(update(StageRow).where(StageRow.id == stage.id).values(_row(stage)))


TUESDAY = 1
_SAMPLES = (
    (
        14,
        "25",
        "Salle exemple",
        "Structure hôte exemple",
        30,
        "Accès de plain-pied, boucle magnétique (exemple).",
    ),
    (28, "39", "Atelier exemple", "Autre structure hôte exemple", 2, ""),
)


def add_samples(tx: Connection, edition: Edition, now: datetime) -> None:
    """Give the demonstration two stages to come, as long as it has none; neither place nor date is real."""
    if any(stage.ends > now for stage in rows.read(tx, edition)):
        return
    for days, territory, place, host, capacity, access in _SAMPLES:
        day = day_of(now) + timedelta(days=days)
        day += timedelta(days=(TUESDAY - day.weekday()) % 7)
        name = f"{edition.slug}-{day}-{territory}"
        starts, ends = _paris(day, 14), _paris(day, 17)
        stage = Stage(name, 0, territory, place, starts, ends, "1 rue de l'Exemple", host, capacity, access)
        add(tx, edition, stage, now)


def _paris(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), PARIS)
