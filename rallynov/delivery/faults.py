"""Whose fault an error of the database is: its own, and then no event is to blame, or the statement's that it was given."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError

_LIMIT, _CANCELED = "54", "57014"
"""PostgreSQL: a limit of the program, such as the size of an entry of an index; a statement that took too long."""


def passing(error: BaseException) -> bool:
    """Tell whether the same is to be tried again as it is: the database is away, full, locked or read-only."""
    if not isinstance(error, OperationalError):
        return False
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None) or ""
    if state.startswith(_LIMIT) or state == _CANCELED:
        return False
    told = str(error.orig)  # SQLite tells "too many SQL variables" and a missing table by one code
    return getattr(error.orig, "sqlite_errorname", "") != "SQLITE_ERROR" or told.startswith("no such")
