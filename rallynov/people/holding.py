"""Roles in a batch of turns: what each person may act as, and the invitations they give, accept or decline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from rallynov.delivery.subject import Order, OvertakenError
from rallynov.dialogue.events import Event
from rallynov.dialogue.turn import Command
from rallynov.people import granting
from rallynov.people.model import Purpose, Standing, TypedCode
from rallynov.people.permissions import dismisses, revokes
from rallynov.people.roles import (
    AcceptRole,
    DeclineRole,
    Grants,
    Holders,
    HoldInvitation,
    MakeInvitation,
    RevokeRole,
)


class Roles:
    """The subject of roles: read in the turn that asks, so that what was revoked a moment ago is not held any more."""

    orders: Sequence[type[Command]] = (MakeInvitation, HoldInvitation, AcceptRole, DeclineRole)

    def __init__(self, edition: str) -> None:
        self._edition = edition

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, Grants]:
        """Read what each person may act as, in one statement."""
        return granting.grants_of(tx, self._edition, list(people))

    def blank(self, person: str) -> Grants:
        """Return no role."""
        return Grants()

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Write what was ordered, in order: these are few."""
        for order in orders:
            match order.command:
                case MakeInvitation(code, grant, name):
                    invited = granting.Invited(code, self._edition, grant, name, order.person)
                    granting.make(tx, invited, order.at)
                case HoldInvitation(invitation):
                    granting.hold(tx, invitation, order.person)
                case AcceptRole(invitation):
                    granting.accept(tx, self._edition, invitation, order.person, order.at)
                case DeclineRole(invitation):
                    granting.give_back(tx, invitation, order.person)


class Holding:
    """The subject of who holds what: read for whoever may take roles away, when their dialogue asks for it."""

    orders: Sequence[type[Command]] = (RevokeRole,)

    def __init__(self, edition: str) -> None:
        self._edition = edition

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, Holders]:
        """Read the list once for all who may see it."""
        grants = granting.grants_of(tx, self._edition, list(people))
        allowed = [person for person, held in grants.items() if revokes(held)]
        told = Holders(tuple(granting.holders(tx, self._edition))) if allowed else Holders()
        return dict.fromkeys(allowed, told)

    def blank(self, person: str) -> Holders:
        """Return nobody."""
        return Holders()

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Take roles away; ``OvertakenError`` when somebody else has just done so, or taken the right to: it is decided
        again.
        """
        if orders:
            granting.hold_appointed(tx, self._edition)
        for order in orders:
            if isinstance(order.command, RevokeRole):
                self._revoke(tx, order, order.command.grant)

    def _revoke(self, tx: Connection, order: Order, number: int) -> None:
        held = Holders(tuple(granting.holders(tx, self._edition))).find(str(number))
        grants = granting.grants_in(tx, self._edition, order.person)
        if held is None or not dismisses(grants, order.person, held):
            raise OvertakenError(str(number))
        granting.revoke(tx, self._edition, number, order.person, order.at)


class Invitations:
    """The invitations of an edition, looked up when a code is typed that is no other's."""

    def __init__(self, edition: str, clock: Callable[[], datetime]) -> None:
        self._edition = edition
        self._clock = clock

    def __call__(self, tx: Connection, typed: Mapping[str, str]) -> Mapping[str, TypedCode]:
        """Return what codes open, by who typed each; of people who give the same one at once, the first has it."""
        digests = {person: granting.digest_of(code) for person, code in typed.items()}
        known = granting.find(tx, self._edition, sorted(set(digests.values())))
        holders = {digest: row.held_by for digest, row in known.items()}
        found = {}
        for person, digest in digests.items():
            if digest not in known:
                continue
            row = known[digest]
            free = row.accepted_at is None and holders[digest] in {"", person}
            if free:
                holders[digest] = person
            taken = Standing.USED if row.accepted_at is not None else Standing.HELD
            standing = Standing.VALID if free else taken
            if standing is not Standing.USED and self._clock() >= row.expires_at:
                standing = Standing.EXPIRED
            ref = f"{digest}:{int(row.expires_at.timestamp())}:{row.role}:{row.organisation}"
            found[person] = TypedCode(typed[person], standing, Purpose.ROLE, row.made_by or "", ref)
        return found
