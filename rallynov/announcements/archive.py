"""The archive: the announcements that anybody may read, as pages and feeds show them.

Only what was sent to everybody, or to whole territories: what was written to the holders of a draft, or to the members of
a partner, stays with them. What was withdrawn is gone from it at once. Nothing of whoever received one is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select

from rallynov.announcements import letters, rows
from rallynov.announcements.lifecycle import Act
from rallynov.announcements.model import Announcement, Status
from rallynov.announcements.tables import AnnouncementActRow, AnnouncementRow
from rallynov.dialogue.screens import Block, Media
from rallynov.dialogue.words import Say
from rallynov.editions.model import Edition
from rallynov.editions.stages.model import Stage, Stages
from rallynov.editions.stages.service import Board
from rallynov.storage.store import Store

MOST = 100
"""Announcements that the archive shows, the newest."""
CORRECTED = (Act.CORRECT_NOW, Act.APPROVE_CORRECTION)
PUBLIC = tuple(status.value for status in Status if status.public)


@dataclass(frozen=True, slots=True)
class Published:
    """One announcement of the archive. ``changed`` is when what it says was last corrected, or when it was sent."""

    id: str
    number: int
    title: str
    blocks: tuple[Block, ...]
    signed: Say
    organisation: str
    at: datetime
    changed: datetime
    corrected: bool = False
    media: Media | None = None


class Archive:
    """The announcements of an edition, for pages."""

    def __init__(self, store: Store, edition: Edition, board: Board) -> None:
        self._store = store
        self._edition = edition
        self._board = board

    def read(self) -> Sequence[Published]:
        """Read what was published, the newest first (synchronous)."""
        mine = AnnouncementRow.edition == self._edition.slug, AnnouncementRow.status.in_(PUBLIC)
        return self._read(*mine)

    def one(self, number: int) -> Published | None:
        """Read one announcement; None when it is not public, or not any more (synchronous)."""
        of_edition = AnnouncementRow.edition == self._edition.slug
        mine = of_edition, AnnouncementRow.number == number, AnnouncementRow.status.in_(PUBLIC)
        return next(iter(self._read(*mine)), None)

    def withdrawn(self, number: int) -> bool:
        """Tell whether an announcement was published, and taken back since (synchronous)."""
        mine = AnnouncementRow.edition == self._edition.slug, AnnouncementRow.number == number
        gone = or_(AnnouncementRow.status == Status.WITHDRAWN, AnnouncementRow.status == Status.CANCELLED)
        with self._store.read() as tx:
            found = rows.read(tx, *mine, gone, AnnouncementRow.started_at.is_not(None))
        return any(one.audience.open for one in found)

    def _read(self, *which: ColumnElement[bool]) -> Sequence[Published]:
        stages = Stages(tuple(self._board.read()))
        with self._store.read() as tx:
            found = [one for one in rows.read(tx, *which, most=MOST) if one.audience.open and one.started]
            corrected = _corrected(tx, [one.id for one in found])
        return [_published(one, stages, corrected.get(one.id)) for one in found]


def _corrected(tx: Connection, ids: Sequence[str]) -> dict[str, datetime]:
    """Return when each was last corrected."""
    mine = AnnouncementActRow.announcement_id.in_(ids), AnnouncementActRow.act.in_(CORRECTED)
    last = select(AnnouncementActRow.announcement_id, func.max(AnnouncementActRow.at)).where(*mine)
    grouped = last.group_by(AnnouncementActRow.announcement_id)
    return {row[0]: row[1] for row in tx.execute(grouped)}


def _published(one: Announcement, stages: Stages, corrected: datetime | None) -> Published:
    stage: Stage | None = stages.find(str(one.content.stage)) if one.content.stage else None
    blocks = letters.told(one.content, stage)[1:]  # the title is that of the page
    at = one.started or one.changed
    return Published(
        one.id,
        one.number,
        one.content.title,
        blocks,
        letters.signed(one.organisation),
        one.organisation,
        at,
        corrected or at,
        corrected is not None,
        letters.media(one),
    )
