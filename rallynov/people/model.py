"""A person as the dialogue knows them: no name, no address; which notice they have read, and their rights.
Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

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
