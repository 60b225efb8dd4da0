"""Taking a role away in conversation: who holds what, then one of them, asked before it is done. Pure.

Nobody takes a role of their own away: the permission table allows it for another's alone.
"""

from __future__ import annotations

from dataclasses import replace

from rallynov.dialogue.screens import Block, Choice, Screen, listing, note, text, title
from rallynov.dialogue.turn import Move, Place, Scene
from rallynov.dialogue.words import Day, Typed, Words, say
from rallynov.people.model import Person
from rallynov.people.permissions import APPOINTED, dismisses, revokes
from rallynov.people.roles import Grants, Holder, Holders, RevokeRole
from rallynov.people.screens import BACK, REFUSED, named, refused

NAME, VIEW = "roles", "held"
OFFER = Choice(VIEW, say("Who holds a role, and taking it away"))
SHOWN = 50
"""Roles offered in a message."""
_TAKE = Choice("take", say("Take it away"), "choices:yes:synonyms")
_LEAVE = Choice("leave", say("Leave it"), "choices:no:synonyms")


def offered(grants: Grants) -> tuple[Choice, ...]:
    """Return what leads here, for whoever may take roles away."""
    return (OFFER,) if revokes(grants) else ()


def screen(number: str, scene: Scene) -> Screen:
    """Return the list, or one role that may be taken away."""
    if not revokes(scene.of(Grants)):
        return refused()
    chosen = _taken(number, scene)
    return _asked(chosen, scene.of(Holders)) if chosen else _listed(scene)


def choose(number: str, key: str, scene: Scene) -> Move:
    """Choose a role of the list, take it away, or leave it."""
    if not revokes(scene.of(Grants)):
        return Move(to=Place(), lead=(note(REFUSED),))
    chosen = _taken(number or key, scene)
    if chosen is None:
        return _list()
    if not number:
        return Move(to=Place(NAME, f"{VIEW}:{chosen.id}"), over=True)
    if key != _TAKE.key:
        return _list(note(say("Nothing has changed.")))
    told = text(say("Done: {who} does not act so any more.", who=_told(chosen)))
    left = scene.of(Holders).without(chosen)
    return replace(_list(told), commands=(RevokeRole(chosen.id),), scene=scene.having(left))


def _list(*lead: Block) -> Move:
    return Move(Place(NAME, VIEW), (), lead, over=True)


def _may(holder: Holder, scene: Scene) -> bool:
    """Tell whether somebody may take a role away from whoever holds it."""
    return dismisses(scene.of(Grants), scene.of(Person).id, holder)


def _taken(number: str, scene: Scene) -> Holder | None:
    found = scene.of(Holders).find(number)
    return found if found and _may(found, scene) else None


def _listed(scene: Scene) -> Screen:
    held = scene.of(Holders).all
    offered_ = [one for one in held if _may(one, scene)]
    others = [
        _own(one) if one.person == scene.of(Person).id else _line(one) for one in held if one not in offered_
    ]
    blocks: list[Block] = [title(say("Who holds a role"))]
    if others:
        blocks += [text(say("You cannot take these away:")), listing(*others[:SHOWN])]
    if not offered_:
        blocks.append(text(say("There is no role that you can take away.")))
    if len(offered_) > SHOWN or len(others) > SHOWN:
        blocks.append(note(say("The list is long: whoever runs the rally's robot has all of it.")))
    if offered_:
        blocks.append(
            text(say("Whose role do you want to take away? You are asked again before it is done."))
        )
    choices = tuple(Choice(str(one.id), _line(one)) for one in offered_[:SHOWN])
    return Screen("held", tuple(blocks), choices, (BACK, Choice("menu", say("Menu"))))


def _asked(holder: Holder, held: Holders) -> Screen:
    stays = say("They stop acting so at once. What they did stays, and so do their own answers and dossier.")
    blocks: list[Block] = [title(say("Take this role away?")), text(_line(holder)), text(stays)]
    if holder.grant.role in APPOINTED:
        blocks.append(note(say("The invitations that they made and nobody has accepted are void too.")))
        alone = sum(one.grant.role == holder.grant.role for one in held.all) == 1
        blocks += [note(say("Nobody else holds this role."))] if alone else []
    return Screen(f"held:{holder.id}", tuple(blocks), (_TAKE, _LEAVE), (BACK,))


def _told(holder: Holder) -> Words:
    role = named(holder.grant)
    return say("{name} ({role})", name=Typed(holder.name), role=role) if holder.name else role


def _line(holder: Holder) -> Words:
    return say("{who}, since {day}", who=_told(holder), day=Day(holder.since))


def _own(holder: Holder) -> Words:
    return say("{role} (you)", role=_line(holder))
