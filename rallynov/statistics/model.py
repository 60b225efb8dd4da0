"""Figures of an edition: plain tables of counts, each with what is drawn of it. Pure; nobody is named in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from rallynov.dialogue.screens import Figure
from rallynov.dialogue.words import Words

BARS = 12
"""Rows of a picture."""
Cell: TypeAlias = "int | float | None"
"""A figure; None where it is masked."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: ``head`` names the labels, then each column; ``drawn`` is the column that is drawn, from 0.

    ``notes`` say how it was counted. ``more`` are other columns worth a picture.
    """

    id: str
    title: Words
    head: tuple[Words, ...]
    rows: tuple[tuple[Words, tuple[Cell, ...]], ...]
    notes: tuple[Words, ...] = ()
    drawn: int = 0

    @property
    def hidden(self) -> bool:
        """Tell whether a cell is masked."""
        return any(cell is None for _, cells in self.rows for cell in cells)

    @property
    def figure(self) -> Figure | None:
        """Return the picture: the rows whose figure is shown, the twelve largest where there are more; None without any."""
        at = self.drawn
        shown = [(label, cells[at]) for label, cells in self.rows if cells[at] is not None]
        kept = sorted(range(len(shown)), key=lambda n: (-(shown[n][1] or 0), n))[:BARS]
        rows = tuple((shown[n][0], (float(shown[n][1] or 0),)) for n in sorted(kept))
        if not rows or not any(values[0] for _, values in rows):
            return None
        return Figure("bars", self.title, (self.head[0], self.head[at + 1]), rows)


@dataclass(frozen=True, slots=True)
class Report:
    """All tables of an edition, as they stood at a moment."""

    at: datetime
    tables: tuple[Table, ...] = ()

    def find(self, name: str) -> Table | None:
        """Return a table."""
        return next((one for one in self.tables if one.id == name), None)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the conversations know: the last report, the same for everybody who may see it; None before the first."""

    report: Report | None = None


@dataclass(frozen=True, slots=True)
class Steps:
    """How many people reached each step, each counted once."""

    started: int = 0
    finished: int = 0
    drafted: int = 0
    submitted: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted. Keys are ids of questions, fields and topics; pairs are dossiers being written, then submitted."""

    steps: Steps = Steps()
    answered: dict[str, int] = field(default_factory=dict)
    """People who answered each question of the diagnosis."""
    stopped: dict[str, int] = field(default_factory=dict)
    """People who did not finish, by the question that came next."""
    filled: dict[str, int] = field(default_factory=dict)
    """Dossiers still being written that hold each field."""
    drafts: int = 0
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    themes: dict[str, tuple[int, int]] = field(default_factory=dict)
    to_submission: tuple[float, ...] = ()
    """Days from the opening of a dossier to its first submission, sorted."""
    to_verdict: tuple[float, ...] = ()
    """Days from a submission to the verdict, sorted."""
    topics: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """By topic: questions answered directly, by the team, still open."""
    announced: tuple[int, int, int] = (0, 0, 0)
    """Messages of announcements: sent, failed, to people who had blocked us."""
