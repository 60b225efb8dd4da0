"""The tables of people: no name, no address, only what the dialogue must remember of a person; codes and roles."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from rallynov.storage.base import Base

BigId = BigInteger().with_variant(Integer(), "sqlite")
_HELD = text("revoked_at IS NULL")


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


class InvitationRow(Base):
    """One invitation to a role, known by the SHA-256 digest of its code; ``name`` is for the list of roles.

    ``held_by`` gave its code and has not answered: they may not be a person yet. Without ``made_by`` it comes from the
    command line. It goes with the person who made it.
    """

    __tablename__ = "invitation"

    digest: Mapped[str] = mapped_column(primary_key=True)
    edition: Mapped[str]
    role: Mapped[str]
    organisation: Mapped[str]
    name: Mapped[str]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    held_by: Mapped[str] = mapped_column(index=True)
    accepted_at: Mapped[datetime | None]


class GrantRow(Base):
    """One role that a person holds in an edition, until it is revoked; ``name`` tells the list who they are.

    Without ``granted_by`` it comes from the command line, or from somebody who was erased since.
    """

    __tablename__ = "role_grant"
    __table_args__ = (
        Index(
            "uq_role_grant_held",
            "person_id",
            "edition",
            "role",
            "organisation",
            unique=True,
            sqlite_where=_HELD,
            postgresql_where=_HELD,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    edition: Mapped[str]
    role: Mapped[str]
    organisation: Mapped[str]
    name: Mapped[str]
    granted_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    granted_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
