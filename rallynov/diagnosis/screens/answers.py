"""The screens of answers already given: all of them, those of one checkpoint, and whether to begin again. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rallynov.diagnosis.model import Checkpoint, Diagnosis, Grid
from rallynov.diagnosis.screens.asking import MENU, REPORT
from rallynov.dialogue.form import Form, Question
from rallynov.dialogue.screens import Choice, Screen, listing, text, title
from rallynov.dialogue.words import Say, Term, Words, say


def restart(form: Form[Question], mine: Diagnosis) -> Screen:
    """Ask before a new run is opened, and say what becomes of this one: a finished one is compared with the next."""
    pending = form.next_open(mine.given)
    if mine.finished_at:
        words = say(
            "A new diagnosis begins from the first question. Your present result will be compared with the new one. If "
            "you want every answer, keep your report first."
        )
    else:
        number = form.number(pending.id) if pending else len(form.questions)
        words = say(
            "A new diagnosis begins from the first question. You are at question {number} of {total}: your answers so far "
            "will no longer be shown, and no result comes of them.",
            number=number,
            total=len(form.questions),
        )
    choices = (
        Choice("again", say("Yes, start a new diagnosis"), "choices:again:synonyms"),
        Choice("resume", say("No, go back to my answers"), "choices:no:synonyms"),
    )
    actions = (MENU,) if pending else (REPORT, MENU)
    return Screen("restart", (title(say("Start a new diagnosis?")), text(words)), choices, actions)


def recap(grid: Grid, form: Form[Question], mine: Diagnosis, checkpoint_id: str) -> Screen:
    """All answers by checkpoint; or, once one is chosen, its questions, each ready to be changed."""
    chosen = next((c for c in grid.checkpoints if c.id == checkpoint_id), None)
    pending = form.next_open(mine.given)
    onward = say("Go on with the questions") if pending else say("See my result")
    if chosen is not None:
        return _recap_one(grid, mine, chosen, onward)
    rows = tuple(_row(mine, question.id) for question in form.questions if question.id in mine.given)
    blocks = [title(say("Your answers")), listing(*rows) if rows else text(say("No answer yet."))]
    blocks.append(text(say("Which checkpoint do you want to change?")))
    choices = tuple(Choice(f"recap-{c.id}", Term(f"grid:{c.id}:title")) for c in grid.checkpoints)
    actions = (Choice("resume", onward), MENU)
    return Screen("recap", tuple(blocks), choices, actions, read=True, unseen=_named(grid.checkpoints))


def _named(checkpoints: Sequence[Checkpoint]) -> tuple[Choice, ...]:
    """Return the questions of checkpoints under the names that a recap gives them."""
    return tuple(
        Choice(f"edit-{asked}", Term(f"grid:{asked}:short")) for c in checkpoints for asked in c.questions
    )


def _recap_one(grid: Grid, mine: Diagnosis, checkpoint: Checkpoint, onward: Words) -> Screen:
    rows = tuple(_row(mine, asked) for asked in checkpoint.questions)
    choices = _named((checkpoint,))
    blocks = (
        title(Term(f"grid:{checkpoint.id}:title")),
        listing(*rows),
        text(say("Which answer do you want to change?")),
    )
    actions = (Choice("recap", say("All my answers")), Choice("onward", onward), MENU)
    others = tuple(c for c in grid.checkpoints if c is not checkpoint)
    name = f"recap:{checkpoint.id}"
    return Screen(name, blocks, choices, actions, read=True, unseen=_named(others))


def _row(mine: Diagnosis, asked: str) -> Say:
    given = mine.given.get(asked)
    answer = Term(f"grid:scale.{given}:label") if given else say("no answer yet")
    return say("{question}: {answer}", question=Term(f"grid:{asked}:short"), answer=answer)
