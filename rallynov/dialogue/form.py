"""Questionnaires: a place in a form is a question put to the answers, never a number that is stored.

Resuming, going back, editing one answer and a release that adds a question are the same mechanism. The diagnosis
and the dossier share it: what differs is what their questions accept, and when they apply.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar


class Asked(Protocol):
    """What a form knows of its questions."""

    @property
    def id(self) -> str:
        """Name of the question among the answers."""

    @property
    def accepts(self) -> Callable[[Any], bool]:
        """Tell whether a kept value still answers the question; None is no answer."""

    def applies(self, answers: Mapping[str, Any]) -> bool:
        """Tell whether the question is asked, given the other answers."""


@dataclass(frozen=True)
class Question:
    """A question of fixed values, always asked; ``skipped`` is the value that skipping it stores."""

    id: str
    values: tuple[str, ...]
    skipped: str

    @cached_property
    def accepts(self) -> Callable[[Any], bool]:
        """Tell whether a value is one of those."""
        return self.values.__contains__

    def applies(self, answers: Mapping[str, Any]) -> bool:
        """Tell that it is asked."""
        return True


Q = TypeVar("Q", bound=Asked)


@dataclass(frozen=True)
class Form(Generic[Q]):
    """An ordered set of questions."""

    questions: tuple[Q, ...]

    @cached_property
    def _ranks(self) -> Mapping[str, int]:
        return {question.id: rank for rank, question in enumerate(self.questions, 1)}

    @cached_property
    def _checks(self) -> Sequence[tuple[str, Callable[[Any], bool]]]:
        return tuple((question.id, question.accepts) for question in self.questions)

    def asked(self, answers: Mapping[str, Any]) -> Form[Q]:
        """Return the form of the questions that apply: what is numbered, and gone through backwards."""
        return Form(tuple(question for question in self.questions if question.applies(answers)))

    def next_open(self, answers: Mapping[str, Any], passed: Collection[str] = ()) -> Q | None:
        """First question still to answer, without those that were ``passed`` over; a kept answer that is no longer
        accepted is asked again.
        """
        given = answers.get
        for rank, (name, accepts) in enumerate(self._checks):
            if not accepts(given(name)) and name not in passed and self.questions[rank].applies(answers):
                return self.questions[rank]
        return None

    def find(self, question_id: str) -> Q | None:
        """Return a question by id; None when this release no longer asks it."""
        rank = self.number(question_id)
        return self.questions[rank - 1] if rank else None

    def before(self, question_id: str | None) -> Q | None:
        """Return the question asked just before one (None: before the end); None at the beginning."""
        if question_id is None:
            return self.questions[-1] if self.questions else None
        index = self.number(question_id) - 1
        return self.questions[index - 1] if index > 0 else None

    def number(self, question_id: str) -> int:
        """Return the rank of a question, from 1; 0 when it is not asked."""
        return self._ranks.get(question_id, 0)

    def answered(self, answers: Mapping[str, Any]) -> int:
        """Count the questions that hold an accepted answer."""
        given = answers.get
        return sum([accepts(given(name)) for name, accepts in self._checks if name in answers])
