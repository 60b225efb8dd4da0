"""Corrections of a broadcast: one more row for each message delivered, which edits or deletes it where it was received.

They are planned, paced and decided upon as the broadcast was; what cannot be done is counted, never sent anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from rallynov.delivery.bulk import COLUMNS, RANK, Planned, cancel, revised
from rallynov.delivery.outbox import CAPTION, DELETE, EDIT
from rallynov.delivery.tables import OutboxRow, OutboxStatus
from rallynov.storage.batched import Inserted
from rallynov.storage.notices import notify

SUPERSEDED, NOT_DELIVERED = "superseded", "not delivered"
"""Why a correction was given up, for reports."""
DELETABLE = timedelta(hours=47)
"""How long after it was sent a message may be deleted: Telegram takes 48 hours, and the queue may be long."""


@dataclass(slots=True)
class Corrections:
    """What replaces what was delivered: the circular for each language, and what is done to each kind of message."""

    circulars: Mapping[str, str]
    captioned: Collection[str]
    """Ids of circulars that are the words under a file."""
    page: Callable[[str], str]
    """What a page shows of a circular."""
    pull: Collection[str]
    removed: bool = False
    moved: list[str] = field(default_factory=list)
    """Addresses whose page has changed."""

    def of(self, circular: str | None) -> str:
        """Return the circular that replaces another: that of its language."""
        language = (circular or "").rpartition(":")[2]
        return self.circulars.get(language) or next(iter(self.circulars.values()))


_PLAN_CORRECTION = Inserted(OutboxRow, (*COLUMNS, "provider_id"), lambda add: add.on_conflict_do_nothing())


def correct(
    tx: Connection, broadcast: str, revision: int, words: Corrections, after: int, now: datetime, limit: int
) -> int | None:
    """Plan a correction of each message that was delivered, or may have been, from a row on.

    Return the last row looked at, None when there is none left. What a page reads is changed where it stands.
    """
    there = OutboxStatus.SENT, OutboxStatus.SENDING
    mine = OutboxRow.broadcast == broadcast, OutboxRow.status.in_(there), OutboxRow.id > after
    columns = OutboxRow.id, OutboxRow.channel, OutboxRow.address, OutboxRow.person_id, OutboxRow.circular
    times = OutboxRow.key, OutboxRow.provider_id, OutboxRow.finished_at
    rows = tx.execute(select(*columns, *times).where(*mine).order_by(OutboxRow.id).limit(limit)).all()
    called = [row for row in rows if row.channel not in words.pull]
    read = [row for row in rows if row.channel in words.pull]
    if called:
        _PLAN_CORRECTION.many(tx, [_correction(row, broadcast, revision, words, now) for row in called])
    for row in read:
        body = words.page(words.of(row.circular))
        tx.execute(update(OutboxRow).where(OutboxRow.id == row.id).values(body=body))
    notify(tx, [f"moved {row.address}" for row in read])
    words.moved += [row.address for row in read]
    return rows[-1].id if rows else None


def _correction(
    row: Row[*tuple[Any, ...]], broadcast: str, revision: int, words: Corrections, now: datetime
) -> dict[str, Any]:
    young = row.finished_at is None or row.finished_at > now - DELETABLE
    act = DELETE if words.removed and young else CAPTION if row.circular in words.captioned else EDIT
    return {
        "key": f"{row.key}:r{revision}",
        "channel": row.channel,
        "address": row.address,
        "rank": RANK,
        "body": act,
        "status": OutboxStatus.PLANNED,
        "attempts": 0,
        "doubts": 0,
        "created_at": now,
        "broadcast": revised(broadcast, revision),
        "person_id": row.person_id,
        "circular": words.of(row.circular),
        "provider_id": row.provider_id,
    }


def targets(tx: Connection, planned: Sequence[Planned]) -> Mapping[int, tuple[OutboxStatus, str]]:
    """Return what became of the messages that corrections are about, by the id of each correction."""
    keys = {one.outgoing.key.rpartition(":")[0]: one.id for one in planned}
    query = select(OutboxRow.key, OutboxRow.status, OutboxRow.provider_id).where(OutboxRow.key.in_(keys))
    return {keys[key]: (OutboxStatus(status), target or "") for key, status, target in tx.execute(query)}


def supersede(tx: Connection, broadcast: str, revision: int, now: datetime, circulars: Corrections) -> None:
    """Give up corrections older than a revision, and give what has not left yet the newest words."""
    for old in range(1, revision):
        cancel(tx, revised(broadcast, old), now, SUPERSEDED)
    mine = OutboxRow.broadcast == broadcast, OutboxRow.status == OutboxStatus.PLANNED
    for one in tx.execute(select(OutboxRow.circular).where(*mine).distinct()).scalars().all():
        words = circulars.of(one)
        tx.execute(update(OutboxRow).where(*mine, OutboxRow.circular == one).values(circular=words))
