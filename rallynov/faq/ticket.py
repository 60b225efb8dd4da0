"""A question handed over to a person, what is written on it, and the delay that is promised. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from rallynov.editions.model import day_of

DAYS = 3
"""Working days within which a person answers."""
LINES_A_DAY = 20
"""What one person may write on one ticket in a day."""


class Stage(StrEnum):
    """Where a ticket is in its life."""

    WAITING = "waiting"
    TAKEN = "taken"
    """Somebody of the team has it in hand."""
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Line:
    """Something written on a ticket: by the person, or by somebody of the team."""

    team: bool
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ticket:
    """A question handed over to a person. ``version`` grows with each change: two who answer see each other.

    ``robot`` tells that its person went back to the robot: what they type goes to the ticket no longer by itself.
    """

    id: str
    number: int
    person: str
    words: str
    at: datetime
    due: datetime
    stage: Stage = Stage.WAITING
    lines: tuple[Line, ...] = ()
    entries: tuple[str, ...] = ()
    where: str = ""
    dossier: str = ""
    language: str = "fr"
    holder: str = ""
    robot: bool = False
    version: int = 1

    @property
    def open(self) -> bool:
        """Tell whether it still awaits something."""
        return self.stage is not Stage.CLOSED

    @property
    def live(self) -> bool:
        """Tell whether a person is talking here, and the robot is silent."""
        return self.stage in {Stage.TAKEN, Stage.ANSWERED} and not self.robot

    def saying(self, line: Line, *, waits: bool = False) -> Ticket:
        """Return this ticket with one more line; one of the team that ``waits`` is no answer yet."""
        stage = self.stage
        if line.team and not waits:
            stage = Stage.ANSWERED
        elif line.team:
            stage = Stage.TAKEN
        elif stage in {Stage.ANSWERED, Stage.CLOSED}:
            stage = Stage.TAKEN if self.holder else Stage.WAITING
        return replace(self, lines=(*self.lines, line), stage=stage)

    def said_on(self, day: date) -> int:
        """Count what its person wrote on a day."""
        return sum(not line.team and day_of(line.at) == day for line in self.lines)


def due(at: datetime) -> datetime:
    """Return the end of the delay that is stated: three working days on."""
    left, end = DAYS, at
    while left:
        end += timedelta(days=1)
        left -= end.weekday() < 5
    return end
