"""The files of announcements as rows and on the disk: one more to examine, kept or refused, handed over. Synchronous.

They are examined as those of dossiers are, by the same process apart, and lie in a folder of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from rallynov.announcements import attached, rows
from rallynov.announcements.attached import DOCUMENTS, KEPT, MOST_BYTES, PICTURES, REFUSED, WAITING
from rallynov.announcements.commands import AttachToNews
from rallynov.announcements.crowd import REACHED
from rallynov.announcements.model import Announcement, Status
from rallynov.announcements.screens.parts import named
from rallynov.announcements.tables import AnnouncementFileRow
from rallynov.delivery.posting import Post
from rallynov.delivery.subject import Order
from rallynov.delivery.tables import ConversationRow, OutboxRow
from rallynov.initiatives.attachments import names
from rallynov.initiatives.attachments.closing import Closing
from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.attachments.kinds import MIMES, Examined, Refused, Why
from rallynov.initiatives.attachments.waiting import Job
from rallynov.initiatives.form import DossierForm
from rallynov.papers.model import File, Maker
from rallynov.people.roles import Role
from rallynov.people.tables import GrantRow
from rallynov.storage.store import Store

log = structlog.get_logger("rallynov.announcements")
FOLDER = "annonces"
"""Where they lie, in the data folder."""
_FILE = AnnouncementFileRow


def add(tx: Connection, order: Order, command: AttachToNews) -> None:
    """Have a file examined for a draft; one that waits already, or was refused, gives way."""
    mine = _FILE.announcement_id == command.announcement
    tx.execute(delete(_FILE).where(mine, _FILE.state != KEPT))
    row = {
        "id": command.file,
        "announcement_id": command.announcement,
        "address": order.address,
        "origin": command.source,
        "name": command.name,
        "mime": command.mime,
        "size": command.size,
        "state": WAITING,
        "reason": "",
        "attempts": 0,
        "created_at": order.at,
    }
    tx.execute(insert(_FILE), [row])


def may_add(tx: Connection, address: str) -> bool:
    """Tell whether somebody at an address may write announcements, in some edition: their dialogue asks again."""
    writes = GrantRow.role.in_((Role.WRITER, Role.COORDINATOR)) & GrantRow.revoked_at.is_(None)
    mine = select(GrantRow.id).join(ConversationRow, ConversationRow.person_id == GrantRow.person_id)
    return tx.execute(mine.where(writes, ConversationRow.address == address).limit(1)).first() is not None


def wanted(tx: Connection, arrivals: Collection[str]) -> set[str]:
    """Return which files that arrived on the web wait to be examined."""
    origins = [f"web:{name}" for name in arrivals]
    found = tx.execute(
        select(_FILE.origin).where(_FILE.origin.in_(origins), _FILE.state == WAITING)
    ).scalars()
    return {origin.partition(":")[2] for origin in found}


class NewsClosing(Closing):
    """Ends the files of announcements, one transaction each; the content names the one that is kept."""

    LETTER = "newsfile"

    def __init__(
        self, store: Store, form: DossierForm, folder: Folder, post: Post, new_id: Callable[[], str]
    ) -> None:
        light = form.model_copy(update={"file_bytes": min(MOST_BYTES, form.file_bytes)})
        super().__init__(store, light, folder, post, new_id)

    def keep(self, job: Job, seen: Examined, clean: Path, now: datetime, *, scanned: bool) -> None:
        """Store a file for good as the picture or the document of its draft."""
        self._own_folder()
        with self._store.write() as tx:
            draft = rows.lock(tx, [job.dossier]).get(job.dossier)
            if draft is None or not _still(tx, job):
                return
            slot = "picture" if seen.kind in PICTURES else "document" if seen.kind in DOCUMENTS else ""
            if draft.status is not Status.DRAFT or not slot:
                why = Refused(Why.UNLISTED, found=str(seen.kind)) if not slot else Refused(Why.LATE)
                self._ended(tx, job, draft, why, now)
                return
            name = names.final(job.name, seen.kind)
            self.folder.keep(clean, job.dossier, job.id)
            _finish(tx, job, {"state": KEPT, "name": name, "mime": MIMES[seen.kind], "size": seen.size})
            others = _FILE.announcement_id == job.dossier, _FILE.id != job.id
            tx.execute(delete(_FILE).where(*others))
            told = rows.put(tx, draft, _filed(draft, job.id, picture=slot == "picture"), now)
            screen = attached.kept(name, named(told), over=told.content.excess, scanned=scanned)
            self._tell(tx, job, screen, now)

    def refuse(self, job: Job, reason: Refused, now: datetime) -> None:
        """Refuse a file."""
        with self._store.write() as tx:
            draft = rows.find(tx, job.dossier)
            if draft and _still(tx, job):
                self._ended(tx, job, draft, reason, now)

    def _ended(self, tx: Connection, job: Job, draft: Announcement, why: Refused, now: datetime) -> None:
        _finish(tx, job, {"state": REFUSED, "reason": why.code})
        self._tell(tx, job, attached.refused(job.name, named(draft), why, self.form), now)


def media_maker(store: Store, folder: Folder) -> Maker:
    """Return the maker of the files of announcements, by the id of one.

    Those of an announcement that left are everybody's; those of any other, of whoever may write or approve, and of
    whoever received it before it was cancelled.
    """

    def make(address: str, ref: str, _language: str) -> File | None:
        with store.read() as tx:
            row = tx.execute(
                select(_FILE.announcement_id, _FILE.name, _FILE.mime).where(
                    _FILE.id == ref, _FILE.state == KEPT
                )
            ).first()
            found = rows.find(tx, row.announcement_id) if row else None
            if row is None or found is None or not _may_have(tx, found, address):
                return None
        try:
            return File(row.name, row.mime, folder.place(found.id, ref).read_bytes())
        except OSError as error:
            log.error("announcement_file_lost", file=ref, errno=error.errno)
            return None

    return make


def _may_have(tx: Connection, found: Announcement, address: str) -> bool:
    received = found.status is Status.CANCELLED and _received(tx, found.id, address)
    return found.status.public or received or _acts(tx, address)


def _received(tx: Connection, announcement: str, address: str) -> bool:
    """Tell whether an announcement may have arrived at an address."""
    mine = OutboxRow.broadcast == announcement, OutboxRow.address == address, OutboxRow.status.in_(REACHED)
    return tx.execute(select(OutboxRow.id).where(*mine).limit(1)).first() is not None


def _acts(tx: Connection, address: str) -> bool:
    """Tell whether somebody at an address writes or approves announcements."""
    mine = select(GrantRow.id).join(ConversationRow, ConversationRow.person_id == GrantRow.person_id)
    acts = GrantRow.role.in_((Role.WRITER, Role.APPROVER, Role.COORDINATOR)) & GrantRow.revoked_at.is_(None)
    return tx.execute(mine.where(acts, ConversationRow.address == address).limit(1)).first() is not None


def _filed(draft: Announcement, file: str, *, picture: bool) -> Announcement:
    """Return a draft with a file in the place of any other."""
    slots = (file, "") if picture else ("", file)
    return replace(draft, content=replace(draft.content, picture=slots[0], document=slots[1]))


def _still(tx: Connection, job: Job) -> bool:
    mine = select(_FILE.id).where(*_of(job)).with_for_update()
    return tx.execute(mine).first() is not None


def _finish(tx: Connection, job: Job, ending: Mapping[str, object]) -> None:
    done = {"origin": "", "not_before": None, **ending}
    tx.execute(update(_FILE).where(*_of(job)).values(done))


def _of(job: Job) -> tuple[ColumnElement[bool], ...]:
    return _FILE.state == WAITING, (_FILE.id == job.id) & (_FILE.attempts == job.attempts)
