"""Announcements that stopped on their way for so long that they may tell of things that are past: the team is asked.

Hours in which nobody is written to do not count, nor do recipients who were put off: their time has only come.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, exists, select

from rallynov.announcements import alarms, rows
from rallynov.announcements.model import LATE, Announcement, Status
from rallynov.delivery import bulk
from rallynov.delivery.posting import Post
from rallynov.delivery.tables import OutboxRow, OutboxStatus
from rallynov.editions.quiet import waking

_LEFT = (OutboxStatus.SENT, OutboxStatus.FAILED)
"""States that a message has once it was let go; what a dead process had in hand is ``unknown`` from the next start on."""


class Interruptions:
    """Looks at each announcement when this process first lets it go, or does so again after a long while."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._seen: dict[str, datetime] = {}

    def paused(self, tx: Connection, announcement: str, now: datetime) -> bool:
        """Pause an announcement whose last message left too long ago, and tell the team; tell whether it is."""
        seen = self._seen.get(announcement)
        if (seen is None or now - seen > LATE) and (late := _late(tx, announcement, now)):
            held = rows.put(tx, late, replace(late, status=Status.PAUSED), now)
            rows.act(tx, announcement, now, None, "late")
            alarms.tell(tx, self._post, held, alarms.interrupted(held), now)
            return True
        self._seen[announcement] = now
        return False


def _late(tx: Connection, announcement: str, now: datetime) -> Announcement | None:
    """Lock and return an announcement that is late."""
    one = rows.lock(tx, [announcement]).get(announcement)
    if one is None or waking(max(one.changed, _last(tx, announcement) or one.changed), now) <= LATE:
        return None
    waiting = OutboxRow.broadcast == announcement, OutboxRow.status == OutboxStatus.PLANNED
    if tx.scalar(select(exists().where(*waiting, OutboxRow.not_before.is_(None)))):
        return one
    first = bulk.next_due(tx, announcement)
    return one if first and waking(first, now) > LATE else None


def _last(tx: Connection, announcement: str) -> datetime | None:
    """Return when the message that was planned last, of those that left, did: they leave in that order."""
    ends = [
        tx.scalar(
            select(OutboxRow.finished_at)
            .where(OutboxRow.broadcast == announcement, OutboxRow.status == status)
            .order_by(OutboxRow.id.desc())
            .limit(1)
        )
        for status in _LEFT
    ]
    return max((end for end in ends if end), default=None)
