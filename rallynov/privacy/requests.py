"""What is done for whoever cannot ask in the conversation: found by the number of a dossier, at the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, or_, select

from rallynov.delivery.posting import Post
from rallynov.delivery.tables import AuditRow
from rallynov.initiatives import erasure
from rallynov.initiatives.model import Right
from rallynov.initiatives.tables import DossierRow, ShareRow
from rallynov.people import access
from rallynov.people.access import OPERATOR, Access, Seen
from rallynov.privacy import tombstones
from rallynov.privacy.erasing import addresses_of
from rallynov.privacy.service import end


@dataclass(frozen=True, slots=True)
class Asked:
    """A dossier that somebody named; nobody owns one that was entered from paper and not taken over."""

    dossier: str
    edition: str
    owner: str | None


def find(tx: Connection, number: str) -> Sequence[Asked]:
    """Return the dossiers of a receipt number, one at most in each edition, or the one with this id."""
    owned = (ShareRow.dossier_id == DossierRow.id) & (ShareRow.right == Right.OWN)
    mine = select(DossierRow.id, DossierRow.edition, ShareRow.person_id).outerjoin(ShareRow, owned)
    known = or_(DossierRow.receipt == number, DossierRow.id == number)
    return [Asked(*row) for row in tx.execute(mine.where(known).order_by(DossierRow.edition))]


def erase(tx: Connection, post: Post, asked: Asked, number: str, now: datetime) -> None:
    """Erase the owner of a dossier as they would themselves; a dossier that nobody owns."""
    if asked.owner:
        end(tx, post, [asked.owner], addresses_of(tx, [asked.owner]), now)
    else:
        tombstones.bury_dossier(tx, asked.dossier, now)
        post.send(tx, erasure.discard(tx, asked.dossier), now)
    _audit(tx, "EraseForThem", number, now)


def copied(tx: Connection, asked: Asked, number: str, now: datetime) -> None:
    """Keep that what is held of somebody was copied: they see it as any other access."""
    seen = Access(OPERATOR, OPERATOR, Seen.EXPORTED, now)
    if asked.owner:
        access.record(tx, seen, people=[asked.owner])
    else:
        access.record(tx, seen, dossiers=[asked.dossier])
    _audit(tx, "CopyForThem", number, now)


def _audit(tx: Connection, action: str, number: str, now: datetime) -> None:
    row = {"at": now, "actor": OPERATOR, "action": action, "subject": f"dossier:{number}"}
    tx.execute(insert(AuditRow), [row])
