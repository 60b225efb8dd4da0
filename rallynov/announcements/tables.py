"""The tables of announcements. Who received one is in the outbox: a row for each recipient, from the fan-out on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rallynov.people.tables import BigId
from rallynov.storage.base import Base
from rallynov.storage.personal import NOTHING, address, person, personal


def _who(what: str, on_delete: str = "SET NULL") -> Mapped[str | None]:
    """Return a column that names a person until they are erased."""
    key = ForeignKey("person.id", ondelete=on_delete)
    return mapped_column(key, index=True, info=person(what))


class AnnouncementRow(Base):
    """One announcement; ``content`` and ``audience`` are JSON. ``version`` grows with every write.

    ``wish`` is the wall clock in Paris that was asked for (``2027-03-28T09:00``), ``due_at`` the moment it stands for.
    What is told is said for an organisation and published: it holds nothing of whoever wrote it.
    """

    __tablename__ = "announcement"
    __table_args__ = (
        UniqueConstraint("edition", "number"),
        Index("ix_announcement_status", "status", "due_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    edition: Mapped[str]
    number: Mapped[int]
    organisation: Mapped[str] = mapped_column(info=NOTHING)
    author: Mapped[str | None] = _who("who wrote it")
    topic: Mapped[str] = mapped_column(default="", info=NOTHING)
    content: Mapped[str] = mapped_column(info=NOTHING)
    audience: Mapped[str] = mapped_column(info=NOTHING)
    status: Mapped[str] = mapped_column(info=NOTHING)
    urgent: Mapped[bool] = mapped_column(default=False, info=NOTHING)
    wish: Mapped[str] = mapped_column(default="", info=NOTHING)
    due_at: Mapped[datetime | None] = mapped_column(info=NOTHING)
    submitted_at: Mapped[datetime | None] = mapped_column(info=NOTHING)
    approver: Mapped[str | None] = _who("who approved it")
    approved_at: Mapped[datetime | None] = mapped_column(info=NOTHING)
    refusal: Mapped[str] = mapped_column(default="", info=NOTHING)
    started_at: Mapped[datetime | None] = mapped_column(info=NOTHING)
    ended_at: Mapped[datetime | None] = mapped_column(info=NOTHING)
    planned: Mapped[bool] = mapped_column(default=False, info=NOTHING)
    """Whether all its recipients are in the outbox."""
    revision: Mapped[int] = mapped_column(default=0, info=NOTHING)
    corrected: Mapped[int] = mapped_column(default=0, info=NOTHING)
    """The last revision that is planned for all who had received the announcement."""
    correction: Mapped[str] = mapped_column(default="", info=NOTHING)
    """What would be put in the place of the content, and whether it was given to be read, as JSON; else empty."""
    corrector: Mapped[str | None] = _who("who would correct it")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(info=NOTHING)
    changed_at: Mapped[datetime] = mapped_column(info=NOTHING)


class AnnouncementActRow(Base):
    """What was done to an announcement, by whom (nobody: the clock) and when; ``detail`` is a reason or a count."""

    __tablename__ = "announcement_act"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    announcement_id: Mapped[str] = mapped_column(
        ForeignKey("announcement.id", ondelete="CASCADE"),
        index=True,
        info=personal("the announcement", "actor"),
    )
    at: Mapped[datetime] = mapped_column(info=personal("when", "actor"))
    actor: Mapped[str | None] = _who("who did it", "CASCADE")
    act: Mapped[str] = mapped_column(info=personal("what they did", "actor"))
    detail: Mapped[str] = mapped_column(default="", info=personal("the reason, or the number", "actor"))


class AnnouncementFileRow(Base):
    """A picture or a document of an announcement: ``waiting``, then ``kept`` or ``refused``; it lies in the folder."""

    __tablename__ = "announcement_file"

    id: Mapped[str] = mapped_column(primary_key=True)
    announcement_id: Mapped[str] = mapped_column(
        ForeignKey("announcement.id", ondelete="CASCADE"), index=True, info=NOTHING
    )
    address: Mapped[str] = mapped_column(info=address("where it was sent from"))
    origin: Mapped[str] = mapped_column(info=personal("where it was fetched"))
    name: Mapped[str] = mapped_column(info=NOTHING)
    mime: Mapped[str] = mapped_column(info=NOTHING)
    size: Mapped[int] = mapped_column(BigInteger, info=NOTHING)
    state: Mapped[str] = mapped_column(info=NOTHING)
    reason: Mapped[str] = mapped_column(default="", info=NOTHING)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(info=NOTHING)


class AnnouncementCountRow(Base):
    """The number of the last announcement of an edition."""

    __tablename__ = "announcement_count"

    edition: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(info=NOTHING)


class ReachRow(Base):
    """When a person last received an announcement, whoever wrote it: two are ``APART``."""

    __tablename__ = "announcement_reach"

    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, info=person("who received it")
    )
    announcement_id: Mapped[str] = mapped_column(info=personal("which"))
    at: Mapped[datetime] = mapped_column(info=personal("when"))
