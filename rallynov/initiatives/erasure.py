"""What becomes of dossiers when a person is erased, and when their time is over.

A dossier that somebody else may edit passes on to them, without what the person was in it; any other is erased with its
files, whatever its status. Files themselves are swept away once no row names them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import orjson
import structlog
from sqlalchemy import Connection, delete, select, update

from rallynov.delivery.posting import Letter
from rallynov.dialogue.words import Words
from rallynov.editions import late
from rallynov.initiatives import letters, retention, sharing
from rallynov.initiatives.attachments import filing
from rallynov.initiatives.desk import Desk, Held
from rallynov.initiatives.model import PERSONAL, Right, Sharer
from rallynov.initiatives.tables import (
    CardRow,
    DossierAnswerRow,
    DossierRow,
    DraftRow,
    MoveRow,
    RemarkRow,
    RivalRow,
    ShareRow,
    WriteRow,
)

log = structlog.get_logger("rallynov.retention")


def forget(tx: Connection, people: Sequence[str], now: datetime) -> list[Letter]:
    """Take people out of their dossiers, before they are erased; return what the others are told."""
    late.forget(tx, people)
    shared = select(ShareRow.dossier_id).where(ShareRow.person_id.in_(people))
    ids = sorted(set(tx.execute(shared).scalars()))
    desk = Desk(tx, ids)
    told: list[Letter] = []
    for one in ids:
        told += _leave(tx, desk, desk.of(one), frozenset(people), now)
    return told


def expire(tx: Connection, now: datetime, most: int | None = None) -> int:
    """Erase the dossiers whose time is over, so many ``most``; return how many.

    A draft, or a dossier that was withdrawn, goes three months after the closing of its edition, two weeks after its
    owners were told of it at the earliest; any other 24 months after its last change; so does a draft of an edition
    that never closed.
    """
    ids = list(tx.execute(retention.over(now).limit(most)).scalars())
    for one in ids:
        _erase(tx, one)
    late.purge(tx, now)
    if ids:
        log.info("dossiers_expired", dossiers=len(ids))
    return len(ids)


def discard(tx: Connection, dossier: str) -> list[Letter]:
    """Erase a dossier that nobody owns; return what those who share it are told."""
    desk = Desk(tx, [dossier])
    held, title = desk.of(dossier), letters.named(desk.title(dossier))
    _erase(tx, dossier)
    return [Letter(f"dossier:{held.id}:{held.version}:erased", held.people, letters.erased(title))]


def _leave(tx: Connection, desk: Desk, held: Held, people: frozenset[str], now: datetime) -> list[Letter]:
    left = {person: sharer for person, sharer in held.sharers.items() if person not in people}
    title = letters.named(desk.title(held.id))
    key = f"dossier:{held.id}:{held.version}"
    if not any(sharer.right.includes(Right.EDIT) for sharer in left.values()):
        _erase(tx, held.id)
        return [Letter(f"{key}:erased", tuple(left), letters.erased(title))]
    gone = [person for person in held.people if person in people]
    _unsign(tx, held, gone)
    desk.put(replace(held, sharers=left))
    desk.touch(held.id, now, 1, {})
    if any(sharer.right is Right.OWN for sharer in left.values()):
        return []
    return _pass_on(tx, held, list(left.values()), key, title)


def _pass_on(tx: Connection, held: Held, left: Sequence[Sharer], key: str, title: Words) -> list[Letter]:
    """Give a dossier to whoever may edit it for the longest time."""
    heir = next(sharer for sharer in left if sharer.right.includes(Right.EDIT))
    mine = (ShareRow.dossier_id == held.id) & (ShareRow.person_id == heir.person)
    tx.execute(update(ShareRow).where(mine).values(right=Right.OWN))
    others = tuple(sharer.person for sharer in left if sharer is not heir)
    return [
        Letter(f"{key}:yours", (heir.person,), letters.yours(title)),
        Letter(f"{key}:handed", others, letters.handed_over(title, heir.name)),
    ]


def _erase(tx: Connection, dossier: str) -> None:
    sharing.void(tx, dossier)
    tx.execute(delete(DossierRow).where(DossierRow.id == dossier))


def _unsign(tx: Connection, held: Held, people: Sequence[str]) -> None:
    """Take out of a dossier that others go on with what tells of people: names, how to reach them, their own words.

    The contact of a dossier may be its owner, whoever typed it: with an owner goes the contact.
    """
    dossier = held.id
    theirs = DossierAnswerRow.author.in_(people) & DossierAnswerRow.field.in_(PERSONAL)
    mine = DossierAnswerRow.dossier_id == dossier
    known = set(tx.execute(select(DossierAnswerRow.field).where(mine, theirs)).scalars())
    held_in: tuple[type[DossierAnswerRow | WriteRow | RivalRow | DraftRow], ...] = (
        DossierAnswerRow,
        WriteRow,
    )
    if any(held.sharers[one].right is Right.OWN for one in people):
        known, held_in = set(PERSONAL), (*held_in, RivalRow, DraftRow)
    if known:
        for each in held_in:
            tx.execute(delete(each).where(each.dossier_id == dossier, each.field.in_(known)))
        _blank(tx, dossier, known)
    for table in (WriteRow, RivalRow, RemarkRow):
        tx.execute(delete(table).where(table.dossier_id == dossier, table.author.in_(people)))
    tx.execute(delete(CardRow).where(CardRow.dossier_id == dossier))
    filing.unsign(tx, dossier, people)
    for kept in (DossierAnswerRow, MoveRow):
        signed = (kept.dossier_id == dossier) & kept.author.in_(people)
        tx.execute(update(kept).where(signed).values(author=""))


def _blank(tx: Connection, dossier: str, fields: set[str]) -> None:
    """Take fields out of what was submitted: its fingerprint then tells only that something was taken out."""
    kept = select(MoveRow.id, MoveRow.content).where(
        MoveRow.dossier_id == dossier, MoveRow.content.is_not(None)
    )
    for row in tx.execute(kept).all():
        content = orjson.loads(row.content or "{}")
        content["answers"] = {name: value for name, value in content["answers"].items() if name not in fields}
        blanked = orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()
        tx.execute(update(MoveRow).where(MoveRow.id == row.id).values(content=blanked))
