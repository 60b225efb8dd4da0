"""The tables of questions. What a person typed goes with them, out of what was learned too."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rallynov.storage.base import Base
from rallynov.storage.personal import NOTHING, person, personal, through

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
    person_id: Mapped[str] = mapped_column(index=True, info=person("who asked"))
    words: Mapped[str] = mapped_column(info=personal("what they asked"))
    language: Mapped[str] = mapped_column(info=personal("in which language"))
    verdict: Mapped[str] = mapped_column(info=personal("what was understood"))
    entries: Mapped[str] = mapped_column(default="", info=personal("what was proposed"))
    entry: Mapped[str] = mapped_column(default="", info=personal("what was answered"))
    screen: Mapped[str] = mapped_column(default="", info=personal("where they asked"))
    rating: Mapped[str] = mapped_column(default="", info=personal("whether it helped"))
    settled: Mapped[bool] = mapped_column(default=False, info=NOTHING)
    at: Mapped[datetime] = mapped_column(info=personal("when they asked"))


class TicketRow(Base):
    """One question handed over to a person; ``version`` grows with each change, so that what was seen can be compared."""

    __tablename__ = "ticket"
    __table_args__ = (UniqueConstraint("edition", "number"), Index("ix_ticket_stage", "edition", "stage"))

    id: Mapped[str] = mapped_column(primary_key=True)
    edition: Mapped[str]
    number: Mapped[int]
    person_id: Mapped[str] = mapped_column(index=True, info=person("who asked"))
    words: Mapped[str] = mapped_column(info=personal("what they asked"))
    language: Mapped[str] = mapped_column(info=personal("in which language"))
    entries: Mapped[str] = mapped_column(default="", info=personal("what was proposed"))
    screen: Mapped[str] = mapped_column(default="", info=personal("where they asked"))
    dossier: Mapped[str] = mapped_column(default="", info=personal("about which dossier"))
    stage: Mapped[str] = mapped_column(info=personal("where the question stands"))
    holder: Mapped[str] = mapped_column(default="", info=person("who of the team answers"))
    robot: Mapped[bool] = mapped_column(default=False, info=NOTHING)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(info=personal("when they asked"))
    due_at: Mapped[datetime] = mapped_column(info=personal("until when an answer is promised"))
    updated_at: Mapped[datetime] = mapped_column(info=personal("when something last happened"))


class TicketLineRow(Base):
    """Something written on a ticket, by its person or by somebody of the team."""

    __tablename__ = "ticket_line"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    ticket_id: Mapped[str] = mapped_column(
        ForeignKey("ticket.id", ondelete="CASCADE"), index=True, info=through("their question", "ticket.id")
    )
    team: Mapped[bool] = mapped_column(info=NOTHING)
    author: Mapped[str] = mapped_column(info=person("who wrote it"))
    words: Mapped[str] = mapped_column(info=personal("what was written", "ticket_id", "author"))
    at: Mapped[datetime] = mapped_column(info=personal("when", "ticket_id", "author"))


class TicketCountRow(Base):
    """The number of the last ticket of an edition: an erasure takes the ticket, never its number."""

    __tablename__ = "ticket_count"

    edition: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(info=NOTHING)


class LearnedRow(Base):
    """A new entry (``title``, ``words`` its answer), or a new way of asking for one (``words``, without a title).

    ``question`` and ``person_id`` tell whose words a title or a way is, so that it goes when they ask for it; empty when the
    team worded it, and once its person was forgotten.
    """

    __tablename__ = "faq_learned"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    language: Mapped[str] = mapped_column(info=NOTHING)
    slug: Mapped[str] = mapped_column(info=NOTHING)
    category: Mapped[str] = mapped_column(default="", info=NOTHING)
    title: Mapped[str] = mapped_column(default="", info=NOTHING)
    words: Mapped[str] = mapped_column(info=personal("the words that were learned", "person_id", "author"))
    author: Mapped[str] = mapped_column(info=person("who of the team taught it"))
    question: Mapped[str] = mapped_column(
        default="", info=personal("the question whose words these are", "person_id")
    )
    person_id: Mapped[str] = mapped_column(default="", info=person("who asked it"))
    at: Mapped[datetime] = mapped_column(info=personal("when it was learned", "person_id", "author"))


class FaqVersionRow(Base):
    """How often the FAQ has learned: one row, looked at by every process."""

    __tablename__ = "faq_version"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(info=NOTHING)
