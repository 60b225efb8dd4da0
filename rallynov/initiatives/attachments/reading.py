"""Who may read the files of a dossier, and add some, as the doors ask it: by the address that somebody comes from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from rallynov.delivery.tables import ConversationRow
from rallynov.initiatives.attachments.model import KEPT
from rallynov.initiatives.model import Right, Status
from rallynov.initiatives.tables import FETCHED, AttachmentRow, DossierRow, ShareRow


@dataclass(frozen=True, slots=True)
class Readable:
    """A file that somebody may read."""

    name: str
    mime: str


def readable(tx: Connection, address: str, dossier: str, attachment: str) -> Readable | None:
    """Return a file that is kept; None when there is none, or when whoever asks does not share its dossier."""
    found = (
        select(AttachmentRow.name, AttachmentRow.mime)
        .join(ShareRow, ShareRow.dossier_id == AttachmentRow.dossier_id)
        .join(ConversationRow, ConversationRow.person_id == ShareRow.person_id)
        .where(
            AttachmentRow.id == attachment,
            AttachmentRow.dossier_id == dossier,
            AttachmentRow.state == KEPT,
            ConversationRow.address == address,
        )
    )
    row = tx.execute(found).first()
    return Readable(row.name, row.mime) if row else None


def kept(tx: Connection, dossier: str, attachment: str) -> Readable | None:
    """Return a file that is kept, whoever asks: the caller has checked that they may."""
    mine = (AttachmentRow.id == attachment) & (AttachmentRow.dossier_id == dossier)
    found = select(AttachmentRow.name, AttachmentRow.mime).where(mine, AttachmentRow.state == KEPT)
    row = tx.execute(found).first()
    return Readable(row.name, row.mime) if row else None


def may_add(tx: Connection, address: str) -> bool:
    """Tell whether somebody has a dossier to which a file may be added: else nothing of a file is even received."""
    editing = [right for right in Right if right.includes(Right.EDIT)]
    mine = (
        select(func.count())
        .select_from(ShareRow)
        .join(ConversationRow, ConversationRow.person_id == ShareRow.person_id)
        .join(DossierRow, DossierRow.id == ShareRow.dossier_id)
        .where(
            ConversationRow.address == address,
            ShareRow.right.in_(editing),
            DossierRow.status.in_([Status.DRAFT, Status.TO_CORRECT]),
        )
    )
    return bool(tx.execute(mine).scalar())


def wanted(tx: Connection, arrivals: Collection[str]) -> set[str]:
    """Return which of the files that a door received still wait to be examined."""
    origins = [f"web:{name}" for name in arrivals]
    waiting = select(AttachmentRow.origin).where(FETCHED, AttachmentRow.origin.in_(origins))
    return {origin.removeprefix("web:") for origin in tx.execute(waiting).scalars()}
