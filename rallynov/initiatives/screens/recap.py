"""The screens that give a dossier back: by step, one step, what is missing, and all that is submitted. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from rallynov.dialogue.screens import Block, Choice, Screen, listing, note, quote, text, title
from rallynov.dialogue.words import Say, Term, Typed, Words, plural, say
from rallynov.initiatives.attachments import words
from rallynov.initiatives.attachments.model import KEPT, held, waits
from rallynov.initiatives.model import Dossier, DossierForm, Field, Json, Kind, Right, Step, missing
from rallynov.initiatives.pending import too_short
from rallynov.initiatives.reading.showing import show
from rallynov.initiatives.screens.parts import (
    BACK,
    CARRY_ON,
    MENU,
    MISSING,
    PAUSE,
    PEOPLE,
    RECAP,
    STATUS,
    SUBMIT,
    status_note,
    titled,
)

CUT = 160
"""Characters of a text that a recap of one step shows."""
MOST = 12
"""Missing fields that one screen lists with a jump to each."""


def recap(form: DossierForm, dossier: Dossier, due: Words | None, at: datetime, *, editable: bool) -> Screen:
    """All the steps, with how much of each is answered; one is chosen to be read and changed."""
    given = form.given(dossier)
    steps = tuple(step for step in form.steps if _asked(step, given))
    rows = tuple(_counted(step, given, files=bool(held(dossier))) for step in steps)
    blocks: list[Block] = [title(titled(form, dossier)), status_note(dossier, at), listing(*rows)]
    if due:
        blocks.append(note(due))
    asked = (
        say("Which step do you want to read or change?")
        if editable
        else say("Which step do you want to read?")
    )
    blocks.append(text(asked))
    choices = tuple(Choice(f"step-{step.id}", Term(f"form:step.{step.id}:title")) for step in steps)
    return Screen("recap", tuple(blocks), choices, _onward(form, dossier, editable=editable), read=True)


def _onward(form: DossierForm, dossier: Dossier, *, editable: bool) -> tuple[Choice, ...]:
    if not editable:
        return (STATUS, PEOPLE, MENU)
    owner = dossier.right is Right.OWN
    complete = not left(form, dossier)
    first = (SUBMIT if owner else STATUS) if complete else CARRY_ON
    more = (MISSING,) if not complete else ()
    return (first, *more, PEOPLE, PAUSE, MENU)


def left(form: DossierForm, dossier: Dossier) -> tuple[Field, ...]:
    """Return what stands before the submission: required fields that hold nothing, and values to choose between."""
    wanting = {field.id for field in missing(form, dossier)}
    torn = {name for name, answer in (dossier.answers or {}).items() if answer.rivals}
    asked = form.asked(form.given(dossier))
    return tuple(field for field in asked if field.id in wanting | torn)


def _asked(step: Step, given: Mapping[str, Json]) -> tuple[Field, ...]:
    return tuple(field for field in step.fields if field.applies(given))


def ready(form: DossierForm, dossier: Dossier) -> bool:
    """Tell whether nothing stands before the submission: no answer that is missing, no file that is being checked."""
    return not left(form, dossier) and not waits(dossier)


def _counted(step: Step, given: Mapping[str, Json], *, files: bool) -> Say:
    asked = _asked(step, given)
    wanting = sum(field.required and field.id not in given for field in asked)
    done = sum(field.id in given or (field.kind is Kind.FILES and files) for field in asked)
    name = Term(f"form:step.{step.id}:title")
    if wanting:
        return say(
            "{name}: {done} of {total} ({missing})",
            name=name,
            done=done,
            total=len(asked),
            missing=lacking(wanting),
        )
    return say("{name}: {done} of {total}", name=name, done=done, total=len(asked))


def lacking(wanting: int) -> Words:
    """Say how many answers are missing."""
    return plural("one answer is missing", "{n} answers are missing", wanting)


def recap_step(form: DossierForm, dossier: Dossier, step: Step, *, editable: bool) -> Screen:
    """One step: what each of its fields holds; each may be changed, or commented on by who may not."""
    given = form.given(dossier)
    asked = _asked(step, given)
    blocks: tuple[Block, ...] = (
        title(Term(f"form:step.{step.id}:title")),
        listing(*(_row(field, dossier, given, whole=False) for field in asked)),
        status_note(dossier),
    )
    comments = not editable and dossier.right.includes(Right.COMMENT)
    choices: tuple[Choice, ...] = ()
    if editable:
        change = text(say("Which answer do you want to change?"))
        choices = tuple(Choice(f"edit-{f.id}", Term(f"form:{f.id}:short")) for f in asked)
        blocks = (*blocks, change)
    elif comments:
        blocks = (*blocks, text(say("Which answer do you want to comment on?")))
        choices = tuple(Choice(f"remark-{f.id}", Term(f"form:{f.id}:short")) for f in asked)
    return Screen(f"recap:{step.id}", blocks, choices, (RECAP, PAUSE, MENU), read=True)


def _row(field: Field, dossier: Dossier, given: Mapping[str, Json], *, whole: bool) -> Words:
    name = Term(f"form:{field.id}:short")
    value = given.get(field.id)
    if field.kind is Kind.FILES and held(dossier):
        return plural("{question}: one file", "{question}: {n} files", len(held(dossier)), question=name)
    if value is not None:
        return say("{question}: {answer}", question=name, answer=_shown(field, value, whole=whole))
    draft = (dossier.drafts or {}).get(field.id)
    if draft and not whole:
        return say("{question}: begun, to be finished", question=name)
    return say("{question}: {answer}", question=name, answer=_nothing(field))


def _nothing(field: Field) -> Words:
    return say("still to be answered") if field.required else say("nothing")


def _shown(field: Field, value: Json, *, whole: bool) -> Words:
    if whole or field.kind is not Kind.TEXT or not isinstance(value, str):
        return show(field, value)
    line = " ".join(value.split())
    return Typed(line if len(line) <= CUT else line[:CUT].rstrip() + "…")


def wanting(form: DossierForm, dossier: Dossier, due: Words | None) -> Screen:
    """What stands before the submission, with a jump to each."""
    fields = left(form, dossier)
    heading = plural(
        "One answer is missing before you can submit",
        "{n} answers are missing before you can submit",
        len(fields),
    )
    blocks: list[Block] = [title(heading), status_note(dossier)]
    if len(fields) > MOST:
        blocks.append(text(plural("Here is the first.", "Here are the first {n}.", MOST)))
    if due:
        blocks.append(note(due))
    choices = tuple(Choice(f"fix-{field.id}", _wanted(field, dossier)) for field in fields[:MOST])
    return Screen("missing", tuple(blocks), choices, (RECAP, PAUSE, MENU))


def _wanted(field: Field, dossier: Dossier) -> Words:
    name = Term(f"form:{field.id}:short")
    stored = dossier.holds(field.id)
    if stored and stored.rivals:
        return say("{question}: two answers to choose between", question=name)
    draft = (dossier.drafts or {}).get(field.id)
    if isinstance(draft, str) and too_short(field, draft) and draft:
        return say("{question}: begun, to be finished", question=name)
    return name


def final(form: DossierForm, dossier: Dossier) -> Screen:
    """All that is submitted, and nothing else: what is fingerprinted is what is shown here."""
    given = form.given(dossier)
    blocks: list[Block] = [
        title(say("Read your dossier one last time")),
        status_note(dossier),
        *(block for step in form.steps for block in _whole(step, dossier, given)),
        *_files(form, dossier),
        *alike(dossier),
        text(say("Submit it as it stands here? You will receive a receipt with a number.")),
    ]
    choices = (
        Choice("submit", say("Yes, submit this dossier"), "choices:submit:synonyms"),
        Choice("not_yet", say("No, not yet"), "choices:not_yet:synonyms"),
    )
    return Screen("submit", tuple(blocks), choices, (RECAP, BACK, PAUSE))


def _whole(step: Step, dossier: Dossier, given: Mapping[str, Json]) -> Sequence[Block]:
    answered = [field for field in _asked(step, given) if field.id in given]
    if not answered:
        return ()
    blocks: list[Block] = [text(Term(f"form:step.{step.id}:title"))]
    lines: list[Words] = []
    for field in answered:
        if field.kind in {Kind.TEXT, Kind.ROWS}:
            blocks += [listing(*lines)] if lines else []
            blocks += [note(Term(f"form:{field.id}:short")), quote(show(field, given[field.id]))]
            lines = []
        else:
            lines.append(_row(field, dossier, given, whole=True))
    return [*blocks, listing(*lines)] if lines else blocks


def _files(form: DossierForm, dossier: Dossier) -> Sequence[Block]:
    kept = [words.line(one, form) for one in dossier.attachments if one.state == KEPT]
    return (text(Term("form:files:label")), listing(*kept)) if kept else ()


def alike(dossier: Dossier) -> Sequence[Block]:
    """Show the dossiers that look like this one: they are never merged."""
    if not dossier.lookalikes:
        return ()
    known = [
        say("“{title}” (one of yours)", title=Typed(one.title))
        if one.mine and one.title
        else say("the dossier of somebody else")
        for one in dossier.lookalikes
    ]
    words = say(
        "Another dossier looks like this one: same organisation, or same title. Nothing is merged: if it is the same "
        "initiative, keep only one."
    )
    return (note(words), listing(*known))
