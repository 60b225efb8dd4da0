"""The table of people: no name, no address, only what the dialogue must remember of a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from rallynov.storage.base import Base


class PersonRow(Base):
    """One person, anonymous by default. Their addresses are conversations."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(primary_key=True)
    notice_version: Mapped[str] = mapped_column(default="")
    notice_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class CodeRow(Base):
    """One one-time code, known by its SHA-256 digest alone. It goes with the person who made it."""

    __tablename__ = "code"

    digest: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    owner: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    ref: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
