"""Where a person stands in the four opening questions: read from the answers, and kept where these may mislead. Pure."""

from __future__ import annotations

from rallynov.diagnosis.model import Diagnosis, Grid
from rallynov.dialogue.turn import Place

HERE = Place("triage")
LEFT = Place("reception", "triage")
"""The reception, for whoever left the opening questions on the way: one answer is also how the diagnosis begins."""


class Opening:
    """The opening questions of a grid."""

    def __init__(self, grid: Grid) -> None:
        self._form = grid.opening()
        self.questions = self._form.questions
        self._first = grid.form().questions[: len(self._form.questions)]
        self.total = len(self._form.questions)

    def left(self, mine: Diagnosis) -> int:
        """Count the questions still to answer, for whoever has answered nothing else of the grid; 0 for anybody else."""
        if not all(self._form.find(asked) for asked in mine.given):
            return 0
        return self.total - self._form.answered(mine.given)

    def under_way(self, mine: Diagnosis, place: Place) -> bool:
        """Tell whether a person who stands at a place is in the middle of these questions, and not of the diagnosis."""
        if not mine.given or not self.left(mine):
            return False
        begun = {question.id for question in self._first[: len(mine.given)]}
        return place == LEFT or place.dialogue == HERE.dialogue or set(mine.given) != begun
