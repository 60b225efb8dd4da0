"""The tables of editions: their dates, and the codes that let somebody in after the closing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from rallynov.storage.base import Base
from rallynov.storage.personal import NOTHING, person, personal, through


class EditionRow(Base):
    """One edition of the rally; ``sample`` marks the one that the demonstration makes up."""

    __tablename__ = "edition"

    slug: Mapped[str] = mapped_column(primary_key=True, info=NOTHING)
    title: Mapped[str] = mapped_column(info=NOTHING)
    sample: Mapped[bool] = mapped_column(default=False, info=NOTHING)
    created_at: Mapped[datetime] = mapped_column(info=NOTHING)


class MilestoneRow(Base):
    """One date of an edition. The unnamed edition has no row of its own, so nothing is referred to."""

    __tablename__ = "milestone"

    edition: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True, info=NOTHING)
    at: Mapped[datetime] = mapped_column(info=NOTHING)


class LateCodeRow(Base):
    """A code that lets its holders submit until a date, known by its SHA-256 digest alone; ``name`` says for whom."""

    __tablename__ = "late_code"

    digest: Mapped[str] = mapped_column(
        primary_key=True, info=through("the code they used", "late_use.digest")
    )
    edition: Mapped[str]
    name: Mapped[str] = mapped_column(info=personal("whom the code is for"))
    expires_at: Mapped[datetime] = mapped_column(info=NOTHING)
    uses_left: Mapped[int] = mapped_column(info=NOTHING)
    created_at: Mapped[datetime] = mapped_column(info=NOTHING)


class LateUseRow(Base):
    """Somebody who has used a late code, and until when they may submit.

    They may not be a person yet: a code is often the first thing that somebody brings.
    """

    __tablename__ = "late_use"

    person: Mapped[str] = mapped_column(primary_key=True, info=person("who may submit late"))
    edition: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(info=personal("the code they used"))
    until: Mapped[datetime] = mapped_column(info=personal("until when they may submit"))
    at: Mapped[datetime] = mapped_column(info=personal("when they used a code"))
