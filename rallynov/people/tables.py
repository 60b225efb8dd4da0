"""The table of people: no name, no address, only what the dialogue must remember of a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from rallynov.storage.base import Base


class PersonRow(Base):
    """One person, anonymous by default. Their addresses are conversations."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(primary_key=True)
    notice_version: Mapped[str] = mapped_column(default="")
    notice_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
