"""The checkpoint grid, and the reading of a diagnosis: scores, coverage, bands, strengths and priorities.
Pure.

The result is indicative: it is never a label, and no band closes the registration to anyone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from rallynov.dialogue.form import Form, Question
from rallynov.dialogue.turn import Command

TOP = 4
UNKNOWN, NOT_CONCERNED = "nsp", "nc"
LEVELS = tuple(str(level) for level in range(TOP + 1))
INDICATIVE_BELOW = 0.70
WEAK_BELOW = 0.50
NOTE_LIMIT = 2_000


class Checkpoint(BaseModel):
    """One checkpoint of the grid: its weight in the total and the questions that explore it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    weight: PositiveInt
    questions: tuple[str, ...] = Field(min_length=1)
    sheets: tuple[str, ...] = ()
    optional: bool = False
    essential: bool = False
    one_of: str = ""


class Grid(BaseModel):
    """The whole grid; refuses a question asked twice, and weights that do not add up to 100."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    seconds_per_question: PositiveInt
    checkpoints: tuple[Checkpoint, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _sound(self) -> Grid:
        asked = [question for checkpoint in self.checkpoints for question in checkpoint.questions]
        if len(asked) != len(set(asked)):
            raise ValueError("a question is asked twice")
        if sum(checkpoint.weight for checkpoint in self.checkpoints) != 100:
            raise ValueError("the weights must add up to 100")
        return self

    def form(self) -> Form:
        """Return the questions as a form; skipping one says that the person does not know."""
        return Form(
            tuple(
                Question(question, self.values(checkpoint), UNKNOWN)
                for checkpoint in self.checkpoints
                for question in checkpoint.questions
            )
        )

    @staticmethod
    def values(checkpoint: Checkpoint) -> tuple[str, ...]:
        """Return the values that the questions of a checkpoint accept."""
        return (*LEVELS, UNKNOWN, NOT_CONCERNED) if checkpoint.optional else (*LEVELS, UNKNOWN)

    def checkpoint_of(self, question: str) -> Checkpoint:
        """Return the checkpoint that a question explores; ``KeyError`` when none does."""
        return self.checkpoints[self._ranks[question] - 1]

    def rank(self, question: str) -> int:
        """Return the rank, from 1, of the checkpoint that a question explores."""
        return self._ranks[question]

    @cached_property
    def _ranks(self) -> Mapping[str, int]:
        return {question: rank for rank, c in enumerate(self.checkpoints, 1) for question in c.questions}

    def leaves_none(self, answers: Mapping[str, str]) -> tuple[Checkpoint, ...]:
        """Return the checkpoints of which at least one must apply and none does; empty when the rule is
        kept.
        """
        for group in {checkpoint.one_of for checkpoint in self.checkpoints if checkpoint.one_of}:
            members = tuple(c for c in self.checkpoints if c.one_of == group)
            if all(answers.get(q) == NOT_CONCERNED for c in members for q in c.questions):
                return members
        return ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One person's answers in one run of the grid, from 1; ``notes`` are what they wrote beside an answer."""

    run: int = 0
    answers: Mapping[str, str] | None = None
    notes: Mapping[str, str] | None = None
    finished_at: datetime | None = None

    @property
    def given(self) -> Mapping[str, str]:
        """The answers by question id."""
        return self.answers or {}

    @property
    def noted(self) -> Mapping[str, str]:
        """The notes by question id."""
        return self.notes or {}

    def answering(self, question: str, value: str) -> Diagnosis:
        """Return this diagnosis with one answer given or changed."""
        return replace(self, answers={**self.given, question: value})

    def noting(self, question: str, note: str) -> Diagnosis:
        """Return this diagnosis with a note added below those of its question; at most 2,000 characters
        stay.
        """
        kept = self.noted.get(question)
        whole = f"{kept}\n{note}" if kept else note
        return replace(self, notes={**self.noted, question: whole[:NOTE_LIMIT]})


@dataclass(frozen=True, slots=True)
class StartDiagnosis(Command):
    """Open a run of the grid."""

    run: int
    version: str

    def subject(self) -> str:
        """Name the run."""
        return f"diagnosis:{self.run}"


@dataclass(frozen=True, slots=True)
class SaveAnswer(Command):
    """Keep one answer, in place of an earlier one."""

    run: int
    question: str
    value: str

    def subject(self) -> str:
        """Name the run and the question."""
        return f"diagnosis:{self.run}:{self.question}"


@dataclass(frozen=True, slots=True)
class SaveNote(Command):
    """Keep what a person wrote beside an answer; the whole note, in place of an earlier one."""

    run: int
    question: str
    note: str

    def subject(self) -> str:
        """Name the run and the question."""
        return f"diagnosis:{self.run}:{self.question}"


@dataclass(frozen=True, slots=True)
class FinishDiagnosis(Command):
    """Mark a run as complete: every question holds an answer."""

    run: int

    def subject(self) -> str:
        """Name the run."""
        return f"diagnosis:{self.run}"


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


@dataclass(frozen=True, slots=True)
class Reading:
    """One checkpoint read: ``mark`` from 0 to 1 (None when nothing is scored), ``covered`` from 0 to 1.

    ``applies`` is false when every question is "not concerned": the checkpoint leaves the denominator.
    """

    checkpoint: Checkpoint
    mark: float | None
    covered: float
    applies: bool

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
        """Up to three checkpoints at half or more, the most weight won first."""
        good = [r for r in self.readings if r.mark is not None and r.mark >= WEAK_BELOW]
        return tuple(sorted(good, key=lambda r: -r.won)[:3])

    @property
    def priorities(self) -> tuple[Reading, ...]:
        """Up to three checkpoints with the most weight × gap."""
        short = [r for r in self.readings if r.gap > 0 and r not in self.strengths]
        return tuple(sorted(short, key=lambda r: -r.gap)[:3])

    @property
    def to_strengthen(self) -> tuple[Reading, ...]:
        """Essential checkpoints under one half: to strengthen before submitting."""
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


def _read_checkpoint(checkpoint: Checkpoint, answers: Mapping[str, str]) -> Reading:
    given = [answers.get(question) for question in checkpoint.questions]
    concerned = [value for value in given if value != NOT_CONCERNED]
    levels = [int(value) for value in concerned if value in LEVELS]
    mark = sum(levels) / len(levels) / TOP if levels else None
    covered = len(levels) / len(concerned) if concerned else 0.0
    return Reading(checkpoint, mark, covered, applies=bool(concerned))
