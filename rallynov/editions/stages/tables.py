"""The tables of stages: what they are, who comes, and which territory a person wants first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rallynov.storage.base import Base


class StageRow(Base):
    """One stage; ``point`` is "latitude,longitude", or empty. The unnamed edition has no row: nothing is referred to."""

    __tablename__ = "stage"
    __table_args__ = (UniqueConstraint("edition", "number"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    edition: Mapped[str]
    number: Mapped[int]
    territory: Mapped[str]
    place: Mapped[str]
    address: Mapped[str]
    host: Mapped[str]
    access: Mapped[str]
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    capacity: Mapped[int | None]
    point: Mapped[str]
    status: Mapped[str]
    version: Mapped[int]
    changed: Mapped[datetime]


class SeatRow(Base):
    """One person expected at a stage, or waiting for a place: the line is in the order of ``id``.

    They may not be a person yet: nothing of what makes one is needed to come.
    """

    __tablename__ = "seat"
    __table_args__ = (
        UniqueConstraint("stage_id", "person_id"),
        Index("ix_seat_line", "stage_id", "placed", "id"),
        Index("ix_seat_person_id", "person_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    stage_id: Mapped[str] = mapped_column(ForeignKey("stage.id", ondelete="CASCADE"))
    person_id: Mapped[str]
    placed: Mapped[bool]
    at: Mapped[datetime]


class TerritoryRow(Base):
    """The territory that a person has chosen."""

    __tablename__ = "chosen_territory"

    person_id: Mapped[str] = mapped_column(primary_key=True)
    territory: Mapped[str]
    at: Mapped[datetime]
