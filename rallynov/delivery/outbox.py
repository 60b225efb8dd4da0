"""The outbox: messages as rows, written in the transaction of their turn, each brought to a final state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from rallynov.delivery import conversations
from rallynov.delivery.decisions import Klass
from rallynov.delivery.message import Message, load
from rallynov.delivery.tables import UNSENT, CircularRow, OutboxRow, OutboxStatus
from rallynov.storage.batched import Batched
from rallynov.storage.beginning import begins
from rallynov.storage.prepared import Prepared
from rallynov.text import clean_line

LEASE = timedelta(seconds=60)
"""How long a message stays with the process that took it, unless renewed."""
DOUBTS = 5
"""How many crashes a reply is sent again after, before it is left ``unknown``."""
REASON = 500
"""Characters kept of why a message failed: a server's words, which may be anything."""
RANKS = {Klass.REPLY: 0, Klass.RECEIPT: 0, Klass.STAFF: 1, Klass.BULK: 2}
WARNING = "purge:"
"""How the keys of messages begin that tell of an erasure to come: they are owed, even to who wants no announcements."""
RESENT = (0, 1)
"""Ranks that a crash sends again: a person waits for them. Announcements are not."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a message of a broadcast has beside others: its circular, and what the channel calls that one's file.

    With an ``act`` it corrects the message that was delivered as ``target``.
    """

    broadcast: str
    circular: str
    act: str = ""
    target: str = ""
    file_id: str = ""


EDIT, CAPTION, DELETE = "edit", "caption", "delete"
"""What a correction does to a message: its text or the words under its file are replaced, or it goes."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way."""

    key: str
    channel: str
    address: str
    klass: Klass
    body: str
    attempts: int = 0
    doubts: int = 0
    drawn: Message | None = field(default=None, repr=False, compare=False)
    """The body not yet written, when this process wrote it: it need not be read again."""
    part: Part | None = field(default=None, repr=False, compare=False)

    def message(self) -> Message:
        """Return the message itself."""
        return self.drawn or load(self.body)

    def screen(self) -> int:
        """Return the number of the screen that it shows; 0 for none: it is no reply of a turn."""
        try:
            return 0 if self.part or self.klass is not Klass.REPLY else self.message().nonce
        except (KeyError, TypeError, ValueError):  # a body that nobody can read
            return 0

    def doubted(self) -> Outgoing:
        """Return this message after a try whose end is not known."""
        return replace(self, attempts=self.attempts + 1, doubts=self.doubts + 1)

    def tried(self) -> Outgoing:
        """Return this message after a try that failed."""
        return replace(self, attempts=self.attempts + 1)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The final state of one message."""

    message: Outgoing
    status: OutboxStatus
    provider_id: str | None = None
    error: str | None = None
    file_id: str = ""
    """How the channel calls the file that went with it, when it was told."""
    unreachable: bool = False
    """Whether nothing reaches its address, until somebody writes from there."""


_COLUMNS = (
    *("key", "channel", "address", "rank", "body", "status", "attempts", "doubts"),
    *("lease_owner", "lease_until"),
)
_ADD = Prepared(lambda _: insert(OutboxRow), (*_COLUMNS, "created_at", "finished_at"))


def moment(tx: Connection, now: datetime) -> datetime | ColumnElement[datetime]:
    """Return the moment that leases go by: the server's where several machines share them, whose clocks may differ."""
    return func.now() if tx.dialect.name == "postgresql" else now


def add(
    tx: Connection, messages: Sequence[Outgoing], now: datetime, owner: str | None, pull: frozenset[str]
) -> None:
    """Write the messages of a batch.

    Those of a ``pull`` channel are sent by being there: a page reads them. With an ``owner`` (this process
    sends) the others are claimed at birth and handed over in memory after the commit; else they wait to be
    claimed.
    """
    born = OutboxStatus.SENDING if owner else OutboxStatus.QUEUED
    until = now + LEASE if owner else None
    rows = [
        {
            "key": message.key,
            "channel": message.channel,
            "address": message.address,
            "rank": RANKS[message.klass],
            "body": message.body,
            "status": OutboxStatus.SENT if message.channel in pull else born,
            "attempts": 0,
            "doubts": 0,
            "lease_owner": None if message.channel in pull else owner,
            "lease_until": None if message.channel in pull else until,
            "created_at": now,
            "finished_at": now if message.channel in pull else None,
        }
        for message in messages
    ]
    _ADD.many(tx, rows)


def claim(
    tx: Connection,
    channel: str,
    owner: str,
    now: datetime,
    limit: int,
    *,
    but: Sequence[str] = (),
    bulk: bool = True,
) -> list[Outgoing]:
    """Take waiting messages, replies first, oldest first, ``but`` for some addresses; on PostgreSQL beside others."""
    ranks = () if bulk else (OutboxRow.rank.in_(RESENT),)
    others = (OutboxRow.address.not_in(but),) if but else ()
    due = or_(OutboxRow.not_before.is_(None), OutboxRow.not_before <= now)
    waiting = (
        select(
            *(OutboxRow.id, OutboxRow.key, OutboxRow.address, OutboxRow.rank, OutboxRow.body),
            *(OutboxRow.attempts, OutboxRow.doubts),
        )
        .where(
            UNSENT,
            OutboxRow.channel == channel,
            OutboxRow.status == OutboxStatus.QUEUED,
            due,
            *ranks,
            *others,
        )
        .order_by(OutboxRow.rank, OutboxRow.id)
        .limit(limit)
    )
    rows = tx.execute(waiting.with_for_update(skip_locked=True)).all()
    if not rows:
        return []
    taken = {"status": OutboxStatus.SENDING, "lease_owner": owner, "lease_until": moment(tx, now) + LEASE}
    tx.execute(update(OutboxRow).where(OutboxRow.id.in_([row.id for row in rows])).values(taken))
    klasses = {rank: klass for klass, rank in reversed(RANKS.items())}
    return [
        Outgoing(row.key, channel, row.address, klasses[row.rank], row.body, row.attempts, row.doubts)
        for row in rows
    ]


