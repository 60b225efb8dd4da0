"""One row in every table, all of one person: walked from the metadata, so that a table to come is in it by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Integer, Table, insert, inspect, text

import rallynov
from rallynov.storage.base import Base, UtcDateTime

ROOMS = Path(rallynov.__file__).parent
for found in sorted(ROOMS.rglob("tables.py")):  # also those that nothing is wired to yet
    if "storage.base import Base" in found.read_text("utf-8"):
        import_module(".".join(("rallynov", *found.relative_to(ROOMS).with_suffix("").parts)))

PERSON, ADDRESS = "canari-personne-0a1b2c", "web:canari-adresse-3d4e5f"
BEGIN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
READ = {
    "dossier_share.right": "own",
    "dossier.status": "draft",
    "dossier_move.status": "draft",
    "dossier_move.content": '{"answers": {"title": "canari-depose-6a7b"}}',
    "conversation.state": '{"v": 1, "d": "reception", "n": 1, "h": ["m", "canari-retenu-8c9d"]}',
    "role_grant.role": "juror",
    "invitation.role": "juror",
    "inbox.status": "done",
    "outbox.status": "sent",
    "stage.status": "planned",
    "access.action": "read",
    "attachment.state": "kept",
    "faq_learned.title": "",
}
"""What is read by code as one of a few values; whatever else is a text is a word found nowhere else."""


def tables() -> list[Table]:
    return [t for t in Base.metadata.sorted_tables if t.name not in {"tombstone", "tombstone_key", "leaving"}]


def value(column: Column[Any]) -> Any:
    """The value that a column has in the row of everything."""
    for key in column.foreign_keys:
        return value(key.column)
    match column.info.get("by"):
        case "person":
            return PERSON
        case "address":
            return ADDRESS
        case "through":
            table, _, name = column.info["through"].partition(".")
            other = Base.metadata.tables[table].c[name]
            if not any(key.column is column for key in other.foreign_keys):
                return value(other)
    return _plain(column)


def _plain(column: Column[Any]) -> Any:
    name = f"{column.table.name}.{column.name}"
    if name in READ:
        return READ[name]
    rank = [f"{t.name}.{c.name}" for t in Base.metadata.sorted_tables for c in t.columns].index(name)
    if isinstance(column.type, UtcDateTime):
        return None if column.name in {"revoked_at", "lifted_at"} else BEGIN + timedelta(minutes=rank)
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, Integer) or column.type.python_type is int:
        return 100_000 + rank
    return f"canari-{rank}-{column.name}"


def fill(tx: Connection) -> None:
    """Write the row of everything in each table."""
    for table in tables():
        tx.execute(insert(table), [{column.name: value(column) for column in table.columns}])


def texts(tx: Connection) -> dict[str, str]:
    """Every text that the database holds, by "table.column"; several rows are one text."""
    found: dict[str, str] = {}
    for table in inspect(tx).get_table_names():
        for row in tx.execute(text(f'SELECT * FROM "{table}"')).mappings():  # noqa: S608 - our own tables
            for name, one in row.items():
                found[f"{table}.{name}"] = found.get(f"{table}.{name}", "") + f" {one}"
    return found
