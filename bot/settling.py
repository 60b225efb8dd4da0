"""What a base that was put back needs before anybody works on it; owed in a file until it is done, were we killed.

Between the restoration and its settling a server's base is there for all: the next ``run`` finds the file, and settles.
The files beside the base may lack all the same: a mark says so until a restoration goes to its end.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import orjson
from sqlalchemy import Connection, update

from bot.carrying import Since, carry, typed
from rallynov.announcements.model import Status
from rallynov.announcements.tables import AnnouncementRow
from rallynov.delivery.bulk import ON_ITS_WAY
from rallynov.delivery.decisions import Klass
from rallynov.delivery.outbox import RANKS
from rallynov.delivery.tables import OutboxRow, OutboxStatus
from rallynov.storage.store import Store

FILE = "restauration.json"
UNFINISHED = "restauration-inachevee"
HELD_BACK = "held back"


def owe(folder: Path, known: Since | None) -> None:
    """Write down that a base is about to be put back, and what the one it replaces says."""
    draft = folder / f"{FILE}.new"
    with open(draft, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as opened:
        opened.write(orjson.dumps(known))
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(folder / FILE)


def owed(folder: Path) -> tuple[bool, Since | None]:
    """Tell whether a restoration was killed before it was settled, and what was said in the base it replaced."""
    try:
        raw = orjson.loads((folder / FILE).read_bytes())
        return True, typed(raw) if raw else None
    except FileNotFoundError:
        return False, None
    except (
        ValueError,
        TypeError,
        AttributeError,
    ):  # cut by a full disk, or touched by somebody: it is owed all the same
        return True, None


def unfinished(folder: Path) -> bool:
    """Tell whether a restoration never went to its end: its files may not be there, be its base settled or not."""
    return any((folder / name).exists() for name in (FILE, UNFINISHED))


def paid(folder: Path) -> None:
    """Forget it: the base is settled, or stayed as it was."""
    (folder / FILE).unlink(missing_ok=True)


def finished(folder: Path) -> None:
    """Forget it, and whatever was left undone before: the base and its files are in place."""
    paid(folder)
    (folder / UNFINISHED).unlink(missing_ok=True)


def settle(store: Store, known: Since | None, now: datetime) -> Mapping[str, int]:
    """Hold announcements back and carry over what was said since, at once; return how many of each."""
    with store.write() as tx:
        return Counter(carry(tx, known) if known else {}) + Counter({HELD_BACK: hold_back(tx, now)})


def settle_owed(store: Store, folder: Path, now: datetime) -> Mapping[str, int]:
    """Settle what a restoration that was killed left, once; nothing to do is one look at the disk."""
    due, known = owed(folder)
    if not due:
        return {}
    done = settle(store, known, now)
    (folder / UNFINISHED).touch(mode=0o600)
    paid(folder)
    return done


def hold_back(tx: Connection, now: datetime) -> int:
    """Have no announcement leave twice by itself; return how many wait for the team to say what becomes of them.

    What was on its way may have arrived since the backup, and what was due may have left: only a person knows.
    """
    lost = {"status": OutboxStatus.UNKNOWN, "error": "restored from a backup", "finished_at": now}
    mine = OutboxRow.rank == RANKS[Klass.BULK], OutboxRow.status.in_(ON_ITS_WAY)
    tx.execute(update(OutboxRow).where(*mine).values(lost))
    changed = {"version": AnnouncementRow.version + 1, "changed_at": now}
    due = (AnnouncementRow.status == Status.APPROVED) & (AnnouncementRow.due_at <= now)
    late = update(AnnouncementRow).where(due).values(status=Status.LATE, **changed)
    leaving = AnnouncementRow.status == Status.SENDING
    paused = update(AnnouncementRow).where(leaving).values(status=Status.PAUSED, **changed)
    return tx.execute(late).rowcount + tx.execute(paused).rowcount
