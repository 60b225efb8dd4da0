"""The checkpoint grid, a person's answers to it, and what may be ordered of them. Pure."""

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
    triage: tuple[str, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _sound(self) -> Grid:
        asked = [question for checkpoint in self.checkpoints for question in checkpoint.questions]
        if len(asked) != len(set(asked)):
            raise ValueError("a question is asked twice")
        if not set(self.triage) <= set(asked):
            raise ValueError("the triage asks a question that is not in the grid")
        if sum(checkpoint.weight for checkpoint in self.checkpoints) != 100:
            raise ValueError("the weights must add up to 100")
        return self

    def form(self) -> Form[Question]:
        """Return the questions as a form; skipping one says that the person does not know."""
        return Form(tuple(map(self._question, self._ranks)))

    def opening(self) -> Form[Question]:
        """Return the few questions that tell whether somebody is concerned; their answers are those of the grid."""
        return Form(tuple(map(self._question, self.triage)))

    def _question(self, asked: str) -> Question:
        return Question(asked, self.values(self.checkpoint_of(asked)), UNKNOWN)

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


class Role(StrEnum):
    """As what somebody answers for an organisation: the only thing that colleagues are told of each other."""

    HEAD = "head"
    STAFFING = "staffing"
    EMPLOYEE = "employee"
    ELECTED = "elected"
    VOLUNTEER = "volunteer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Earlier:
    """The finished run before this one: what it is compared with."""

    answers: Mapping[str, str]
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class Voice:
    """The answers of one colleague who answers for the same organisation."""

    role: Role
    answers: Mapping[str, str]
    finished: bool


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One person's answers in one run of the grid, from 1; ``notes`` are what they wrote beside an answer.

    ``panel`` is the group that answers for one organisation, ``role`` what this person is in it, ``colleagues`` the
    others. ``version`` is that of the grid whose questions were put, empty when that is not known.
    """

    run: int = 0
    answers: Mapping[str, str] | None = None
    notes: Mapping[str, str] | None = None
    finished_at: datetime | None = None
    earlier: Earlier | None = None
    panel: str = ""
    role: Role | None = None
    colleagues: tuple[Voice, ...] = ()
    version: str = ""

    @property
    def given(self) -> Mapping[str, str]:
        """The answers by question id."""
        return self.answers or {}

    @property
    def noted(self) -> Mapping[str, str]:
        """The notes by question id."""
        return self.notes or {}

    @property
    def unknown(self) -> tuple[str, ...]:
        """The questions answered by "I do not know", or skipped: left aside, in no order."""
        return tuple(asked for asked, value in self.given.items() if value == UNKNOWN)

    def answering(self, question: str, value: str) -> Diagnosis:
        """Return this diagnosis with one answer given or changed."""
        return replace(self, answers={**self.given, question: value})

    def finishing(self, at: datetime) -> Diagnosis:
        """Return this diagnosis complete."""
        return replace(self, finished_at=at)

    def again(self, version: str) -> Diagnosis:
        """Return the run after this one, of a version of the grid; this one, when finished, is what it is compared with."""
        done = Earlier(self.given, self.finished_at) if self.finished_at else self.earlier
        return Diagnosis(self.run + 1, earlier=done, version=version)

    def asked_before(self, grid: Grid) -> bool:
        """Tell whether it was begun with another version of the grid."""
        return bool(self.run) and self.version not in {"", grid.version}

    def regraded(self, version: str) -> Diagnosis:
        """Return this diagnosis as one of another version of the grid."""
        return replace(self, version=version)

    def joining(self, panel: str, role: Role) -> Diagnosis:
        """Return this diagnosis as one voice of a panel; what the others answered is read with the next turn."""
        return replace(self, panel=panel, role=role)

    def noting(self, question: str, note: str) -> Diagnosis:
        """Return this diagnosis with a note added below those of its question; at most 2,000 characters
        stay.
        """
        kept = self.noted.get(question)
        whole = f"{kept}\n{note}" if kept else note
        return replace(self, notes={**self.noted, question: whole[:NOTE_LIMIT]})

    def unnoting(self, question: str) -> Diagnosis:
        """Return this diagnosis without the note of a question."""
        return replace(self, notes={asked: note for asked, note in self.noted.items() if asked != question})


@dataclass(frozen=True, slots=True)
class StartDiagnosis(Command):
    """Open a run of the grid, for a panel when it answers with others."""

    run: int
    version: str
    panel: str = ""
    role: Role | None = None

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
class DropNote(Command):
    """Keep nothing more of what a person wrote beside an answer."""

    run: int
    question: str

    def subject(self) -> str:
        """Name the run and the question."""
        return f"diagnosis:{self.run}:{self.question}"


@dataclass(frozen=True, slots=True)
class ChangeGrid(Command):
    """Have a run be of another version of the grid: its answers are read with that one from now on."""

    run: int
    version: str

    def subject(self) -> str:
        """Name the run."""
        return f"diagnosis:{self.run}"


@dataclass(frozen=True, slots=True)
class FinishDiagnosis(Command):
    """Mark a run as complete: every question holds an answer."""

    run: int

    def subject(self) -> str:
        """Name the run."""
        return f"diagnosis:{self.run}"


@dataclass(frozen=True, slots=True)
class JoinPanel(Command):
    """Have a run answer for an organisation, with others."""

    run: int
    panel: str
    role: Role

    def subject(self) -> str:
        """Name the run."""
        return f"diagnosis:{self.run}"
