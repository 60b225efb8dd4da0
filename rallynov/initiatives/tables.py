"""The tables of dossiers. Whatever is written here goes with its dossier; nothing typed is overwritten without a trace.

A file is not in the database: it lies beside it under the id of its attachment, and one that no row names is swept away.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rallynov.storage.base import Base
from rallynov.storage.partial import partial
from rallynov.storage.personal import NOTHING, address, person, personal, through

BigId = BigInteger().with_variant(Integer(), "sqlite")
FETCHED = text("state = 'waiting'")
SHARED = through("their dossier", "dossier_share.dossier_id")
"""The tag of what belongs to whoever shares its dossier."""
_BOTH = ("dossier_id", "author")


def _of_dossier(info: dict[str, Any], *, key: bool = False, index: bool = False) -> Mapped[str]:
    return mapped_column(
        ForeignKey("dossier.id", ondelete="CASCADE"), primary_key=key, index=index, info=info
    )


class _Entry:
    """What somebody did, wrote or said of a dossier."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    dossier_id: Mapped[str] = _of_dossier(SHARED, index=True)
    author: Mapped[str] = mapped_column(info=person("who did it"))
    at: Mapped[datetime] = mapped_column(info=personal("when", *_BOTH))


class DossierRow(Base):
    """One dossier. ``version`` grows with every write to it or to its answers: what was seen can be compared.

    ``receipt`` is given once, at the first submission; ``fingerprint`` is that of the last one. ``siren`` and ``named``
    (the title, folded) tell which dossiers look alike; both are read from the answers, and empty when there are none.
    """

    __tablename__ = "dossier"
    __table_args__ = (
        UniqueConstraint("edition", "receipt"),
        Index("ix_dossier_edition", "edition", "status"),
        Index("ix_dossier_siren", "edition", "siren"),
        Index("ix_dossier_named", "edition", "named"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, info=SHARED)
    edition: Mapped[str]
    form: Mapped[str]
    status: Mapped[str] = mapped_column(info=personal("where it stands"))
    version: Mapped[int] = mapped_column(default=1)
    siren: Mapped[str] = mapped_column(default="", info=personal("the number of their organisation"))
    named: Mapped[str] = mapped_column(default="", info=personal("its title, folded"))
    receipt: Mapped[str | None] = mapped_column(info=personal("its receipt number"))
    fingerprint: Mapped[str] = mapped_column(default="", info=personal("the digest of what was submitted"))
    submitted_at: Mapped[datetime | None] = mapped_column(info=personal("when it was submitted"))
    correct_by: Mapped[datetime | None] = mapped_column(info=personal("until when to correct it"))
    reason: Mapped[str] = mapped_column(default="", info=personal("what is to be corrected, or why not"))
    created_at: Mapped[datetime] = mapped_column(info=personal("when it was begun"))
    updated_at: Mapped[datetime] = mapped_column(info=personal("when it last changed"))


class CardRow(Base):
    """What a list shows of a dossier, read from what was submitted when ``version`` is no longer its own (``cards``).

    ``by_…`` are folded, to be sorted by; ``words`` is what is searched, ``people`` what only the team searches.
    """

    __tablename__ = "dossier_card"
    __table_args__ = ({"sqlite_with_rowid": False},)

    dossier_id: Mapped[str] = _of_dossier(SHARED, key=True)
    version: Mapped[int]
    title: Mapped[str] = mapped_column(info=personal("its title"))
    name: Mapped[str] = mapped_column(info=personal("the organisation"))
    commune: Mapped[str] = mapped_column(info=personal("the commune"))
    by_title: Mapped[str] = mapped_column(info=personal("the title, folded"))
    by_name: Mapped[str] = mapped_column(info=personal("the organisation, folded"))
    by_commune: Mapped[str] = mapped_column(info=personal("the commune, folded"))
    departement: Mapped[str] = mapped_column(info=personal("the department"))
    headcount: Mapped[int] = mapped_column(info=personal("the headcount"))
    themes: Mapped[str] = mapped_column(info=personal("the themes"))
    words: Mapped[str] = mapped_column(info=personal("what is searched in it"))
    people: Mapped[str] = mapped_column(info=personal("the contact, as it is searched"))


class ShareRow(Base):
    """A person's right on a dossier, under the ``name`` that the others see; exactly one owns it."""

    __tablename__ = "dossier_share"
    __table_args__ = ({"sqlite_with_rowid": False},)

    dossier_id: Mapped[str] = _of_dossier(personal("the dossier they share"), key=True)
    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
        info=person("who shares it"),
    )
    right: Mapped[str] = mapped_column(info=personal("what they may do"))
    name: Mapped[str] = mapped_column(default="", info=personal("the name the others see"))
    since: Mapped[datetime] = mapped_column(info=personal("since when"))


class DossierAnswerRow(Base):
    """What a field holds (``value`` is JSON); ``version`` counts the writes of this field."""

    __tablename__ = "dossier_answer"
    __table_args__ = ({"sqlite_with_rowid": False},)

    dossier_id: Mapped[str] = _of_dossier(SHARED, key=True)
    field: Mapped[str] = mapped_column(primary_key=True, info=personal("the field", *_BOTH))
    value: Mapped[str] = mapped_column(info=personal("what it holds", *_BOTH))
    version: Mapped[int]
    author: Mapped[str] = mapped_column(info=person("who wrote it"))
    at: Mapped[datetime] = mapped_column(info=personal("when", *_BOTH))
    source: Mapped[str] = mapped_column(default="", info=personal("where it comes from", *_BOTH))
    skipped: Mapped[bool] = mapped_column(default=False, info=NOTHING)


