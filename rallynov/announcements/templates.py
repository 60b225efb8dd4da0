"""The usual news, ready to be filled in: ``{…}`` from the calendar, ``[à compléter : …]`` by whoever writes. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rallynov.announcements.model import Content
from rallynov.dialogue.words import Day, Typed, Words, say
from rallynov.editions.model import Calendar
from rallynov.editions.stages import screens as stages
from rallynov.editions.stages.model import Stage
from rallynov.people.consents.model import Topic

HOLE = re.compile(r"\{([^{}]*)\}")
_OF_STAGE: Mapping[str, frozenset[str]] = {
    "place": frozenset(("lieu", "place")),
    "day": frozenset(("jour", "day")),
    "when": frozenset(("horaires", "when")),
    "department": frozenset(("département", "department")),
    "host": frozenset(("hôte", "host")),
}
"""What a stage fills, by the names of the holes in French and in English."""
_OF_CALENDAR = frozenset(("date limite", "closing"))
KNOWN = _OF_CALENDAR.union(*_OF_STAGE.values())
"""All that may be filled."""


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
        holes = {*HOLE.findall(self.title), *HOLE.findall(self.text)}
        return any(not names.isdisjoint(holes) for names in _OF_STAGE.values())


Templates = Mapping[str, Sequence[Template]]


def filled(
    template: Template, stage: Stage | None, calendar: Calendar, speak: Callable[[Words], str]
) -> Content:
    """Fill a template; what is not known is left to be filled in by hand."""
    found = {**_of_stage(stage), **_of_calendar(calendar)}

    def fill(hole: re.Match[str]) -> str:
        words = found.get(hole[1])
        return speak(words or say("[to fill in: {hole}]", hole=Typed(hole[1])))

    number = stage.number if stage and template.staged else 0
    return Content(HOLE.sub(fill, template.title), HOLE.sub(fill, template.text), stage=number)


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
