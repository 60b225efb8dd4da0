"""The tables of stages: what they are, who comes, and which territory a person wants first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rallynov.storage.base import Base
from rallynov.storage.personal import NOTHING, person, personal


class StageRow(Base):
    """One stage; ``point`` is "latitude,longitude", or empty. The unnamed edition has no row: nothing is referred to."""

    __tablename__ = "stage"
    __table_args__ = (UniqueConstraint("edition", "number"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    edition: Mapped[str]
    number: Mapped[int]
    territory: Mapped[str] = mapped_column(info=NOTHING)
    place: Mapped[str] = mapped_column(info=NOTHING)
    address: Mapped[str] = mapped_column(info=NOTHING)
    host: Mapped[str] = mapped_column(info=NOTHING)
    access: Mapped[str] = mapped_column(info=NOTHING)
    starts: Mapped[datetime] = mapped_column(info=NOTHING)
    ends: Mapped[datetime] = mapped_column(info=NOTHING)
    capacity: Mapped[int | None] = mapped_column(info=NOTHING)
    point: Mapped[str] = mapped_column(info=NOTHING)
    status: Mapped[str] = mapped_column(info=NOTHING)
    version: Mapped[int]
    changed: Mapped[datetime] = mapped_column(info=NOTHING)


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
    stage_id: Mapped[str] = mapped_column(
        ForeignKey("stage.id", ondelete="CASCADE"), info=personal("the stage they come to")
    )
    person_id: Mapped[str] = mapped_column(info=person("who comes"))
    placed: Mapped[bool] = mapped_column(info=personal("whether they have a place"))
    at: Mapped[datetime] = mapped_column(info=personal("when they said so"))


class TerritoryRow(Base):
    """The territory that a person has chosen."""

    __tablename__ = "chosen_territory"

    person_id: Mapped[str] = mapped_column(primary_key=True, info=person("who chose"))
    territory: Mapped[str] = mapped_column(info=personal("the territory they chose"))
    at: Mapped[datetime] = mapped_column(info=personal("when they chose it"))
