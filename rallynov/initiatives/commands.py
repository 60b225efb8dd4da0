"""What may be ordered of a dossier. Pure.

Each is checked again when it is applied: the right of who orders it, the status of the dossier, the calendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rallynov.dialogue.turn import Command
from rallynov.initiatives.model import Json, Right


@dataclass(frozen=True, slots=True)
class OnDossier(Command):
    """An order about one dossier, by its id."""

    dossier: str

    def subject(self) -> str:
        """Name the dossier."""
        return f"dossier:{self.dossier}"


@dataclass(frozen=True, slots=True)
class OnField(OnDossier):
    """An order about one field of a dossier."""

    field: str

    def subject(self) -> str:
        """Name the dossier and the field."""
        return f"dossier:{self.dossier}:{self.field}"


@dataclass(frozen=True, slots=True)
class OpenDossier(OnDossier):
    """Open a dossier, of which the person is the owner; ``version`` is that of the form.

    ``said`` is when the person acted (``Scene.said``): the calendar is judged by it.
    """

    version: str
    said: datetime


@dataclass(frozen=True, slots=True)
class KeepAnswer(OnField):
    """Keep the value of a field, and drop this person's draft of it.

    ``seen`` is the version that the person had before their eyes, 0 when there was none. When what is stored is
    newer and different, nothing is overwritten: this value becomes its rival, and both are shown. ``settles`` are the
    rivals that this value settles, by id.
    """

    value: Json
    seen: int
    source: str = ""
    settles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class KeepDraft(OnField):
    """Keep what this person typed in a field and that is no value yet; None drops it."""

    draft: Json


@dataclass(frozen=True, slots=True)
class SkipField(OnField):
    """Leave a field without a value; nothing, when it changed since it was seen. A draft of it is kept."""

    seen: int


@dataclass(frozen=True, slots=True)
class SubmitDossier(OnDossier):
    """Submit what the recap showed, and nothing else: ``fingerprint`` says what that was.

    ``said`` is when the person acted (``Scene.said``): the deadline is judged by it.
    """

    fingerprint: str
    said: datetime


@dataclass(frozen=True, slots=True)
class WithdrawDossier(OnDossier):
    """Withdraw a dossier."""


@dataclass(frozen=True, slots=True)
class ReopenDossier(OnDossier):
    """Take back a withdrawal: the dossier is a draft again. The calendar is judged by ``said``."""

    said: datetime


@dataclass(frozen=True, slots=True)
class AddRemark(OnField):
    """Say something of a field, or of the whole when ``field`` is empty, to all who share the dossier."""

    text: str


@dataclass(frozen=True, slots=True)
class JoinDossier(OnDossier):
    """Share the dossier of whoever invited, with the right that their code gives, under a name that the others see."""

    right: Right
    name: str

    def subject(self) -> str:
        """Name the dossier and the right."""
        return f"dossier:{self.dossier}:{self.right}"


@dataclass(frozen=True, slots=True)
class TransferDossier(OnDossier):
    """Make another who shares the dossier its owner; the owner then edits it."""

    to: str

    def subject(self) -> str:
        """Name the dossier and the person."""
        return f"dossier:{self.dossier}:{self.to}"


@dataclass(frozen=True, slots=True)
class RemoveSharer(OnDossier):
    """Take a person's right on a dossier away."""

    person: str

    def subject(self) -> str:
        """Name the dossier and the person."""
        return f"dossier:{self.dossier}:{self.person}"


@dataclass(frozen=True, slots=True)
class LeaveDossier(OnDossier):
    """Share a dossier no longer; its owner hands it over first."""


@dataclass(frozen=True, slots=True)
class AddAttachment(OnDossier):
    """Have a file fetched, examined and added; ``attachment`` is its new id, ``source`` where it is to be had.

    Its name, size and type are as its sender's channel tells them.
    """

    attachment: str
    source: str
    name: str
    size: int
    mime: str

    def subject(self) -> str:
        """Name the dossier and the file."""
        return f"dossier:{self.dossier}:{self.attachment}"


@dataclass(frozen=True, slots=True)
class RemoveAttachment(OnDossier):
    """Remove a file, whatever became of it."""

    attachment: str

    def subject(self) -> str:
        """Name the dossier and the file."""
        return f"dossier:{self.dossier}:{self.attachment}"


@dataclass(frozen=True, slots=True)
class KeepDossiers(Command):
    """Keep all that the person has not submitted, in any edition, as if it had just been changed."""

    def subject(self) -> str:
        """Name what is kept."""
        return "dossiers"
