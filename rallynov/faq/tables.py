"""The tables of questions. What a person typed goes with them, out of what was learned too."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rallynov.storage.base import Base

BigId = BigInteger().with_variant(Integer(), "sqlite")


class QuestionRow(Base):
    """One question that was put to the robot: what it was found to mean, which entry was told, whether that helped.

    ``entries`` are those proposed, by commas; ``entry`` the one that was told or chosen; ``rating`` is "yes" or "no" once
    it is given. ``settled`` tells that the team has learned from it, or set it aside.
    """

    __tablename__ = "question"
    __table_args__ = (Index("ix_question_edition", "edition", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    edition: Mapped[str]
    person_id: Mapped[str] = mapped_column(index=True)
    words: Mapped[str]
    language: Mapped[str]
    verdict: Mapped[str]
    entries: Mapped[str] = mapped_column(default="")
    entry: Mapped[str] = mapped_column(default="")
    screen: Mapped[str] = mapped_column(default="")
    rating: Mapped[str] = mapped_column(default="")
    settled: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]


class TicketRow(Base):
    """One question handed over to a person; ``version`` grows with each change, so that what was seen can be compared."""

    __tablename__ = "ticket"
    __table_args__ = (UniqueConstraint("edition", "number"), Index("ix_ticket_stage", "edition", "stage"))

    id: Mapped[str] = mapped_column(primary_key=True)
    edition: Mapped[str]
    number: Mapped[int]
    person_id: Mapped[str] = mapped_column(index=True)
    words: Mapped[str]
    language: Mapped[str]
    entries: Mapped[str] = mapped_column(default="")
    screen: Mapped[str] = mapped_column(default="")
    dossier: Mapped[str] = mapped_column(default="")
    stage: Mapped[str]
    holder: Mapped[str] = mapped_column(default="")
    robot: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class TicketLineRow(Base):
    """Something written on a ticket, by its person or by somebody of the team."""

    __tablename__ = "ticket_line"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    team: Mapped[bool]
    author: Mapped[str]
    words: Mapped[str]
    at: Mapped[datetime]


class TicketCountRow(Base):
    """The number of the last ticket of an edition: an erasure takes the ticket, never its number."""

    __tablename__ = "ticket_count"

    edition: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


class LearnedRow(Base):
    """A new entry (``title``, ``words`` its answer), or a new way of asking for one (``words``, without a title).

    ``question`` and ``person_id`` tell whose words a title or a way is, so that it goes when they ask for it; empty when the
    team worded it, and once its person was forgotten.
    """

    __tablename__ = "faq_learned"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    language: Mapped[str]
    slug: Mapped[str]
    category: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    words: Mapped[str]
    author: Mapped[str]
    question: Mapped[str] = mapped_column(default="", comment="personal: the question whose words these are")
    person_id: Mapped[str] = mapped_column(default="", comment="personal: who asked it")
    at: Mapped[datetime]


class FaqVersionRow(Base):
    """How often the FAQ has learned: one row, looked at by every process."""

    __tablename__ = "faq_version"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int]
