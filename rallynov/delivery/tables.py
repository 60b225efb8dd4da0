"""The tables of delivery: inbox, conversations, outbox, cursors, leaders, audit."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rallynov.storage.base import Base
from rallynov.storage.partial import partial
from rallynov.storage.personal import EMPTIED, NOTHING, address, person, personal

WAITING = text("status = 'new'")
OF_BROADCAST = text("broadcast IS NOT NULL")
UNSENT = text("status IN ('queued', 'sending')")
BigId = BigInteger().with_variant(Integer(), "sqlite")


class InboxStatus(StrEnum):
    """What became of a received event."""

    NEW = "new"
    DONE = "done"
    POISON = "poison"
    """Set aside: malformed, or three tries failed."""
    IGNORED = "ignored"
    """Calls for nothing: a type of update that this release does not know."""


class OutboxStatus(StrEnum):
    """What became of a message; ``queued``, ``sending`` and ``planned`` are the only ones that are not final."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"
    """The request left and its answer never came: sent perhaps, never resent by itself."""
    PLANNED = "planned"
    """Of a broadcast, and its turn has not come: it waits outside the queue, until it is released or given up."""


class InboxRow(Base):
    """One received event, stored before it is acknowledged. ``seq`` is our own order."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        partial("ix_inbox_waiting", "address", "seq", where=WAITING),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    channel: Mapped[str] = mapped_column(info=NOTHING)
    external_id: Mapped[str] = mapped_column(info=NOTHING)
    address: Mapped[str] = mapped_column(info=address("where they write from"))
    payload: Mapped[str] = mapped_column(info=personal("what they wrote or pressed") | EMPTIED)
    received_at: Mapped[datetime] = mapped_column(info=personal("when"))
    status: Mapped[str] = mapped_column(default=InboxStatus.NEW, info=NOTHING)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(info=NOTHING)


class ConversationRow(Base):
    """One way to reach one person: an address on a channel, and where its dialogue stands (``state``,
    JSON).
    """

    __tablename__ = "conversation"

    address: Mapped[str] = mapped_column(primary_key=True, info=address("where they are reached"))
    channel: Mapped[str] = mapped_column(info=NOTHING)
    person_id: Mapped[str | None] = mapped_column(index=True, info=person("who"))
    language: Mapped[str] = mapped_column(default="fr", info=personal("their language"))
    state: Mapped[str | None] = mapped_column(info=personal("where they are in the conversation"))
    unreachable_at: Mapped[datetime | None] = mapped_column(info=personal("since when they are not reached"))
    created_at: Mapped[datetime] = mapped_column(info=personal("when they first wrote"))
    updated_at: Mapped[datetime] = mapped_column(info=personal("when they last wrote"))


class OutboxRow(Base):
    """One message to one address. ``key`` is unique: the same turn cannot write it twice.

    ``doubts`` counts the times it may have been sent without our knowing. Of a ``broadcast``, it has a person, and may
    have its words in a ``circular`` instead of its ``body``.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("key"),
        partial("ix_outbox_waiting", "channel", "rank", "id", where=UNSENT),
        Index("ix_outbox_address", "address", "id"),
        partial(
            "ix_outbox_broadcast",
            "broadcast",
            "status",
            "id",
            where=OF_BROADCAST,
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(info=personal("its key, with their address"))
    channel: Mapped[str] = mapped_column(info=NOTHING)
    address: Mapped[str] = mapped_column(info=address("where they are written to"))
    rank: Mapped[int]
    body: Mapped[str] = mapped_column(info=personal("what they were sent"))
    status: Mapped[str] = mapped_column(info=personal("what became of it"))
    attempts: Mapped[int] = mapped_column(default=0)
    doubts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(info=NOTHING)
    lease_until: Mapped[datetime | None] = mapped_column(info=NOTHING)
    provider_id: Mapped[str | None] = mapped_column(info=NOTHING)
    error: Mapped[str | None] = mapped_column(info=NOTHING)
    created_at: Mapped[datetime] = mapped_column(info=personal("when it was written"))
    finished_at: Mapped[datetime | None] = mapped_column(info=personal("when it was sent"))
    broadcast: Mapped[str | None] = mapped_column(info=personal("the announcement it is of"))
    person_id: Mapped[str | None] = mapped_column(info=person("who is written to"))
    circular: Mapped[str | None] = mapped_column(info=personal("which words, kept once for all"))


class CircularRow(Base):
    """The words of a broadcast in one language, kept once for all who receive them.

    ``file_id`` is how the channel calls the file that goes with them, once it has been sent to somebody.
    """

    __tablename__ = "circular"

    id: Mapped[str] = mapped_column(primary_key=True)
    broadcast: Mapped[str] = mapped_column(index=True, info=NOTHING)
    body: Mapped[str] = mapped_column(info=NOTHING)
    file_id: Mapped[str] = mapped_column(default="", info=NOTHING)


class CursorRow(Base):
    """How far a channel has been read: the next offset to ask for."""

    __tablename__ = "cursor"

    channel: Mapped[str] = mapped_column(primary_key=True, info=NOTHING)
    next_offset: Mapped[int] = mapped_column(BigInteger, info=NOTHING)
    moved_at: Mapped[datetime] = mapped_column(info=NOTHING)


class LeaderRow(Base):
    """Who plays a role that only one process may play; the epoch grows at each take-over."""

    __tablename__ = "leader"

    role: Mapped[str] = mapped_column(primary_key=True, info=NOTHING)
    epoch: Mapped[int] = mapped_column(BigInteger, info=NOTHING)
    owner: Mapped[str] = mapped_column(info=NOTHING)
    since: Mapped[datetime] = mapped_column(info=NOTHING)


class AuditRow(Base):
    """What was ordered, by whom, on what: ids only, never what a person typed."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(info=personal("when they did it"))
    actor: Mapped[str] = mapped_column(info=person("who did it"))
    action: Mapped[str] = mapped_column(info=personal("what they did"))
    subject: Mapped[str] = mapped_column(info=personal("on what, by its number"))
