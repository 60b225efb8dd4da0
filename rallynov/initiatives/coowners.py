"""The dialogue of a dossier that several people share: inviting, joining, handing over, leaving, comments. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from rallynov.dialogue.screens import Screen, note, text
from rallynov.dialogue.turn import Command, Move, Scene
from rallynov.dialogue.words import say
from rallynov.editions.model import Calendar
from rallynov.initiatives.commands import AddRemark, JoinDossier, LeaveDossier, RemoveSharer, TransferDossier
from rallynov.initiatives.lifecycle import Act, Refusal, allowed
from rallynov.initiatives.model import Dossier, DossierForm, Dossiers, Remark, Right, Sharer
from rallynov.initiatives.screens import people
from rallynov.initiatives.screens.parts import until
from rallynov.initiatives.spots import Spot, View
from rallynov.people.model import MakeCode, Person, Purpose, code_of
from rallynov.text import clean_line

SHARING = frozenset((View.PEOPLE, View.TRANSFER, View.REMOVE, View.LEAVE, View.REMARKS))
LATE = "late"
"""What stands in the place of a dossier, where a late code was given."""
NAME_MOST = 60


class Coowners:
    """The views of a shared dossier."""

    def __init__(self, form: DossierForm) -> None:
        self._form = form

    def joining(self, spot: Spot, scene: Scene) -> Screen:
        """Draw what a code has opened."""
        if spot.dossier == LATE:
            given = datetime.fromtimestamp(int(spot.target), UTC) if spot.target.isdecimal() else None
            return people.late(until(scene.of(Calendar).with_late(given)))
        return people.join(_right(spot.target))

    def screen(self, spot: Spot, dossier: Dossier) -> Screen:
        """Draw a view of a shared dossier."""
        other = _other(dossier, spot.target)
        match spot.view:
            case View.TRANSFER if other:
                return people.transfer(self._form, dossier, other)
            case View.REMOVE if other:
                return people.remove(self._form, dossier, other)
            case View.LEAVE:
                return people.leave(self._form, dossier)
            case View.REMARKS:
                return people.remarks(self._form, dossier, spot.target)
            case _:
                return people.people(self._form, dossier)

    def choose(self, spot: Spot, dossier: Dossier, key: str, scene: Scene) -> Move:
        """Decide on a choice of one of these views."""
        head, _, tail = key.partition("-")
        act = Act.LEAVE if head in {"leave", "left"} else Act.SHARE
        if head in {"remarks", "back", "stay"}:
            return Move(to=spot.to(View.REMARKS if head == "remarks" else View.PEOPLE).place)
        decided = allowed(act, dossier, scene.of(Calendar), scene.said or scene.received)
        if isinstance(decided, Refusal):
            return Move(to=spot.to(View.PEOPLE).place, lead=(text(decided.words),))
        if head == "invite":
            return self._invite(spot, dossier, Right(tail), scene)
        if head in {"own", "out"}:
            return Move(to=spot.to(View.TRANSFER if head == "own" else View.REMOVE, tail).place)
        return (
            Move(to=spot.to(View.LEAVE).place) if head == "leave" else self._done(spot, dossier, head, scene)
        )

    def _invite(self, spot: Spot, dossier: Dossier, right: Right, scene: Scene) -> Move:
        code = code_of(scene.secret, Purpose.COOWNER)
        order = MakeCode(Purpose.COOWNER, code, f"{dossier.id}:{right}", scene.now + Purpose.COOWNER.lasts)
        return Move(spot.to(View.PEOPLE).place, (order,), people.INVITATION, code=code)

    def _done(self, spot: Spot, dossier: Dossier, head: str, scene: Scene) -> Move:
        """Hand over, take somebody out, or leave."""
        mine, other = scene.of(Dossiers), _other(dossier, spot.target)
        if head == "left":
            lead = (note(say("You do not share this dossier any more.")),)
            return Move(
                Spot().place, (LeaveDossier(dossier.id),), lead, scene.having(mine.without(dossier.id))
            )
        if other is None:
            return Move(to=spot.to(View.PEOPLE).place)
        order: Command = RemoveSharer(dossier.id, other.person)
        told = replace(dossier, others=tuple(one for one in dossier.others if one != other))
        if head == "handed":
            order = TransferDossier(dossier.id, other.person)
            others = tuple(replace(one, right=Right.OWN) if one == other else one for one in dossier.others)
            told = replace(dossier, others=others, right=Right.EDIT)
        return Move(
            spot.to(View.PEOPLE).place, (order,), (note(say("Done.")),), scene.having(mine.having(told))
        )

    def write(self, spot: Spot, dossier: Dossier, typed: str, scene: Scene) -> Move | None:
        """Keep a comment; None where none is typed."""
        if spot.view is not View.REMARKS:
            return None
        decided = allowed(Act.COMMENT, dossier, scene.of(Calendar), scene.said or scene.received)
        if isinstance(decided, Refusal):
            return Move(lead=(text(decided.words),))
        remark = Remark(spot.target, scene.of(Person).id, typed, scene.now)
        told = scene.of(Dossiers).having(replace(dossier, remarks=(*dossier.remarks, remark)))
        order = AddRemark(dossier.id, spot.target, typed)
        return Move(spot.place, (order,), (note(say("Your comment is kept.")),), scene.having(told))

    def join(self, spot: Spot, typed: str, scene: Scene) -> Move | None:
        """Join a dossier under the name that was typed; what it holds is read with the next turn."""
        name = clean_line(typed)
        if spot.dossier == LATE:
            return None
        if not 1 < len(name) <= NAME_MOST:
            return Move(lead=(text(say("A name of 2 to {most} characters, please.", most=NAME_MOST)),))
        order = JoinDossier(spot.dossier, _right(spot.target), name)
        right = _right(spot.target)
        owner = () if right is Right.OWN else (Sharer("", "", Right.OWN),)
        told = Dossier(spot.dossier, right=right, others=owner)
        lead = (note(say("You now share this dossier.")),)
        to = spot.to(View.PEOPLE, "").place
        return Move(to, (order,), lead, scene.having(scene.of(Dossiers).having(told)))


def _right(named: str) -> Right:
    """Return a right that may be given; the least of them when it cannot be read."""
    return Right(named) if named in set(Right) else Right.READ


def _other(dossier: Dossier, target: str) -> Sharer | None:
    return next((one for one in dossier.others if target and people.mark(one) == target), None)
