"""What people are told of what is held of them, and what an administrator reads of who saw what. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Shelf:
    """What one table holds of a person: how many rows, and between which dates; no date where none was kept."""

    table: str
    count: int
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """A topic that was asked for: with which wording, when, and until when."""

    topic: str
    wording: str
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Looked:
    """Something that the team did with what is theirs: in which role, what, when; never who."""

    role: str
    action: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MyData:
    """What is held of a person, room by room; the notice they read; what they asked for; who looked."""

    rooms: Sequence[tuple[str, Sequence[Shelf]]] = ()
    notice: str = ""
    noticed_at: datetime | None = None
    agreed: Sequence[Agreed] = ()
    looked: Sequence[Looked] = ()
    looks: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the access log: who, by the name that the list of roles has for them, and of what."""

    at: datetime
    who: str
    role: str
    action: str
    what: str


@dataclass(frozen=True, slots=True)
class AccessLog:
    """The last lines of the access log, newest first, and how many there are."""

    lines: Sequence[Line] = ()
    count: int = 0
