"""The usual news, ready to be filled in: ``locales/*/announcements/*.md``, which anybody of the team may edit.

A file has a front matter (what it is called, its topic, its title) and the text below. ``{…}`` is filled from the calendar;
``[à compléter : …]`` is left for whoever writes. Refuses, with ``ContentError``, a hole that nothing fills.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from rallynov.announcements.model import Content
from rallynov.dialogue.words import Day, Typed, Words, say
from rallynov.editions.model import Calendar
from rallynov.editions.stages import screens as stages
from rallynov.editions.stages.model import Stage
from rallynov.people.consents.model import Topic
from rallynov.text import TYPOGRAPHIES
from rallynov.wording import LANGUAGES, LOCALES, ContentError, read_front

FOLDER = "announcements"
_HOLE = re.compile(r"\{([^{}]*)\}")
_OF_STAGE: Mapping[str, frozenset[str]] = {
    "place": frozenset(("lieu", "place")),
    "day": frozenset(("jour", "day")),
    "when": frozenset(("horaires", "when")),
    "department": frozenset(("département", "department")),
    "host": frozenset(("hôte", "host")),
}
"""What a stage fills, by the names of the holes in French and in English."""
_OF_CALENDAR = frozenset(("date limite", "closing"))
_KNOWN = _OF_CALENDAR.union(*_OF_STAGE.values())


class _Front(BaseModel):
    """What stands between the two ``---`` of a file."""

    model_config = ConfigDict(extra="forbid")

    slug: str = Field(pattern=r"^[a-z]{3,24}$")
    order: int = Field(ge=1)
    name: str = Field(min_length=1, max_length=60)
    topic: Topic
    title: str = Field(min_length=1, max_length=120)


@dataclass(frozen=True, slots=True)
class Template:
    """One of the usual news; ``staged`` tells that a stage fills some of its holes."""

    slug: str
    order: int
    name: str
    topic: Topic
    title: str
    text: str

    @property
    def staged(self) -> bool:
        """Tell whether it is about a stage."""
        holes = {*_HOLE.findall(self.title), *_HOLE.findall(self.text)}
        return any(not names.isdisjoint(holes) for names in _OF_STAGE.values())


Templates = Mapping[str, Sequence[Template]]


def load_templates(folder: Path = LOCALES, languages: Sequence[str] = LANGUAGES) -> Templates:
    """Read the templates of all languages, in their order; a language that has none uses those of the first."""
    own = _read(folder / languages[0] / FOLDER, languages[0])
    return {language: _read(folder / language / FOLDER, language) or own for language in languages}


def filled(
    template: Template, stage: Stage | None, calendar: Calendar, speak: Callable[[Words], str]
) -> Content:
    """Fill a template; what is not known is left to be filled in by hand."""
    found = {**_of_stage(stage), **_of_calendar(calendar)}

    def fill(hole: re.Match[str]) -> str:
        words = found.get(hole[1])
        return speak(words or say("[to fill in: {hole}]", hole=Typed(hole[1])))

    number = stage.number if stage and template.staged else 0
    return Content(_HOLE.sub(fill, template.title), _HOLE.sub(fill, template.text), stage=number)


def _of_stage(stage: Stage | None) -> dict[str, Words]:
    if stage is None:
        return {}
    values: dict[str, Words] = {
        "place": Typed(stage.place),
        "day": stages.day(stage.starts),
        "when": stages.when(stage),
        "department": Typed(stage.department),
    }
    if stage.host:
        values["host"] = Typed(stage.host)
    return {name: values[what] for what, names in _OF_STAGE.items() if what in values for name in names}


def _of_calendar(calendar: Calendar) -> dict[str, Words]:
    if calendar.closes_at is None:
        return {}
    closing = say("{day}", day=Day(calendar.closes_at))
    return dict.fromkeys(_OF_CALENDAR, closing)


def _read(folder: Path, language: str) -> tuple[Template, ...]:
    tidy = TYPOGRAPHIES[language]
    found = []
    for path in sorted(folder.glob("*.md")):
        front, body = read_front(path, _Front)
        unknown = {*_HOLE.findall(front.title), *_HOLE.findall(body)} - _KNOWN
        if unknown:
            known = ", ".join(sorted(_KNOWN))
            raise ContentError(f"{path}: nothing fills {{{min(unknown)}}}; what may be filled: {known}")
        text = _unwrapped(body)
        if not text:
            raise ContentError(f"{path}: the text is missing")
        found.append(
            Template(front.slug, front.order, tidy(front.name), front.topic, tidy(front.title), tidy(text))
        )
    return tuple(sorted(found, key=lambda one: (one.order, one.slug)))


def _unwrapped(body: str) -> str:
    """Put the lines of a paragraph together: a file is wrapped for whoever edits it, a message is not."""
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", body.strip()):
        lines: list[str] = []
        for line in paragraph.split("\n"):
            begins = line.startswith(("- ", "> ")) or not lines
            lines = [*lines, line.strip()] if begins else [*lines[:-1], f"{lines[-1]} {line.strip()}"]
        paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs).strip()
