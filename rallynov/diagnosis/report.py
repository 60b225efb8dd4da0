"""The report of a diagnosis, as the words and figures that its template prints; this page is the summary.

Decides what is said and in which order; knows no file, no clock and no page. It says no more than the answers do: what
is not known is said to be, and points are never rounded up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from rallynov.diagnosis.model import Checkpoint, Diagnosis, Grid
from rallynov.diagnosis.reading import Reading, Result, read, read_before
from rallynov.diagnosis.report_rows import answers, checkpoints, method
from rallynov.diagnosis.screens.result import drawn, step
from rallynov.dialogue.form import Form, Question
from rallynov.dialogue.words import Day, Term, Typed, Words, plural, say
from rallynov.figures.model import Plot, points
from rallynov.figures.radar import described
from rallynov.wording import Wording

Given: TypeAlias = dict[str, object]
Speak: TypeAlias = Callable[[Words], str]
DASH = "–"


@dataclass(frozen=True, slots=True)
class Kept:
    """A run as it was kept: its answers, the edition's title, and when the last was given."""

    diagnosis: Diagnosis
    edition: str
    at: datetime


def report_data(grid: Grid, kept: Kept, wording: Wording, language: str) -> Given:
    """Return everything that the template prints, in one language."""

    def speak(words: Words) -> str:
        return wording.word(words, language)

    mine = kept.diagnosis
    found = read(grid, mine.given)
    edition, day = Typed(kept.edition), Day(kept.at)
    return {
        "language": language,
        "title": speak(say("Your self-diagnosis")),
        "brand": kept.edition,
        "lines": [
            speak(say("Answers of {day}", day=day)),
            speak(say("Grid {version}", version=Typed(grid.version))),
        ],
        "running": speak(say("{edition}. Self-diagnosis of {day}.", edition=edition, day=day)),
        "struck": speak(say("▯ stands for a sign that this document cannot print.")),
        **_verdict(found, grid.form(), mine, speak),
        "since": _since(grid, mine, found, speak),
        "radar": _radar(plot(grid, mine, wording, language), found, speak),
        "strengths": _listed(say("Your strengths"), found.strengths, _strength, speak),
        "steps": _steps(found, speak),
        "checkpoints": checkpoints(found, wording, language),
        "answers": answers(grid, mine, speak),
        "method": method(grid, speak),
    }


def plot(grid: Grid, mine: Diagnosis, wording: Wording, language: str) -> Plot | None:
    """Return the radar of a diagnosis beside the one before; None when nothing is scored."""
    before = read_before(grid, mine)
    figure = drawn(mine, read(grid, mine.given), before)
    if figure is None:
        return None
    rows = tuple((wording.word(label, language), points) for label, points in figure.rows)
    heads = tuple(wording.word(head, language) for head in figure.columns)
    return Plot(wording.word(figure.title, language), heads, rows)


def _title(checkpoint: Checkpoint) -> Term:
    return Term(f"grid:{checkpoint.id}:title")


def _verdict(found: Result, form: Form[Question], mine: Diagnosis, speak: Speak) -> Given:
    """Say the score in honest words: none when nothing is known, and how much of the grid it rests on."""
    answered, total = form.answered(mine.given), len(form.questions)
    under_way = plural(
        "{n} question of {total} has an answer: this diagnosis is under way.",
        "{n} questions of {total} have an answer: this diagnosis is under way.",
        answered,
        total=total,
    )
    return {
        "heading": speak(say("Your result")),
        "score": _score(found, speak),
        "under_way": speak(under_way) if answered < total else "",
        "coverage": {"share": found.coverage, "words": speak(_coverage(found))},
        "weak": {
            "words": speak(say("To strengthen before you submit an entry:")),
            "names": [speak(_title(reading.checkpoint)) for reading in found.to_strengthen],
        },
        "indicative": speak(
            say(
                "This result is indicative. It is not a label, and it closes no door: whatever it says, you may take "
                "part."
            )
        ),
    }


