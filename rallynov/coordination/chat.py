"""What the team's conversation knows of the dossiers, and what may be ordered there. Pure.

Each order is checked again as it is applied: who orders it, the dossier as it now is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from rallynov.coordination.model import News, Prepared, Row, Said, Staff
from rallynov.dialogue.turn import Command
from rallynov.initiatives.commands import OnDossier
from rallynov.initiatives.lifecycle import Act

FOUND = 8
"""Dossiers that one screen offers."""
AT_ONCE = 100
"""Verdicts that are told in one turn; more are told from the page."""


@dataclass(frozen=True, slots=True)
class Brief:
    """One dossier in few words; ``offers`` are what may be done with it."""

    row: Row
    version: int
    prepared: Prepared | None = None
    notes: tuple[Said, ...] = ()
    offers: frozenset[str] = frozenset()

    def changed(self, row: Row, prepared: Prepared | None, *gone: str) -> Brief:
        """Return it once something was done with it."""
        return replace(
            self, row=row, version=self.version + 1, prepared=prepared, offers=self.offers - set(gone)
        )


@dataclass(frozen=True, slots=True)
class Team:
    """What somebody of the team finds; ``who`` is None for whoever may not look.

    ``found`` is what the words that they typed find, of ``total``; ``waiting`` the verdicts that are prepared; ``labels``
    those that are in use, when a dossier is open.
    """

    who: Staff | None = None
    news: News | None = None
    words: str = ""
    found: tuple[Row, ...] = ()
    total: int = 0
    brief: Brief | None = None
    waiting: tuple[Row, ...] = ()
    labels: tuple[str, ...] = ()

    def of(self, dossier: str) -> Brief | None:
        """Return the dossier that is open, if it is this one."""
        return self.brief if self.brief and self.brief.row.id == dossier else None


@dataclass(frozen=True, slots=True)
class LookAround(Command):
    """Note that somebody of the team looks at what is new."""

    def subject(self) -> str:
        """Name the desk."""
        return "desk"


@dataclass(frozen=True, slots=True)
class OpenFile(OnDossier):
    """Note that somebody of the team reads a dossier."""


@dataclass(frozen=True, slots=True)
class AskCorrection(OnDossier):
    """Send a dossier back until a moment; ``seen`` is the version that was read."""

    reason: str
    until: datetime
    seen: int


@dataclass(frozen=True, slots=True)
class PrepareVerdict(OnDossier):
    """Prepare a verdict on a dossier; ``seen`` is the version that was read."""

    act: Act
    reason: str
    seen: int


@dataclass(frozen=True, slots=True)
class DropVerdict(OnDossier):
    """Drop the verdict that is prepared on a dossier."""


@dataclass(frozen=True, slots=True)
class TellVerdicts(Command):
    """Tell the verdicts that are prepared on some dossiers."""

    dossiers: tuple[str, ...]

    def subject(self) -> str:
        """Count the dossiers."""
        return f"dossiers:{len(self.dossiers)}"


@dataclass(frozen=True, slots=True)
class KeepNote(OnDossier):
    """Keep an internal note on a dossier."""

    text: str


@dataclass(frozen=True, slots=True)
class PutLabel(OnDossier):
    """Put an internal label on a dossier, or take it off."""

    label: str
    off: bool = False


@dataclass(frozen=True, slots=True)
class WriteHolders(OnDossier):
    """Write to all who write in a dossier."""

    text: str


ORDERS: tuple[type[Command], ...] = (
    LookAround, OpenFile, AskCorrection, PrepareVerdict, DropVerdict, TellVerdicts, KeepNote, PutLabel,
    WriteHolders,
)  # fmt: skip
