"""The table of editions."""

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
