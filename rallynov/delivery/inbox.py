"""The inbox: every event is stored before it is acknowledged, once, and taken in order per conversation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, bindparam, func, or_, select, update

from rallynov.delivery.tables import ConversationRow, CursorRow, InboxRow, InboxStatus
from rallynov.storage.base import UtcDateTime
from rallynov.storage.prepared import INSERTS, Insertable, Prepared, among, listed

TRIES = 3
PAUSES = (timedelta(seconds=1), timedelta(seconds=5))
"""How long an event that failed waits before its second and third try."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An event as a door received it. ``payload`` is ASCII-safe JSON; ``status`` POISON sets a malformed one
    aside.
    """

    channel: str
    external_id: str
    address: str
    payload: str
    received_at: datetime
    status: str = InboxStatus.NEW


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event whose turn has come."""

    seq: int
    external_id: str
    address: str
    channel: str
    payload: str
    received_at: datetime
    attempts: int


def store(tx: Connection, events: Sequence[Incoming]) -> None:
    """Keep events; one that is already there, by channel and external id, changes nothing."""
    met = {event.address: event for event in events if event.status == InboxStatus.NEW}
    if met and tx.dialect.name == "postgresql":  # where a batch locks them, they must be there before it
        meet(tx, [(event.address, event.channel, event.received_at) for event in met.values()])
    rows = [
        {
            "channel": event.channel,
            "external_id": event.external_id,
            "address": event.address,
            "payload": event.payload,
            "received_at": event.received_at,
            "status": event.status,
            "attempts": 0,
        }
        for event in events
    ]
    _STORE.many(tx, rows)


_MEET = Prepared(
    lambda name: INSERTS[name](ConversationRow).on_conflict_do_nothing(index_elements=["address"]),
    ("address", "channel", "language", "created_at", "updated_at"),
)
_STORE = Prepared(
    lambda name: INSERTS[name](InboxRow).on_conflict_do_nothing(index_elements=["channel", "external_id"]),
    ("channel", "external_id", "address", "payload", "received_at", "status", "attempts"),
)


def meet(tx: Connection, addresses: Iterable[tuple[str, str, datetime]]) -> None:
    """Open conversations: address, channel, moment; one that is already open stays as it is.

    Their language is known once their first event is read.

    Always in the order of their addresses: two processes that meet the same people never wait for each other.
    """
    rows = [
        {"address": address, "channel": channel, "language": "", "created_at": at, "updated_at": at}
        for address, channel, at in sorted(addresses)
    ]
    if rows:
        _MEET.many(tx, rows)


def move_cursor(tx: Connection, channel: str, next_offset: int, now: datetime) -> None:
    """Remember how far a channel was read, in the transaction that stored what was read."""
    _MOVE.run(tx, channel=channel, next_offset=next_offset, moved_at=now)


def _moving(table: Insertable) -> Insertable:
    newer = {"next_offset": table.excluded.next_offset, "moved_at": table.excluded.moved_at}
    return table.on_conflict_do_update(index_elements=["channel"], set_=newer)


_MOVE = Prepared(lambda name: _moving(INSERTS[name](CursorRow)), ("channel", "next_offset", "moved_at"))


def cursor(tx: Connection, channel: str) -> int | None:
    """Return the next offset to ask for; None when the channel was never read."""
    return tx.execute(select(CursorRow.next_offset).where(CursorRow.channel == channel)).scalar()


def _claiming(name: str) -> Select[Any, Any, Any, Any, Any, Any, Any]:
    """Select the oldest waiting event of each conversation: of those locked, on PostgreSQL."""
    new = InboxRow.status == InboxStatus.NEW
    oldest = func.min(InboxRow.seq)
    heads = select(oldest).where(new).group_by(InboxRow.address).order_by(oldest).limit(bindparam("limit"))
    if name == "postgresql":
        heads = heads.where(among(InboxRow.address, "locked", name))
    due = or_(InboxRow.not_before.is_(None), InboxRow.not_before <= bindparam("now", type_=UtcDateTime()))
    return (
        select(
            InboxRow.seq,
            InboxRow.external_id,
            InboxRow.address,
            InboxRow.channel,
            InboxRow.payload,
            InboxRow.received_at,
            InboxRow.attempts,
        )
        .where(new, due, InboxRow.seq.in_(heads))
        .order_by(InboxRow.seq)
    )


def _locking(_name: str) -> Select[Any]:
    """Lock conversations that wait, as many as a batch takes; those that another process holds are left to it."""
    waiting = select(InboxRow.address).where(InboxRow.status == InboxStatus.NEW).distinct()
    return (
        select(ConversationRow.address)
        .where(ConversationRow.address.in_(waiting.limit(bindparam("twice", type_=BigInteger()))))
        .limit(bindparam("limit", type_=BigInteger()))
        .with_for_update(skip_locked=True)
    )


_CLAIM, _LOCK = Prepared(_claiming), Prepared(_locking)
_DONE = Prepared(
    lambda name: update(InboxRow).where(among(InboxRow.seq, "seqs", name, number=True)).values(status="done")
)


def claim(tx: Connection, now: datetime, limit: int, only: int | None = None) -> list[Waiting]:
    """Take the oldest waiting event of each conversation; ``only`` narrows them to one event.

    An event that waits for another try keeps the later ones of its conversation waiting. On PostgreSQL the
    conversations are locked for this batch and those another process holds are left to it; the events are read
    by a later statement, which sees what the other process committed before it let go.
    """
    if tx.dialect.name == "postgresql":
        locked = [address for (address,) in _LOCK.rows(tx, limit=limit, twice=2 * limit)]
        rows = _CLAIM.rows(tx, now=now, limit=limit, locked=locked) if locked else []
    else:
        rows = _CLAIM.rows(tx, now=now, limit=limit)
    return [Waiting(*row) for row in rows if only is None or row[0] == only]


_WAITS = Prepared(lambda _: select(InboxRow.seq).where(InboxRow.status == "new").limit(1))


def waits(tx: Connection) -> bool:
    """Tell whether anything waits, now or for another try."""
    return bool(_WAITS.rows(tx))


def done(tx: Connection, seqs: Sequence[int]) -> None:
    """Mark events as handled, in the transaction that holds their effects."""
    _DONE.run(tx, seqs=listed(seqs, tx.dialect.name))


def failed(tx: Connection, event: Waiting, error: str, now: datetime) -> bool:
    """Put an event back for another try, or set it aside after the third; return True when it is set
    aside.
    """
    attempts = event.attempts + 1
    change: dict[str, object] = {"attempts": attempts, "error": error}
    if attempts >= TRIES:
        change["status"] = InboxStatus.POISON
    else:
        change["not_before"] = now + PAUSES[attempts - 1]
    tx.execute(update(InboxRow).where(InboxRow.seq == event.seq).values(change))
    return attempts >= TRIES


def state_of(tx: Connection, channel: str, external_id: str) -> str | None:
    """Return what became of an event; None when it was never stored."""
    mine = (InboxRow.channel == channel) & (InboxRow.external_id == external_id)
    return tx.execute(select(InboxRow.status).where(mine)).scalar()
