"""Broadcasts as rows: one for each recipient, planned outside the queue until its turn comes, its words kept once.

Synchronous, in the caller's transaction. Nothing here decides who is written to: the caller asks for consents.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from rallynov.delivery.circulars import Words
from rallynov.delivery.decisions import Klass
from rallynov.delivery.outbox import LEASE, Outgoing, Part
from rallynov.delivery.tables import ConversationRow, OutboxRow, OutboxStatus
from rallynov.storage.batched import Batched, Inserted

RANK = 2
ON_ITS_WAY = (OutboxStatus.PLANNED, OutboxStatus.QUEUED, OutboxStatus.SENDING)
CANCELLED, WITHDRAWN, UNREACHABLE = "cancelled", "withdrawn", "unreachable"
"""Why a row was given up, for reports."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person and the one address at which they are written to."""

    person: str
    address: str
    channel: str
    language: str


@dataclass(frozen=True, slots=True)
class Planned:
    """One row whose turn may come; ``since`` is when it was planned."""

    id: int
    outgoing: Outgoing
    person: str
    reachable: bool
    since: datetime


COLUMNS = (
    *("key", "channel", "address", "rank", "body", "status", "attempts", "doubts", "created_at"),
    *("broadcast", "person_id", "circular"),
)
_PLAN = Inserted(OutboxRow, COLUMNS, lambda add: add.on_conflict_do_nothing())


def key_of(broadcast: str, person: str) -> str:
    """Return the key of somebody's row: unique, so that nobody is planned twice."""
    return f"news:{broadcast}:{person}"


def plan(
    tx: Connection,
    broadcast: str,
    recipients: Sequence[Recipient],
    circulars: Mapping[str, str],
    now: datetime,
) -> None:
    """Plan a row for each recipient, with the circular of their language; who has one keeps it."""
    usual = next(iter(circulars.values()))
    rows = [
        {
            "key": key_of(broadcast, one.person),
            "channel": one.channel,
            "address": one.address,
            "rank": RANK,
            "body": "",
            "status": OutboxStatus.PLANNED,
            "attempts": 0,
            "doubts": 0,
            "created_at": now,
            "broadcast": broadcast,
            "person_id": one.person,
            "circular": circulars.get(one.language, usual),
        }
        for one in recipients
    ]
    if rows:
        _PLAN.many(tx, rows)


def due(
    tx: Connection, broadcast: str, channels: Collection[str], after: int, now: datetime, limit: int
) -> list[Planned]:
    """Lock planned rows whose time has come, in their order, from a row on; on PostgreSQL beside other processes."""
    ready = or_(OutboxRow.not_before.is_(None), OutboxRow.not_before <= now)
    same = or_(
        ConversationRow.person_id == OutboxRow.person_id, OutboxRow.body != ""
    )  # a correction is of what is there
    reached = ConversationRow.address == OutboxRow.address, ConversationRow.unreachable_at.is_(None), same
    query = (
        select(
            *(OutboxRow.id, OutboxRow.key, OutboxRow.channel, OutboxRow.address, OutboxRow.attempts),
            *(OutboxRow.doubts, OutboxRow.person_id, OutboxRow.circular, OutboxRow.body),
            *(OutboxRow.provider_id, OutboxRow.created_at, ConversationRow.address.label("there")),
        )
        .outerjoin(ConversationRow, and_(*reached))
        .where(OutboxRow.broadcast == broadcast, OutboxRow.status == OutboxStatus.PLANNED)
        .where(OutboxRow.id > after, OutboxRow.channel.in_(channels), ready)
        .order_by(OutboxRow.id)
        .limit(limit)
        .with_for_update(of=OutboxRow, skip_locked=True)
    )
    return [
        Planned(
            row.id,
            Outgoing(
                *(row.key, row.channel, row.address, Klass.BULK, "", row.attempts, row.doubts),
                part=Part(broadcast, row.circular or "", row.body, row.provider_id or ""),
            ),
            row.person_id or "",
            row.there is not None,
            row.created_at,
        )
        for row in tx.execute(query)
    ]


def tried(tx: Connection, circular: str) -> tuple[bool, bool]:
    """Tell whether a message of a circular is on its way, and whether one has arrived."""
    broadcast = circular.partition(":")[0]
    mine = OutboxRow.broadcast == broadcast, OutboxRow.circular == circular
    sending, sent = (
        tx.scalar(select(exists().where(*mine, OutboxRow.status == status)))
        for status in (OutboxStatus.SENDING, OutboxStatus.SENT)
    )
    return bool(sending), bool(sent)


def next_due(tx: Connection, broadcast: str) -> datetime | None:
    """Return the first moment for which a planned row was put off; None when none was."""
    mine = OutboxRow.broadcast == broadcast, OutboxRow.status == OutboxStatus.PLANNED
    return tx.scalar(select(func.min(OutboxRow.not_before)).where(*mine))


def _until(given: ColumnElement[datetime]) -> ColumnElement[datetime]:
    """By the server's clock where several machines share the leases (``outbox.moment``)."""
    return given if isinstance(given, BindParameter) else func.now() + LEASE


_RELEASE = Batched(
    {
        "of": OutboxRow.id,
        "by": OutboxRow.lease_owner,
        "until": OutboxRow.lease_until,
        "target": OutboxRow.provider_id,
        "words": OutboxRow.circular,
    },
    lambda given: (
        update(OutboxRow)
        .where(OutboxRow.id == given["of"])
        .values(
            status=OutboxStatus.SENDING,
            lease_owner=given["by"],
            lease_until=_until(given["until"]),
            provider_id=given["target"],
            circular=given["words"],
        )
    ),
)


