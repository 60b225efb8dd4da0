"""Messages in a process's hands: their leases are renewed, they are given back, or known to be in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, update

from rallynov.delivery import conversations, outbox
from rallynov.delivery.outbox import Outgoing, moment
from rallynov.delivery.tables import UNSENT, OutboxRow, OutboxStatus
from rallynov.storage.prepared import Prepared


def doubt(tx: Connection, owner: str, message: Outgoing) -> bool:
    """Remember, before a message is sent again, that it may have arrived; False when it is in other hands by now."""
    held = OutboxRow.lease_owner == owner, OutboxRow.status == OutboxStatus.SENDING
    told = {"doubts": message.doubts, "attempts": message.attempts}
    ours = tx.execute(update(OutboxRow).where(OutboxRow.key == message.key, *held).values(told)).rowcount > 0
    if ours and (number := message.screen()):
        conversations.doubt(tx, {message.address: number}, unseen=True)
    return ours


def renew(tx: Connection, owner: str, now: datetime) -> None:
    """Keep what this process is sending."""
    mine = (OutboxRow.lease_owner == owner) & (OutboxRow.status == OutboxStatus.SENDING)
    tx.execute(update(OutboxRow).where(UNSENT, mine).values(lease_until=moment(tx, now) + outbox.LEASE))


_WAITS = case((OutboxRow.broadcast.is_(None), OutboxStatus.QUEUED), else_=OutboxStatus.PLANNED)
_PUT_BACK = Prepared(
    lambda _: (
        update(OutboxRow)
        .where(OutboxRow.key == bindparam("of"), OutboxRow.lease_owner == bindparam("by"))
        .where(OutboxRow.status == OutboxStatus.SENDING)
        .values(
            status=_WAITS,
            attempts=bindparam("tries"),
            not_before=bindparam("until"),
            lease_owner=None,
            lease_until=None,
        )
    )
)


def release(tx: Connection, owner: str, keys: Sequence[str]) -> None:
    """Give back messages that were never tried; those of a broadcast wait for their turn again."""
    mine = (
        (OutboxRow.lease_owner == owner)
        & OutboxRow.key.in_(keys)
        & (OutboxRow.status == OutboxStatus.SENDING)
    )
    tx.execute(update(OutboxRow).where(mine).values(status=_WAITS, lease_owner=None, lease_until=None))


def put_back(tx: Connection, owner: str, waiting: Sequence[tuple[Outgoing, datetime]]) -> None:
    """Give back messages of broadcasts that were tried and must wait until a moment each."""
    rows = [
        {"of": message.key, "by": owner, "tries": message.attempts, "until": until}
        for message, until in waiting
    ]
    if rows:
        _PUT_BACK.many(tx, rows)
