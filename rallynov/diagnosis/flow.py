"""The dialogue of the self-diagnosis: notice, questions, going back, editing one answer, recap, result, report.
Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rallynov.diagnosis import opening
from rallynov.diagnosis.asking import Asking, Threshold, closed
from rallynov.diagnosis.model import Diagnosis, Grid
from rallynov.diagnosis.screens import answers, asking, result
from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Block, Screen, note
from rallynov.dialogue.turn import Move, Place, Scene
from rallynov.people.model import Person

NAME = "diagnosis"
HERE = Place(NAME)
RESULT, DETAILS, RECAP, RESTART, REPORT = (
    Place(NAME, focus) for focus in ("result", "details", "recap", "restart", "report")
)
READING = Place(NAME, "reading")
RECEPTION = Place()
_FOCUSED = frozenset({"edit", "back", "left"})
"""How a place says that the question it names is answered, though another may be pending."""


class DiagnosisDialogue:
    """The diagnosis in conversation; ``notice`` is the version of the privacy notice in force."""

    name = NAME
    commands: Sequence[str] = ("diagnostic", "reprendre", "recap", "resultat", "rapport", "recommencer")

    def __init__(self, grid: Grid, notice: str) -> None:
        self._grid = grid
        self._threshold = Threshold(grid, notice)
        self._asking = Asking(grid, grid.form())
        self._form = self._asking.form
        self._opening = opening.Opening(grid)

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return the notice, a question, the recap or the result, whichever the place and the answers call
        for.
        """
        mine = scene.of(Diagnosis)
        if not self._threshold.crossed(scene):
            return self._threshold.notice(scene)
        focus, _, target = (place.focus or "").partition(":")
        if focus == "restart" and mine.run:
            return answers.restart(self._form, mine)
        if focus == "recap" and mine.run:
            return answers.recap(self._grid, self._form, mine, target)
        question = self._question(place, mine)
        if question is not None:
            drawn = self._asking.screen(mine, question, again=focus in _FOCUSED)
            return drawn.led_by(*self._aside(mine, question)) if focus == "left" else drawn
        if focus == "report":
            return result.report(mine)
        if focus == "details":
            return result.details(self._grid, mine)
        return result.result(self._grid, mine, figured=focus != "reading")

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Decide on an answer or an action."""
        return self._closed(self._choose(place, key, scene), scene)

    def _choose(self, place: Place, key: str, scene: Scene) -> Move:
        mine = scene.of(Diagnosis)
        head, _, target = key.partition("-")
        if key == "accept":
            return self._threshold.enter(place, scene)
        if key == "result" and place in {DETAILS, REPORT}:
            return Move(to=READING)
        if key in {"result", "details", "recap", "restart"}:
            return Move(to=Place(NAME, key))
        if key == "left":
            return Move(to=self._next_left(mine))
        if head in {"recap", "edit"} and target:
            return Move(to=Place(NAME, f"{head}:{target}"))
        if head == "sheet":
            return Move(to=Place("sheets", target), over=True)
        if key in {"again", "keep", "resume", "onward"}:
            return self._left(place, key, mine, scene)
        if key in {"pause", "menu"}:
            return leave(key)
        question = self._question(place, mine)
        return Move() if question is None else self._at_question(place, question, key, scene)

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Keep a sentence as a note of the pending question."""
        question = self._question(place, scene.of(Diagnosis))
        if question is None or not self.screen(place, scene).notes:
            return None
        return self._asking.write(question, text, scene)

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Decide on a command given from anywhere."""
        return self._closed(self._enter(command, place, scene), scene)

    def _enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        mine = scene.of(Diagnosis)
        if command.name == "reprendre" and place.dialogue == "dossier":
            return Move()
        if not mine.run:
            return self._none(command.name, scene)
        unfinished = self._asking.pending(mine) is not None
        if command.name == "recap" and command.argument.isdecimal():
            return self._to(int(command.argument), place, mine)
        if command.name == "recap":
            return Move(to=RECAP)
        if command.name in {"resultat", "rapport"}:
            return self._ask_for(RESULT if command.name == "resultat" else REPORT, mine)
        if command.name == "recommencer" or (command.name == "diagnostic" and not unfinished):
            return Move(to=RESTART)
        triage = command.name == "reprendre" and self._opening.under_way(mine, place)
        return Move(to=opening.HERE if triage else HERE)

    def _none(self, command: str, scene: Scene) -> Move:
        """Begin, at the word that begins; any other opens nothing for whoever accepted the notice, and stays."""
        if command == "diagnostic":
            return self._threshold.open(HERE, scene)
        if scene.of(Person).noticed:
            return Move(lead=(note(asking.NONE),))
        return Move(to=HERE, lead=(note(asking.GONE),))

    def _to(self, number: int, place: Place, mine: Diagnosis) -> Move:
        """Go to a question by its number, as to one that is answered again; it counts in the form that is asked."""
        triage = place.dialogue == opening.HERE.dialogue
        questions = self._opening.questions if triage else self._form.questions
        if not 0 < number <= len(questions):
            return Move(to=None if triage else RECAP, lead=(note(asking.numbered(len(questions))),))
        asked = questions[number - 1].id
        if triage:
            return Move(to=replace(opening.HERE, focus=asked))
        return Move(to=HERE if asked == self._asking.pending(mine) else Place(NAME, f"back:{asked}"))

    def _closed(self, move: Move, scene: Scene) -> Move:
        """Finish what a release of the grid left undone, for whoever accepted the notice."""
        now = move.scene or scene
        if self._asking.pending(now.of(Diagnosis)) or not self._threshold.crossed(now):
            return move
        return closed(self._grid, self._form, move, scene)

    def _ask_for(self, place: Place, mine: Diagnosis) -> Move:
        """Show what a finished diagnosis gives; of another, say how many questions are left."""
        if self._asking.pending(mine) is None:
            return Move(to=place)
        left = len(self._form.questions) - self._form.answered(mine.given)
        return Move(to=HERE, lead=(note(asking.questions_left(left)),))

    def _question(self, place: Place, mine: Diagnosis) -> str | None:
        """Return the id of the question of a place: the one focused, else the first still open."""
        focus, _, target = (place.focus or "").partition(":")
        if focus in _FOCUSED and self._form.find(target):
            return target
        return self._asking.pending(mine)

    def _next_left(self, mine: Diagnosis, after: str = "") -> Place:
        """Return the next question that was left aside, in the order of the grid; the result when there is none."""
        since, left = self._form.number(after), mine.unknown
        found = next((q.id for q in self._form.questions[since:] if q.id in left), None)
        return Place(NAME, f"left:{found}") if found else RESULT

    def _aside(self, mine: Diagnosis, question: str) -> Sequence[Block]:
        """Say how many questions left aside are to be seen from one on."""
        here = self._form.number(question)
        left = sum(self._form.number(asked) > here for asked in mine.unknown)
        return (asking.left_aside(left + 1),)

    def _at_question(self, place: Place, question: str, key: str, scene: Scene) -> Move:
        if key == "why":
            return self._asking.why(question)
        if key == "unnote":
            return self._asking.withdraw(question, scene)
        if key == "back":
            previous = self._form.before(question)
            how = "left" if (place.focus or "").startswith("left:") else "back"
            return Move(to=Place(NAME, f"{how}:{previous.id}")) if previous else Move()
        move = self._asking.answer(question, key, scene)
        if not move.commands or move.scene is None:
            return move
        told = move.scene.of(Diagnosis)
        lead = asking.kept(told.given[question]) if place.focus else ()
        return Move(self._after(place, told), move.commands, lead, move.scene)

    def _left(self, place: Place, key: str, mine: Diagnosis, scene: Scene) -> Move:
        if key == "again":
            return self._threshold.start(HERE, scene)
        if key == "keep":
            return Move(to=self._after(place, mine))
        if key == "resume" and self._opening.under_way(mine, place):
            return Move(to=opening.HERE)
        return Move(to=RESULT if self._asking.pending(mine) is None else HERE)

    def _after(self, place: Place, mine: Diagnosis) -> Place:
        """Return where an answer leads: to the recap of its checkpoint when it was edited there, to the next of those that
        were left aside, else to what is pending.
        """
        focus, _, target = (place.focus or "").partition(":")
        if focus == "edit" and self._form.find(target):
            return Place(NAME, f"recap:{self._grid.checkpoint_of(target).id}")
        if focus == "left":
            return self._next_left(mine, target)
        return RESULT if self._asking.pending(mine) is None else HERE


def leave(key: str) -> Move:
    """Go to the reception; a pause says how long everything is kept."""
    return Move(to=RECEPTION, lead=(note(asking.PAUSED),) if key == "pause" else ())
