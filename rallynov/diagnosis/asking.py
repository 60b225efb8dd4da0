"""What the dialogues that ask the grid's questions share: the threshold of the notice, and answering. Pure."""

from __future__ import annotations

from dataclasses import replace

from rallynov.diagnosis.model import (
    NOT_CONCERNED,
    ChangeGrid,
    Diagnosis,
    DropNote,
    FinishDiagnosis,
    Grid,
    SaveAnswer,
    SaveNote,
    StartDiagnosis,
)
from rallynov.diagnosis.screens import asking
from rallynov.dialogue.form import Form, Question
from rallynov.dialogue.screens import Block, Screen, note, text
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

    @staticmethod
    def notice(scene: Scene) -> Screen:
        """Return the notice, as it is put to this person."""
        return asking.notice(again=bool(scene.of(Person).noticed))

    def accept(self, scene: Scene) -> tuple[Scene, Command]:
        """Return what is true once the notice is accepted, and the order."""
        return scene.having(scene.of(Person).noticing(self._notice)), AcceptNotice(self._notice)

    def enter(self, place: Place, scene: Scene) -> Move:
        """Accept the notice, and open the first run when there is none."""
        scene, accepted = self.accept(scene)
        opened = self.open(place, scene)
        return Move(place, (accepted, *opened.commands), opened.lead, opened.scene)

    def open(self, place: Place, scene: Scene) -> Move:
        """Open the first run once the notice is accepted; a run that exists is taken up where it was left."""
        if not self.crossed(scene) or scene.of(Diagnosis).run:
            return Move(to=place, scene=scene)
        return self.start(place, scene)

    def start(self, place: Place, scene: Scene) -> Move:
        """Open a run after those that exist; a finished one is kept, to be compared with. It is told of what it is."""
        begun = scene.of(Diagnosis).again(self._version)
        order = StartDiagnosis(begun.run, self._version)
        return Move(place, (order,), (asking.ONE_INITIATIVE,), scene.having(begun))


UNCLEAR = say("Still not clear? Type “skip” to leave this question for later, or “talk to a person”.")
"""What is said under the reason of a question, to whoever it does not help."""


def closed(grid: Grid, form: Form[Question], move: Move, scene: Scene) -> Move:
    """Add to a decision what a release of the grid left undone: a run whose every question is answered is finished.

    So is one of which the only open question is no longer asked; whoever comes to its result is told that the grid changed.
    """
    scene = move.scene or scene
    mine = scene.of(Diagnosis)
    settled = mine.finished_at is not None and not mine.asked_before(grid)
    if not mine.run or settled or form.next_open(mine.given):
        return move
    orders: list[Command] = []
    lead: tuple[Block, ...] = ()
    if mine.asked_before(grid):
        lead = (asking.changed(mine, grid, left=0),)
        orders.append(ChangeGrid(mine.run, grid.version))
        mine = mine.regraded(grid.version)
    if mine.finished_at is None:
        orders.append(FinishDiagnosis(mine.run))
        mine = mine.finishing(scene.now)
    said = (*lead, *move.lead)
    return replace(move, commands=(*move.commands, *orders), lead=said, scene=scene.having(mine))


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
        """Draw a question; ``again`` shows the answer that it already has.

        Whoever has not begun is told what it is about, and whoever began with another grid that it changed.
        """
        drawn = self._questions.screen(mine, question, again=again)
        if not mine.run:
            return drawn.led_by(asking.ONE_INITIATIVE)
        if not mine.asked_before(self._grid):
            return drawn
        left = len(self._whole.questions) - self._whole.answered(mine.given)
        return drawn.led_by(asking.changed(mine, self._grid, left))

    def answer(self, question: str, key: str, scene: Scene) -> Move:
        """Keep an answer, or the one that skipping stands for; complete, the run is finished.

        Where it leads is the dialogue's to say. What the rules of the grid refuse is said, and the question stays.
        """
        asked = self.form.find(question)
        value = asked.skipped if key == "skip" and asked else key
        if asked and not asked.accepts(value):
            return Move(lead=(note(asking.FOR_EVERY_INITIATIVE),))
        mine, opened = self._begun(scene)
        told = mine.answering(question, value)
        if value == NOT_CONCERNED and (broken := self._grid.leaves_none(told.given)):
            return Move(lead=(note(asking.one_must_apply(broken)),))
        orders: list[Command] = [*opened, SaveAnswer(mine.run, question, value)]
        if told.asked_before(self._grid):
            orders.append(ChangeGrid(mine.run, self._grid.version))
            told = told.regraded(self._grid.version)
        changed = told.finished_at is None or mine.given.get(question) != value
        if changed and self._over(told):  # what is dated is the answers as they stand
            orders.append(FinishDiagnosis(mine.run))
            told = told.finishing(scene.now)
        return Move(commands=tuple(orders), scene=scene.having(told))

    def _over(self, told: Diagnosis) -> bool:
        """Tell whether the whole grid is answered."""
        return (self._whole.next_open(told.given) if self._opening else self.pending(told)) is None

    def why(self, question: str) -> Move:
        """Say why a question is asked."""
        return Move(lead=(text(Term(f"grid:{question}:why")), note(UNCLEAR)))

    def withdraw(self, question: str, scene: Scene) -> Move:
        """Take away what was written beside a question; what says so does not quote it, for it is kept too."""
        mine = scene.of(Diagnosis)
        if question not in mine.noted:
            return Move(lead=(note(asking.NO_NOTE),))
        told = note(say("Your note is withdrawn: it is no longer kept."))
        order = DropNote(mine.run, question)
        return Move(None, (order,), (told,), scene.having(mine.unnoting(question)))

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
        begun = mine.again(self._grid.version)
        return begun, (StartDiagnosis(begun.run, self._grid.version),)


def _is_sentence(text: str) -> bool:
    """Tell a sentence worth keeping from a mistyped answer: four words or more, with letters."""
    words = [word for word in text.split() if any(letter.isalpha() for letter in word)]
    return len(words) >= 4
