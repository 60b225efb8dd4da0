"""A person as the dialogue knows them: no name, no address; which notice they have read, and their rights.
Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from rallynov.dialogue.turn import Command


@dataclass(frozen=True, slots=True)
class Person:
    """The person of a conversation; ``noticed`` is the version of the privacy notice that they accepted."""

    id: str
    noticed: str = ""

    def noticing(self, version: str) -> Person:
        """Return this person having accepted a version of the notice."""
        return replace(self, noticed=version)


@dataclass(frozen=True, slots=True)
class AcceptNotice(Command):
    """Record that the notice was read, with its version."""

    version: str

    def subject(self) -> str:
        """Name the notice."""
        return f"notice:{self.version}"


@dataclass(frozen=True, slots=True)
class EraseMe(Command):
    """Erase everything that the person gave."""

    def subject(self) -> str:
        """Name nothing: the row that it concerned is gone."""
        return "person"


@dataclass(frozen=True, slots=True)
class Limited:
    """Since when the use of what is the person's is limited, at their own wish; None when it is not."""

    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Limit(Command):
    """Limit the use of what is the person's, or lift that; ``source`` is the channel on which they asked."""

    on: bool
    source: str

    def subject(self) -> str:
        """Say which of both."""
        return "restriction:on" if self.on else "restriction:off"


class Purpose(StrEnum):
    """What a one-time code is good for; each is received by the dialogue that knows what to do with it."""

    MOVE = "move"
    COLLEAGUE = "colleague"
    COOWNER = "coowner"
    """Sharing a dossier; what it opens is "dossier:right"."""
    LATE = "late"
    """Submitting after the closing; made by whoever runs the rally, not by a person."""
    ROLE = "role"
    """Acting as something else than a contact; what it opens is "invitation:expiry:role:organisation"."""

    @property
    def lasts(self) -> timedelta:
        """How long a code may wait to be used; a late one, until the date that comes with it."""
        return _LASTS[self.value]

    @property
    def length(self) -> int:
        """Characters of a code: one that is typed from one screen to another, at once, is shorter (60 bits)."""
        return 12 if self is Purpose.MOVE else 26


_LASTS = {
    "move": timedelta(minutes=30),
    "colleague": timedelta(days=14),
    "coowner": timedelta(days=7),
    "role": timedelta(hours=72),
}


class Standing(StrEnum):
    """What became of a code."""

    VALID = "valid"
    UNKNOWN = "unknown"
    USED = "used"
    HELD = "held"
    """Somebody else looks at what it opens, and may still decline."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class TypedCode:
    """The code that a person has just given, if they have: whose it is, and what it opens."""

    code: str = ""
    standing: Standing = Standing.UNKNOWN
    purpose: str = ""
    owner: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class MakeCode(Command):
    """Make a one-time code; only its digest is kept. ``ref`` is what it opens."""

    purpose: Purpose
    code: str = field(repr=False)
    ref: str
    until: datetime

    def subject(self) -> str:
        """Name the purpose, never the code."""
        return f"code:{self.purpose}"


@dataclass(frozen=True, slots=True)
class UseCode(Command):
    """Spend a one-time code."""

    purpose: str
    code: str = field(repr=False)

    def subject(self) -> str:
        """Name the purpose, never the code."""
        return f"code:{self.purpose}"


@dataclass(frozen=True, slots=True)
class LeaveBehind(Command):
    """Erase what a person gave, because their only address now belongs to another."""

    def subject(self) -> str:
        """Name nothing: the row that it concerned is gone."""
        return "person"


def code_of(secret: str, purpose: Purpose) -> str:
    """Cut a code of the right length out of a fresh secret."""
    return secret[: purpose.length]


def read_code(typed: str) -> str:
    """Return a code as it is stored: without spaces, dashes and capitals, and with the letters that figures are
    taken for; empty when no code can be read.
    """
    code = "".join(typed.split()).replace("-", "").casefold().translate(_MISREAD)
    return code if len(code) in _LENGTHS and not code.strip(_LETTERS) else ""


_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_MISREAD = str.maketrans("018", "olb")
_LENGTHS = {purpose.length for purpose in Purpose}
