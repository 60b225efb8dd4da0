"""The tables of editions: their dates, and the codes that let somebody in after the closing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from rallynov.storage.base import Base


class EditionRow(Base):
    """One edition of the rally; ``sample`` marks the one that the demonstration makes up."""

    __tablename__ = "edition"

    slug: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class MilestoneRow(Base):
    """One date of an edition. The unnamed edition has no row of its own, so nothing is referred to."""

    __tablename__ = "milestone"

    edition: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class LateCodeRow(Base):
    """A code that lets its holders submit until a date, known by its SHA-256 digest alone; ``name`` says for whom."""

    __tablename__ = "late_code"

    digest: Mapped[str] = mapped_column(primary_key=True)
    edition: Mapped[str]
    name: Mapped[str]
    expires_at: Mapped[datetime]
    uses_left: Mapped[int]
    created_at: Mapped[datetime]


class LateUseRow(Base):
    """Somebody who has used a late code, and until when they may submit.

    They may not be a person yet: a code is often the first thing that somebody brings.
    """

    __tablename__ = "late_use"

    person: Mapped[str] = mapped_column(primary_key=True)
    edition: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    until: Mapped[datetime]
    at: Mapped[datetime]