def release(tx: Connection, planned: Sequence[Planned], owner: str, now: datetime) -> None:
    """Mark rows as being sent by a process, which has them in hand."""
    rows = [
        {
            "of": one.id,
            "by": owner,
            "until": now + LEASE,
            "target": (one.outgoing.part and one.outgoing.part.target) or None,
            "words": one.outgoing.part and one.outgoing.part.circular,
        }
        for one in planned
    ]
    if rows:
        _RELEASE.many(tx, rows)


def show(tx: Connection, planned: Sequence[Planned], words: Words, now: datetime) -> None:
    """Write rows of channels that read: anew and whole, since a page looks for the newest ids."""
    tx.execute(delete(OutboxRow).where(OutboxRow.id.in_([one.id for one in planned])))
    tx.execute(
        insert(OutboxRow),
        [
            {
                "key": one.outgoing.key,
                "channel": one.outgoing.channel,
                "address": one.outgoing.address,
                "rank": RANK,
                "body": words.body(tx, one.outgoing),
                "status": OutboxStatus.SENT,
                "attempts": one.outgoing.attempts + 1,
                "created_at": one.since,
                "finished_at": now,
                "broadcast": one.outgoing.part and one.outgoing.part.broadcast,
                "person_id": one.person,
                "circular": one.outgoing.part and one.outgoing.part.circular,
            }
            for one in planned
        ],
    )


def aimed(planned: Planned, **changed: str) -> Planned:
    """Return a row with other words (``circular``), or a correction with the message that it is about (``target``)."""
    part = replace(planned.outgoing.part, **changed) if planned.outgoing.part else None
    return replace(planned, outgoing=replace(planned.outgoing, part=part))


def put_off(tx: Connection, ids: Mapping[int, datetime]) -> None:
    """Have rows wait until a moment each."""
    later = update(OutboxRow).where(OutboxRow.id == bindparam("of")).values(not_before=bindparam("until"))
    if ids:
        tx.execute(later, [{"of": one, "until": until} for one, until in ids.items()])


def give_up(tx: Connection, ids: Collection[int], reason: str, now: datetime) -> None:
    """Bring planned rows to their end unsent, for a reason."""
    end = {"status": OutboxStatus.SKIPPED, "error": reason, "finished_at": now}
    if ids:
        tx.execute(update(OutboxRow).where(OutboxRow.id.in_(ids)).values(end))


def pause(tx: Connection, broadcast: str) -> None:
    """Take back what waits in the queue; what is under way ends."""
    waiting = OutboxRow.broadcast == broadcast, OutboxRow.status == OutboxStatus.QUEUED
    tx.execute(update(OutboxRow).where(*waiting).values(status=OutboxStatus.PLANNED))


def cancel(tx: Connection, broadcast: str, now: datetime, reason: str = CANCELLED) -> int:
    """Give up all that has not left; return how many messages."""
    waiting = OutboxStatus.PLANNED, OutboxStatus.QUEUED
    mine = OutboxRow.broadcast == broadcast, OutboxRow.status.in_(waiting)
    end = {"status": OutboxStatus.SKIPPED, "error": reason, "finished_at": now}
    return tx.execute(update(OutboxRow).where(*mine).values(end)).rowcount


def finished(tx: Connection, broadcast: str) -> bool:
    """Tell whether no message of a broadcast is on its way any more."""
    mine = OutboxRow.broadcast == broadcast
    return not any(
        tx.scalar(select(exists().where(mine, OutboxRow.status == status))) for status in ON_ITS_WAY
    )


def counts(tx: Connection, broadcasts: Sequence[str]) -> Mapping[str, Mapping[tuple[str, str, str], int]]:
    """Count the rows of broadcasts by channel, state and reason; a correction is one of its own (``revised``)."""
    by = OutboxRow.broadcast, OutboxRow.channel, OutboxRow.status, OutboxRow.error
    query = select(*by, func.count()).where(OutboxRow.broadcast.in_(broadcasts)).group_by(*by)
    found: dict[str, dict[tuple[str, str, str], int]] = {one: {} for one in broadcasts}
    for broadcast, channel, status, reason, many in tx.execute(query):
        found[broadcast or ""][channel, status, reason or ""] = many
    return found


def again(tx: Connection, broadcast: str, statuses: Collection[OutboxStatus], now: datetime) -> int:
    """Plan once more what ended so, by order; what may have arrived is marked as doubtful. Return how many."""
    mine = OutboxRow.broadcast == broadcast, OutboxRow.status.in_(statuses)
    lost = OutboxRow.status == OutboxStatus.UNKNOWN
    doubts = OutboxRow.doubts + lost.cast(OutboxRow.doubts.type)
    anew = {
        "status": OutboxStatus.PLANNED,
        "attempts": OutboxRow.attempts + 1,
        "doubts": doubts,
        "not_before": None,
        "lease_owner": None,
        "lease_until": None,
        "error": None,
        "created_at": now,
        "finished_at": None,
    }
    return tx.execute(update(OutboxRow).where(*mine).values(anew)).rowcount


def revised(broadcast: str, revision: int) -> str:
    """Return what the rows of a correction are the broadcast of; the broadcast itself for none."""
    return f"{broadcast}:r{revision}" if revision else broadcast
