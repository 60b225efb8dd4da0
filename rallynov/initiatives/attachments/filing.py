"""What is ordered of the files of a dossier, on dossiers that are locked: one more to fetch, one to remove."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from rallynov.delivery.subject import Order, OvertakenError
from rallynov.delivery.tables import ConversationRow
from rallynov.editions.model import Calendar
from rallynov.initiatives.attachments.model import REFUSED, WAITING
from rallynov.initiatives.commands import AddAttachment, RemoveAttachment
from rallynov.initiatives.desk import Desk
from rallynov.initiatives.form import DossierForm
from rallynov.initiatives.lifecycle import Act, Moment
from rallynov.initiatives.tables import AttachmentRow

SHOWN = 3
"""Files that were refused and are still shown with their reason."""


def add(tx: Connection, desk: Desk, order: Order, command: AddAttachment, form: DossierForm) -> None:
    """Have a file fetched and examined; ``OvertakenError`` when there is no room for it any more."""
    held, _ = desk.check(Act.EDIT, command.dossier, order.person, Moment(order.at, Calendar()))
    mine = AttachmentRow.dossier_id == held.id
    rows = tx.execute(
        select(AttachmentRow.id, AttachmentRow.state, AttachmentRow.size)
        .where(mine)
        .order_by(AttachmentRow.created_at)
    ).all()
    counted = [row.size for row in rows if row.state != REFUSED]
    if len(counted) >= form.files_most or sum(counted) + command.size > form.total_bytes:
        raise OvertakenError("no room for a file")
    old = [row.id for row in rows if row.state == REFUSED][: -(SHOWN - 1)]
    if old:
        tx.execute(delete(AttachmentRow).where(AttachmentRow.id.in_(old)))
    tx.execute(insert(AttachmentRow), [_row(order, command)])
    desk.touch(held.id, order.at, 1, {})


def remove(tx: Connection, desk: Desk, order: Order, command: RemoveAttachment) -> None:
    """Remove a file; its content is swept away within a minute."""
    held, _ = desk.check(Act.EDIT, command.dossier, order.person, Moment(order.at, Calendar()))
    one = (AttachmentRow.id == command.attachment) & (AttachmentRow.dossier_id == held.id)
    if tx.execute(delete(AttachmentRow).where(one)).rowcount:
        desk.touch(held.id, order.at, 1, {})


def unsign(tx: Connection, dossier: str, people: Sequence[str]) -> None:
    """Take people out of the files that they sent and that stay: who they are, and how they are reached."""
    theirs = AttachmentRow.author.in_(people) | AttachmentRow.address.in_(
        select(ConversationRow.address).where(ConversationRow.person_id.in_(people))
    )
    signed = (AttachmentRow.dossier_id == dossier) & theirs
    tx.execute(update(AttachmentRow).where(signed).values(author="", address=""))


def _row(order: Order, command: AddAttachment) -> dict[str, object]:
    return {
        "id": command.attachment,
        "dossier_id": command.dossier,
        "author": order.person,
        "address": order.address,
        "origin": command.source,
        "name": command.name,
        "mime": command.mime,
        "size": command.size,
        "state": WAITING,
        "reason": "",
        "scanned": False,
        "digest": "",
        "attempts": 0,
        "created_at": order.at,
    }
