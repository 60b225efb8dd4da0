"""The worker of the files of announcements: that of dossiers, on other rows and another folder."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import ColumnElement, Connection, or_, select, update

from rallynov.announcements.attached import KEPT, WAITING
from rallynov.announcements.filing import NewsClosing
from rallynov.announcements.tables import AnnouncementFileRow
from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.attachments.intake import SWEEP, Intake, Means
from rallynov.initiatives.attachments.kinds import Examined, Refused
from rallynov.initiatives.attachments.sweeping import NAME, StrangeFolderError
from rallynov.initiatives.attachments.waiting import LEASE, Job
from rallynov.initiatives.tables import FolderRow
from rallynov.storage.store import Store

log = structlog.get_logger("rallynov.announcements")
_FILE = AnnouncementFileRow


class NewsIntake(Intake):
    """The files that wait for announcements, in this process; ``arrivals`` is where those of the web lie."""

    def __init__(self, store: Store, closing: NewsClosing, means: Means, arrivals: Folder) -> None:
        super().__init__(store, closing, means)
        self._arrivals = arrivals

    def _take_up(self) -> None:
        with self._store.write() as tx:
            taken = _FILE.state == WAITING, _FILE.not_before.is_not(None)
            tx.execute(update(_FILE).where(*taken).values(not_before=None))

    def _due(self) -> bool:
        with self._store.read() as tx:
            return tx.execute(select(_FILE.id).where(*self._ready()).limit(1)).first() is not None

    def _claim(self) -> Job | None:
        with self._store.write() as tx:
            return _claimed(tx, self._means.clock(), self._ready())

    def _ready(self) -> tuple[ColumnElement[bool], ...]:
        ready = or_(_FILE.not_before.is_(None), _FILE.not_before <= self._means.clock())
        known = or_(*(_FILE.origin.startswith(f"{scheme}:") for scheme in self._schemes))
        return _FILE.state == WAITING, ready, known

    def _postpone(self, job: Job, pause: timedelta) -> None:
        with self._store.write() as tx:
            mine = _FILE.id == job.id, _FILE.attempts == job.attempts, _FILE.state == WAITING
            tx.execute(update(_FILE).where(*mine).values(not_before=self._means.clock() + pause))

    async def _end(self, job: Job, seen: Examined | Refused, clean: Path, *, scanned: bool) -> None:
        await super()._end(job, seen, clean, scanned=scanned)
        scheme, ref = job.source
        if scheme == "web":
            self._arrivals.forget(ref)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP)
            try:
                swept = await asyncio.to_thread(sweep, self._store, self._folder, self._means.clock())
                if swept:
                    log.info("announcement_files_swept", files=swept)
            except Exception as error:
                log.error("announcement_files_not_swept", error=type(error).__name__)


def _claimed(tx: Connection, now: datetime, ready: tuple[ColumnElement[bool], ...]) -> Job | None:
    columns = (
        _FILE.id,
        _FILE.announcement_id,
        _FILE.address,
        _FILE.origin,
        _FILE.name,
        _FILE.attempts,
        _FILE.created_at,
    )
    oldest = select(*columns).where(*ready).order_by(_FILE.created_at, _FILE.id)
    row = tx.execute(oldest.limit(1).with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    taken = {"attempts": row.attempts + 1, "not_before": now + LEASE}
    tx.execute(update(_FILE).where(_FILE.id == row.id).values(taken))
    return Job(
        row.id, row.announcement_id, row.address, row.origin, row.name, row.attempts + 1, row.created_at
    )


def sweep(store: Store, folder: Folder, now: datetime) -> int:
    """Remove every file that no row stands for; return how many. The folder is read first: a row comes before its file.

    ``StrangeFolderError`` when the folder is that of another database.
    """
    if not folder.exists():
        return 0
    stored = set(folder.stored())
    with store.read() as tx:
        mine = tx.execute(select(FolderRow.mark).where(FolderRow.name == NAME)).scalar()
        rows = tx.execute(select(_FILE.announcement_id, _FILE.id).where(_FILE.state == KEPT)).all()
    if mine is None or not folder.belongs(mine):
        raise StrangeFolderError
    left = stored - {(row.announcement_id, row.id) for row in rows}
    for announcement, file in left:
        folder.remove(announcement, file)
    for path in folder.left_over(now.timestamp(), ()):
        path.unlink(missing_ok=True)
    return len(left)
