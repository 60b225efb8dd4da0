"""The end of a file: stored and counted, or refused, in the transaction that tells its sender. Synchronous."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, select

from rallynov.delivery.posting import Letter, Post
from rallynov.delivery.tables import ConversationRow
from rallynov.dialogue.screens import Screen
from rallynov.initiatives import letters
from rallynov.initiatives.attachments import names, sweeping, waiting, words
from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.attachments.kinds import MIMES, Examined, Refused, Why
from rallynov.initiatives.attachments.model import KEPT, REFUSED
from rallynov.initiatives.attachments.waiting import Job
from rallynov.initiatives.desk import Desk
from rallynov.initiatives.form import DossierForm
from rallynov.initiatives.model import Status
from rallynov.initiatives.tables import AttachmentRow
from rallynov.storage.store import Store

log = structlog.get_logger("rallynov.attachments")


class Closing:
    """Ends files, one transaction each; ``LETTER`` begins the keys of what their senders are told."""

    LETTER = "attachment"

    def __init__(
        self, store: Store, form: DossierForm, folder: Folder, post: Post, new_id: Callable[[], str]
    ) -> None:
        self.form = form
        self.folder = folder
        self._store = store
        self._post = post
        self._new_id = new_id

    def keep(self, job: Job, seen: Examined, clean: Path, now: datetime, *, scanned: bool) -> None:
        """Store a file for good, unless its dossier has no room for it any more."""
        self._own_folder()
        with self._store.write() as tx:
            desk = Desk(tx, [job.dossier])
            if not waiting.still(tx, job):
                return
            late = self._late(tx, desk, job, seen)
            if late:
                self._refused(tx, desk, job, late, now)
                return
            name = names.final(job.name, seen.kind, self._taken(tx, job))
            self.folder.keep(clean, job.dossier, job.id)
            ending = {"state": KEPT, "name": name, "mime": MIMES[seen.kind], "size": seen.size}
            waiting.finish(tx, job, now, ending | {"digest": seen.digest, "scanned": scanned})
            desk.touch(job.dossier, now, 1, {})
            title = letters.named(desk.title(job.dossier))
            self._tell(tx, job, words.kept(name, title, seen, scanned=scanned), now)

    def _own_folder(self) -> None:
        """Mark the folder as this database's; the mark is committed before the folder carries it."""
        with self._store.write() as tx:
            mark = sweeping.mark(tx, self._new_id())
        if not self.folder.belongs(mark):
            log.error("folder_of_another_database")

    def refuse(self, job: Job, reason: Refused, now: datetime) -> None:
        """Refuse a file."""
        with self._store.write() as tx:
            desk = Desk(tx, [job.dossier])
            if waiting.still(tx, job):
                self._refused(tx, desk, job, reason, now)

    def _refused(self, tx: Connection, desk: Desk, job: Job, reason: Refused, now: datetime) -> None:
        waiting.finish(tx, job, now, {"state": REFUSED, "reason": reason.code})
        desk.touch(job.dossier, now, 1, {})
        title = letters.named(desk.title(job.dossier))
        self._tell(tx, job, words.refused(job.name, title, reason, self.form), now)

    def _late(self, tx: Connection, desk: Desk, job: Job, seen: Examined) -> Refused | None:
        """Tell why a good file cannot be kept all the same: its dossier is closed, or full."""
        if desk.of(job.dossier).status not in {Status.DRAFT, Status.TO_CORRECT}:
            return Refused(Why.LATE)
        sizes = [row.size for row in self._others(tx, job)]
        if len(sizes) >= self.form.files_most:
            return Refused(Why.TOO_MANY)
        return Refused(Why.TOO_MUCH) if sum(sizes) + seen.size > self.form.total_bytes else None

    def _taken(self, tx: Connection, job: Job) -> list[str]:
        return [row.name for row in self._others(tx, job)]

    @staticmethod
    def _others(tx: Connection, job: Job) -> list[Any]:
        mine = (AttachmentRow.dossier_id == job.dossier) & (AttachmentRow.state == KEPT)
        return list(tx.execute(select(AttachmentRow.name, AttachmentRow.size).where(mine)))

    def _tell(self, tx: Connection, job: Job, screen: Screen, now: datetime) -> None:
        """Write to the conversation that sent the file, to nobody else."""
        there = (ConversationRow.address == job.address) & ConversationRow.person_id.is_not(None)
        person = tx.execute(select(ConversationRow.person_id).where(there)).scalar()
        if person:
            key = f"{self.LETTER}:{job.id}:{job.attempts}"
            self._post.send(tx, [Letter(key, (person,), screen, address=job.address)], now)
