"""The screens of fields that hold several things: choices that are ticked, rows and files that are added. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rallynov.dialogue.screens import Block, Choice, Screen, listing, note, quote, text, title
from rallynov.dialogue.words import Term, Typed, Words, say
from rallynov.initiatives.attachments import words
from rallynov.initiatives.model import Dossier, DossierForm, Field, Json
from rallynov.initiatives.pending import Pending
from rallynov.initiatives.reading.columns import of_column
from rallynov.initiatives.reading.result import Doubt, Refusal, Value
from rallynov.initiatives.reading.showing import show
from rallynov.initiatives.reading.spoken import ALL, NONE
from rallynov.initiatives.screens.parts import BACK, HELP, NO, PAUSE, RECAP, YES
from rallynov.initiatives.screens.question import Questions, option, remarked
from rallynov.initiatives.spots import Spot

DONE = Choice("done", say("That is all"), "choices:done:synonyms")
_KEPT = Choice("keep", DONE.label, DONE.synonyms)
"""What is ticked already is all: said in the words that the screen proposes."""
ADD = Choice("add", say("Add one"), "choices:add:synonyms")


def narrowed(field: Field, given: Mapping[str, Json]) -> Field:
    """Return a field of several choices without those that stand for fields that hold nothing: what may be published
    is chosen among what was written.
    """
    if ALL not in field.options:
        return field
    return field.model_copy(
        update={"options": tuple(o for o in field.options if o in {ALL, NONE} or o in given)}
    )


def ticking(questions: Questions, spot: Spot, dossier: Dossier, pending: Pending) -> Screen:
    """Several choices: a press ticks or unticks, figures typed together are the whole answer."""
    if isinstance(pending.reading, Doubt | Value):
        return questions.screen(spot, dossier, pending)
    chosen = pending.chosen
    choices = tuple(_ticked(option(pending.field, one), one in chosen) for one in pending.field.options)
    blocks = [*questions.asking(dossier, pending), *remarked(dossier, pending)]
    blocks.append(note(say("Press each of them, then say that this is all.")))
    actions = questions.actions(spot, dossier, pending)
    if isinstance(pending.draft, list) and pending.field.accepts(pending.draft):
        actions = (DONE, *(one for one in actions if one.key not in {"keep", "skip", "skip_all"}))
    mend = Term(f"form:{pending.field.id}:mend")
    unseen = (_KEPT,) if any(one.key == "keep" for one in actions) else ()
    return Screen(
        f"f:{pending.field.id}", tuple(blocks), choices, actions, free=True, mend=mend, unseen=unseen
    )


def _ticked(choice: Choice, ticked: bool) -> Choice:  # noqa: FBT001 - a state, not a mode
    return replace(choice, label=say("✓ {option}", option=choice.label)) if ticked else choice


def files(questions: Questions, spot: Spot, dossier: Dossier, pending: Pending, form: DossierForm) -> Screen:
    """The files of a dossier: which may be added, and what became of those that were sent."""
    lines = [words.line(one, form) for one in dossier.attachments]
    blocks = (
        *questions.asking(dossier, pending),
        note(words.rule(form)),
        *((listing(*lines),) if lines else ()),
        *remarked(dossier, pending),
    )
    drop = tuple(
        Choice(f"unfile-{one.id[:12]}", say("Take out: {row}", row=Typed(one.name)))
        for one in dossier.attachments
    )
    actions = questions.actions(spot, dossier, pending)
    if dossier.attachments:
        actions = (DONE, *(one for one in actions if one.key not in {"skip", "skip_all"}))
    mend = Term(f"form:{pending.field.id}:mend")
    return Screen(f"f:{pending.field.id}", blocks, drop, actions, free=True, mend=mend)


def rows(questions: Questions, spot: Spot, dossier: Dossier, pending: Pending) -> Screen:
    """Rows: those that are kept; or the column that comes next of the one being written."""
    if pending.column is None:
        return _kept(questions, dossier, pending)
    return _column(questions, spot, dossier, pending, pending.column)


def _kept(questions: Questions, dossier: Dossier, pending: Pending) -> Screen:
    field = pending.field
    shown = [show(field, [row]) for row in pending.rows]
    blocks = (
        questions.header(dossier, field),
        title(Term(f"form:{field.id}:short")),
        listing(*shown),
        *remarked(dossier, pending),
    )
    full = field.most is not None and len(shown) >= field.most
    add = () if full else (ADD,)
    drop = tuple(
        Choice(f"drop-{n}", say("Take out: {row}", row=_headed(field, row)))
        for n, row in enumerate(pending.rows)
    )
    return Screen(f"f:{field.id}", blocks, (*add, DONE, *drop), (BACK, RECAP, PAUSE, HELP))


def _headed(field: Field, row: Json) -> Words:
    """Name a row by its first column."""
    first = field.columns[0]
    return show(of_column(field, first), row.get(first.id)) if isinstance(row, Mapping) else Typed("")


def _column(questions: Questions, spot: Spot, dossier: Dossier, pending: Pending, column: Field) -> Screen:
    written = pending.row or {}
    actions = questions.actions(spot, dossier, pending)
    if written or pending.rows:
        actions = (Choice("undo", say("Leave this one out")), *actions)
    if not column.required:
        actions = (Choice("empty", say("Nothing here")), *actions)
    if isinstance(pending.reading, Doubt | Value):
        doubt = pending.reading
        ask = doubt.ask if isinstance(doubt, Doubt) else say("Here is what you had typed. Do I keep it?")
        asked = (questions.header(dossier, pending.field), title(Term(f"form:{column.id}:label")))
        blocks: tuple[Block, ...] = (*asked, quote(Typed(pending.typed)), text(ask))
        choices = doubts(column, doubt)
        return Screen(f"doubt:{column.id}", blocks, choices, actions, free=True)
    if not written and not pending.rows:
        return Screen(f"f:{column.id}", _first(questions, dossier, pending, column), (), actions, free=True)
    asked = (title(Term(f"form:{column.id}:label")), text(Term(f"form:{column.id}:hint")))
    blocks = (*_refused(pending), *_begun(questions, dossier, pending), *asked)
    return Screen(f"f:{column.id}", blocks, (), actions, free=True)


def doubts(column: Field, reading: Doubt | Value) -> tuple[Choice, ...]:
    """Return the answers to a doubt about a cell."""
    if isinstance(reading, Value) or not reading.others:
        return (YES, NO)
    meant = (reading.value, *reading.others)
    named = (Choice(f"meant-{n}", show(column, value)) for n, value in enumerate(meant))
    return (*named, Choice("no", say("None of these"), "form:no:synonyms"))


def _first(questions: Questions, dossier: Dossier, pending: Pending, column: Field) -> tuple[Block, ...]:
    """Put the question itself before the first row; with what the diagnosis says about it."""
    told: tuple[Block, ...] = ()
    if pending.proposal:
        told = (text(say("In your diagnosis you had written:")), quote(Typed(pending.proposal)))
    how = say(
        "All on one line; or one thing at a time, first of all: {column}.",
        column=Term(f"form:{column.id}:label"),
    )
    return (*questions.asking(dossier, pending), *told, note(how), *remarked(dossier, pending))


def _begun(questions: Questions, dossier: Dossier, pending: Pending) -> tuple[Block, ...]:
    """Give what a row holds so far."""
    row = pending.row or {}
    cells = [
        say("{question}: {answer}", question=Term(f"form:{column.id}:label"), answer=show(column, row[name]))
        for name, column in ((c.id, of_column(pending.field, c)) for c in pending.field.columns)
        if row.get(name) is not None
    ]
    return (questions.header(dossier, pending.field), *((listing(*cells),) if cells else ()))


def _refused(pending: Pending) -> tuple[Block, ...]:
    if not isinstance(pending.reading, Refusal):
        return ()
    return (quote(Typed(pending.typed)), text(pending.reading.words))
