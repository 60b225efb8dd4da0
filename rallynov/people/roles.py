"""Roles: what a person acts as, for which organisation, and what they were offered. Pure.

A role says nothing by itself: what it allows is asked through ``permissions.may``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from rallynov.dialogue.turn import Command
from rallynov.people.model import Purpose

INVITATION = Purpose.ROLE.lasts
"""How long an invitation may wait to be accepted."""
NAMED_MOST = 80
"""Characters of the name of an organisation, or of whoever is invited."""


class Role(StrEnum):
    """What a person may act as."""

    CONTACT = "contact"
    """Everybody, without being granted anything."""
    COOWNER = "coowner"
    """Somebody who shares a dossier: the dossier says who (``initiatives``), nothing is granted here."""
    WRITER = "partner-writer"
    APPROVER = "partner-approver"
    JUROR = "juror"
    PRESIDENT = "president"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"
    READER = "reader"

    @property
    def partner(self) -> bool:
        """Tell whether the role is held for an organisation."""
        return self in {Role.WRITER, Role.APPROVER}

    @property
    def granted(self) -> bool:
        """Tell whether the role is given by an invitation."""
        return self not in {Role.CONTACT, Role.COOWNER}


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """A role that a person holds; ``organisation`` is empty but for a partner's."""

    role: Role
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """An invitation that a person holds and has not answered; no one else may accept it meanwhile."""

    invitation: str
    grant: Grant
    until: datetime


@dataclass(frozen=True, slots=True)
class Grants:
    """What a person may act as in this edition, as it stood when their turn began; revoked roles are not in it."""

    held: tuple[Grant, ...] = ()
    offers: tuple[Offer, ...] = ()

    @property
    def roles(self) -> frozenset[Role]:
        """The roles of the person: everybody is a contact."""
        return frozenset((Role.CONTACT, *(grant.role for grant in self.held)))

    @property
    def organisation(self) -> str:
        """The organisation that the person acts for as a partner; empty for whoever does not."""
        return next((grant.organisation for grant in self.held if grant.role.partner), "")

    def holds(self, grant: Grant) -> bool:
        """Tell whether the person already acts so."""
        return grant in self.held

    def acting(self, role: Role) -> Grants:
        """Return these with a role that is known elsewhere: that of a dossier that they share."""
        return replace(self, held=(*self.held, Grant(role)))

    def offer(self, invitation: str) -> Offer | None:
        """Find an offer."""
        return next((one for one in self.offers if one.invitation == invitation), None)

    def offered(self, offer: Offer) -> Grants:
        """Return these with an offer."""
        return replace(self, offers=(*self.offers, offer))

    def settled(self, offer: Offer, *, accepted: bool) -> Grants:
        """Return these once an offer is answered."""
        left = tuple(one for one in self.offers if one != offer)
        return Grants((*self.held, offer.grant) if accepted else self.held, left)


@dataclass(frozen=True, slots=True)
class Holder:
    """A role as the list of roles shows it; ``name`` is what whoever invited wrote down."""

    id: int
    person: str
    grant: Grant
    name: str
    since: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Holders:
    """Who holds what in this edition, by role; empty for whoever may take no role away."""

    all: tuple[Holder, ...] = ()

    def find(self, number: str) -> Holder | None:
        """Find a role that is held."""
        return next((one for one in self.all if str(one.id) == number), None)

    def without(self, holder: Holder) -> Holders:
        """Return these once a role is taken away."""
        return Holders(tuple(one for one in self.all if one != holder))


@dataclass(frozen=True, slots=True)
class RevokeRole(Command):
    """Take a role away from somebody else."""

    grant: int

    def subject(self) -> str:
        """Name the grant."""
        return f"grant:{self.grant}"


@dataclass(frozen=True, slots=True)
class MakeInvitation(Command):
    """Invite somebody to a role by a single-use code; only its digest is kept. ``name`` is for the list of roles."""

    code: str = field(repr=False)
    grant: Grant
    name: str = ""

    def subject(self) -> str:
        """Name the role, never the code."""
        return f"role:{self.grant.role}"


@dataclass(frozen=True, slots=True)
class HoldInvitation(Command):
    """Keep an invitation for the person who gave its code, until they answer it or it expires."""

    invitation: str

    def subject(self) -> str:
        """Name the invitation."""
        return f"invitation:{self.invitation}"


@dataclass(frozen=True, slots=True)
class AcceptRole(Command):
    """Take the role of an invitation that one holds."""

    invitation: str

    def subject(self) -> str:
        """Name the invitation."""
        return f"invitation:{self.invitation}"


@dataclass(frozen=True, slots=True)
class DeclineRole(Command):
    """Give an invitation back: its code works again until it expires."""

    invitation: str

    def subject(self) -> str:
        """Name the invitation."""
        return f"invitation:{self.invitation}"
