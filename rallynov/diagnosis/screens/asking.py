"""The screens of asking: notice, questions, and what is said beside them. Pure."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache
from math import ceil

from rallynov.diagnosis.model import NOT_CONCERNED, NOTE_LIMIT, Checkpoint, Diagnosis, Grid
from rallynov.dialogue.form import Form, Question
from rallynov.dialogue.screens import Block, Choice, Screen, note, quote, text, title
from rallynov.dialogue.words import Plural, Say, Slot, Term, Typed, Words, plural, say

BACK = Choice("back", say("Back"))
SKIP = Choice("skip", say("Skip"))
WHY = Choice("why", say("Why this question?"))
PAUSE = Choice("pause", say("Pause"))
HELP = Choice("help", say("Help"))
KEEP = Choice("keep", say("Keep my answer"))
MENU = Choice("menu", say("Menu"))
DATA = Choice("confidentialite", say("Your data"))
NOT_NOW = Choice("menu", say("Menu"), "choices:no:synonyms")
REPORT = Choice("rapport", say("My report (PDF)"))
RECAP = Choice("recap", say("Read and change my answers"))
UNNOTE = Choice("unnote", say("Withdraw my note"), "choices:unnote:synonyms")
_WHICH = (
    Choice("unnote", UNNOTE.label, "choices:which:synonyms"),
    Choice("effacer", say("Erase everything"), "choices:which:synonyms"),
)
"""What a mere « erase » may mean beside a note: it is asked."""
PAUSED = say("Your answers are kept for three months after your last visit. To come back, type “resume”.")
"""What is said to whoever leaves; how long it is kept is the rule ``visit`` of ``retention.toml``."""
GONE = say(
    "There are no answers of yours here, or no longer: you erased them, or they went three months after your last visit. "
    "We begin at the start."
)
"""What is said to whoever comes back to answers of which there is none."""
NONE = say("You have no diagnosis here. To begin one, type “/diagnostic”.")
"""What is said to whoever comes back to a diagnosis that they have not begun."""
ONE_INITIATIVE = note(
    say(
        "Think of one initiative alone: a precise change in the work, a service or an organisation. For another one, you "
        "will do the diagnosis again."
    )
)
"""What is told once, before the first question of a run."""
NO_NOTE = say(
    "This question has no note. A note is withdrawn at the question that holds it: type “recap” to go there."
)
"""What is said to whoever would withdraw a note where there is none."""
FOR_EVERY_INITIATIVE = say("This checkpoint concerns every initiative: choose a level, or “I do not know”.")
"""What is said to whoever would set aside what cannot be."""


def notice(*, again: bool = False) -> Screen:
    """The privacy notice, before anything personal; put ``again`` to whoever accepted another version of it."""
    changed = (note(say("This notice has changed since you accepted it. Your answers are kept.")),)
    return Screen(
        "notice",
        (*(changed if again else ()), title(say("Before we begin")), text(Term("privacy:notice:summary"))),
        (Choice("accept", say("I have read this and I agree"), "choices:consent:synonyms"),),
        (NOT_NOW, DATA, HELP),
    )


@cache
def level(value: str) -> Choice:
    """One level of the common scale."""
    return Choice(value, Term(f"grid:scale.{value}:label"), f"grid:scale.{value}:synonyms")


class Questions:
    """The questions of a form as screens; each is drawn once for everyone who stands at it alike.

    The ``opening`` questions are few: they say how many, and not which checkpoint they belong to.
    """

    def __init__(self, grid: Grid, form: Form[Question], *, opening: bool = False) -> None:
        self._grid = grid
        self._form = form
        self._opening = opening
        self._drawn = lru_cache(maxsize=4096)(self._draw)

    def screen(self, mine: Diagnosis, asked: str, *, again: bool) -> Screen:
        """One question, with where the person is, how long is left, and what they wrote beside it."""
        left = len(self._form.questions) - self._form.answered(mine.given)
        screen = self._drawn(asked, left, mine.given.get(asked) if again else None)
        if asked not in mine.noted:
            return screen
        written = note(say("Your note on this question:")), quote(Typed(mine.noted[asked]))
        blocks, kept = (*screen.blocks[:3], *written, *screen.blocks[3:]), screen.actions
        actions, unseen = (*kept[:2], UNNOTE, *kept[2:]), (*screen.unseen, *_WHICH)
        return replace(screen, blocks=blocks, actions=actions, shared=False, unseen=unseen)

    def _draw(self, asked: str, left: int, given: str | None) -> Screen:
        blocks: list[Block] = [
            note(self._progress(left, asked)),
            title(Term(f"grid:{asked}:ask")),
            text(Term(f"grid:{asked}:hint")),
        ]
        if given is not None:
            blocks.append(
                note(say("Your present answer: {answer}.", answer=Term(f"grid:scale.{given}:label")))
            )
        values = self._grid.values(self._grid.checkpoint_of(asked))
        choices = tuple(level(value) for value in values)
        unseen = (UNNOTE,) if NOT_CONCERNED in values else (level(NOT_CONCERNED), UNNOTE)
        actions = _actions(self._form, asked, given)
        name = f"opening:{asked}" if self._opening else f"q:{asked}"
        return Screen(name, tuple(blocks), choices, actions, notes=True, shared=True, unseen=unseen)

    def _progress(self, left: int, asked: str) -> Words:
        number, total = self._form.number(asked), len(self._form.questions)
        if self._opening:
            return say(
                "Question {number} of {total}, to know whether you are concerned.", number=number, total=total
            )
        checkpoint = self._grid.checkpoint_of(asked)
        where: dict[str, Slot] = {
            "rank": self._grid.rank(asked),
            "ranks": len(self._grid.checkpoints),
            "name": Term(f"grid:{checkpoint.id}:title"),
            "number": number,
            "total": total,
        }
        if not left:
            return say("Checkpoint {rank} of {ranks}, {name}. Question {number} of {total}.", **where)
        return plural(
            "Checkpoint {rank} of {ranks}, {name}. Question {number} of {total}, about {n} minute left.",
            "Checkpoint {rank} of {ranks}, {name}. Question {number} of {total}, about {n} minutes left.",
            ceil(left * self._grid.seconds_per_question / 60),
            **where,
        )


def _actions(form: Form[Question], asked: str, given: str | None) -> tuple[Choice, ...]:
    actions = [WHY, SKIP if given is None else KEEP]
    if form.before(asked) is not None:
        actions.append(BACK)
    return (*actions, PAUSE, HELP)


def kept(value: str) -> tuple[Block, ...]:
    """Confirm an answer that was changed."""
    return (note(say("Kept: {answer}.", answer=Term(f"grid:scale.{value}:label"))),)


def note_limit(kept_note: str) -> tuple[Block, ...]:
    """Say that a note is full, when it is: nothing is dropped in silence."""
    if len(kept_note) < NOTE_LIMIT:
        return ()
    return (note(say("Only the first {n} characters of your notes are kept here.", n=NOTE_LIMIT)),)


def changed(mine: Diagnosis, grid: Grid, left: int) -> Block:
    """Say that the grid is not the one of the answers, and how many questions of a finished run are to be answered."""
    versions: dict[str, Slot] = {"before": Typed(mine.version), "now": Typed(grid.version)}
    if mine.finished_at and left:
        words: Words = plural(
            "The grid has changed ({before}, now {now}): one question is new. Your answers are kept.",
            "The grid has changed ({before}, now {now}): {n} questions are new. Your answers are kept.",
            left,
            **versions,
        )
    else:
        words = say("The grid has changed ({before}, now {now}). Your answers are kept.", **versions)
    return note(words)


def questions_left(left: int) -> Plural:
    """Say how many questions stand between the person and the result."""
    return plural(
        "One question is left before your result.", "{n} questions are left before your result.", left
    )


def numbered(total: int) -> Say:
    """Say how many questions there are, to whoever names one by a number that none has."""
    return say("There are {total} questions here.", total=total)


def left_aside(left: int) -> Block:
    """Say how many of the questions that were left aside are still to be seen, with this one."""
    return note(
        plural(
            "Questions left aside: this is the last one.",
            "Questions left aside: {n} to see, with this one.",
            left,
        )
    )


def one_must_apply(members: tuple[Checkpoint, ...]) -> Say:
    """Refuse that both sides of quality of life be set aside, and say how to mend it."""
    return say(
        "“{first}” and “{second}” cannot both be set aside: at least one concerns every initiative. Choose a level "
        "here, or “I do not know”, or go back to change an earlier answer.",
        first=Term(f"grid:{members[0].id}:title"),
        second=Term(f"grid:{members[-1].id}:title"),
    )
