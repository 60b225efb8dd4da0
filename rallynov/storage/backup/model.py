"""A backup, as its manifest tells it: the database, every file with its digest, the rows of every table.

Refuses what no backup of ours holds: another name than these, a link, a file told twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

FORMAT = 1
"""The form of the archives that this release writes; it reads all up to this one."""
MANIFEST = "manifest.json"
FOLDERS = ("pieces", "annonces")
"""The folders of files, in the data folder: those of dossiers, and those of announcements."""
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
_ID = r"[A-Za-z0-9_-]{1,64}"
PIECE = re.compile(rf"(?:{'|'.join(FOLDERS)})/(?:\.base|\.arrivals/{_ID}|{_ID}/{_ID})", re.ASCII)
"""Every name that a file beside the database may have: nothing of it can lead out of its folder."""


class Why(StrEnum):
    """What is wrong with a backup, or keeps one from being made or put back."""

    MISSING = "missing"
    NEVER = "never"
    FOREIGN = "foreign"
    CUT = "cut"
    ALTERED = "altered"
    NEWER = "newer"
    NEWER_SCHEMA = "newer schema"
    MANIFEST = "manifest"
    STRANGE = "strange"
    LACKING = "lacking"
    DAMAGED = "damaged"
    COUNTS = "counts"
    OTHER_KIND = "other kind"
    NO_ROOM = "no room"
    NO_PROGRAM = "no program"
    PROGRAM = "program"
    HALFWAY = "halfway"
    RUNNING = "running"
    OCCUPIED = "occupied"
    NO_DATABASE = "no database"
    UNREADABLE = "unreadable"


class Fault(NamedTuple):
    """One thing that is wrong, and of what."""

    why: Why
    what: str = ""


class BackupError(Exception):
    """A backup cannot be made, read or put back; nothing was changed, unless it stopped ``HALFWAY``."""

    def __init__(self, why: Why, what: str = "") -> None:
        super().__init__(why, what)
        self.fault = Fault(why, what)


class File(BaseModel):
    """One file of the archive."""

    model_config = ConfigDict(frozen=True)

    name: str
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Manifest(BaseModel):
    """What an archive holds. ``absent`` names the files that were not on the disk when it was made."""

    model_config = ConfigDict(frozen=True)

    format: int
    program: str
    made_at: datetime
    database: str
    server: str
    revision: str
    tables: Mapping[str, int]
    files: Sequence[File]
    absent: Sequence[str] = ()

    @property
    def pieces(self) -> list[File]:
        """The files beside the database."""
        return [one for one in self.files if one.name != DATABASES.get(self.database)]

    @property
    def bytes(self) -> int:
        """The bytes of all that is to be unpacked."""
        return sum(one.bytes for one in self.files)
