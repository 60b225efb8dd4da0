"""The screens of the self-diagnosis: words in the order in which a person reads them. Pure."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache
from math import ceil, floor

from rallynov.diagnosis.model import (
    LEVELS,
    NOTE_LIMIT,
    TOP,
    Checkpoint,
    Diagnosis,
    Grid,
    Reading,
    Result,
    read,
)
from rallynov.dialogue.form import Form
from rallynov.dialogue.screens import Block, Choice, Screen, listing, note, quote, text, title
from rallynov.dialogue.words import Plural, Say, Slot, Term, Typed, Words, plural, say

BACK = Choice("back", say("Back"))
SKIP = Choice("skip", say("Skip"))
WHY = Choice("why", say("Why this question?"))
PAUSE = Choice("pause", say("Pause"))
HELP = Choice("help", say("Help"))
KEEP = Choice("keep", say("Keep my answer"))
MENU = Choice("menu", say("Menu"))
NOT_NOW = Choice("menu", say("Menu"), "choices:no:synonyms")
RECAP = Choice("recap", say("Read and change my answers"))


def notice() -> Screen:
    """The privacy notice, before anything personal."""
    return Screen(
        "notice",
        (title(say("Before we begin")), text(Term("privacy:notice:summary"))),
        (Choice("accept", say("I have read this and I agree"), "choices:yes:synonyms"),),
        (NOT_NOW, HELP),
    )


@cache
def level(value: str) -> Choice:
    """One level of the common scale."""
    return Choice(value, Term(f"grid:scale.{value}:label"), f"grid:scale.{value}:synonyms")


class Questions:
    """The questions of a grid as screens; each is drawn once for everyone who stands at it alike."""

    def __init__(self, grid: Grid, form: Form) -> None:
        self._grid = grid
        self._form = form
        self._drawn = lru_cache(maxsize=4096)(self._draw)

    def screen(self, mine: Diagnosis, asked: str, focus: str) -> Screen:
        """One question, with where the person is, how long is left, and what they wrote beside it."""
        left = len(self._form.questions) - self._form.answered(mine.given)
        screen = self._drawn(asked, left, mine.given.get(asked) if focus in {"edit", "back"} else None)
        if asked not in mine.noted:
            return screen
        written = quote(Typed(mine.noted[asked]))
        return replace(screen, blocks=(*screen.blocks[:3], written, *screen.blocks[3:]), shared=False)

    def _draw(self, asked: str, left: int, given: str | None) -> Screen:
        blocks: list[Block] = [
            note(_progress(self._grid, self._form, left, asked)),
            title(Term(f"grid:{asked}:ask")),
            text(Term(f"grid:{asked}:hint")),
        ]
        if given is not None:
            blocks.append(
                note(say("Your present answer: {answer}.", answer=Term(f"grid:scale.{given}:label")))
            )
        choices = tuple(level(value) for value in self._grid.values(self._grid.checkpoint_of(asked)))
        actions = _actions(self._form, asked, given)
        return Screen(f"q:{asked}", tuple(blocks), choices, actions, notes=True, shared=True)


def _actions(form: Form, asked: str, given: str | None) -> tuple[Choice, ...]:
    actions = [WHY, SKIP if given is None else KEEP]
    if form.before(asked) is not None:
        actions.append(BACK)
    return (*actions, PAUSE, HELP)


def _progress(grid: Grid, form: Form, left: int, asked: str) -> Words:
    checkpoint = grid.checkpoint_of(asked)
    where: dict[str, Slot] = {
        "rank": grid.rank(asked),
        "ranks": len(grid.checkpoints),
        "name": Term(f"grid:{checkpoint.id}:title"),
        "number": form.number(asked),
        "total": len(form.questions),
    }
    if not left:
        return say("Checkpoint {rank} of {ranks}, {name}. Question {number} of {total}.", **where)
    return plural(
        "Checkpoint {rank} of {ranks}, {name}. Question {number} of {total}, about {n} minute left.",
        "Checkpoint {rank} of {ranks}, {name}. Question {number} of {total}, about {n} minutes left.",
        ceil(left * grid.seconds_per_question / 60),
        **where,
    )


def kept(value: str) -> tuple[Block, ...]:
    """Confirm an answer that was changed."""
    return (note(say("Kept: {answer}.", answer=Term(f"grid:scale.{value}:label"))),)


ASKED = say(
    "I cannot answer questions yet. Type “why” to know why this one is asked, or “talk to a person” to put yours."
)
"""The reply to a question typed instead of an answer."""


def note_limit(kept_note: str) -> tuple[Block, ...]:
    """Say that a note is full, when it is: nothing is dropped in silence."""
    if len(kept_note) < NOTE_LIMIT:
        return ()
    return (note(say("Only the first {n} characters of your notes are kept here.", n=NOTE_LIMIT)),)


def questions_left(left: int) -> Plural:
    """Say how many questions stand between the person and the result."""
    return plural(
        "One question is left before your result.", "{n} questions are left before your result.", left
    )


def one_must_apply(members: tuple[Checkpoint, ...]) -> Say:
    """Refuse that both sides of quality of life be set aside, and say how to mend it."""
    return say(
        "“{first}” and “{second}” cannot both be set aside: at least one concerns every initiative. Choose a level "
        "here, or “I do not know”, or go back to change an earlier answer.",
        first=Term(f"grid:{members[0].id}:title"),
        second=Term(f"grid:{members[-1].id}:title"),
    )


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


def recap(grid: Grid, form: Form, mine: Diagnosis, checkpoint_id: str) -> Screen:
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
    return Screen("recap", tuple(blocks), choices, (onward, MENU))


def _recap_one(mine: Diagnosis, checkpoint: Checkpoint) -> Screen:
    rows = tuple(_row(mine, asked) for asked in checkpoint.questions)
    choices = tuple(Choice(f"edit-{asked}", Term(f"grid:{asked}:short")) for asked in checkpoint.questions)
    blocks = (
        title(Term(f"grid:{checkpoint.id}:title")),
        listing(*rows),
        text(say("Which answer do you want to change?")),
    )
    return Screen(f"recap:{checkpoint.id}", blocks, choices, (Choice("recap", say("All my answers")), MENU))


def _row(mine: Diagnosis, asked: str) -> Say:
    given = mine.given.get(asked)
    answer = Term(f"grid:scale.{given}:label") if given else say("no answer yet")
    return say("{question}: {answer}", question=Term(f"grid:{asked}:short"), answer=answer)


def result(grid: Grid, mine: Diagnosis) -> Screen:
    """The reading of a finished diagnosis: total, band, coverage, three strengths, three priorities."""
    found = read(grid, mine.given)
    blocks = [title(say("Your result")), *_verdict(found), *_strengths(found), *_priorities(found)]
    blocks.append(
        note(
            say(
                "This result is indicative. It is not a label, and it closes no door: whatever it says, you "
                "may take part. Grid {version}.",
                version=Typed(grid.version),
            )
        )
    )
    actions = (
        Choice("details", say("Checkpoint by checkpoint")),
        RECAP,
        Choice("restart", say("New diagnosis")),
        MENU,
    )
    return Screen("result", tuple(blocks), (), actions)


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
    coverage = _whole(found.coverage * 100)
    name = Term(f"grid:band.{found.band}:title")
    total = say("{band}: {total} out of 100.", band=name, total=_whole(found.total))
    if found.indicative:
        warned = say(
            "Your answers cover {coverage} percent of the grid: too little to say more. Complete them for a firmer "
            "result.",
            coverage=coverage,
        )
        return [text(warned), text(total), *_weak(found)]
    covered = note(say("Your answers cover {coverage} percent of the grid.", coverage=coverage))
    return [text(total), text(Term(f"grid:band.{found.band}:text")), covered, *_weak(found)]


def _weak(found: Result) -> list[Block]:
    if not found.to_strengthen:
        return []
    names = [Term(f"grid:{r.checkpoint.id}:title") for r in found.to_strengthen]
    return [text(say("To strengthen before you submit an entry:")), listing(*names)]


def _whole(points: float) -> int:
    """Write points without decimals, never rounded up: 59.6 is not yet the band that begins at 60."""
    return floor(points + 1e-9)


def _strengths(found: Result) -> list[Block]:
    if not found.strengths:
        return []
    rows = [_titled(r, Term(f"grid:{r.checkpoint.id}:strength")) for r in found.strengths]
    return [title(say("Your strengths")), listing(*rows)]


def _priorities(found: Result) -> list[Block]:
    if not found.priorities:
        return []
    rows = [_titled(r, Term(f"grid:{r.checkpoint.id}:next")) for r in found.priorities]
    return [title(say("Your next steps, the most useful first")), listing(*rows)]


def _titled(reading: Reading, words: Words) -> Say:
    return say("{name}: {words}", name=Term(f"grid:{reading.checkpoint.id}:title"), words=words)


def details(grid: Grid, mine: Diagnosis) -> Screen:
    """Every checkpoint with its level and, short of the top, the evidence that is missing."""
    found = read(grid, mine.given)
    rows = tuple(_detail(reading) for reading in found.readings)
    blocks = (title(say("Checkpoint by checkpoint")), listing(*rows))
    return Screen("details", blocks, (), (Choice("result", say("Back to my result")), RECAP, MENU))


def _detail(reading: Reading) -> Say:
    name = Term(f"grid:{reading.checkpoint.id}:title")
    if not reading.applies:
        return say("{name}: does not concern you.", name=name)
    evidence = Term(f"grid:{reading.checkpoint.id}:evidence")
    if reading.mark is None:
        return say("{name}: not known yet. Evidence to look for: {evidence}.", name=name, evidence=evidence)
    nearest = LEVELS[ceil(reading.mark * TOP - 0.5)]  # half-way is the lower level: nothing is overstated
    label = Term(f"grid:scale.{nearest}:label")
    points = _whole(reading.mark * 100)
    if reading.mark == 1:
        return say("{name}: {points} out of 100 ({level}).", name=name, points=points, level=label)
    return say(
        "{name}: {points} out of 100 ({level}). Evidence to gather: {evidence}.",
        name=name,
        points=points,
        level=label,
        evidence=evidence,
    )
