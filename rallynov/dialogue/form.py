"""Questionnaires: a place in a form is a question put to the answers, never a number that is stored.

Resuming, going back, editing one answer and a release that adds a question are the same mechanism.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Question:
    """One question: the values it accepts, and the one that skipping it stores."""

    id: str
    values: tuple[str, ...]
    skipped: str


@dataclass(frozen=True)
class Form:
    """An ordered set of questions."""

    questions: tuple[Question, ...]

    @cached_property
    def _ranks(self) -> Mapping[str, int]:
        return {question.id: rank for rank, question in enumerate(self.questions, 1)}

    def next_open(self, answers: Mapping[str, str]) -> Question | None:
        """First question still to answer; a kept answer that is no longer accepted is asked again."""
        for question in self.questions:
            if answers.get(question.id) not in question.values:
                return question
        return None

    def find(self, question_id: str) -> Question | None:
        """Return a question by id; None when this release no longer asks it."""
        rank = self.number(question_id)
        return self.questions[rank - 1] if rank else None

    def before(self, question_id: str | None) -> Question | None:
        """Return the question asked just before one (None: before the end); None at the beginning."""
        if question_id is None:
            return self.questions[-1] if self.questions else None
        index = self.number(question_id) - 1
        return self.questions[index - 1] if index > 0 else None

    def number(self, question_id: str) -> int:
        """Return the rank of a question, from 1; 0 when it is not asked."""
        return self._ranks.get(question_id, 0)

    def answered(self, answers: Mapping[str, str]) -> int:
        """Count the questions that hold an accepted answer."""
        return sum([answers.get(question.id) in question.values for question in self.questions])
