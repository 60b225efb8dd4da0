"""The screens of answers already given: all of them, those of one checkpoint, and whether to begin again. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rallynov.diagnosis.model import Checkpoint, Diagnosis, Grid
from rallynov.diagnosis.screens.asking import MENU, REPORT
from rallynov.dialogue.form import Form, Question
from rallynov.dialogue.screens import Block, Choice, Screen, listing, note, text, title
from rallynov.dialogue.words import Say, Term, Words, say


def restart(form: Form[Question], mine: Diagnosis) -> Screen:
    """Ask before a new run is opened, and say what becomes of this one: a finished one is compared with the next."""
    pending = form.next_open(mine.given)
    if mine.finished_at:
        words = say(
            "A new diagnosis begins from the first question. Your present result will be compared with the new one. If "
            "you want every answer, keep your report first."
        )
    elif not mine.given and not mine.noted:
        words = say(
            "You are at the first question of {total}: there is nothing to begin again.",
            total=len(form.questions),
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
    told = [c for c in grid.checkpoints if any(_said(mine, asked) for asked in c.questions)]
    blocks = [title(say("Your answers")), *(block for c in told for block in _answered(mine, c))]
    blocks.append(text(say("Which checkpoint do you want to change?") if told else say("No answer yet.")))
    choices = tuple(Choice(f"recap-{c.id}", Term(f"grid:{c.id}:title")) for c in told)
    actions = (Choice("resume", onward), MENU)
    return Screen("recap", tuple(blocks), choices, actions, read=True, unseen=_named(grid.checkpoints))


def _said(mine: Diagnosis, asked: str) -> bool:
    """Tell whether a question holds an answer or a note."""
    return asked in mine.given or asked in mine.noted


def _answered(mine: Diagnosis, checkpoint: Checkpoint) -> tuple[Block, ...]:
    """Return the answers of a checkpoint under its name."""
    rows = (_row(mine, asked) for asked in checkpoint.questions if _said(mine, asked))
    return note(Term(f"grid:{checkpoint.id}:title")), listing(*rows)


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
    if asked in mine.noted:
        return say("{question}: {answer} (note)", question=Term(f"grid:{asked}:short"), answer=answer)
    return say("{question}: {answer}", question=Term(f"grid:{asked}:short"), answer=answer)
