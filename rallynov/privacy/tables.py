"""The tables of erasures: digests of whoever was erased, their key, and addresses that wait for their answer to leave."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from rallynov.storage.base import Base
from rallynov.storage.personal import NOTHING, address, personal


class TombstoneRow(Base):
    """The keyed digest of a person, an address or a dossier that was erased (``kind``), and when. It names nobody."""

    __tablename__ = "tombstone"

    digest: Mapped[str] = mapped_column(primary_key=True, info=NOTHING)
    kind: Mapped[str] = mapped_column(info=NOTHING)
    at: Mapped[datetime] = mapped_column(index=True, info=NOTHING)


class TombstoneKeyRow(Base):
    """The secret by which digests are made, one a database: without it, a short number would be found by trying them all."""

    __tablename__ = "tombstone_key"

    name: Mapped[str] = mapped_column(primary_key=True, info=NOTHING)
    key: Mapped[str] = mapped_column(info=NOTHING)


class LeavingRow(Base):
    """The address of whoever was just erased, until what they are answered has left: it is then forgotten too."""

    __tablename__ = "leaving"

    address: Mapped[str] = mapped_column(primary_key=True, info=address("where their last answer goes"))
    at: Mapped[datetime] = mapped_column(info=personal("when they were erased"))
