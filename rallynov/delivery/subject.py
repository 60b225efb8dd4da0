"""What the turns ask of the subjects above them, and of the process around them. Knows no subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from sqlalchemy import Connection

from rallynov.dialogue.events import Event
from rallynov.dialogue.turn import Command


class OvertakenError(Exception):
    """What was decided on has changed meanwhile: the turn is taken back, and decided again on what now is."""


@dataclass(frozen=True, slots=True)
class Order:
    """A command with who gave it and when."""

    person: str
    address: str
    command: Command
    at: datetime
    seq: int


class Subject(Protocol):
    """What a subject offers to the turns: its fact of each person, and the commands it applies."""

    @property
    def orders(self) -> Sequence[type[Command]]:
        """Commands that this subject applies."""

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, object]:
        """Read the fact of each person, one query per table; people without one may be left out.

        With each person comes what has just happened to them: a fact may be about it (a code that was typed).
        """

    def blank(self, person: str) -> object:
        """Return the fact of a person of whom nothing is known."""

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Write the effects of a batch, one statement per table."""


@runtime_checkable
class Shared(Protocol):
    """A subject whose fact says something to everybody (dates, stages): it is read for a stranger too, of whom others
    know nothing.
    """

    shared: bool


@dataclass(frozen=True, slots=True)
class Tools:
    """What comes from outside: the clock, new ids, and how to read each channel's payload."""

    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    new_secret: Callable[[], str]
    readers: Mapping[str, Callable[[str], Event]]
    languages: Mapping[str, Callable[[str], str]]
    """How to read, from a channel's payload, the language of someone new."""
    pull: frozenset[str]
