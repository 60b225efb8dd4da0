"""The tables of dossiers. Whatever is written here goes with its dossier; nothing typed is overwritten without a trace.

A file is not in the database: it lies beside it under the id of its attachment, and one that no row names is swept away.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rallynov.storage.base import Base

BigId = BigInteger().with_variant(Integer(), "sqlite")
FETCHED = text("state = 'waiting'")


def _of_dossier(*, key: bool = False, index: bool = False) -> Mapped[str]:
    return mapped_column(ForeignKey("dossier.id", ondelete="CASCADE"), primary_key=key, index=index)


class _Entry:
    """What somebody did, wrote or said of a dossier."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    dossier_id: Mapped[str] = _of_dossier(index=True)
    author: Mapped[str]
    at: Mapped[datetime]


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

    id: Mapped[str] = mapped_column(primary_key=True)
    edition: Mapped[str]
    form: Mapped[str]
    status: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    siren: Mapped[str] = mapped_column(default="")
    named: Mapped[str] = mapped_column(default="")
    receipt: Mapped[str | None]
    fingerprint: Mapped[str] = mapped_column(default="")
    submitted_at: Mapped[datetime | None]
    correct_by: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ShareRow(Base):
    """A person's right on a dossier, under the ``name`` that the others see; exactly one owns it."""

    __tablename__ = "dossier_share"
    __table_args__ = ({"sqlite_with_rowid": False},)

    dossier_id: Mapped[str] = _of_dossier(key=True)
    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    right: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    since: Mapped[datetime]


class DossierAnswerRow(Base):
    """What a field holds (``value`` is JSON); ``version`` counts the writes of this field."""

    __tablename__ = "dossier_answer"
    __table_args__ = ({"sqlite_with_rowid": False},)

    dossier_id: Mapped[str] = _of_dossier(key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    version: Mapped[int]
    author: Mapped[str]
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(default="")
    skipped: Mapped[bool] = mapped_column(default=False)


class WriteRow(Base):
    """Every write of a field, in order, those that found a newer one included: the trace of ``dossier_answer``."""

    __tablename__ = "dossier_write"
    __table_args__ = (Index("ix_dossier_write_field", "dossier_id", "field", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    dossier_id: Mapped[str] = _of_dossier()
    field: Mapped[str]
    value: Mapped[str]
    version: Mapped[int]
    author: Mapped[str]
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(default="")
    skipped: Mapped[bool] = mapped_column(default=False)


class RivalRow(_Entry, Base):
    """What somebody wrote in a field without having seen what it then held; gone once one of both is chosen."""

    __tablename__ = "dossier_rival"

    field: Mapped[str]
    value: Mapped[str]


class DraftRow(Base):
    """What one person typed in a field and that is no value yet."""

    __tablename__ = "dossier_draft"
    __table_args__ = ({"sqlite_with_rowid": False},)

    dossier_id: Mapped[str] = _of_dossier(key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    value: Mapped[str]
    at: Mapped[datetime]


class MoveRow(_Entry, Base):
    """Every change of state. A submission keeps what was submitted (``content``, JSON) and its fingerprint."""

    __tablename__ = "dossier_move"

    act: Mapped[str]
    status: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    content: Mapped[str | None]
    fingerprint: Mapped[str] = mapped_column(default="")


class AttachmentRow(Base):
    """One file of a dossier: ``waiting`` to be fetched from its ``origin``, then ``kept`` or ``refused``.

    ``address`` is the conversation that sent it, and hears what became of it. A waiting file may be taken from
    ``not_before`` on; each taking adds one to ``attempts``, and only the last taker may finish it.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        Index("ix_attachment_waiting", "created_at", sqlite_where=FETCHED, postgresql_where=FETCHED),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    dossier_id: Mapped[str] = _of_dossier(index=True)
    author: Mapped[str]
    address: Mapped[str]
    origin: Mapped[str]
    name: Mapped[str]
    mime: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    scanned: Mapped[bool] = mapped_column(default=False)
    digest: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class FolderRow(Base):
    """The mark of the folder of files that belongs to this database, which carries it too: no other is swept."""

    __tablename__ = "file_folder"

    name: Mapped[str] = mapped_column(primary_key=True)
    mark: Mapped[str]


class RemarkRow(_Entry, Base):
    """A comment on a field, or on the whole when ``field`` is empty."""

    __tablename__ = "remark"

    field: Mapped[str]
    text: Mapped[str]


class ReceiptNumberRow(Base):
    """The last receipt number given in an edition."""

    __tablename__ = "receipt_number"

    edition: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


class ReminderRow(Base):
    """A reminder that was sent: once for each dossier and kind, whatever the number of processes."""

    __tablename__ = "reminder"

    dossier_id: Mapped[str] = _of_dossier(key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
