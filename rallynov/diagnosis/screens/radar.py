"""The readings of several runs, or of several voices, as one figure. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rallynov.diagnosis.reading import Result
from rallynov.dialogue.screens import Figure
from rallynov.dialogue.words import Term, Words, say


def radar(title: Words, series: Sequence[tuple[Words, Result]]) -> Figure:
    """Draw the checkpoints of each result, under its heading; the first is the person's own."""
    heads, results = [head for head, _ in series], [result for _, result in series]
    rows = tuple(
        (Term(f"grid:{marks[0].checkpoint.id}:title"), tuple(mark.points for mark in marks))
        for marks in zip(*(result.readings for result in results), strict=True)
    )
    return Figure("radar", title, (say("Checkpoint"), *heads), rows)
