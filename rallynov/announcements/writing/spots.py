"""Where a person is while they write: the focus of a place, read and written. Pure.

``<announcement>`` alone is its next part to write, or the whole of it when nothing is missing; the rest is as in
``dialogue.focus``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from zlib import crc32

from rallynov.announcements.model import Announcement
from rallynov.dialogue.focus import Focus, read_focus
from rallynov.dialogue.turn import Place

NAME = "broadcast"


class View(StrEnum):
    """What is shown; those of no announcement come first."""

    HOME = "home"
    MODELS = "models"
    MODEL = "model"
    """The stage that a template is about."""
    AGAIN = "again"
    """Which announcement is written again."""
    WHOLE = "whole"
    NEXT = "next"
    """A part in its turn."""
    EDIT = "edit"
    """A part being changed, from the whole."""
    FILTER = "filter"
    """One of the things that an audience asks."""
    PREVIEW = "preview"
    SUBMIT = "submit"
    DISCARD = "discard"


class Part(StrEnum):
    """What is written of an announcement, in its order."""

    TOPIC = "topic"
    TITLE = "title"
    TEXT = "text"
    FILE = "file"
    ALT = "alt"
    """What the picture shows, in words."""
    STAGE = "stage"
    AUDIENCE = "audience"
    WHEN = "when"


PARTS = tuple(Part)
ASKING = frozenset((View.NEXT, View.EDIT))
_APART = frozenset((View.HOME, View.MODELS, View.AGAIN))


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the writing; ``target`` is a part, a filter, or the slug of a template."""

    view: View = View.HOME
    announcement: str = ""
    target: str = ""
    seen: int | None = None

    @property
    def place(self) -> Place:
        """Return the place that stands for this spot."""
        if self.view in _APART:
            return Place(NAME, None if self.view is View.HOME else self.view)
        if self.view is View.MODEL:
            return Place(NAME, f"model:{self.target}")
        view = "" if self.view is View.WHOLE else self.view
        return Place(NAME, str(Focus(self.announcement, view, self.target, self.seen)))

    def to(self, view: View, target: str = "", seen: int | None = None) -> Spot:
        """Return another spot of the same announcement."""
        return replace(self, view=view, target=target, seen=seen)


def spot_of(place: Place) -> Spot:
    """Read a place; what cannot be read is home."""
    focus = place.focus or ""
    if focus in _APART:
        return Spot(View(focus))
    if focus.startswith("model:"):
        return Spot(View.MODEL, target=focus.removeprefix("model:"))
    found = read_focus(focus)
    if found is None:
        return Spot()
    view = found.view or View.WHOLE
    return (
        Spot(View(view), found.thing, found.target, found.seen)
        if view in set(View)
        else Spot(View.WHOLE, found.thing)
    )


def mark(announcement: Announcement, part: str = "") -> int:
    """Return the mark of a part as it stands; of the whole that is read before it is submitted, without a part."""
    content = announcement.content
    shown = {Part.TITLE: content.title, Part.TEXT: content.text}.get(Part(part)) if part else None
    if shown is None:
        shown = repr(
            (announcement.topic, content, announcement.audience, announcement.wish, announcement.urgent)
        )
    return crc32(shown.encode())
