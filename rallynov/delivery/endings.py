"""Whether the process before this one ended well: kept as a role that is held while a process runs.

On PostgreSQL, which several processes share, each machine has its own; one that another living process of the machine
holds tells of no death.
"""

from __future__ import annotations

import os
import socket
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select

from rallynov.delivery.tables import LeaderRow
from rallynov.storage.prepared import INSERTS


def mark(tx: Connection, now: datetime, *, running: bool) -> None:
    """Remember that this process runs, or that it has ended well."""
    row = {"role": _role(tx), "epoch": int(running), "owner": str(os.getpid()), "since": now}
    added = INSERTS[tx.dialect.name](LeaderRow).values(row)
    told = {name: row[name] for name in ("epoch", "owner", "since")}
    tx.execute(added.on_conflict_do_update(index_elements=["role"], set_=told))


def died(tx: Connection) -> bool:
    """Tell whether the last process did not end well."""
    row = tx.execute(select(LeaderRow.epoch, LeaderRow.owner).where(LeaderRow.role == _role(tx))).first()
    if row is None or not row.epoch:
        return False
    alone = tx.dialect.name == "sqlite" or row.owner == str(os.getpid())
    return alone or not Path("/proc", row.owner).exists()


def _role(tx: Connection) -> str:
    return "running" if tx.dialect.name == "sqlite" else f"running {socket.gethostname()}"
