"""Asking for an export in conversation: a view, a format, and it is made. Pure; rights are asked again at every step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Screen
from rallynov.dialogue.turn import Command, Move, Place, Scene
from rallynov.exports import screens
from rallynov.exports.model import Who
from rallynov.people.roles import Grants

NAME = "exports"
HERE = Place(NAME)


@dataclass(frozen=True, slots=True)
class AskExport(Command):
    """Have an export made, and sent to this conversation."""

    view: str
    kind: str
    language: str

    def subject(self) -> str:
        """Name the view and the format."""
        return f"export:{self.view}:{self.kind}"


class Viewed(Protocol):
    """What this dialogue knows of a view."""

    def allowed(self, who: Who) -> bool:
        """Tell whether somebody may have it."""


class ExportDialogue:
    """Exports, for who may have them."""

    name = NAME
    commands: Sequence[str] = ("export", "exporter")

    def __init__(self, views: Mapping[str, Viewed]) -> None:
        self._views = views

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return the views that the person may have, or the formats of one."""
        mine = self._mine(scene)
        if not mine:
            return screens.refused()
        return screens.formats(place.focus) if place.focus in mine else screens.which(mine)

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Choose a view, then a format."""
        mine, view = self._mine(scene), place.focus
        what, _, name = key.partition("-")
        if what == "k" and view in mine and name in screens.KINDS:
            return Move(HERE, (AskExport(view, name, scene.language),), (screens.asked(),))
        return Move(to=Place(NAME, name) if what == "v" and name in mine else HERE)

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Use no text here."""
        return None

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Ask which view."""
        return Move(to=HERE)

    def _mine(self, scene: Scene) -> list[str]:
        """Return the views that the person may have."""
        who = Who("", scene.of(Grants))
        return [name for name, view in self._views.items() if view.allowed(who)]
