"""The dialogue of the opening: four questions, for those who only want to know whether they are concerned. Pure.

Its answers are answers to the grid: whoever goes on with the diagnosis is not asked them again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rallynov.diagnosis import flow, opening
from rallynov.diagnosis.asking import Asking, Threshold
from rallynov.diagnosis.model import Diagnosis, Grid
from rallynov.diagnosis.reading import concern
from rallynov.diagnosis.screens import asking
from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Choice, Screen, note, text, title
from rallynov.dialogue.turn import Move, Place, Scene
from rallynov.dialogue.words import Term, plural, say

NAME = "triage"
HERE = opening.HERE


class TriageDialogue:
    """Four questions, and a first word on them."""

    name = NAME
    commands: Sequence[str] = ("triage", "concerne")

    def __init__(self, grid: Grid, notice: str) -> None:
        self._grid = grid
        self._threshold = Threshold(grid, notice)
        self._asking = Asking(grid, grid.opening(), opening=True)
        self._whole = grid.form()

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return the notice, a question, or what the four answers say."""
        mine = scene.of(Diagnosis)
        if not self._threshold.crossed(scene):
            return self._threshold.notice(scene)
        question = self._question(place, mine)
        if question is not None:
            return self._asking.screen(mine, question, again=bool(place.focus))
        return self._told(mine)

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Decide on an answer or an action."""
        if key == "accept":
            return self._threshold.enter(place, scene)
        if key in {"pause", "menu"}:
            return replace(flow.leave(key), to=opening.LEFT)
        if key == "onward":
            return Move(to=flow.HERE)
        question = self._question(place, scene.of(Diagnosis))
        if question is None or key == "keep":
            return Move(to=HERE)
        return self._at_question(place, question, key, scene)

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Keep a sentence as a note of the pending question."""
        question = self._question(place, scene.of(Diagnosis))
        if question is None or not self._threshold.crossed(scene):
            return None
        return self._asking.write(question, text, scene)

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Ask the four questions, or show what they said."""
        return self._threshold.open(HERE, scene)

    def _question(self, place: Place, mine: Diagnosis) -> str | None:
        focused = self._asking.form.find(place.focus or "")
        return focused.id if focused else self._asking.pending(mine)

    def _at_question(self, place: Place, question: str, key: str, scene: Scene) -> Move:
        if key == "why":
            return self._asking.why(question)
        if key == "unnote":
            return self._asking.withdraw(question, scene)
        if key == "back":
            previous = self._asking.form.before(question)
            return Move(to=Place(NAME, previous.id)) if previous else Move()
        move = self._asking.answer(question, key, scene)
        return replace(move, to=HERE) if move.commands else move

    def _told(self, mine: Diagnosis) -> Screen:
        said = Term(f"grid:triage.{concern(self._grid, mine.given)}:text")
        left = len(self._whole.questions) - self._whole.answered(mine.given)
        more = plural(
            "Go on with the diagnosis: {n} question is left",
            "Go on with the diagnosis: {n} questions are left",
            left,
        )
        onward = Choice("onward", more if left else say("See my result"), "choices:yes:synonyms")
        blocks = (
            title(say("Are you concerned?")),
            text(said),
            note(say("Your four answers are kept: the diagnosis will not ask them again.")),
        )
        return Screen(
            "triage", blocks, (onward,), (Choice("fiches", say("Fact sheets")), asking.MENU, asking.HELP)
        )
