"""The tables of announcements. Who received one is in the outbox: a row for each recipient, from the fan-out on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rallynov.people.tables import BigId
from rallynov.storage.base import Base


class AnnouncementRow(Base):
    """One announcement; ``content`` and ``audience`` are JSON. ``version`` grows with every write.

    ``wish`` is the wall clock in Paris that was asked for (``2027-03-28T09:00``), ``due_at`` the moment it stands for.
    """

    __tablename__ = "announcement"
    __table_args__ = (
        UniqueConstraint("edition", "number"),
        Index("ix_announcement_status", "status", "due_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    edition: Mapped[str]
    number: Mapped[int]
    organisation: Mapped[str]
    author: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    topic: Mapped[str] = mapped_column(default="")
    content: Mapped[str]
    audience: Mapped[str]
    status: Mapped[str]
    urgent: Mapped[bool] = mapped_column(default=False)
    wish: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    approver: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    approved_at: Mapped[datetime | None]
    refusal: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    planned: Mapped[bool] = mapped_column(default=False)
    """Whether all its recipients are in the outbox."""
    revision: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class AnnouncementActRow(Base):
    """What was done to an announcement, by whom (nobody: the clock) and when; ``detail`` is a reason or a count."""

    __tablename__ = "announcement_act"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    announcement_id: Mapped[str] = mapped_column(
        ForeignKey("announcement.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    actor: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    act: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")


class AnnouncementFileRow(Base):
    """A picture or a document of an announcement: ``waiting``, then ``kept`` or ``refused``; it lies in the folder."""

    __tablename__ = "announcement_file"

    id: Mapped[str] = mapped_column(primary_key=True)
    announcement_id: Mapped[str] = mapped_column(
        ForeignKey("announcement.id", ondelete="CASCADE"), index=True
    )
    address: Mapped[str]
    origin: Mapped[str]
    name: Mapped[str]
    mime: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    created_at: Mapped[datetime]


class AnnouncementCountRow(Base):
    """The number of the last announcement of an edition."""

    __tablename__ = "announcement_count"

    edition: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


class ReachRow(Base):
    """When a person last received an announcement, whoever wrote it: two are ``APART``."""

    __tablename__ = "announcement_reach"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime]
