"""The tables of consents: a history. A row is written when something is said and closed once, never changed or reused.

Every column that is commented as personal is part of what a person is shown of their data; all of it goes with them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from rallynov.people.tables import BigId
from rallynov.storage.base import Base
from rallynov.storage.partial import partial
from rallynov.storage.personal import person, personal

STANDS = text("withdrawn_at IS NULL")
HOLDS = text("lifted_at IS NULL")


class ConsentRow(Base):
    """One topic that a person asked for, until they gave it up.

    ``wording`` names the words they read (version/language); ``source`` where they chose, ``withdrawn_by`` where they gave
    it up.
    """

    __tablename__ = "consent"
    __table_args__ = (
        partial(
            "uq_consent_standing",
            "person_id",
            "topic",
            unique=True,
            where=STANDS,
        ),
        partial("ix_consent_topic", "topic", "person_id", where=STANDS),
        Index("ix_consent_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), info=person("who"))
    topic: Mapped[str] = mapped_column(info=personal("what they asked for"))
    wording: Mapped[str] = mapped_column(info=personal("the words they read, version/language"))
    source: Mapped[str] = mapped_column(info=personal("where they asked for it"))
    given_at: Mapped[datetime] = mapped_column(info=personal("when they asked for it"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(info=personal("when they gave it up"))
    withdrawn_by: Mapped[str | None] = mapped_column(info=personal("where they gave it up"))


class ObjectionRow(Base):
    """One thing that is sent unless a person objects (``against``: the reminders of a draft), until they lift it."""

    __tablename__ = "objection"
    __table_args__ = (
        partial(
            "uq_objection_held",
            "person_id",
            "against",
            unique=True,
            where=HOLDS,
        ),
        Index("ix_objection_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), info=person("who"))
    against: Mapped[str] = mapped_column(info=personal("what they object to"))
    source: Mapped[str] = mapped_column(info=personal("where they objected"))
    at: Mapped[datetime] = mapped_column(info=personal("when they objected"))
    lifted_at: Mapped[datetime | None] = mapped_column(info=personal("when they lifted it"))
    lifted_by: Mapped[str | None] = mapped_column(info=personal("where they lifted it"))
