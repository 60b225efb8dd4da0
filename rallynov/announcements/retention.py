"""How long announcements are kept: a draft that nobody touches, and who received what, not for ever.

What was told stays, under its number: it was published.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, delete, or_, select

from rallynov.announcements.model import Status
from rallynov.announcements.tables import AnnouncementActRow, AnnouncementRow, ReachRow
from rallynov.delivery.tables import CircularRow, OutboxRow
from rallynov.storage.lifetimes import kept

KEPT = kept("announcement")
"""How long a draft is kept that nobody touches, and how long it is known who received an announcement that has ended."""


def forget_some(tx: Connection, now: datetime, most: int) -> bool:
    """Forget some of who received what ended long ago, ``most`` messages at once; tell whether there may be more."""
    for one in tx.execute(_over(now)).scalars().all():
        some = list(tx.execute(select(OutboxRow.id).where(_of(one)).limit(most)).scalars())
        if some:
            tx.execute(delete(OutboxRow).where(OutboxRow.id.in_(some)))
            return True
    return False


def _over(now: datetime) -> Select[str]:
    ended = AnnouncementRow.ended_at < now - KEPT, AnnouncementRow.changed_at < now - KEPT
    return select(AnnouncementRow.id).where(*ended)


def _of(announcement: str) -> ColumnElement[bool]:
    revised = OutboxRow.broadcast.between(f"{announcement}:r", f"{announcement}:s")
    return or_(OutboxRow.broadcast == announcement, revised)


def purge(tx: Connection, now: datetime) -> None:
    """Forget drafts that nobody has touched for long, who received what ended long ago, and who did what to it."""
    drafted = AnnouncementRow.status == Status.DRAFT, AnnouncementRow.changed_at < now - KEPT
    tx.execute(delete(AnnouncementRow).where(*drafted))
    tx.execute(delete(ReachRow).where(ReachRow.at < now - KEPT))
    for one in tx.execute(_over(now)).scalars().all():
        tx.execute(delete(OutboxRow).where(_of(one)))
        tx.execute(delete(CircularRow).where(CircularRow.broadcast == one))
        tx.execute(delete(AnnouncementActRow).where(AnnouncementActRow.announcement_id == one))
