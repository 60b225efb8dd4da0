"""The screens of a result: the reading, checkpoint by checkpoint, and the report to keep. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rallynov.diagnosis.model import Diagnosis, Earlier, Grid
from rallynov.diagnosis.reading import Reading, Result, nearest, read, read_before, whole
from rallynov.diagnosis.screens.asking import MENU, REPORT
from rallynov.diagnosis.screens.radar import radar
from rallynov.dialogue.screens import Block, Choice, Figure, Paper, Screen, listing, note, text, title
from rallynov.dialogue.words import Day, Say, Term, Typed, Words, plural, say

DETAILS = Choice("details", say("Checkpoint by checkpoint"))
ANSWERS = Choice("recap", say("Read and change my answers"))
COLLEAGUES = Choice("collegues", say("Answer with colleagues"))
DOSSIER = Choice("dossier", say("Prepare my dossier"))
SHEETS = Choice("fiches", say("Fact sheets"))
_CHOSEN = say("Chosen by their weight in the grid and by the points that are missing.")
BACK = Choice("result", say("Back to my result"))


def result(grid: Grid, mine: Diagnosis, *, figured: bool = True) -> Screen:
    """The reading of a finished diagnosis: total, band, coverage, what has changed, strengths, priorities.

    It is ``figured`` for whoever comes to it, and not again to whoever comes back from its details.
    """
    found = read(grid, mine.given)
    before = read_before(grid, mine)
    blocks = (
        title(say("Your result")),
        *_verdict(found),
        *_strengths(found),
        *_priorities(found),
        *(_compared(mine.earlier, found, before) if mine.earlier and before else ()),
        note(_INDICATIVE),
        note(_made(grid, mine)),
    )
    actions = (DETAILS, REPORT, DOSSIER, ANSWERS, COLLEAGUES, Choice("restart", say("New diagnosis")), MENU)
    choices = _completing(grid, mine, found) or _sheets(found.priorities)
    figure = drawn(mine, found, before) if figured else None
    return Screen("result", blocks, choices, actions, figure=figure, read=True)


_INDICATIVE = say(
    "This result is indicative. It is not a label, and it closes no door: whatever it says, you may take part."
)


def _made(grid: Grid, mine: Diagnosis) -> Say:
    version = Typed(grid.version)
    if mine.finished_at is None:
        return say("Grid {version}", version=version)
    return say("Done on {day}. Grid {version}.", day=Day(mine.finished_at), version=version)


def _completing(grid: Grid, mine: Diagnosis, found: Result) -> tuple[Choice, ...]:
    """Offer what a result that rests on too little calls for first: the questions that were left aside."""
    form = grid.form()
    aside = [asked for asked in mine.unknown if form.find(asked)]  # a release may have retired some
    if not found.indicative or not aside:
        return ()
    left = plural("Answer the question left aside", "Answer the {n} questions left aside", len(aside))
    return (Choice("left", left),)


def _sheets(readings: Sequence[Reading]) -> tuple[Choice, ...]:
    """Offer the first sheet of each checkpoint that comes next."""
    numbers = dict.fromkeys(reading.checkpoint.sheets[0] for reading in readings if reading.checkpoint.sheets)
    return tuple(
        Choice(f"sheet-{number}", say("Read the sheet “{title}”", title=Term(f"sheets:{number}:title")))
        for number in numbers
    )


def drawn(mine: Diagnosis, found: Result, before: Result | None) -> Figure | None:
    """Draw a diagnosis beside the one before; None when it rests on too little."""
    if found.indicative:
        return None
    compared = mine.earlier is not None and before is not None
    series: list[tuple[Words, Result]] = [
        (say("This diagnosis") if compared else say("Points of 100"), found)
    ]
    if mine.earlier and before:
        series.append((say("On {day}", day=Day(mine.earlier.finished_at)), before))
    return radar(say("Your ten checkpoints, in points of 100"), series)


def _compared(earlier: Earlier, found: Result, before: Result) -> list[Block]:
    """Say what has become of the total since the diagnosis before; the figure tells it checkpoint by checkpoint."""
    if found.indicative or before.indicative or found.total is None or before.total is None:
        return []
    blocks = [
        title(say("Since your diagnosis of {day}", day=Day(earlier.finished_at))),
        text(
            say(
                "You had {then} out of 100; you have {now} today.",
                then=whole(before.total),
                now=whole(found.total),
            )
        ),
    ]
    pairs = zip(before.readings, found.readings, strict=True)
    if all(old.mark == new.mark for old, new in pairs):
        blocks.append(text(say("No checkpoint has changed.")))
    return blocks


def report(mine: Diagnosis) -> Screen:
    """The report to keep."""
    words = say(
        "Here is your report, to keep, to print or to pass on: your result, each checkpoint with the evidence to "
        "gather, and your answers with your notes."
    )
    paper = Paper("report", str(mine.run), say("My diagnosis report (PDF)"))
    return Screen("report", (title(say("Your report")), text(words)), (), (BACK, MENU), papers=(paper,))


def _verdict(found: Result) -> list[Block]:
    if found.band is None or found.total is None:
        return [
            text(
                say(
                    "There is no score yet: “I do not know” and skipped questions do not count. Ask a colleague, and "
                    "come back to change your answers: they are kept."
                )
            )
        ]
    coverage = whole(found.coverage * 100)
    name = Term(f"grid:band.{found.band}:title")
    if found.indicative:
        warned = say(
            "An indicative result, to complete: your answers cover {coverage} percent of the grid, too little to "
            "conclude.",
            coverage=coverage,
        )
        so_far = say("On these answers alone: {total} out of 100.", total=whole(found.total))
        return [text(warned), note(so_far)]
    total = say("{band}: {total} out of 100.", band=name, total=whole(found.total))
    covered = note(say("Your answers cover {coverage} percent of the grid.", coverage=coverage))
    return [text(total), text(Term(f"grid:band.{found.band}:text")), covered, *_weak(found)]


def _weak(found: Result) -> list[Block]:
    if not found.to_strengthen:
        return []
    names = [Term(f"grid:{r.checkpoint.id}:title") for r in found.to_strengthen]
    return [text(say("To strengthen before you submit an entry:")), listing(*names)]


def _strengths(found: Result) -> list[Block]:
    if not found.strengths:
        return []
    rows = [_titled(r, Term(f"grid:{r.checkpoint.id}:strength")) for r in found.strengths]
    return [title(say("Your strengths")), listing(*rows)]


def _priorities(found: Result) -> list[Block]:
    if not found.priorities:
        return []
    rows = [_titled(r, step(r)) for r in found.priorities]
    return [title(say("Your next steps, the most useful first")), note(_CHOSEN), listing(*rows)]


def step(reading: Reading) -> Term:
    """Return what comes next at a checkpoint: to begin and to try, or, in place already, to follow and to share."""
    return Term(f"grid:{reading.checkpoint.id}:{'further' if reading.in_place else 'next'}")


def _titled(reading: Reading, words: Words) -> Say:
    return say("{name}: {words}", name=Term(f"grid:{reading.checkpoint.id}:title"), words=words)


def details(grid: Grid, mine: Diagnosis) -> Screen:
    """Every checkpoint with its level and, short of the top, the evidence that is missing and the sheet that helps."""
    found = read(grid, mine.given)
    rows = tuple(_detail(reading) for reading in found.readings)
    blocks = (title(say("Checkpoint by checkpoint")), listing(*rows))
    return Screen("details", blocks, (), (BACK, SHEETS, ANSWERS, MENU))


def _detail(reading: Reading) -> Say:
    name = Term(f"grid:{reading.checkpoint.id}:title")
    if not reading.applies:
        return say("{name}: does not concern you.", name=name)
    evidence = Term(f"grid:{reading.checkpoint.id}:evidence")
    if reading.mark is None:
        return _helped(
            reading,
            say("{name}: not known yet. Evidence to look for: {evidence}.", name=name, evidence=evidence),
        )
    label = Term(f"grid:scale.{nearest(reading.mark)}:label")
    points = whole(reading.mark * 100)
    if reading.mark == 1:
        return say("{name}: {points} out of 100 ({level}).", name=name, points=points, level=label)
    line = say(
        "{name}: {points} out of 100 ({level}). Evidence to gather: {evidence}.",
        name=name,
        points=points,
        level=label,
        evidence=evidence,
    )
    return _helped(reading, line)


def _helped(reading: Reading, line: Say) -> Say:
    """Name the sheets that serve a checkpoint."""
    sheets = reading.checkpoint.sheets
    if not sheets:
        return line
    helped = Term(f"sheets:{sheets[0]}:title")
    return say("{line} Sheet {number}: “{title}”.", line=line, number=Typed(sheets[0]), title=helped)
