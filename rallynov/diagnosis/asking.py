"""What the dialogues that ask the grid's questions share: the threshold of the notice, and answering. Pure."""

from __future__ import annotations

from rallynov.diagnosis.model import (
    NOT_CONCERNED,
    Diagnosis,
    FinishDiagnosis,
    Grid,
    SaveAnswer,
    SaveNote,
    StartDiagnosis,
)
from rallynov.diagnosis.screens import asking
from rallynov.dialogue.form import Form, Question
from rallynov.dialogue.screens import Screen, note, text
from rallynov.dialogue.turn import Command, Move, Place, Scene
from rallynov.dialogue.words import Term, say
from rallynov.people.model import AcceptNotice, Person


class Threshold:
    """Nothing is asked before the notice in force was accepted; accepting it opens the first run."""

    def __init__(self, grid: Grid, notice: str) -> None:
        self._version = grid.version
        self._notice = notice

    def crossed(self, scene: Scene) -> bool:
        """Tell whether the person has accepted the notice in force."""
        return scene.of(Person).noticed == self._notice

    def accept(self, scene: Scene) -> tuple[Scene, Command]:
        """Return what is true once the notice is accepted, and the order."""
        return scene.having(scene.of(Person).noticing(self._notice)), AcceptNotice(self._notice)

    def enter(self, place: Place, scene: Scene) -> Move:
        """Accept the notice, and open the first run when there is none."""
        scene, accepted = self.accept(scene)
        opened = self.open(place, scene)
        return Move(place, (accepted, *opened.commands), (), opened.scene)

    def open(self, place: Place, scene: Scene) -> Move:
        """Open the first run once the notice is accepted; a run that exists is taken up where it was left."""
        if not self.crossed(scene) or scene.of(Diagnosis).run:
            return Move(to=place, scene=scene)
        return self.start(place, scene)

    def start(self, place: Place, scene: Scene) -> Move:
        """Open a run after those that exist; a finished one is kept, to be compared with."""
        begun = scene.of(Diagnosis).again()
        return Move(place, (StartDiagnosis(begun.run, self._version),), (), scene.having(begun))


class Asking:
    """Answering the questions of a form: those of the whole grid, or the few of the opening."""

    def __init__(self, grid: Grid, form: Form[Question], *, opening: bool = False) -> None:
        self._grid = grid
        self._whole = grid.form()
        self.form = form
        self._opening = opening
        self._last: tuple[Diagnosis, str | None] = (Diagnosis(), None)
        self._questions = asking.Questions(grid, form, opening=opening)

    def pending(self, mine: Diagnosis) -> str | None:
        """Return the first question still to answer; a turn asks several times of one diagnosis."""
        last, pending = self._last
        if last is not mine:
            question = self.form.next_open(mine.given)
            pending = question.id if question else None
            self._last = (mine, pending)
        return pending

    def screen(self, mine: Diagnosis, question: str, *, again: bool) -> Screen:
        """Draw a question; ``again`` shows the answer that it already has."""
        return self._questions.screen(mine, question, again=again)

    def answer(self, question: str, key: str, scene: Scene) -> Move:
        """Keep an answer, or the one that skipping stands for; complete, the run is finished.

        Where it leads is the dialogue's to say. What the rules of the grid refuse is said, and the question stays.
        """
        asked = self.form.find(question)
        value = asked.skipped if key == "skip" and asked else key
        mine, opened = self._begun(scene)
        told = mine.answering(question, value)
        if value == NOT_CONCERNED and (broken := self._grid.leaves_none(told.given)):
            return Move(lead=(note(asking.one_must_apply(broken)),))
        orders: list[Command] = [*opened, SaveAnswer(mine.run, question, value)]
        if told.finished_at is None and self._over(told):
            orders.append(FinishDiagnosis(mine.run))
            told = told.finishing(scene.now)
        return Move(commands=tuple(orders), scene=scene.having(told))

    def _over(self, told: Diagnosis) -> bool:
        """Tell whether the whole grid is answered."""
        return (self._whole.next_open(told.given) if self._opening else self.pending(told)) is None

    def why(self, question: str) -> Move:
        """Say why a question is asked."""
        return Move(lead=(text(Term(f"grid:{question}:why")),))

    def write(self, question: str, text: str, scene: Scene) -> Move | None:
        """Keep a sentence as a note of the question: people answer in words. None when it is no sentence."""
        if not _is_sentence(text):
            return None
        mine, opened = self._begun(scene)
        kept = mine.noting(question, text)
        lead = (
            note(say("I have kept your words as a note of this question.")),
            *asking.note_limit(kept.noted[question]),
            note(say("Now choose the level that fits best.")),
        )
        order = SaveNote(mine.run, question, kept.noted[question])
        return Move(commands=(*opened, order), lead=lead, scene=scene.having(kept))

    def _begun(self, scene: Scene) -> tuple[Diagnosis, tuple[Command, ...]]:
        """Return the run in progress; whoever accepted the notice elsewhere opens the first one with an answer."""
        mine = scene.of(Diagnosis)
        if mine.run:
            return mine, ()
        begun = mine.again()
        return begun, (StartDiagnosis(begun.run, self._grid.version),)


def _is_sentence(text: str) -> bool:
    """Tell a sentence worth keeping from a mistyped answer: four words or more, with letters."""
    words = [word for word in text.split() if any(letter.isalpha() for letter in word)]
    return len(words) >= 4
