"""What each column holds of a person, said where the column is declared: a test refuses a column that says nothing.

A tag lies in the ``info`` of a column: it is no comment of the database, so that no migration has to follow its words.
From these tags come the register, what people are shown of their data, and the proofs of an erasure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column

STRUCTURE = frozenset(
    {"id", "seq", "run", "edition", "version", "form", "number", "rank", "attempts", "doubts", "not_before"}
)
"""Names that say nothing of anybody in any table, unless their column says otherwise. The only such list."""
NOTHING = {"personal": ""}
"""The tag of a column that holds nothing of a person."""


EMPTIED = {"emptied": True}
"""Added to the tag of a text that is emptied when its person is erased: what stays of the row only counts it."""


def personal(what: str, *whose: str) -> dict[str, Any]:
    """Tag what is held of a person; ``whose`` names the columns of the row that say of whom.

    Without it, it is of whoever the first column made by ``person``, ``address`` or ``through`` names.
    """
    return {"personal": what, "whose": whose}


def person(what: str, *whose: str) -> dict[str, Any]:
    """Tag a column that holds the id of a person: the row, or what is ``whose`` of this column, is theirs."""
    return {"personal": what, "whose": whose, "by": "person"}


def address(what: str, *whose: str) -> dict[str, Any]:
    """Tag a column that holds the address of a conversation (``telegram:12345``): it is of whoever it reaches."""
    return {"personal": what, "whose": whose, "by": "address"}


def through(what: str, column: str, *whose: str) -> dict[str, Any]:
    """Tag a column whose row belongs to whoever the row with the same value in ``column`` ("table.column") does."""
    return {"personal": what, "whose": whose, "by": "through", "through": column}


def kept_by(column: str) -> dict[str, Any]:
    """Tag the key of a table whose rows go once no row of another names them in ``column`` ("table.column")."""
    return {"kept_by": column}


def is_tagged(column: Column[Any]) -> bool:
    """Tell whether it is known what a column holds."""
    return "personal" in column.info or column.name in STRUCTURE


def tag(column: Column[Any]) -> str:
    """Return what a column holds of a person; empty when nothing."""
    return str(column.info.get("personal", ""))


def keys(columns: Sequence[Column[Any]]) -> list[Column[Any]]:
    """Return the columns that say whose a row is, the first of them whose it is above all."""
    return [column for column in columns if "by" in column.info]


def is_of(column: Column[Any], key: Column[Any], first: Column[Any]) -> bool:
    """Tell whether a column is of whoever a key names."""
    if not tag(column):
        return False
    return key.name in column.info.get("whose", ()) or column is key or (key is first and not _others(column))


def _others(column: Column[Any]) -> bool:
    return bool(column.info.get("whose")) or "by" in column.info
