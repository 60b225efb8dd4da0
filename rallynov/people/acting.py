"""The dialogue of roles: an invitation given, accepted or declined; inviting somebody; what one acts as, and who else
does. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Block, Screen, note
from rallynov.dialogue.turn import Command, Move, Place, Scene
from rallynov.people import revoking, screens
from rallynov.people.model import Purpose, TypedCode, code_of
from rallynov.people.permissions import Action, inviting, may
from rallynov.people.roles import (
    NAMED_MOST,
    AcceptRole,
    DeclineRole,
    Grant,
    Grants,
    HoldInvitation,
    MakeInvitation,
    Offer,
    Role,
)
from rallynov.text import clean_line, fold

NAME = revoking.NAME
MINE = Place(NAME)
INVITE = Place(NAME, "invite")


class RolesDialogue:
    """Roles in conversation; rights are asked again at every step. ``edition`` is what the roles are held for."""

    name = NAME
    commands: Sequence[str] = ("inviter", "invitation", "roles")

    def __init__(self, edition: str) -> None:
        self._edition = edition

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return an invitation to answer, the steps of inviting, or what the person acts as."""
        grants = scene.of(Grants)
        view, _, target = (place.focus or "").partition(":")
        if view == "join":
            offer = _open(grants, target, scene)
            return screens.offered(offer, self._edition) if offer else screens.gone()
        if view == revoking.VIEW:
            return revoking.screen(target, scene)
        more = revoking.offered(grants)
        if view != "invite":
            return screens.mine(_standing(grants, scene), *more)
        if not _invites(grants, target):
            return screens.refused()
        return screens.whom(Role(target)) if target else screens.which(grants, *more)

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Answer an invitation, or say what somebody is invited to."""
        view, _, target = (place.focus or "").partition(":")
        grants = scene.of(Grants)
        if key == "back":
            return Move(back=True)
        if key == revoking.VIEW:
            return Move(to=Place(NAME, revoking.VIEW), over=True)
        if view == revoking.VIEW:
            return revoking.choose(target, key, scene)
        if view == "join":
            return self._answered(target, scene, accepted=key == screens.ACCEPT)
        if view == "invite" and _invites(grants, key):
            return Move(to=Place(NAME, f"invite:{key}"), over=True)
        if key.startswith("offer-"):
            offer = _standing(grants, scene).offers[int(key[len("offer-") :])]
            return Move(to=_joining(offer), over=True)
        return _refusing()

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Read who is invited, and make the invitation."""
        view, _, target = (place.focus or "").partition(":")
        if view == "join" and _open(scene.of(Grants), target, scene) is None:
            return Move(back=True, lead=(note(screens.GONE),))
        if view != "invite":
            return None
        if not _invites(scene.of(Grants), target):
            return _refusing()
        return _made(Role(target), text, scene) if target else None

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Begin to invite somebody, or show what one acts as."""
        if command.name == "roles":
            return Move() if place == MINE else Move(to=MINE, over=True)
        if not _invites(scene.of(Grants), ""):
            return Move(lead=(note(screens.REFUSED),))
        return Move() if place == INVITE else Move(to=INVITE, over=True)

    def _answered(self, invitation: str, scene: Scene, *, accepted: bool) -> Move:
        grants = scene.of(Grants)
        offer = _open(grants, invitation, scene)
        if offer is None:
            return Move(back=True, lead=(note(screens.GONE),))
        held = grants.settled(offer, accepted=accepted)
        if not accepted:
            lead: tuple[Block, ...] = (note(screens.DECLINED),)
            return Move(None, (DeclineRole(invitation),), lead, scene.having(held), back=True)
        if refusal := _conflict(offer.grant, grants):
            held = grants.settled(offer, accepted=False)
            return Move(None, (DeclineRole(invitation),), (refusal,), scene.having(held), back=True)
        lead = (screens.accepted(offer.grant),)
        return Move(Place(), (AcceptRole(invitation),), lead, scene.having(held))


def receive(typed: TypedCode, scene: Scene) -> Move:
    """Decide on the code of an invitation that may still be answered: it is held, and its role is told.

    It is not used by whoever has its role, nor by who acts for another organisation.
    """
    invitation, until, role, organisation = typed.ref.split(":", 3)
    grants = scene.of(Grants)
    offer = Offer(invitation, Grant(Role(role), organisation), datetime.fromtimestamp(int(until), UTC))
    if refusal := _conflict(offer.grant, grants):
        return Move(lead=(refusal,))
    known = grants.offer(invitation)
    orders: tuple[Command, ...] = () if known else (HoldInvitation(invitation),)
    after = scene if known else scene.having(grants.offered(offer))
    return Move(_joining(offer), orders, scene=after, over=True)


def held_already(typed: TypedCode, scene: Scene) -> Block | None:
    """Tell whoever gives the code of their own role again that they have it."""
    if typed.purpose != Purpose.ROLE:
        return None
    _, _, role, organisation = typed.ref.split(":", 3)
    grant = Grant(Role(role), organisation)
    return screens.already(grant) if scene.of(Grants).holds(grant) else None


def _conflict(grant: Grant, grants: Grants) -> Block | None:
    """Tell why somebody cannot take a role: they have it, or they act for another organisation."""
    if grants.holds(grant):
        return screens.already(grant)
    held = grants.organisation
    if grant.role.partner and held and fold(held) != fold(grant.organisation):
        return screens.elsewhere(grant.organisation, held)
    return None


def _made(role: Role, typed: str, scene: Scene) -> Move:
    name = clean_line(typed)
    if not fold(name):
        return Move(lead=(screens.unreadable(),))
    if len(name) > NAMED_MOST:
        return Move(lead=(screens.too_long(len(name)),))
    grant = Grant(role, name) if role.partner else Grant(role)
    name = "" if role.partner else name
    code = code_of(scene.secret, Purpose.ROLE)
    return Move(
        None, (MakeInvitation(code, grant, name),), screens.invitation(grant, name), back=True, code=code
    )


def _invites(grants: Grants, role: str) -> bool:
    """Tell whether somebody may invite to a role, or, without one, to any."""
    if not role:
        return may(grants, Action.INVITE) or may(grants, Action.APPOINT)
    return any(role == one and may(grants, inviting(one)) for one in screens.INVITED)


def _refusing() -> Move:
    return Move(to=Place(), lead=(note(screens.REFUSED),))


def _open(grants: Grants, invitation: str, scene: Scene) -> Offer | None:
    return _standing(grants, scene).offer(invitation)


def _standing(grants: Grants, scene: Scene) -> Grants:
    """Return these without the offers whose time is over."""
    return replace(grants, offers=tuple(one for one in grants.offers if scene.now < one.until))


def _joining(offer: Offer) -> Place:
    return Place(NAME, f"join:{offer.invitation}")
