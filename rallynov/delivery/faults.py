"""Whose fault an error of the database is: its own, and then no event is to blame, or the statement's that it was given."""

from __future__ import annotations

import time

from sqlalchemy.exc import DBAPIError, OperationalError

_LIMIT, _CANCELED = "54", "57014"
"""PostgreSQL: a limit of the program, such as the size of an entry of an index; a statement that took too long."""
WORKED = 5.0
"""Seconds of a processor that no turn takes."""


def said(error: BaseException) -> str:
    """Return what the database says of its own trouble: SQLite's few words, PostgreSQL's code; never a value of a row."""
    cause = getattr(error, "orig", None)
    if code := getattr(cause, "sqlstate", None):
        return str(code)
    name = getattr(cause, "sqlite_errorname", "SQLITE_ERROR")  # which may tell what was asked
    return "" if name == "SQLITE_ERROR" else str(cause)


def passing(error: BaseException, since: float | None = None) -> bool:
    """Tell whether the same is to be tried again as it is: the database is away, full, locked or read-only.

    PostgreSQL cuts a session that does nothing in its transaction: nobody is at fault when this process was stopped,
    which takes no time of a processor, and what was done is when it took long. It began at ``since``, of
    ``time.thread_time()``; left out, it took no time.
    """
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return since is None or time.thread_time() - since < WORKED
    if not isinstance(error, OperationalError):
        return False
    state = getattr(error.orig, "sqlstate", None) or ""
    if state.startswith(_LIMIT) or state == _CANCELED:
        return False
    told = str(error.orig)  # SQLite tells "too many SQL variables" and a missing table by one code
    return getattr(error.orig, "sqlite_errorname", "") != "SQLITE_ERROR" or told.startswith("no such")
