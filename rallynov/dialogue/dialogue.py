"""What a subject brings to the conversation: its places, its commands, what is decided there. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from rallynov.dialogue.events import Commanded, OfferedFile
from rallynov.dialogue.screens import Screen
from rallynov.dialogue.turn import Move, Place, Scene


class Dialogue(Protocol):
    """What a subject brings to the conversation. Pure."""

    @property
    def name(self) -> str:
        """Name of its places."""

    @property
    def commands(self) -> Sequence[str]:
        """Names of the commands it answers to, from anywhere."""

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return what the person is shown at a place: the pending question."""

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Decide on a choice or action that the screen of this place offers."""

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Decide on a text that is none of the choices; None when it cannot be used."""

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Decide on one of its commands, given anywhere."""


@runtime_checkable
class TakesFiles(Protocol):
    """A dialogue in which a file may be an answer."""

    def attach(self, place: Place, file: OfferedFile, scene: Scene) -> Move | None:
        """Decide on a file; None where none is asked for."""
