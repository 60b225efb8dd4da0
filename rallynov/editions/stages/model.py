"""The stages of an edition: where and when the rally stops, and who comes. Pure.

A stage keeps its number for ever: people, addresses of pages and calendar files name it so. ``version`` grows with each
change that its calendar file must tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from rallynov.dialogue.turn import Command
from rallynov.editions.model import day_of
from rallynov.text import fold

TERRITORIES: Mapping[str, str] = {
    "25": "Doubs",
    "39": "Jura",
    "70": "Haute-Saône",
    "90": "Territoire de Belfort",
}
"""The départements of the rally, by their number."""
EVERYWHERE = "all"
"""What is chosen by who wants no stage shown first."""
KEPT = timedelta(days=30)
"""How long it is kept, once a stage is over, who was expected there: what retention.toml says, told on the screen."""


class Status(StrEnum):
    """What became of a stage."""

    PLANNED = "planned"
    POSTPONED = "postponed"
    """It is on another day than the one first told, a later or a sooner one; without a new day, it is cancelled."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. A moment is in UTC and meant in Paris; ``capacity`` None is no limit; ``point`` is latitude, longitude.

    ``coming`` and ``waiting`` count people as they were when it was read. ``access`` says in words how accessible it is.
    """

    id: str
    number: int
    territory: str
    place: str
    starts: datetime
    ends: datetime
    address: str = ""
    host: str = ""
    capacity: int | None = None
    access: str = ""
    point: tuple[float, float] | None = None
    status: Status = Status.PLANNED
    version: int = 0
    changed: datetime | None = None
    sample: bool = False
    coming: int = 0
    waiting: int = 0

    @property
    def department(self) -> str:
        """The name of its territory."""
        return TERRITORIES.get(self.territory, self.territory)

    @property
    def free(self) -> int | None:
        """Places that are left; None when there is no limit."""
        return None if self.capacity is None else max(0, self.capacity - self.coming)

    def moved(self, before: Stage) -> bool:
        """Tell whether this stage is on another day than it was."""
        return day_of(self.starts) != day_of(before.starts) or day_of(self.ends) != day_of(before.ends)

    def takes(self, now: datetime) -> bool:
        """Tell whether one may still say that one comes, or wants to."""
        return self.status is not Status.CANCELLED and now < self.starts


@dataclass(frozen=True, slots=True)
class Seat:
    """What a person has said of a stage: a place is theirs, or they wait; ``ahead`` counts those who wait before them.

    It is None for somebody who has just joined: others may have done so at the same moment.
    """

    placed: bool
    ahead: int | None = None


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages of an edition in order, what a person has said of some by number, and the territory they chose."""

    all: tuple[Stage, ...] = ()
    mine: Mapping[int, Seat] = field(default_factory=dict)
    chosen: str = ""

    def find(self, typed: str) -> Stage | None:
        """Return the stage that somebody names: "3", "étape 3", "stage no. 3"."""
        number = _number(typed)
        return next((stage for stage in self.all if stage.number == number), None)

    def names(self, typed: str) -> bool:
        """Tell whether a text names a stage in so many words, be there one or not; a number alone may be an answer."""
        return _number(typed) > 0 and not typed.strip().isdecimal()

    def seated(self, stage: Stage, seat: Seat) -> Stages:
        """Return this with a seat taken at a stage."""
        counts = (stage.coming + 1, stage.waiting) if seat.placed else (stage.coming, stage.waiting + 1)
        return replace(self._counted(stage, *counts), mine={**self.mine, stage.number: seat})

    def unseated(self, stage: Stage) -> Stages:
        """Return this without the person's seat: who waits first has the place, when it was one."""
        seat = self.mine.get(stage.number)
        if seat is None:
            return self
        next_in = stage.waiting > 0
        counts = (stage.coming - (seat.placed and not next_in), stage.waiting - (next_in or not seat.placed))
        others = {number: kept for number, kept in self.mine.items() if number != stage.number}
        return replace(self._counted(stage, *counts), mine=others)

    def _counted(self, stage: Stage, coming: int, waiting: int) -> Stages:
        now = replace(stage, coming=coming, waiting=waiting)
        return replace(self, all=tuple(now if one.id == stage.id else one for one in self.all))


def _number(typed: str) -> int:
    """Return the number of a stage that a text names; 0 when it names none."""
    words = fold(typed[:40]).split()
    if not words or not _NAMING.issuperset(words[:-1]) or not words[-1].isascii():
        return 0
    return int(words[-1]) if words[-1].isdigit() and len(words[-1]) <= 4 else 0


_NAMING = frozenset({"l", "la", "the", "etape", "etapes", "stage", "stages", "n", "no", "numero", "number"})


def upcoming(stages: Sequence[Stage], now: datetime, territory: str = "") -> tuple[Stage, ...]:
    """Return the stages that are not over, cancelled ones too: those of a territory first, then the soonest."""
    ahead = [stage for stage in stages if now < stage.ends]
    return tuple(sorted(ahead, key=lambda one: (one.territory != territory, one.starts, one.number)))


def next_stages(stages: Sequence[Stage], now: datetime, territory: str = "") -> tuple[Stage, ...]:
    """Return the stages to come that do take place: those of a territory first, then the soonest."""
    return tuple(stage for stage in upcoming(stages, now, territory) if stage.status is not Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Attend(Command):
    """Say that one comes to a stage: a place is taken, or the end of the line when it was seen as full."""

    stage: str
    placed: bool

    def subject(self) -> str:
        """Name the stage."""
        return f"stage:{self.stage}"


@dataclass(frozen=True, slots=True)
class GiveUp(Command):
    """Say that one does not come any more."""

    stage: str

    def subject(self) -> str:
        """Name the stage."""
        return f"stage:{self.stage}"


@dataclass(frozen=True, slots=True)
class ChooseTerritory(Command):
    """Choose the territory whose stages are shown first, or ``EVERYWHERE``."""

    territory: str

    def subject(self) -> str:
        """Name nothing: a territory is about the person."""
        return "territory"