class WriteRow(Base):
    """Every write of a field, in order, those that found a newer one included: the trace of ``dossier_answer``."""

    __tablename__ = "dossier_write"
    __table_args__ = (Index("ix_dossier_write_field", "dossier_id", "field", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    dossier_id: Mapped[str] = _of_dossier(SHARED)
    field: Mapped[str] = mapped_column(info=personal("the field", *_BOTH))
    value: Mapped[str] = mapped_column(info=personal("what was written", *_BOTH))
    version: Mapped[int]
    author: Mapped[str] = mapped_column(info=person("who wrote it"))
    at: Mapped[datetime] = mapped_column(info=personal("when", *_BOTH))
    source: Mapped[str] = mapped_column(default="", info=personal("where it comes from", *_BOTH))
    skipped: Mapped[bool] = mapped_column(default=False, info=NOTHING)


class RivalRow(_Entry, Base):
    """What somebody wrote in a field without having seen what it then held; gone once one of both is chosen."""

    __tablename__ = "dossier_rival"

    field: Mapped[str] = mapped_column(info=personal("the field", *_BOTH))
    value: Mapped[str] = mapped_column(info=personal("what was written meanwhile", *_BOTH))


class DraftRow(Base):
    """What one person typed in a field and that is no value yet."""

    __tablename__ = "dossier_draft"
    __table_args__ = ({"sqlite_with_rowid": False},)

    dossier_id: Mapped[str] = _of_dossier(personal("the dossier"), key=True)
    field: Mapped[str] = mapped_column(primary_key=True, info=personal("the field"))
    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True, info=person("who types")
    )
    value: Mapped[str] = mapped_column(info=personal("what they typed"))
    at: Mapped[datetime] = mapped_column(info=personal("when"))


class MoveRow(_Entry, Base):
    """Every change of state. A submission keeps what was submitted (``content``, JSON) and its fingerprint."""

    __tablename__ = "dossier_move"
    __table_args__ = (Index("ix_dossier_move_at", "at"),)

    act: Mapped[str] = mapped_column(info=personal("what was done", *_BOTH))
    status: Mapped[str] = mapped_column(info=personal("where the dossier then stood", *_BOTH))
    reason: Mapped[str] = mapped_column(default="", info=personal("why", *_BOTH))
    content: Mapped[str | None] = mapped_column(info=personal("what was submitted", "dossier_id"))
    fingerprint: Mapped[str] = mapped_column(default="", info=personal("its digest", "dossier_id"))


class AttachmentRow(Base):
    """One file of a dossier: ``waiting`` to be fetched from its ``origin``, then ``kept`` or ``refused``.

    ``address`` is the conversation that sent it, and hears what became of it. A waiting file may be taken from
    ``not_before`` on; each taking adds one to ``attempts``, and only the last taker may finish it.
    """

    __tablename__ = "attachment"
    __table_args__ = (partial("ix_attachment_waiting", "created_at", where=FETCHED),)

    id: Mapped[str] = mapped_column(primary_key=True, info=personal("the file", *_BOTH))
    dossier_id: Mapped[str] = _of_dossier(SHARED, index=True)
    author: Mapped[str] = mapped_column(info=person("who sent it"))
    address: Mapped[str] = mapped_column(info=address("where from"))
    origin: Mapped[str] = mapped_column(info=personal("where the file was fetched", "author"))
    name: Mapped[str] = mapped_column(info=personal("its name", *_BOTH))
    mime: Mapped[str] = mapped_column(info=personal("its kind", *_BOTH))
    size: Mapped[int] = mapped_column(BigInteger, info=personal("its size", *_BOTH))
    state: Mapped[str] = mapped_column(info=personal("what became of it", *_BOTH))
    reason: Mapped[str] = mapped_column(default="", info=personal("why it was refused", *_BOTH))
    scanned: Mapped[bool] = mapped_column(default=False, info=NOTHING)
    digest: Mapped[str] = mapped_column(default="", info=personal("the digest of the file", *_BOTH))
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(info=personal("when it was sent", *_BOTH))
    finished_at: Mapped[datetime | None] = mapped_column(info=personal("when it was examined", *_BOTH))


class FolderRow(Base):
    """The mark of the folder of files that belongs to this database, which carries it too: no other is swept."""

    __tablename__ = "file_folder"

    name: Mapped[str] = mapped_column(primary_key=True, info=NOTHING)
    mark: Mapped[str] = mapped_column(info=NOTHING)


class RemarkRow(_Entry, Base):
    """A comment on a field, or on the whole when ``field`` is empty."""

    __tablename__ = "remark"

    field: Mapped[str] = mapped_column(info=personal("the field", *_BOTH))
    text: Mapped[str] = mapped_column(info=personal("the comment", *_BOTH))


class ReceiptNumberRow(Base):
    """The last receipt number given in an edition."""

    __tablename__ = "receipt_number"

    edition: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(info=NOTHING)


class ReminderRow(Base):
    """A reminder that was sent: once for each dossier and kind, whatever the number of processes."""

    __tablename__ = "reminder"

    dossier_id: Mapped[str] = _of_dossier(SHARED, key=True)
    kind: Mapped[str] = mapped_column(primary_key=True, info=personal("what they were reminded of"))
    at: Mapped[datetime] = mapped_column(info=personal("when they were reminded"))
