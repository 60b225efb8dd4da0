"""The tables of the team: what it keeps of dossiers for itself, what it has prepared, said and entered.

All of it goes with the dossier. An author who is erased is no author any more.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from rallynov.initiatives.tables import SHARED
from rallynov.storage.base import Base
from rallynov.storage.personal import NOTHING, kept_by, person, personal

BigId = BigInteger().with_variant(Integer(), "sqlite")
_BOTH = ("dossier_id", "author")


def _of_dossier(info: dict[str, Any] = SHARED, *, key: bool = True, index: bool = False) -> Mapped[str]:
    return mapped_column(
        ForeignKey("dossier.id", ondelete="CASCADE"), primary_key=key, index=index, info=info
    )


def _author() -> Mapped[str | None]:
    return mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True, info=person("who of the team did it")
    )


class NoteRow(Base):
    """An internal note on a dossier: its people are not shown it."""

    __tablename__ = "staff_note"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    dossier_id: Mapped[str] = _of_dossier(NOTHING, key=False, index=True)
    author: Mapped[str | None] = _author()
    at: Mapped[datetime] = mapped_column(info=personal("when it was noted", "author"))
    text: Mapped[str] = mapped_column(info=personal("what the team noted", "author"))


class LabelRow(Base):
    """An internal label of a dossier: its people are not shown it."""

    __tablename__ = "staff_label"
    __table_args__ = ({"sqlite_with_rowid": False},)

    dossier_id: Mapped[str] = _of_dossier(NOTHING)
    label: Mapped[str] = mapped_column(
        primary_key=True, index=True, info=personal("how the team sorts it", "author")
    )
    author: Mapped[str | None] = _author()
    at: Mapped[datetime] = mapped_column(info=personal("when it was labelled", "author"))


class VerdictRow(Base):
    """A verdict that is prepared and not told yet; ``version`` is that of the dossier on which it was given."""

    __tablename__ = "staff_verdict"

    dossier_id: Mapped[str] = _of_dossier(NOTHING)
    act: Mapped[str] = mapped_column(info=personal("what was prepared", "author"))
    reason: Mapped[str] = mapped_column(default="", info=personal("the reason that was prepared", "author"))
    version: Mapped[int]
    author: Mapped[str | None] = _author()
    at: Mapped[datetime] = mapped_column(info=personal("when it was prepared", "author"))


class MessageRow(Base):
    """A message to the people of some dossiers: it goes with the last of them."""

    __tablename__ = "staff_message"

    id: Mapped[str] = mapped_column(primary_key=True, info=kept_by("staff_message_to.message_id"))
    edition: Mapped[str] = mapped_column(index=True)
    author: Mapped[str | None] = _author()
    at: Mapped[datetime] = mapped_column(info=personal("when it was written", "author"))
    text: Mapped[str] = mapped_column(
        info=personal("what the team wrote to the people of dossiers", "author")
    )


class MessageToRow(Base):
    """A dossier whose people were sent a message."""

    __tablename__ = "staff_message_to"
    __table_args__ = ({"sqlite_with_rowid": False},)

    message_id: Mapped[str] = mapped_column(
        ForeignKey("staff_message.id", ondelete="CASCADE"),
        primary_key=True,
        info=personal("the message that was sent to its people", "dossier_id"),
    )
    dossier_id: Mapped[str] = mapped_column(
        ForeignKey("dossier.id", ondelete="CASCADE"), primary_key=True, index=True, info=SHARED
    )


class EntryRow(Base):
    """A dossier that came on paper: who entered it, and when the paper was received."""

    __tablename__ = "paper_entry"

    dossier_id: Mapped[str] = _of_dossier()
    author: Mapped[str | None] = _author()
    at: Mapped[datetime] = mapped_column(info=personal("when it was entered", *_BOTH))
    received_at: Mapped[datetime] = mapped_column(info=personal("when the paper was received", "dossier_id"))


class VisitRow(Base):
    """When somebody of the team was last here: news are those since ``since``, the end of the visit before this one."""

    __tablename__ = "staff_visit"
    __table_args__ = ({"sqlite_with_rowid": False},)

    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, info=person("who")
    )
    edition: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(info=personal("until when they had seen what is new"))
    seen: Mapped[datetime] = mapped_column(info=personal("when they last looked"))
