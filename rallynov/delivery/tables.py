"""The tables of delivery: inbox, conversations, outbox, cursors, leaders, audit."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rallynov.storage.base import Base

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
        Index("ix_inbox_waiting", "address", "seq", sqlite_where=WAITING, postgresql_where=WAITING),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    channel: Mapped[str]
    external_id: Mapped[str]
    address: Mapped[str]
    payload: Mapped[str]
    received_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(default=InboxStatus.NEW)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    error: Mapped[str | None]


class ConversationRow(Base):
    """One way to reach one person: an address on a channel, and where its dialogue stands (``state``,
    JSON).
    """

    __tablename__ = "conversation"

    address: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    person_id: Mapped[str | None] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(default="fr")
    state: Mapped[str | None]
    unreachable_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class OutboxRow(Base):
    """One message to one address. ``key`` is unique: the same turn cannot write it twice.

    ``doubts`` counts the times it may have been sent without our knowing. Of a ``broadcast``, it has a person, and may
    have its words in a ``circular`` instead of its ``body``.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_outbox_waiting", "channel", "rank", "id", sqlite_where=UNSENT, postgresql_where=UNSENT),
        Index("ix_outbox_address", "address", "id"),
        Index(
            "ix_outbox_broadcast",
            "broadcast",
            "status",
            "id",
            sqlite_where=OF_BROADCAST,
            postgresql_where=OF_BROADCAST,
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    key: Mapped[str]
    channel: Mapped[str]
    address: Mapped[str]
    rank: Mapped[int]
    body: Mapped[str]
    status: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    doubts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    provider_id: Mapped[str | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    broadcast: Mapped[str | None]
    person_id: Mapped[str | None]
    circular: Mapped[str | None]


class CircularRow(Base):
    """The words of a broadcast in one language, kept once for all who receive them.

    ``file_id`` is how the channel calls the file that goes with them, once it has been sent to somebody.
    """

    __tablename__ = "circular"

    id: Mapped[str] = mapped_column(primary_key=True)
    broadcast: Mapped[str] = mapped_column(index=True)
    body: Mapped[str]
    file_id: Mapped[str] = mapped_column(default="")


class CursorRow(Base):
    """How far a channel has been read: the next offset to ask for."""

    __tablename__ = "cursor"

    channel: Mapped[str] = mapped_column(primary_key=True)
    next_offset: Mapped[int] = mapped_column(BigInteger)
    moved_at: Mapped[datetime]


class LeaderRow(Base):
    """Who plays a role that only one process may play; the epoch grows at each take-over."""

    __tablename__ = "leader"

    role: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger)
    owner: Mapped[str]
    since: Mapped[datetime]


class AuditRow(Base):
    """What was ordered, by whom, on what: ids only, never what a person typed."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
