"""The inbox: every event is stored before it is acknowledged, once, and taken in order per conversation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from rallynov.delivery.tables import ConversationRow, CursorRow, InboxRow, InboxStatus
from rallynov.storage.base import Base

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
    tx.execute(_STORE[tx.dialect.name], rows)


_DIALECTS: Mapping[str, Callable[[type[Base]], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
_MEET = {
    name: insert_in(ConversationRow).on_conflict_do_nothing(index_elements=["address"])
    for name, insert_in in _DIALECTS.items()
}
_STORE = {
    name: insert_in(InboxRow).on_conflict_do_nothing(index_elements=["channel", "external_id"])
    for name, insert_in in _DIALECTS.items()
}


def meet(tx: Connection, addresses: Iterable[tuple[str, str, datetime]]) -> None:
    """Open conversations: address, channel, moment; one that is already open stays as it is."""
    rows = [
        {"address": address, "channel": channel, "language": "fr", "created_at": at, "updated_at": at}
        for address, channel, at in addresses
    ]
    if rows:
        tx.execute(_MEET[tx.dialect.name], rows)


def move_cursor(tx: Connection, channel: str, next_offset: int, now: datetime) -> None:
    """Remember how far a channel was read, in the transaction that stored what was read."""
    moved = {"next_offset": next_offset, "moved_at": now}
    done = tx.execute(update(CursorRow).where(CursorRow.channel == channel).values(moved))
    if done.rowcount == 0:
        tx.execute(insert(CursorRow), [{"channel": channel, **moved}])


def cursor(tx: Connection, channel: str) -> int | None:
    """Return the next offset to ask for; None when the channel was never read."""
    return tx.execute(select(CursorRow.next_offset).where(CursorRow.channel == channel)).scalar()


_OLDEST = func.min(InboxRow.seq)
_HEADS = (
    select(_OLDEST)
    .where(InboxRow.status == InboxStatus.NEW)
    .group_by(InboxRow.address)
    .order_by(_OLDEST)
    .limit(bindparam("limit"))
)
_CLAIM = select(
    InboxRow.seq,
    InboxRow.external_id,
    InboxRow.address,
    InboxRow.channel,
    InboxRow.payload,
    InboxRow.received_at,
    InboxRow.attempts,
).where(
    InboxRow.status == InboxStatus.NEW,
    or_(InboxRow.not_before.is_(None), InboxRow.not_before <= bindparam("now")),
)
_CLAIM_HEADS = _CLAIM.where(InboxRow.seq.in_(_HEADS)).order_by(InboxRow.seq)
_CLAIM_LOCKED = _CLAIM.where(
    InboxRow.seq.in_(_HEADS.where(InboxRow.address.in_(bindparam("locked", expanding=True))))
).order_by(InboxRow.seq)
_WAITING = select(InboxRow.address).where(InboxRow.status == InboxStatus.NEW).distinct()
_LOCK = (
    select(ConversationRow.address)
    .where(ConversationRow.address.in_(_WAITING.limit(bindparam("twice"))))
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_DONE = (
    update(InboxRow)
    .where(InboxRow.seq.in_(bindparam("seqs", expanding=True)))
    .values(status=InboxStatus.DONE)
)


def claim(tx: Connection, now: datetime, limit: int, only: int | None = None) -> list[Waiting]:
    """Take the oldest waiting event of each conversation; ``only`` narrows them to one event.

    An event that waits for another try keeps the later ones of its conversation waiting. On PostgreSQL the
    conversations are locked for this batch and those another process holds are left to it; the events are read
    by a later statement, which sees what the other process committed before it let go.
    """
    given: dict[str, object] = {"now": now, "limit": limit}
    if tx.dialect.name == "postgresql":
        locked = tx.execute(_LOCK, {"limit": limit, "twice": 2 * limit}).scalars().all()
        rows = tx.execute(_CLAIM_LOCKED, {**given, "locked": locked}).all() if locked else []
    else:
        rows = tx.execute(_CLAIM_HEADS, given).all()
    return [Waiting(*row) for row in rows if only is None or row.seq == only]


def done(tx: Connection, seqs: Sequence[int]) -> None:
    """Mark events as handled, in the transaction that holds their effects."""
    tx.execute(_DONE, {"seqs": seqs})


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
