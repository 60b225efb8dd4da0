"""Who shares a dossier: joining by an invitation, leaving, being removed, handing it over. An owner is never missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from rallynov.delivery.posting import Letter
from rallynov.delivery.subject import Order, OvertakenError
from rallynov.dialogue.words import Say, Words, say
from rallynov.editions.model import Calendar
from rallynov.initiatives import letters
from rallynov.initiatives.commands import (
    JoinDossier,
    LeaveDossier,
    RemoveSharer,
    TransferDossier,
)
from rallynov.initiatives.desk import Desk, Held
from rallynov.initiatives.lifecycle import OTHERS_MOST, Act, Moment
from rallynov.initiatives.model import Right, Sharer
from rallynov.initiatives.tables import DraftRow, ShareRow
from rallynov.people.model import Purpose
from rallynov.people.tables import CodeRow

_GONE = say("The dossier that you were invited to is not there any more.")
_TAKEN = say("This dossier has an owner already.")
_FULL = say(
    "This dossier already has as many people as it may. Ask its owner to make room, then to invite you again."
)


def join(tx: Connection, desk: Desk, order: Order, command: JoinDossier) -> list[Letter]:
    """Share the dossier with whoever was invited; one who shares it already keeps the greater right.

    One that was entered from paper has no owner: the first who is invited to own it does.
    """
    held = desk.find(command.dossier)
    if held is None:
        return [_refused(order, _GONE)]
    had = held.actor(order.person)
    if command.right is Right.OWN and any(one.right is Right.OWN for one in held.sharers.values()):
        return [_refused(order, _TAKEN)]
    if had is None and len(held.sharers) > OTHERS_MOST:
        return [_refused(order, _FULL)]
    if had is not None and had.includes(command.right):
        return []
    sharer = Sharer(order.person, command.name, command.right)
    if had is None:
        row = {"dossier_id": held.id, "person_id": order.person, "right": sharer.right, "name": sharer.name}
        tx.execute(insert(ShareRow), [row | {"since": order.at}])
    else:
        _set(tx, held.id, order.person, right=sharer.right)
    told = tuple(person for person in held.people if person != order.person)
    desk.put(replace(held, sharers={**held.sharers, order.person: sharer}))
    shown = letters.joined(_title(desk, held), sharer.name, sharer.right)
    return [Letter(_key(order, "joined"), told, shown)]


def transfer(tx: Connection, desk: Desk, order: Order, command: TransferDossier) -> list[Letter]:
    """Make another its owner; the former one edits it, and the invitations that they made are void."""
    held = _may(desk, Act.SHARE, command.dossier, order)
    if command.to not in held.sharers or command.to == order.person:
        raise OvertakenError("shares it no longer")
    new = replace(held.sharers[command.to], right=Right.OWN)
    old = replace(held.sharers[order.person], right=Right.EDIT)
    _set(tx, held.id, old.person, right=old.right)
    _set(tx, held.id, new.person, right=new.right)
    _void(tx, held.id, old.person)
    desk.put(replace(held, sharers={**held.sharers, old.person: old, new.person: new}))
    title = _title(desk, held)
    others = tuple(person for person in held.people if person != new.person)
    return [
        Letter(_key(order, "yours"), (new.person,), letters.yours(title)),
        Letter(_key(order, "handed"), others, letters.handed_over(title, new.name)),
    ]


def leave(tx: Connection, desk: Desk, order: Order, command: LeaveDossier) -> list[Letter]:
    """Share it no longer."""
    held = _may(desk, Act.LEAVE, command.dossier, order)
    return [_parted(tx, desk, held, order, order.person)]


def remove(tx: Connection, desk: Desk, order: Order, command: RemoveSharer) -> list[Letter]:
    """Take a right away; the person is told too."""
    held = _may(desk, Act.SHARE, command.dossier, order)
    if command.person not in held.sharers or command.person == order.person:
        raise OvertakenError("shares it no longer")
    told = _parted(tx, desk, held, order, command.person)
    gone = Letter(_key(order, "removed"), (command.person,), letters.removed(_title(desk, held)))
    return [told, gone]


def void(tx: Connection, dossier: str) -> None:
    """Make every invitation to a dossier void."""
    invited = (CodeRow.purpose == Purpose.COOWNER) & CodeRow.ref.startswith(f"{dossier}:", autoescape=True)
    tx.execute(delete(CodeRow).where(invited))


def _void(tx: Connection, dossier: str, owner: str) -> None:
    mine = (CodeRow.purpose == Purpose.COOWNER) & (CodeRow.owner == owner)
    tx.execute(delete(CodeRow).where(mine, CodeRow.ref.startswith(f"{dossier}:", autoescape=True)))


def _parted(tx: Connection, desk: Desk, held: Held, order: Order, person: str) -> Letter:
    mine = (ShareRow.dossier_id == held.id) & (ShareRow.person_id == person)
    tx.execute(delete(ShareRow).where(mine))
    drafts = (DraftRow.dossier_id == held.id) & (DraftRow.person_id == person)
    tx.execute(delete(DraftRow).where(drafts))
    others = {one: sharer for one, sharer in held.sharers.items() if one != person}
    desk.put(replace(held, sharers=others))
    told = letters.left(_title(desk, held), held.sharers[person].name)
    return Letter(_key(order, "left"), tuple(one for one in others if one != order.person), told)


def _may(desk: Desk, act: Act, dossier: str, order: Order) -> Held:
    return desk.check(act, dossier, order.person, _any_time(order.at))[0]


def _any_time(at: datetime) -> Moment:
    return Moment(at, Calendar())


def _set(tx: Connection, dossier: str, person: str, **values: Any) -> None:
    mine = (ShareRow.dossier_id == dossier) & (ShareRow.person_id == person)
    tx.execute(update(ShareRow).where(mine).values(values))


def _refused(order: Order, reason: Say) -> Letter:
    return Letter(_key(order, "refused"), (order.person,), letters.not_joined(reason))


def _key(order: Order, what: str) -> str:
    """Return the key of a letter: an event orders a thing once."""
    return f"dossier:event-{order.seq}:{what}"


def _title(desk: Desk, held: Held) -> Words:
    return letters.named(desk.title(held.id))
