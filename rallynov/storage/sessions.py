"""What PostgreSQL holds our sessions to, so that nobody waits for ever for a process that froze or a machine that is gone.

Its own defaults are to wait for ever, and two hours to see that a machine is gone.
"""

from __future__ import annotations

import itertools
import os
import socket

from sqlalchemy import Connection, text

BOUNDS = {
    "idle_in_transaction_session_timeout": "15s",
    "lock_timeout": "10s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "15s",
}
FROZEN = 15.0
"""Seconds after which a transaction that does nothing is taken for frozen."""
UNHURRIED = "rallynov unhurried"
_STORES = itertools.count()
_CUT = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name LIKE 'rallynov %' AND application_name <> :unhurried "
    "AND state LIKE 'idle in transaction%' AND state_change < now() - make_interval(secs => :seconds)"
)


def settings() -> str:
    """Return what begins a session: its bounds, and a name of its own for each process."""
    host = "".join(letter for letter in socket.gethostname() if letter.isalnum())[:40]
    named = BOUNDS | {"application_name": f"rallynov {os.getpid()} {next(_STORES)} {host}"}
    return "; ".join(f"SET {name} = '{value}'" for name, value in named.items())


def unhurried(tx: Connection) -> None:
    """Let a transaction take its time: a migration, or one that reads a whole rally while files are written."""
    if tx.dialect.name == "postgresql":
        free = "SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = 0"
        tx.exec_driver_sql(f"{free}; SET LOCAL application_name = '{UNHURRIED}'")


def end_frozen(tx: Connection) -> int:
    """End the transactions of ours that have done nothing for long; return how many. PostgreSQL alone.

    The server ends them itself, but for those whose last act was several rows at once: what the driver sends after them
    stops the server's clock (``Flush`` after ``Sync``; seen with PostgreSQL 15 and psycopg 3).
    """
    return len(tx.execute(_CUT, {"unhurried": UNHURRIED, "seconds": FROZEN}).all())
