"""What is done to an announcement as a whole: given to be read, thrown away, taken back. Pure."""

from __future__ import annotations

from dataclasses import replace

from rallynov.announcements.commands import Discard, Submit, TakeBack
from rallynov.announcements.lifecycle import Act, Refusal, allowed
from rallynov.announcements.model import Announcement, News
from rallynov.announcements.screens.parts import lacks
from rallynov.announcements.writing.spots import Spot, View, mark
from rallynov.dialogue.screens import note, text
from rallynov.dialogue.turn import Move, Scene
from rallynov.dialogue.words import say
from rallynov.people.model import Person
from rallynov.people.roles import Grants

_STALE = say("Somebody changed it since you read it: look at it again before you give it to be read.")


def submitted(spot: Spot, one: Announcement, scene: Scene) -> Move:
    """Give a draft to be read, as it was seen."""
    whole = spot.to(View.WHOLE).place
    if spot.seen not in {None, mark(one)}:
        return Move(to=whole, lead=(text(_STALE),))
    decided = allowed(Act.SUBMIT, one, scene.of(Person).id, scene.of(Grants))
    if isinstance(decided, Refusal) or lacks(one):
        return Move(to=whole, lead=(text(decided.words),) if isinstance(decided, Refusal) else ())
    told = replace(one, status=decided, submitted=scene.now, version=one.version + 1, refusal="")
    lead = (note(say("Given to be read. You are told here what becomes of it.")),)
    return Move(whole, (Submit(one.id, one.version),), lead, scene.having(scene.of(News).having(told)))


def discarded(one: Announcement, scene: Scene) -> Move:
    """Throw a draft away."""
    decided = allowed(Act.DISCARD, one, scene.of(Person).id, scene.of(Grants))
    if isinstance(decided, Refusal):
        return Move(to=Spot(View.WHOLE, one.id).place, lead=(text(decided.words),))
    lead = (note(say("Thrown away.")),)
    return Move(Spot().place, (Discard(one.id),), lead, scene.having(scene.of(News).without(one.id)))


def taken_back(spot: Spot, one: Announcement, scene: Scene) -> Move:
    """Make it a draft again, before it begins to leave."""
    decided = allowed(Act.TAKE_BACK, one, scene.of(Person).id, scene.of(Grants))
    whole = spot.to(View.WHOLE).place
    if isinstance(decided, Refusal):
        return Move(to=whole, lead=(text(decided.words),))
    told = replace(one, status=decided, approver="", approved=None, due=None, version=one.version + 1)
    lead = (note(say("It is a draft again: nobody receives it until it is approved anew.")),)
    return Move(whole, (TakeBack(one.id),), lead, scene.having(scene.of(News).having(told)))