_ENDED = {
    "end_status": OutboxRow.status,
    "end_id": OutboxRow.provider_id,
    "end_error": OutboxRow.error,
    "end_attempts": OutboxRow.attempts,
    "end_doubts": OutboxRow.doubts,
    "end_at": OutboxRow.finished_at,
}
_FINISH = Batched(
    {"of": OutboxRow.key, "by": OutboxRow.lease_owner} | _ENDED,
    lambda given: (
        update(OutboxRow)
        .where(OutboxRow.key == given["of"], OutboxRow.lease_owner == given["by"])
        .values({column: given[name] for name, column in _ENDED.items()})
    ),
)


def finish(tx: Connection, receipts: Sequence[Receipt], owner: str, now: datetime) -> None:
    """Write final states; a row that another process took over meanwhile is left to it."""
    _FINISH.many(
        tx,
        [
            {
                "of": receipt.message.key,
                "by": owner,
                "end_status": receipt.status,
                "end_id": receipt.provider_id,
                "end_error": receipt.error and clean_line(receipt.error)[:REASON],
                "end_attempts": receipt.message.attempts + 1,
                "end_doubts": receipt.message.doubts,
                "end_at": now,
            }
            for receipt in receipts
        ],
    )
    gone = [receipt.message.address for receipt in receipts if receipt.unreachable]
    if gone:
        conversations.unreachable(tx, gone, now)
    _arrived(tx, receipts)
    for circular, file_id in {
        receipt.message.part.circular: receipt.file_id
        for receipt in receipts
        if receipt.file_id and receipt.message.part
    }.items():
        tx.execute(update(CircularRow).where(CircularRow.id == circular).values(file_id=file_id))


def _arrived(tx: Connection, receipts: Sequence[Receipt]) -> None:
    """Note which screens may not have arrived, and which did after all."""
    for status in (OutboxStatus.UNKNOWN, OutboxStatus.SENT):
        tried = [one.message for one in receipts if one.status is status and one.message.attempts]
        if drawn := {message.address: number for message in tried if (number := message.screen())}:
            conversations.doubt(tx, drawn, unseen=status is OutboxStatus.UNKNOWN)


def skip(tx: Connection, addresses: Sequence[str], now: datetime) -> None:
    """Give up what waits for addresses that closed their door; a message under way keeps the end that it has."""
    closed = {"status": OutboxStatus.SKIPPED, "error": "the door was closed", "finished_at": now}
    waiting = OutboxStatus.QUEUED, OutboxStatus.SENDING, OutboxStatus.PLANNED
    theirs = OutboxRow.address.in_(addresses), OutboxRow.status.in_(waiting)
    tx.execute(update(OutboxRow).where(*theirs).values(closed))


def give_up_bulk(tx: Connection, addresses: Sequence[str], now: datetime) -> None:
    """Give up the announcements that wait for people who want no more; one under way keeps the end that it has.

    A warning is no announcement, nor is the correction of what was delivered: they go out.
    """
    unwanted = {"status": OutboxStatus.SKIPPED, "error": "no longer wanted", "finished_at": now}
    waiting = OutboxRow.status.in_((OutboxStatus.QUEUED, OutboxStatus.PLANNED))
    bulk = OutboxRow.address.in_(addresses), OutboxRow.rank == RANKS[Klass.BULK], waiting
    owed = OutboxRow.key.startswith(WARNING, autoescape=True), OutboxRow.body.in_((EDIT, CAPTION, DELETE))
    tx.execute(update(OutboxRow).where(*bulk, ~or_(*owed)).values(unwanted))


def recover(tx: Connection, now: datetime, *, alone: bool, heir: str = "", mine: str = "") -> int:
    """Take up what a process that died was sending; return how many messages.

    A person waits for a reply: it goes out again, marked as doubtful. An announcement becomes ``unknown``.
    When this process is ``alone`` (SQLite) whatever is being sent was left behind; else only what outlived
    its lease, and nothing of ``mine``: its sender knows what it holds. The new leader of a channel is its ``heir``: it
    takes over the replies of the one before at once, so that no newer answer overtakes them; should the old one be
    alive but cut off, a reply in its hand goes twice.
    """
    left = and_(UNSENT, OutboxRow.status == OutboxStatus.SENDING)
    if not alone:
        inherited = (OutboxRow.channel == heir) & OutboxRow.rank.in_(RESENT)
        left &= or_(OutboxRow.lease_until < moment(tx, now), inherited)
        left &= OutboxRow.lease_owner.is_distinct_from(mine)
    again = left & OutboxRow.rank.in_(RESENT) & (OutboxRow.doubts < DOUBTS)
    queued = {
        "status": OutboxStatus.QUEUED,
        "doubts": OutboxRow.doubts + 1,
        "lease_owner": None,
        "lease_until": None,
    }
    resent = tx.execute(update(OutboxRow).where(again).values(queued)).rowcount
    lost = {"status": OutboxStatus.UNKNOWN, "error": "process died while sending", "finished_at": now}
    return int(resent + tx.execute(update(OutboxRow).where(left).values(lost)).rowcount)


def withdraw(tx: Connection, about: Sequence[str]) -> None:
    """Take messages away, whoever they are to: all whose key begins so. What they tell of was erased."""
    for one in about:
        tx.execute(delete(OutboxRow).where(begins(OutboxRow.key, one, tx.dialect.name)))
