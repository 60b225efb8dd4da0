"""A dossier as its page shows it: where it stands, every field, the files, its people, what became of it. Pure.

What was submitted is shown from what was submitted. A line offers what its reader may do with it, as the command that
leads the conversation there: nothing is changed on the page itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rallynov.dialogue.screens import Paper, Screen
from rallynov.dialogue.words import Say, Term, Typed, Words, say
from rallynov.initiatives.attachments import words
from rallynov.initiatives.attachments.model import held
from rallynov.initiatives.attachments.showing import FileLine, lines
from rallynov.initiatives.leading import ANSWER, CHANGE, COMMENT, by, to
from rallynov.initiatives.lifecycle import Act, Moment, Refusal, decide
from rallynov.initiatives.model import (
    Dossier,
    DossierForm,
    Field,
    Json,
    Kind,
    Right,
    Status,
    Step,
)
from rallynov.initiatives.reading import show, show_cell
from rallynov.initiatives.reading.result import Refusal as Unread
from rallynov.initiatives.reading.texts import read_text
from rallynov.initiatives.screens import home
from rallynov.initiatives.screens.parts import BADGES, CARRY_ON, MISSING, SUBMIT, due, right_named, titled
from rallynov.initiatives.screens.question import named
from rallynov.initiatives.screens.recap import lacking, left, ready
from rallynov.initiatives.spots import View

_MOVES: Mapping[Act, Say] = {
    Act.OPEN: say("opened"),
    Act.SUBMIT: say("submitted"),
    Act.WITHDRAW: say("withdrawn"),
    Act.REOPEN: say("taken back, a draft again"),
    Act.SEND_BACK: say("sent back, to be corrected"),
    Act.ADMIT: say("found admissible"),
    Act.REJECT: say("found not admissible"),
}
_BY_TEAM = frozenset((Act.SEND_BACK, Act.ADMIT, Act.REJECT))


@dataclass(frozen=True, slots=True)
class Moved:
    """A change of state, as it was kept."""

    act: Act
    author: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a page is made of: the dossier, the values that count, the changes of state, and who reads it when."""

    dossier: Dossier
    answers: Mapping[str, Json]
    files: Sequence[tuple[str, int, str]] | None
    """The files that were submitted as (name, size, id); None when what counts is what there is."""
    moves: Sequence[Moved]
    me: str
    moment: Moment


@dataclass(frozen=True, slots=True)
class Line:
    """One field: ``value`` is None when it holds nothing or ``rows``; ``command`` is empty when nothing is offered."""

    field: str
    name: Words
    value: Words | None = None
    long: bool = False
    head: Sequence[Words] = ()
    rows: Sequence[Sequence[Words]] = ()
    notes: Sequence[Words] = ()
    remarks: Sequence[Words] = ()
    lacks: bool = False
    files: bool = False
    command: str = ""
    label: Words = CHANGE

    @property
    def doing(self) -> Words:
        """Say what the command does, and to which field."""
        return say("{question}: {answer}", question=self.label, answer=self.name)


@dataclass(frozen=True, slots=True)
class Part:
    """One step of the form, how many of its fields are answered, and how many that are required are not."""

    id: str
    title: Words
    done: int
    total: int
    lacks: Words | None
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Overview:
    """The page of a dossier. ``standing`` says what the conversation says; ``editable`` offers files to be added."""

    id: str
    status: Status
    badge: Words
    title: Words
    receipt: str
    standing: Screen
    parts: Sequence[Part]
    files: Sequence[FileLine]
    rule: Words
    people: Sequence[Words]
    remarks: Sequence[Words]
    moves: Sequence[tuple[Words, str]]
    papers: Sequence[Paper]
    acts: Sequence[tuple[str, Words]]
    sharing: str
    commenting: str
    editable: bool


def overview(form: DossierForm, contents: Contents) -> Overview:
    """Put together the page of a dossier."""
    return _Page(form, contents).whole()


