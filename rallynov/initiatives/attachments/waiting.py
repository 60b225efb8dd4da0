"""The files that wait, as rows: each taken with a lease by one process, and brought to an end by its last taker alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, TextClause, or_, select, update

from rallynov.initiatives.attachments.model import WAITING
from rallynov.initiatives.tables import FETCHED, AttachmentRow

LEASE = timedelta(seconds=180)
"""How long a file stays with the process that took it: more than it may work on it."""


@dataclass(frozen=True, slots=True)
class Job:
    """A file that was taken; ``attempts`` tells this taking from any other."""

    id: str
    dossier: str
    address: str
    origin: str
    name: str
    attempts: int
    created_at: datetime

    @property
    def source(self) -> tuple[str, str]:
        """Who holds its content, and under which reference."""
        scheme, _, ref = self.origin.partition(":")
        return scheme, ref


def due(tx: Connection, now: datetime, schemes: Sequence[str]) -> bool:
    """Tell whether a file may be taken."""
    return tx.execute(select(AttachmentRow.id).where(*_due(now, schemes)).limit(1)).first() is not None


def claim(tx: Connection, now: datetime, schemes: Sequence[str]) -> Job | None:
    """Take the file that has waited longest of those that these sources hold; beside other processes."""
    columns = (
        AttachmentRow.id,
        AttachmentRow.dossier_id,
        AttachmentRow.address,
        AttachmentRow.origin,
        AttachmentRow.name,
        AttachmentRow.attempts,
        AttachmentRow.created_at,
    )
    oldest = select(*columns).where(*_due(now, schemes)).order_by(AttachmentRow.created_at, AttachmentRow.id)
    row = tx.execute(oldest.limit(1).with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    taken = {"attempts": row.attempts + 1, "not_before": now + LEASE}
    tx.execute(update(AttachmentRow).where(AttachmentRow.id == row.id).values(taken))
    return Job(row.id, row.dossier_id, row.address, row.origin, row.name, row.attempts + 1, row.created_at)


def postpone(tx: Connection, job: Job, until: datetime) -> None:
    """Give a file back, to be taken again from a moment on."""
    tx.execute(update(AttachmentRow).where(*_mine(job)).values(not_before=until))


def finish(tx: Connection, job: Job, now: datetime, ending: dict[str, Any]) -> bool:
    """Write what became of a file; False when another process has it now, or it was removed."""
    done = {"origin": "", "not_before": None, "finished_at": now, **ending}
    return tx.execute(update(AttachmentRow).where(*_mine(job)).values(done)).rowcount == 1


def still(tx: Connection, job: Job) -> bool:
    """Tell whether a file is still ours to finish, and keep it so until the end of the transaction."""
    mine = select(AttachmentRow.id).where(*_mine(job)).with_for_update()
    return tx.execute(mine).first() is not None


def take_up(tx: Connection) -> None:
    """Let every file be taken at once: whoever had taken some is no more."""
    tx.execute(
        update(AttachmentRow).where(FETCHED, AttachmentRow.not_before.is_not(None)).values(not_before=None)
    )


def _due(now: datetime, schemes: Sequence[str]) -> tuple[ColumnElement[bool] | TextClause, ...]:
    ready = or_(AttachmentRow.not_before.is_(None), AttachmentRow.not_before <= now)
    known = or_(*(AttachmentRow.origin.startswith(f"{scheme}:") for scheme in schemes))
    return FETCHED, ready, known


def _mine(job: Job) -> tuple[ColumnElement[bool], ...]:
    same = (AttachmentRow.id == job.id) & (AttachmentRow.attempts == job.attempts)
    return AttachmentRow.state == WAITING, same
