"""Whether the process before this one ended well: a row that is there while a process runs, and goes when it ends well.

On SQLite there is one, of who owns the file. On PostgreSQL, which several processes share, each has its own: it tells of
a death when no process of that number lives on this machine.
"""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, delete, select

from rallynov.delivery.tables import LeaderRow
from rallynov.storage.prepared import INSERTS

FORGOTTEN = timedelta(days=90)
"""After how long a row is nobody's: that of a container, whose name never comes back."""


def died(tx: Connection) -> bool:
    """Tell whether a process did not end well, and none has begun here since."""
    return bool(_dead(tx))


def begin(tx: Connection, now: datetime) -> None:
    """Remember that this process runs; what tells of earlier deaths goes."""
    old = LeaderRow.role.startswith("running ") & (LeaderRow.since < now - FORGOTTEN)
    tx.execute(delete(LeaderRow).where(LeaderRow.role.in_(_dead(tx)) | old))
    told = {"epoch": 1, "owner": str(os.getpid()), "since": now}
    added = INSERTS[tx.dialect.name](LeaderRow).values(role=_role(tx), **told)
    tx.execute(added.on_conflict_do_update(index_elements=["role"], set_=told))


def end(tx: Connection) -> None:
    """Remember that this process has ended well."""
    mine = LeaderRow.owner == str(os.getpid())
    tx.execute(delete(LeaderRow).where(LeaderRow.role == _role(tx), mine))


def _dead(tx: Connection) -> list[str]:
    """Return the rows of processes that did not end well."""
    if tx.dialect.name == "sqlite":
        here = LeaderRow.role == "running"
    else:
        here = LeaderRow.role.startswith(f"running {socket.gethostname()} ", autoescape=True)
    rows = tx.execute(select(LeaderRow.role, LeaderRow.owner).where(here, LeaderRow.epoch > 0))
    return [role for role, owner in rows if tx.dialect.name == "sqlite" or _gone(owner)]


def _gone(owner: str) -> bool:
    return owner == str(os.getpid()) or not Path("/proc", owner).exists()


def _role(tx: Connection) -> str:
    return "running" if tx.dialect.name == "sqlite" else f"running {socket.gethostname()} {os.getpid()}"
