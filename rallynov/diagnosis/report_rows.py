"""The rows of a report: one line a checkpoint, every answer with its note, and how it was all computed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import ceil
from typing import TypeAlias

from rallynov.diagnosis.model import LEVELS, NOT_CONCERNED, TOP, UNKNOWN, Checkpoint, Diagnosis, Grid
from rallynov.diagnosis.reading import INDICATIVE_BELOW, Band, Reading, Result
from rallynov.diagnosis.screens.result import step
from rallynov.dialogue.words import Say, Term, Words, say
from rallynov.figures.model import points
from rallynov.wording import Wording

Given: TypeAlias = dict[str, object]
Speak: TypeAlias = Callable[[Words], str]


def checkpoints(found: Result, wording: Wording, language: str) -> Given:
    """Return one line a checkpoint: level, evidence to gather, next step, sheets that help."""

    def speak(words: Words) -> str:
        return wording.word(words, language)

    heads = (
        say("Checkpoint"), say("Level"), say("Evidence to gather"), say("Next step"), say("Fact sheets")
    )  # fmt: skip
    return {
        "title": speak(say("Checkpoint by checkpoint")),
        "head": [speak(head) for head in heads],
        "rows": [
            _checkpoint(
                rank, reading, speak, wording.texts(f"grid:{reading.checkpoint.id}:evidence", language)
            )
            for rank, reading in enumerate(found.readings, 1)
        ],
    }


def _checkpoint(rank: int, reading: Reading, speak: Speak, evidence: tuple[str, ...]) -> Given:
    checkpoint = reading.checkpoint
    row: Given = {"rank": rank, "name": speak(_title(checkpoint)), "level": None}
    if not reading.applies:
        aside = say("This checkpoint does not concern you: it is left out of the result.")
        return row | {"aside": speak(aside), "label": speak(Term("grid:scale.nc:short"))}
    if reading.mark is None:
        row["label"] = speak(Term(f"grid:scale.{UNKNOWN}:short"))
    else:
        level = ceil(reading.mark * TOP - 0.5)  # half-way is the lower level: nothing is overstated
        row["level"] = level
        row["label"] = speak(Term(f"grid:scale.{LEVELS[level]}:label"))
        row["points"] = speak(say("{points} out of 100", points=int(points(reading.mark * 100, "0"))))
    done = say("Nothing more to do here: tell others how you did it.")
    return row | {
        "evidence": list(evidence),
        "next": speak(done if reading.mark == 1 else step(reading)),
        "sheets": [
            {"number": number, "title": speak(Term(f"sheets:{number}:title"))} for number in checkpoint.sheets
        ],
    }


def answers(grid: Grid, mine: Diagnosis, speak: Speak) -> Given:
    """Return every question with its answer and what the person wrote beside it, by checkpoint."""
    form = grid.form()
    return {
        "title": speak(say("Your answers")),
        "head": [speak(say("Question")), speak(say("Your answer"))],
        "note": speak(say("Your note:")),
        "groups": [
            {
                "name": speak(_title(checkpoint)),
                "rows": [_answer(form.number(asked), asked, mine, speak) for asked in checkpoint.questions],
            }
            for checkpoint in grid.checkpoints
        ],
    }


def _answer(number: int, asked: str, mine: Diagnosis, speak: Speak) -> Given:
    value = mine.given.get(asked)
    known = value in {*LEVELS, UNKNOWN, NOT_CONCERNED}
    label = Term(f"grid:scale.{value}:label") if known else say("no answer yet")
    return {
        "number": number,
        "ask": speak(Term(f"grid:{asked}:ask")),
        "answer": speak(label),
        "level": int(value) if value in LEVELS else None,
        "note": mine.noted.get(asked, ""),
    }


def method(grid: Grid, speak: Speak) -> Given:
    """Say how the result was computed, and what becomes of the answers and of this document."""
    return {
        "title": speak(say("How this result is computed")),
        "items": [speak(one) for one in _rules()],
        "bands": [speak(one) for one in _bands()],
        "bands_title": speak(say("The bands of the total")),
        "weights_title": speak(say("The weight of each checkpoint")),
        "weights_head": [speak(say("Checkpoint")), speak(say("Weight"))],
        "weights": [[speak(_title(checkpoint)), str(checkpoint.weight)] for checkpoint in grid.checkpoints],
        "data_title": speak(say("This document and your data")),
        "data": [speak(one) for one in _custody()],
    }


def _rules() -> tuple[Words, ...]:
    return (
        say(
            "Each answer is worth 0 (“{lowest}”) to {top} points (“{highest}”).",
            lowest=Term(f"grid:scale.{LEVELS[0]}:label"),
            highest=Term(f"grid:scale.{LEVELS[-1]}:label"),
            top=TOP,
        ),
        say(
            "The score of a checkpoint is the mean of its answers, brought to 100. Its level is the nearest one; "
            "half-way, the lower one."
        ),
        say("The total is the mean of the checkpoints, each with its weight. Points are never rounded up."),
        say(
            "“I do not know” is not worth 0: it is left out, and the part of the grid that your answers cover "
            "shrinks. Below {least} percent, the result is too incomplete to say more.",
            least=round(INDICATIVE_BELOW * 100),
        ),
        say("A checkpoint that does not concern you is left out of the total."),
        say("Only your answers were used. Nobody read or checked them."),
    )


def _bands() -> list[Say]:
    floors = [*((band, band.floor) for band in Band), (None, 101)]
    return [
        say("{band}: {low} to {high}", band=Term(f"grid:band.{band}:title"), low=low, high=above - 1)
        for (band, low), (_, above) in pairwise(floors)
    ]


def _custody() -> tuple[Words, ...]:
    return (
        say(
            "This document is yours. We keep no copy: it is made from your answers each time that it is asked for."
        ),
        say("It holds your notes. Read them again before you pass it on."),
        say(
            "To erase your answers at once, send “/effacer” in the conversation. Without news of you, they are "
            "erased three months after your last visit. This file stays where you saved it."
        ),
    )


def _title(checkpoint: Checkpoint) -> Term:
    return Term(f"grid:{checkpoint.id}:title")
