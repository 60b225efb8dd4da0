"""The tables of people: no name, no address, only what the dialogue must remember of a person; codes and roles."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from rallynov.storage.base import Base
from rallynov.storage.partial import partial
from rallynov.storage.personal import NOTHING, person, personal, through

BigId = BigInteger().with_variant(Integer(), "sqlite")
_HELD = text("revoked_at IS NULL")
_STANDS = text("lifted_at IS NULL")
_SEEN = ("dossier_id", "person_id", "actor")


class PersonRow(Base):
    """One person, anonymous by default. Their addresses are conversations."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(primary_key=True, info=person("who"))
    notice_version: Mapped[str] = mapped_column(default="", info=personal("the notice they read"))
    notice_at: Mapped[datetime | None] = mapped_column(info=personal("when they read the notice"))
    created_at: Mapped[datetime] = mapped_column(info=personal("when they became known"))


class CodeRow(Base):
    """One one-time code, known by its SHA-256 digest alone. It goes with the person who made it."""

    __tablename__ = "code"

    digest: Mapped[str] = mapped_column(primary_key=True, info=NOTHING)
    purpose: Mapped[str] = mapped_column(info=personal("what a code they made is good for"))
    owner: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True, info=person("who made a code")
    )
    ref: Mapped[str] = mapped_column(info=personal("what the code opens"))
    created_at: Mapped[datetime] = mapped_column(info=personal("when they made it"))
    expires_at: Mapped[datetime] = mapped_column(info=personal("until when it opens"))
    used_at: Mapped[datetime | None] = mapped_column(info=personal("when it was used"))


class InvitationRow(Base):
    """One invitation to a role, known by the SHA-256 digest of its code; ``name`` is for the list of roles.

    ``held_by`` gave its code and has not answered: they may not be a person yet. Without ``made_by`` it comes from the
    command line. It goes with the person who made it.
    """

    __tablename__ = "invitation"

    digest: Mapped[str] = mapped_column(primary_key=True, info=NOTHING)
    edition: Mapped[str]
    role: Mapped[str] = mapped_column(info=personal("the role they are offered", "held_by", "made_by"))
    organisation: Mapped[str] = mapped_column(info=personal("for which organisation", "held_by", "made_by"))
    name: Mapped[str] = mapped_column(info=personal("how the list of roles calls them", "held_by", "made_by"))
    made_by: Mapped[str | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True, info=person("who invited")
    )
    created_at: Mapped[datetime] = mapped_column(info=personal("when they invited"))
    expires_at: Mapped[datetime] = mapped_column(info=personal("until when", "held_by", "made_by"))
    held_by: Mapped[str] = mapped_column(index=True, info=person("who was invited"))
    accepted_at: Mapped[datetime | None] = mapped_column(
        info=personal("when they accepted", "held_by", "made_by")
    )


class GrantRow(Base):
    """One role that a person holds in an edition, until it is revoked; ``name`` tells the list who they are.

    Without ``granted_by`` it comes from the command line, or from somebody who was erased since.
    """

    __tablename__ = "role_grant"
    __table_args__ = (
        partial(
            "uq_role_grant_held",
            "person_id",
            "edition",
            "role",
            "organisation",
            unique=True,
            where=_HELD,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), info=person("who acts for the rally")
    )
    edition: Mapped[str]
    role: Mapped[str] = mapped_column(info=personal("their role"))
    organisation: Mapped[str] = mapped_column(info=personal("their organisation"))
    name: Mapped[str] = mapped_column(info=personal("how the list of roles calls them"))
    granted_by: Mapped[str | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True, info=person("who invited them")
    )
    granted_at: Mapped[datetime] = mapped_column(info=personal("since when"))
    revoked_at: Mapped[datetime | None] = mapped_column(info=personal("until when"))


class RestrictionRow(Base):
    """A limitation that a person asked for: what is theirs is kept and not used, until they lift it. A history."""

    __tablename__ = "restriction"
    __table_args__ = (
        partial(
            "uq_restriction_standing",
            "person_id",
            unique=True,
            where=_STANDS,
        ),
        Index("ix_restriction_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), info=person("who"))
    source: Mapped[str] = mapped_column(info=personal("where they asked for it"))
    at: Mapped[datetime] = mapped_column(info=personal("when they asked for it"))
    lifted_at: Mapped[datetime | None] = mapped_column(info=personal("when they lifted it"))
    lifted_by: Mapped[str | None] = mapped_column(info=personal("where they lifted it"))


class AccessRow(Base):
    """Who of the team saw, changed or exported something of whom: a dossier, or what is of a person alone."""

    __tablename__ = "access"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(index=True, info=personal("when", *_SEEN))
    actor: Mapped[str] = mapped_column(info=person("who of the team did it"))
    role: Mapped[str] = mapped_column(info=personal("in which role", *_SEEN))
    action: Mapped[str] = mapped_column(info=personal("whether it was read, changed or exported", *_SEEN))
    dossier_id: Mapped[str | None] = mapped_column(
        ForeignKey("dossier.id", ondelete="CASCADE"),
        index=True,
        info=through("their dossier", "dossier_share.dossier_id"),
    )
    person_id: Mapped[str | None] = mapped_column(index=True, info=person("whose data it was"))
