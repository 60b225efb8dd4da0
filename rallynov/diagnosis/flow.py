"""The dialogue of the self-diagnosis: notice, questions, going back, editing one answer, recap, result.
Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from rallynov.diagnosis import screens
from rallynov.diagnosis.model import (
    NOT_CONCERNED,
    Diagnosis,
    FinishDiagnosis,
    Grid,
    SaveAnswer,
    SaveNote,
    StartDiagnosis,
)
from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Screen, note, text
from rallynov.dialogue.turn import Command, Move, Place, Scene
from rallynov.dialogue.words import Term, say
from rallynov.people.model import AcceptNotice, Person

NAME = "diagnosis"
HERE = Place(NAME)
RESULT, DETAILS, RECAP, RESTART = (Place(NAME, focus) for focus in ("result", "details", "recap", "restart"))
RECEPTION = Place()


class DiagnosisDialogue:
    """The diagnosis in conversation; ``notice`` is the version of the privacy notice in force."""

    name = NAME
    commands: Sequence[str] = ("diagnostic", "reprendre", "recap", "resultat", "recommencer")

    def __init__(self, grid: Grid, notice: str) -> None:
        self._grid = grid
        self._form = grid.form()
        self._notice = notice
        self._questions = screens.Questions(grid, self._form)

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return the notice, a question, the recap or the result, whichever the place and the answers call
        for.
        """
        mine = scene.of(Diagnosis)
        if scene.of(Person).noticed != self._notice:
            return screens.notice()
        focus, _, target = (place.focus or "").partition(":")
        if focus == "restart" and mine.run:
            return screens.restart()
        if focus == "recap" and mine.run:
            return screens.recap(self._grid, self._form, mine, target)
        question = self._question(place, mine)
        if question is not None:
            return self._questions.screen(mine, question, focus)
        if focus == "details":
            return screens.details(self._grid, mine)
        return screens.result(self._grid, mine)

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Decide on an answer or an action."""
        mine = scene.of(Diagnosis)
        if key == "accept":
            return self._accept(place, scene)
        if key in {"result", "details", "recap", "restart"}:
            return Move(to=Place(NAME, key))
        if key.startswith("recap-"):
            return Move(to=Place(NAME, "recap:" + key.removeprefix("recap-")))
        if key.startswith("edit-"):
            return Move(to=Place(NAME, "edit:" + key.removeprefix("edit-")))
        if key in {"again", "keep", "resume"}:
            return self._left(place, key, mine, scene)
        if key in {"pause", "menu"}:
            return self._leave(key)
        question = self._question(place, mine)
        return Move() if question is None else self._at_question(place, question, key, scene)

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Keep a sentence as a note of the pending question: people answer a question in words."""
        mine = scene.of(Diagnosis)
        question = self._question(place, mine)
        if question is None or not self.screen(place, scene).notes:
            return None
        if text.rstrip().endswith("?") and len(text) > 1:
            return Move(lead=(note(screens.ASKED),))
        if not _is_sentence(text):
            return None
        kept = mine.noting(question, text)
        lead = (
            note(say("I have kept your words as a note of this question.")),
            *screens.note_limit(kept.noted[question]),
            note(say("Now choose the level that fits best.")),
        )
        order = SaveNote(mine.run, question, kept.noted[question])
        return Move(commands=(order,), lead=lead, scene=scene.having(kept))

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Decide on a command given from anywhere."""
        mine = scene.of(Diagnosis)
        if not mine.run:
            return self._open(scene)
        unfinished = self._form.next_open(mine.given) is not None
        if command.name == "recap":
            return Move(to=RECAP)
        if command.name == "resultat" and unfinished:
            left = len(self._form.questions) - self._form.answered(mine.given)
            return Move(to=HERE, lead=(note(screens.questions_left(left)),))
        if command.name == "recommencer" or (command.name == "diagnostic" and not unfinished):
            return Move(to=RESTART)
        return Move(to=HERE)

    def _question(self, place: Place, mine: Diagnosis) -> str | None:
        """Return the id of the question of a place: the one focused, else the first still open."""
        focus, _, target = (place.focus or "").partition(":")
        if focus in {"edit", "back"} and self._form.find(target):
            return target
        if focus in {"result", "details"} and self._form.next_open(mine.given) is None:
            return None
        pending = self._form.next_open(mine.given)
        return pending.id if pending else None

    def _at_question(self, place: Place, question: str, key: str, scene: Scene) -> Move:
        if key == "why":
            return Move(lead=(text(Term(f"grid:{question}:why")),))
        if key == "back":
            previous = self._form.before(question)
            return Move(to=Place(NAME, f"back:{previous.id}")) if previous else Move()
        asked = self._form.find(question)
        if key == "skip" and asked:
            return self._answer(place, question, asked.skipped, scene)
        return self._answer(place, question, key, scene)

    def _answer(self, place: Place, question: str, value: str, scene: Scene) -> Move:
        mine = scene.of(Diagnosis)
        told = mine.answering(question, value)
        if value == NOT_CONCERNED and (broken := self._grid.leaves_none(told.given)):
            return Move(lead=(note(screens.one_must_apply(broken)),))
        orders: list[Command] = [SaveAnswer(mine.run, question, value)]
        over = self._form.next_open(told.given) is None
        if over and told.finished_at is None:
            orders.append(FinishDiagnosis(mine.run))
            told = Diagnosis(told.run, told.answers, told.notes, scene.now)
        lead = screens.kept(value) if place.focus else ()
        return Move(_after(place, over=over), tuple(orders), lead, scene.having(told))

    def _accept(self, place: Place, scene: Scene) -> Move:
        person = scene.of(Person).noticing(self._notice)
        opened = self._open(scene.having(person))
        return Move(opened.to or place, (AcceptNotice(self._notice), *opened.commands), (), opened.scene)

    def _open(self, scene: Scene) -> Move:
        """Open the first run once the notice is accepted; a run that exists is taken up where it was left."""
        if scene.of(Person).noticed != self._notice or scene.of(Diagnosis).run:
            return Move(to=HERE, scene=scene)
        return self._start(1, scene)

    def _start(self, run: int, scene: Scene) -> Move:
        return Move(HERE, (StartDiagnosis(run, self._grid.version),), (), scene.having(Diagnosis(run)))

    def _left(self, place: Place, key: str, mine: Diagnosis, scene: Scene) -> Move:
        if key == "again":
            return self._start(mine.run + 1, scene)
        over = self._form.next_open(mine.given) is None
        return Move(to=RESULT if key == "resume" and over else _after(place, over=over))

    @staticmethod
    def _leave(key: str) -> Move:
        lead = (
            note(say("Everything you answered is kept. Come back whenever you like, and type “resume”.")),
        )
        return Move(to=RECEPTION, lead=lead if key == "pause" else ())


def _after(place: Place, *, over: bool) -> Place:
    """Return where an answer leads: to the recap when it was edited from there, else to what is pending."""
    if (place.focus or "").startswith(("edit:", "recap:")):
        return RECAP
    return RESULT if over else HERE


def _is_sentence(text: str) -> bool:
    """Tell a sentence worth keeping from a mistyped answer: four words or more, with letters."""
    words = [word for word in text.split() if any(letter.isalpha() for letter in word)]
    return len(words) >= 4
