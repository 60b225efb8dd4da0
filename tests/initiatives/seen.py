"""All that is kept of the one dossier of a run, read from its database by plain SQL: it is looked at after every step."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson


class File(NamedTuple):
    """A file of the dossier, as its row tells."""

    name: str
    state: str
    size: int
    reason: str


@dataclass(frozen=True)
class Seen:
    """The dossier at one moment."""

    status: str
    receipt: str | None
    answers: Mapping[str, tuple[int, Any, str]]
    """By field: version, value, author."""
    rivals: Mapping[int, tuple[str, Any]]
    drafts: Mapping[tuple[str, str], Any]
    """By person and field."""
    files: Mapping[str, File]
    writes: int
    submitted: tuple[tuple[str, str], ...]
    """Fingerprint and content of each submission, in order."""

    def standing(self, state: str) -> dict[str, File]:
        """The files in a state."""
        return {one: file for one, file in self.files.items() if file.state == state}


def look(eye: sqlite3.Connection) -> Seen:
    """Read the dossier."""
    every = eye.execute
    status, receipt = every("SELECT status, receipt FROM dossier").fetchone()
    answers = every("SELECT field, version, value, author FROM dossier_answer")
    rivals = every("SELECT id, field, value FROM dossier_rival")
    drafts = every("SELECT person_id, field, value FROM dossier_draft")
    files = every("SELECT id, name, state, size, reason FROM attachment ORDER BY created_at, id")
    moves = every("SELECT fingerprint, content FROM dossier_move WHERE act = 'submit' ORDER BY id")
    return Seen(
        status,
        receipt,
        {field: (version, orjson.loads(value), author) for field, version, value, author in answers},
        {one: (field, orjson.loads(value)) for one, field, value in rivals},
        {(person, field): orjson.loads(value) for person, field, value in drafts},
        {one: File(*told) for one, *told in files},
        every("SELECT count(*) FROM dossier_write").fetchone()[0],
        tuple(moves.fetchall()),
    )
