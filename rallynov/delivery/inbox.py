"""The inbox: every event is stored before it is acknowledged, once, and taken in order per conversation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from rallynov.delivery.tables import ConversationRow, CursorRow, InboxRow, InboxStatus
from rallynov.storage.base import UtcDateTime
from rallynov.storage.prepared import INSERTS, Insertable, Prepared, among, listed

TRIES = 3
PAUSES = (timedelta(seconds=1), timedelta(seconds=5))
"""How long an event that failed waits before its second and third try."""
FAR = timedelta(minutes=1)
"""How far off no next try ever is."""


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


_NEW = InboxRow.status == InboxStatus.NEW
_COLUMNS = (
    *(InboxRow.seq, InboxRow.external_id, InboxRow.address, InboxRow.channel, InboxRow.payload),
    *(InboxRow.received_at, InboxRow.attempts),
)


def _due(not_before: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Whether the next try may begin; one put off further than any is was put off by a clock that has gone back since."""
    now, far = (bindparam(name, type_=UtcDateTime()) for name in ("now", "far"))
    return or_(not_before.is_(None), not_before <= now, not_before > far)


def _claiming(name: str) -> Select[*tuple[Any, ...]]:
    """Select the oldest waiting event of each conversation: of those locked, on PostgreSQL."""
    oldest = func.min(InboxRow.seq)
    heads = select(oldest).where(_NEW).group_by(InboxRow.address).order_by(oldest).limit(bindparam("limit"))
    if name == "postgresql":
        heads = heads.where(among(InboxRow.address, "locked", name))
    return (
        select(*_COLUMNS)
        .where(_NEW, _due(InboxRow.not_before), InboxRow.seq.in_(heads))
        .order_by(InboxRow.seq)
    )


def _claiming_one(_name: str) -> Select[*tuple[Any, ...]]:
    """Select one event, if it is the oldest of its conversation that waits."""
    earlier = aliased(InboxRow)
    sooner = (
        earlier.address == InboxRow.address,
        earlier.seq < InboxRow.seq,
        earlier.status == InboxStatus.NEW,
    )
    mine = InboxRow.seq == bindparam("seq", type_=BigInteger())
    return select(*_COLUMNS).where(mine, _NEW, _due(InboxRow.not_before), ~exists().where(*sooner))


def _locking(_name: str) -> Select[*tuple[Any, ...]]:
    """Lock the conversations that have waited longest, as many as a batch takes; those that another process holds are
    left to it, and others take their places.
    """
    from sqlalchemy.dialects.postgresql import distinct_on  # noqa: PLC0415  # 2 MB that SQLite does not need

    first = (InboxRow.address, InboxRow.seq, InboxRow.not_before)
    heads = (
        select(*first).where(_NEW).ext(distinct_on(InboxRow.address)).order_by(*first[:2]).subquery("heads")
    )
    oldest = (
        select(heads.c.address, heads.c.seq)
        .where(_due(heads.c.not_before))
        .order_by(heads.c.seq)
        .limit(bindparam("twice", type_=BigInteger()))
        .subquery("oldest")
    )
    return (
        select(ConversationRow.address)
        .join(oldest, oldest.c.address == ConversationRow.address)
        .order_by(oldest.c.seq)
        .limit(bindparam("limit", type_=BigInteger()))
        .with_for_update(skip_locked=True, of=ConversationRow)
    )


def _locking_one(_name: str) -> Select[*tuple[Any, ...]]:
    mine = select(InboxRow.address).where(InboxRow.seq == bindparam("seq", type_=BigInteger()))
    return (
        select(ConversationRow.address)
        .where(ConversationRow.address == mine.scalar_subquery())
        .with_for_update(skip_locked=True)
    )


_CLAIM, _LOCK = Prepared(_claiming), Prepared(_locking)
_CLAIM_ONE, _LOCK_ONE = Prepared(_claiming_one), Prepared(_locking_one)
_DONE = Prepared(
    lambda name: update(InboxRow).where(among(InboxRow.seq, "seqs", name, number=True)).values(status="done")
)


def claim(tx: Connection, now: datetime, limit: int, only: int | None = None) -> list[Waiting]:
    """Take the oldest waiting event of each conversation; ``only`` narrows them to one event.

    An event that waits for another try keeps the later ones of its conversation waiting. On PostgreSQL the
    conversations are locked for this batch and those another process holds are left to it; the events are read
    by a later statement, which sees what the other process committed before it let go.
    """
    shared, when = tx.dialect.name == "postgresql", {"now": now, "far": now + FAR}
    if only is not None:
        mine = not shared or _LOCK_ONE.rows(tx, seq=only)
        rows = _CLAIM_ONE.rows(tx, seq=only, **when) if mine else []
    elif shared:
        locked = [address for (address,) in _LOCK.rows(tx, limit=limit, twice=2 * limit, **when)]
        rows = _CLAIM.rows(tx, limit=limit, locked=locked, **when) if locked else []
    else:
        rows = _CLAIM.rows(tx, limit=limit, **when)
    return [Waiting(*row) for row in rows]


_WAITS = Prepared(lambda _: select(InboxRow.seq).where(InboxRow.status == "new").limit(1))


def waits(tx: Connection) -> bool:
    """Tell whether anything waits, now or for another try."""
    return bool(_WAITS.rows(tx))


def done(tx: Connection, seqs: Sequence[int]) -> None:
    """Mark events as handled, in the transaction that holds their effects."""
    _DONE.run(tx, seqs=listed(seqs, tx.dialect.name))


def trying(tx: Connection, seq: int) -> None:
    """Count a try of an event before it is made: it may end the process."""
    tx.execute(update(InboxRow).where(InboxRow.seq == seq).values(attempts=InboxRow.attempts + 1))


def failed(tx: Connection, event: Waiting, attempts: int, error: str, now: datetime) -> bool:
    """Put an event back for another try, or set it aside after the third, of which ``attempts`` were made; return True
    when it is set aside.
    """
    change: dict[str, object] = {"attempts": attempts, "error": error}
    if attempts >= TRIES:
        change["status"] = InboxStatus.POISON
    else:
        change["not_before"] = now + PAUSES[attempts - 1]
    tx.execute(update(InboxRow).where(InboxRow.seq == event.seq).values(change))
    return attempts >= TRIES


_STATE = Prepared(
    lambda _: select(InboxRow.status).where(
        InboxRow.channel == bindparam("channel"), InboxRow.external_id == bindparam("external_id")
    )
)


def state_of(tx: Connection, channel: str, external_id: str) -> str | None:
    """Return what became of an event; None when it was never stored."""
    rows = _STATE.rows(tx, channel=channel, external_id=external_id)
    return rows[0][0] if rows else None
