"""How long announcements are kept: a draft that nobody touches, and who received what, not for ever.

What was told stays, under its number: it was published.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, or_, select

from rallynov.announcements.model import Status
from rallynov.announcements.tables import AnnouncementActRow, AnnouncementRow, ReachRow
from rallynov.delivery.tables import CircularRow, OutboxRow
from rallynov.storage.lifetimes import kept

KEPT = kept("announcement")
"""How long a draft is kept that nobody touches, and how long it is known who received an announcement that has ended."""


def purge(tx: Connection, now: datetime) -> None:
    """Forget drafts that nobody has touched for long, who received what ended long ago, and who did what to it."""
    drafted = AnnouncementRow.status == Status.DRAFT, AnnouncementRow.changed_at < now - KEPT
    tx.execute(delete(AnnouncementRow).where(*drafted))
    tx.execute(delete(ReachRow).where(ReachRow.at < now - KEPT))
    over = AnnouncementRow.ended_at < now - KEPT, AnnouncementRow.changed_at < now - KEPT
    for one in tx.execute(select(AnnouncementRow.id).where(*over)).scalars().all():
        revised = OutboxRow.broadcast.between(f"{one}:r", f"{one}:s")
        tx.execute(delete(OutboxRow).where(or_(OutboxRow.broadcast == one, revised)))
        tx.execute(delete(CircularRow).where(CircularRow.broadcast == one))
        tx.execute(delete(AnnouncementActRow).where(AnnouncementActRow.announcement_id == one))
