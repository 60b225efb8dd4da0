"""The screens of answers already given: all of them, those of one checkpoint, and whether to begin again. Pure."""

from __future__ import annotations

from rallynov.diagnosis.model import Checkpoint, Diagnosis, Grid
from rallynov.diagnosis.screens.asking import MENU
from rallynov.dialogue.form import Form, Question
from rallynov.dialogue.screens import Choice, Screen, listing, text, title
from rallynov.dialogue.words import Say, Term, say


def restart() -> Screen:
    """Ask before a new run is opened: the earlier one is kept."""
    return Screen(
        "restart",
        (
            title(say("Start a new diagnosis?")),
            text(
                say(
                    "A new diagnosis begins from the first question. Your earlier answers are kept, and no longer shown here."
                )
            ),
        ),
        (
            Choice("again", say("Yes, start a new diagnosis"), "choices:again:synonyms"),
            Choice("resume", say("No, go back to my answers"), "choices:no:synonyms"),
        ),
        (MENU,),
    )


def recap(grid: Grid, form: Form[Question], mine: Diagnosis, checkpoint_id: str) -> Screen:
    """All answers by checkpoint; or, once one is chosen, its questions, each ready to be changed."""
    chosen = next((c for c in grid.checkpoints if c.id == checkpoint_id), None)
    if chosen is not None:
        return _recap_one(mine, chosen)
    pending = form.next_open(mine.given)
    rows = tuple(_row(mine, question.id) for question in form.questions if question.id in mine.given)
    blocks = [title(say("Your answers")), listing(*rows) if rows else text(say("No answer yet."))]
    blocks.append(text(say("Which checkpoint do you want to change?")))
    choices = tuple(Choice(f"recap-{c.id}", Term(f"grid:{c.id}:title")) for c in grid.checkpoints)
    onward = Choice("resume", say("Go on with the questions") if pending else say("See my result"))
    return Screen("recap", tuple(blocks), choices, (onward, MENU), read=True)


def _recap_one(mine: Diagnosis, checkpoint: Checkpoint) -> Screen:
    rows = tuple(_row(mine, asked) for asked in checkpoint.questions)
    choices = tuple(Choice(f"edit-{asked}", Term(f"grid:{asked}:short")) for asked in checkpoint.questions)
    blocks = (
        title(Term(f"grid:{checkpoint.id}:title")),
        listing(*rows),
        text(say("Which answer do you want to change?")),
    )
    return Screen(
        f"recap:{checkpoint.id}", blocks, choices, (Choice("recap", say("All my answers")), MENU), read=True
    )


def _row(mine: Diagnosis, asked: str) -> Say:
    given = mine.given.get(asked)
    answer = Term(f"grid:scale.{given}:label") if given else say("no answer yet")
    return say("{question}: {answer}", question=Term(f"grid:{asked}:short"), answer=answer)