def _score(found: Result, speak: Speak) -> Given | None:
    """Return total and band; ``firm`` is false, and there is no band, when they rest on too little."""
    if found.band is None or found.total is None:
        return None
    total, band = int(points(found.total, "0")), Term(f"grid:band.{found.band}:title")
    if found.indicative:
        so_far = say("On these answers alone: {total} out of 100.", total=total)
        return {"firm": False, "words": speak(say("A result to complete")), "so_far": speak(so_far)}
    return {
        "firm": True,
        "points": str(total),
        "of": speak(say("out of 100")),
        "band": speak(band),
        "words": speak(Term(f"grid:band.{found.band}:text")),
    }


def _coverage(found: Result) -> Words:
    """Say how much of the grid the score rests on; that there is none when nothing is scored."""
    if found.total is None:
        return say(
            "There is no score yet: “I do not know” and skipped questions do not count. Ask a colleague, and "
            "come back to change your answers: they are kept."
        )
    coverage = int(points(found.coverage * 100, "0"))
    if found.indicative:
        return say(
            "Your answers cover {coverage} percent of the grid: too little to say more. Complete them for a firmer "
            "result.",
            coverage=coverage,
        )
    return say("Your answers cover {coverage} percent of the grid.", coverage=coverage)


def _since(grid: Grid, mine: Diagnosis, found: Result, speak: Speak) -> Given | None:
    """Compare with the diagnosis before: both totals, and the checkpoints that rose or fell."""
    before = read_before(grid, mine)
    if mine.earlier is None or before is None:
        return None
    sentences: list[Words] = []
    if found.total is not None and before.total is not None:
        now, then = (int(points(result.total, "0")) for result in (found, before))
        sentences.append(say("{then} out of 100 then, {now} out of 100 now.", then=then, now=now))
    pairs = [
        (new.checkpoint, old.mark, new.mark)
        for old, new in zip(before.readings, found.readings, strict=True)
        if old.mark is not None and new.mark is not None
    ]
    if rose := [_title(checkpoint) for checkpoint, old, new in pairs if new > old]:
        sentences.append(say("Higher: {names}.", names=Typed(", ".join(map(speak, rose)))))
    if fell := [_title(checkpoint) for checkpoint, old, new in pairs if new < old]:
        sentences.append(say("Lower: {names}.", names=Typed(", ".join(map(speak, fell)))))
    if not rose and not fell:
        sentences.append(say("No checkpoint has changed."))
    title = say("Since your diagnosis of {day}", day=Day(mine.earlier.finished_at))
    return {"title": speak(title), "sentences": [speak(one) for one in sentences]}


def _radar(drawn: Plot | None, found: Result, speak: Speak) -> Given | None:
    """Return the same figures three times: named, as a table, and as the words that stand for the picture."""
    if drawn is None:
        return None
    rows = []
    for reading, (name, got) in zip(found.readings, drawn.rows, strict=True):
        absent = say("not known") if reading.applies else say("not concerned")
        rows.append([name, points(got[0], speak(absent)), *(points(value, DASH) for value in got[1:])])
    return {
        "title": drawn.title,
        "alt": f"{drawn.title}. {described(drawn, DASH)}",
        "head": list(drawn.columns),
        "rows": rows,
    }


def _steps(found: Result, speak: Speak) -> Given:
    """Return the next steps; where too little is known to choose them, the essential checkpoints to begin with."""
    if found.priorities:
        return _listed(say("Your next steps, the most useful first"), found.priorities, step, speak)
    essential = [r for r in found.readings if r.checkpoint.essential and r.applies and r.covered < 1]
    return _listed(say("Where to begin"), essential, step, speak)


def _strength(reading: Reading) -> Term:
    return Term(f"grid:{reading.checkpoint.id}:strength")


def _listed(
    title: Words, readings: Sequence[Reading], told: Callable[[Reading], Term], speak: Speak
) -> Given:
    """Return up to three checkpoints, each with the sentence that the grid has for it."""
    items = [
        {"name": speak(_title(reading.checkpoint)), "words": speak(told(reading))} for reading in readings
    ]
    return {"title": speak(title), "items": items}
