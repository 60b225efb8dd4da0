"""The reading of a diagnosis: scores, coverage, bands, strengths, priorities, and what colleagues see differently. Pure.

The result is indicative: it is never a label, and no band closes the registration to anyone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, floor

from rallynov.diagnosis.model import LEVELS, NOT_CONCERNED, TOP, Checkpoint, Diagnosis, Grid

INDICATIVE_BELOW = 0.70
WEAK_BELOW = 0.50
APART = 2
"""Levels between two colleagues from which a question is to be discussed."""
TRIED = 2
"""The level from which a practice is at least tried."""
IN_PLACE = LEVELS[3]
"""The level from which what is left is to follow and to share."""


class Band(StrEnum):
    """The four bands of a total; each knows its floor in points of 100."""

    SEED = "seed"
    SPROUT = "sprout"
    READY = "ready"
    EXEMPLARY = "exemplary"

    @property
    def floor(self) -> int:
        """Lowest total of this band."""
        return {"seed": 0, "sprout": 40, "ready": 60, "exemplary": 80}[self.value]

    @staticmethod
    def of(total: float) -> Band:
        """Return the band of a total in points of 100."""
        return max((band for band in Band if total >= band.floor), key=lambda band: band.floor)


def whole(points: float) -> int:
    """Write points without decimals, never rounded up: 59.6 is not yet the band that begins at 60."""
    return floor(points + 1e-9)


@dataclass(frozen=True, slots=True)
class Reading:
    """One checkpoint read: ``mark`` from 0 to 1 (None when nothing is scored), ``covered`` from 0 to 1.

    ``applies`` is false when every question is "not concerned": the checkpoint leaves the denominator. ``lowest`` is
    the lowest level answered, 0 when there is none.
    """

    checkpoint: Checkpoint
    mark: float | None
    covered: float
    applies: bool
    lowest: int = 0

    @property
    def points(self) -> int | None:
        """The mark in points of 100, never rounded up."""
        return None if self.mark is None else whole(self.mark * 100)

    @property
    def in_place(self) -> bool:
        """Tell whether it stands at "in place" and each of its answers is at least tried: its next step is to follow and
        to share.
        """
        return self.mark is not None and nearest(self.mark) >= IN_PLACE and self.lowest >= TRIED

    @property
    def gap(self) -> float:
        """Weight that is still to be won, in points of 100."""
        return 0.0 if self.mark is None else self.checkpoint.weight * (1 - self.mark)

    @property
    def won(self) -> float:
        """Weight already won, in points of 100."""
        return 0.0 if self.mark is None else self.checkpoint.weight * self.mark


@dataclass(frozen=True, slots=True)
class Result:
    """A diagnosis read: total in points of 100 (None when nothing is scored), coverage from 0 to 1."""

    total: float | None
    coverage: float
    readings: tuple[Reading, ...]

    @property
    def band(self) -> Band | None:
        """The band of the total."""
        return None if self.total is None else Band.of(self.total)

    @property
    def indicative(self) -> bool:
        """Tell whether too few questions were answered for the total to say much."""
        return self.coverage < INDICATIVE_BELOW

    @property
    def strengths(self) -> tuple[Reading, ...]:
        """Up to three checkpoints at half or more that are no priority, the best mark first, then the heaviest; of an
        indicative result, those whose every question is answered.
        """
        told = [r for r in self.readings if r.covered == 1 or not self.indicative]
        good = [(r.mark, r) for r in told if r.mark is not None and r.mark >= WEAK_BELOW]
        others = [(mark, r) for mark, r in good if r not in self.priorities]
        ranked = sorted(others, key=lambda one: (-one[0], -one[1].checkpoint.weight))
        return tuple(r for _, r in ranked[:3])

    @property
    def priorities(self) -> tuple[Reading, ...]:
        """Up to three checkpoints with the most weight × gap; of equals, the first of the grid. None of an indicative
        result.
        """
        if self.indicative:
            return ()
        short = [r for r in self.readings if r.gap > 0]
        return tuple(sorted(short, key=lambda r: -round(r.gap, 9))[:3])

    @property
    def to_strengthen(self) -> tuple[Reading, ...]:
        """Essential checkpoints under one half: to strengthen before submitting; none of an indicative result."""
        if self.indicative:
            return ()
        return tuple(
            r for r in self.readings if r.checkpoint.essential and r.mark is not None and r.mark < WEAK_BELOW
        )

    @property
    def unknown(self) -> tuple[Reading, ...]:
        """Checkpoints that apply and hold no level at all."""
        return tuple(r for r in self.readings if r.applies and r.mark is None)


def read(grid: Grid, answers: Mapping[str, str]) -> Result:
    """Read a diagnosis; an unanswered question counts like "I do not know" (domain document, section 7)."""
    readings = tuple(_read_checkpoint(checkpoint, answers) for checkpoint in grid.checkpoints)
    scored = [r for r in readings if r.mark is not None]
    applicable = [r for r in readings if r.applies]
    weight = sum(r.checkpoint.weight for r in scored)
    total = 100 * sum(r.won for r in scored) / weight if weight else None
    concerned = sum(r.checkpoint.weight for r in applicable)
    coverage = sum(r.checkpoint.weight * r.covered for r in applicable) / concerned if concerned else 0.0
    return Result(total, coverage, readings)


def read_before(grid: Grid, mine: Diagnosis) -> Result | None:
    """Read the diagnosis that this one is compared with; None without one, or when it rested on too little to conclude."""
    before = read(grid, mine.earlier.answers) if mine.earlier else None
    return None if before is None or before.indicative else before


def nearest(mark: float) -> str:
    """Return the level nearest to a mark from 0 to 1; half-way is the lower level: nothing is overstated."""
    return LEVELS[ceil(mark * TOP - 0.5)]


@dataclass(frozen=True, slots=True)
class Gap:
    """A question on which colleagues stand two levels apart or more; ``values`` in the order of the voices."""

    question: str
    values: tuple[str | None, ...]


def gaps(grid: Grid, voices: Sequence[Mapping[str, str]]) -> tuple[Gap, ...]:
    """Return what colleagues should discuss, in the order of the grid; nothing is averaged."""
    found = []
    for question in (q for checkpoint in grid.checkpoints for q in checkpoint.questions):
        values = tuple(voice.get(question) for voice in voices)
        levels = [int(value) for value in values if value in LEVELS]
        if len(levels) > 1 and max(levels) - min(levels) >= APART:
            found.append(Gap(question, values))
    return tuple(found)


class Concern(StrEnum):
    """What the opening questions say; none of them closes the diagnosis to anyone."""

    UNKNOWN = "unknown"
    NOT_YET = "not_yet"
    LIKELY = "likely"
    CLEARLY = "clearly"


def concern(grid: Grid, answers: Mapping[str, str]) -> Concern:
    """Tell from the opening questions whether somebody is concerned: what is at least tried counts."""
    levels = [int(value) for q in grid.triage if (value := answers.get(q)) in LEVELS]
    tried = sum(level >= TRIED for level in levels)
    if not levels:
        return Concern.UNKNOWN
    if not tried:
        return Concern.NOT_YET
    return Concern.CLEARLY if tried > len(grid.triage) / 2 else Concern.LIKELY


def _read_checkpoint(checkpoint: Checkpoint, answers: Mapping[str, str]) -> Reading:
    given = [answers.get(question) for question in checkpoint.questions]
    concerned = [value for value in given if value != NOT_CONCERNED]
    levels = [int(value) for value in concerned if value in LEVELS]
    mark = sum(levels) / len(levels) / TOP if levels else None
    covered = len(levels) / len(concerned) if concerned else 0.0
    lowest = min(levels, default=0)
    return Reading(checkpoint, mark, covered, applies=bool(concerned), lowest=lowest)