class _Page:
    def __init__(self, form: DossierForm, contents: Contents) -> None:
        self._form, self._held, self._dossier = form, contents, contents.dossier
        self._given = contents.answers
        self._editable = self._may(Act.EDIT)

    def whole(self) -> Overview:
        dossier, moment = self._dossier, self._held.moment
        dated = due(dossier, moment.calendar, moment.at)
        papers = (
            *home.papers(self._form, dossier).papers,
            *(home.blank().papers if self._editable else ()),
        )
        return Overview(
            id=dossier.id,
            status=dossier.status,
            badge=BADGES[dossier.status],
            title=titled(self._form, dossier),
            receipt=dossier.receipt,
            standing=home.status(self._form, dossier, dated, (), moment.at, several=False),
            parts=tuple(self._part(step) for step in self._form.steps),
            files=lines(self._form, dossier, self._held.files),
            rule=words.rule(self._form),
            people=tuple(self._people()),
            remarks=self._remarks(""),
            moves=tuple((self._moved(one), one.reason) for one in self._held.moves),
            papers=papers,
            acts=tuple(self._acts()),
            sharing=to(View.PEOPLE, dossier.id),
            commenting=to(View.REMARKS, dossier.id) if self._commented else "",
            editable=self._editable,
        )

    def _acts(self) -> Sequence[tuple[str, Words]]:
        """Return how to go on from here, the likeliest first, as commands."""
        one = self._dossier
        onward: list[tuple[str, Words]] = []
        if self._editable and left(self._form, one):
            onward += [(by(CARRY_ON, one.id), CARRY_ON.label), (to(View.MISSING, one.id), MISSING.label)]
        elif ready(self._form, one) and self._may(Act.SUBMIT):
            onward.append((by(SUBMIT, one.id), SUBMIT.label))
        if self._may(Act.REOPEN):
            onward.append((to(View.REOPEN, one.id), home.REOPEN.label))
        if self._may(Act.WITHDRAW):
            onward.append((to(View.WITHDRAW, one.id), home.WITHDRAW.label))
        return onward

    @property
    def _commented(self) -> bool:
        """Tell whether a comment is offered: by who may, where somebody reads it."""
        one = self._dossier
        return one.right.includes(Right.COMMENT) and bool(
            one.right is not Right.OWN or one.others or one.remarks
        )

    def _may(self, act: Act) -> bool:
        one = self._dossier
        return not isinstance(decide(act, one.status, one.right, self._held.moment), Refusal)

    def _part(self, step: Step) -> Part:
        asked = tuple(field for field in step.fields if field.applies(self._given))
        told = tuple(self._line(field) for field in asked)
        lacks = sum(line.lacks for line in told)
        files = bool(held(self._dossier))
        done = sum(one.id in self._given or (one.kind is Kind.FILES and files) for one in asked)
        title = Term(f"form:step.{step.id}:title")
        return Part(step.id, title, done, len(asked), lacking(lacks) if lacks else None, told)

    def _line(self, field: Field) -> Line:
        value = self._given.get(field.id)
        table = field.kind is Kind.ROWS and isinstance(value, list)
        there = value is not None
        stored, draft = self._dossier.holds(field.id), (self._dossier.drafts or {}).get(field.id)
        torn = bool(stored and stored.rivals and self._held.files is None)
        begun = there or torn or draft is not None or field.kind is Kind.FILES
        doing, label = self._offer(field, begun=begun)
        return Line(
            field=field.id,
            name=Term(f"form:{field.id}:label"),
            value=show(field, value) if there and not table else None,
            long=field.kind is Kind.TEXT,
            head=tuple(Term(f"form:{field.id}.{one.id}:label") for one in field.columns) if table else (),
            rows=_cells(field, value) if table else (),
            notes=tuple(self._notes(field, draft, torn=torn)),
            remarks=self._remarks(field.id),
            lacks=self._held.files is None and ((field.required and not there) or torn),
            files=field.kind is Kind.FILES,
            command=doing,
            label=label,
        )

    def _offer(self, field: Field, *, begun: bool) -> tuple[str, Words]:
        """Return the command of a line and what it is called; an empty one where its reader may only read."""
        one = self._dossier.id
        if self._editable:
            return to(View.EDIT if begun else View.NEXT, one, field.id), CHANGE if begun else ANSWER
        if self._commented:
            return to(View.REMARKS, one, field.id), COMMENT
        return "", CHANGE

    def _notes(self, field: Field, draft: Json, *, torn: bool) -> Sequence[Words]:
        """Say beside a value where it comes from; beside none, that it is missing and by how much."""
        stored = self._dossier.holds(field.id)
        told: list[Words] = []
        if torn:
            told.append(say("Two answers to choose between: the other one is kept too."))
        if field.id in self._given:
            taken = stored is not None and stored.source == "diagnosis"
            return (*told, say("Taken from your diagnosis.")) if taken else told
        if field.kind is Kind.FILES or self._held.files is not None:
            return told
        if draft is not None:
            return (*told, *_begun(field, draft))
        return (*told, say("still to be answered") if field.required else say("nothing"))

    def _remarks(self, field: str) -> tuple[Words, ...]:
        mine = (one for one in self._dossier.remarks if one.field == field)
        return tuple(
            say("{who}: {remark}", who=named(self._dossier, one.by), remark=Typed(one.text)) for one in mine
        )

    def _people(self) -> Sequence[Words]:
        you = say("{who}: {right}", who=say("You"), right=right_named(self._dossier.right))
        return (you, *(_sharer(one.name, one.right) for one in self._dossier.others))

    def _moved(self, one: Moved) -> Words:
        return say("{at}: {what} ({who})", at=one.at, what=_MOVES[one.act], who=self._author(one))

    def _author(self, one: Moved) -> Words:
        if one.act in _BY_TEAM:
            return say("the team of the rally")
        if one.author == self._held.me:
            return say("you")
        if any(other.person == one.author for other in self._dossier.others):
            return named(self._dossier, one.author)
        return say("somebody who shares it no more")


def _begun(field: Field, draft: Json) -> Sequence[Words]:
    """Say what was typed and is no value yet, and how much of it is missing."""
    if not isinstance(draft, str):
        return (say("begun, to be finished"),)
    told = say("begun, to be finished: {draft}", draft=Typed(draft))
    reading = read_text(field, draft) if field.kind is Kind.TEXT else None
    return (told, reading.words) if isinstance(reading, Unread) else (told,)


def _cells(field: Field, value: Json) -> Sequence[Sequence[Words]]:
    rows = value if isinstance(value, list) else []
    return tuple(
        tuple(show_cell(field, column.id, row.get(column.id)) for column in field.columns)
        for row in rows
        if isinstance(row, Mapping)
    )


def _sharer(name: str, right: Right) -> Words:
    if not name:
        return say("The owner")
    return say("{who}: {right}", who=Typed(name), right=right_named(right))
