"""What lies in the folder and belongs to nobody: removed files, erased people, what a process that died was writing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, select

from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.attachments.model import REFUSED, WAITING
from rallynov.initiatives.tables import AttachmentRow, FolderRow
from rallynov.storage.prepared import INSERTS
from rallynov.storage.store import Store

CHUNK = 500
NAME = "pieces"


class StrangeFolderError(Exception):
    """The folder belongs to another database."""


def mark(tx: Connection, fresh: str) -> str:
    """Return the mark of this database's folder; a fresh one when it has none yet."""
    row = {"name": NAME, "mark": fresh}
    tx.execute(INSERTS[tx.dialect.name](FolderRow).on_conflict_do_nothing(index_elements=["name"]), [row])
    return tx.execute(select(FolderRow.mark).where(FolderRow.name == NAME)).scalar_one()


def sweep(store: Store, folder: Folder, now: datetime) -> int:
    """Remove every file that no row stands for; return how many. The folder is read first: a row comes before its file.

    ``StrangeFolderError`` when the folder is that of another database: its files are all somebody's.
    """
    if not folder.exists():
        return 0
    with store.read() as tx:
        mine = tx.execute(select(FolderRow.mark).where(FolderRow.name == NAME)).scalar()
    if mine is None or not folder.belongs(mine):
        raise StrangeFolderError
    stored = iter(list(folder.stored()))
    removed = 0
    while part := list(islice(stored, CHUNK)):
        known = _known(store, [attachment for _, attachment in part])
        for dossier, attachment in part:
            if (dossier, attachment) not in known:
                folder.remove(dossier, attachment)
                removed += 1
    left = folder.left_over(now.timestamp(), _wanted(store))
    for path in left:
        path.unlink(missing_ok=True)
    return removed + len(left)


def _known(store: Store, ids: Sequence[str]) -> set[tuple[str, str]]:
    counted = AttachmentRow.id.in_(ids) & (AttachmentRow.state != REFUSED)
    with store.read() as tx:
        rows = tx.execute(select(AttachmentRow.dossier_id, AttachmentRow.id).where(counted))
        return {(row.dossier_id, row.id) for row in rows}


def _wanted(store: Store) -> set[str]:
    with store.read() as tx:
        origins = tx.execute(select(AttachmentRow.origin).where(AttachmentRow.state == WAITING)).scalars()
        return {origin.partition(":")[2] for origin in origins}
