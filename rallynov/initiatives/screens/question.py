"""The screens of one field: the question, what was typed and is no value yet, a doubt, a proposal. Pure."""

from __future__ import annotations

from itertools import zip_longest

from rallynov.dialogue.form import Form
from rallynov.dialogue.screens import Block, Choice, Screen, note, quote, text, title
from rallynov.dialogue.words import Term, Typed, Words, say
from rallynov.initiatives.model import Dossier, DossierForm, Field, Json, Kind
from rallynov.initiatives.pending import Pending, too_long, too_short
from rallynov.initiatives.reading.result import Doubt, Refusal, Value
from rallynov.initiatives.reading.showing import show
from rallynov.initiatives.screens.parts import BACK, HELP, KEEP, NO, PAUSE, RECAP, WHY, YES
from rallynov.initiatives.spots import Spot, View

SKIP = Choice("skip", say("Skip"))
LATER = Choice("skip", say("Later"))
SKIP_ALL = Choice("skip_all", say("Skip what is optional in this step"))
CLEAR = Choice("clear", say("Leave this empty"))
FRESH = Choice("fresh", say("Write this text anew"))
TAKE = Choice("take", say("Take this text"), "choices:yes:synonyms")
OWN = Choice("own", say("Write something else"), "choices:no:synonyms")

RULES = "rules"
"""The field that has the rules accepted: where they can be read stands beside it."""


class Questions:
    """The fields of a form as screens."""

    def __init__(self, form: DossierForm) -> None:
        self._form = form
        self.questions = Form(form.fields)

    def header(self, dossier: Dossier, field: Field) -> Block:
        """Say where a field stands among those that apply."""
        asked = self.questions.asked(self._form.given(dossier))
        step = self._form.step_of(field.id)
        return note(
            say(
                "Step {rank} of {ranks}, {name}. Question {number} of {total}.",
                rank=self._form.steps.index(step) + 1,
                ranks=len(self._form.steps),
                name=Term(f"form:step.{step.id}:title"),
                number=asked.number(field.id),
                total=len(asked.questions),
            )
        )

    def screen(self, spot: Spot, dossier: Dossier, pending: Pending) -> Screen:
        """Draw the question of a field of one value."""
        field = pending.field
        match pending.reading:
            case Doubt() as doubt:
                return self._doubt(spot, dossier, pending, doubt)
            case Value(value) if value is not None:
                again = Doubt(value, say("Here is what you had typed. Do I keep it?"))
                return self._doubt(spot, dossier, pending, again)
        if isinstance(pending.draft, list) and field.kind is Kind.TEXT:
            return self._replaced(spot, dossier, pending)
        if pending.proposal and pending.draft is None and pending.value is None:
            return self._proposed(spot, dossier, pending)
        return self._plain(spot, dossier, pending)

    def _plain(self, spot: Spot, dossier: Dossier, pending: Pending) -> Screen:
        blocks = (
            *_refused(pending),
            *self.asking(dossier, pending),
            *_held(pending),
            *remarked(dossier, pending),
        )
        field, choices = pending.field, _choices(pending.field)
        actions = self.actions(spot, dossier, pending)
        mend = Term(f"form:{field.id}:mend") if choices else None
        return Screen(f"f:{field.id}", blocks, choices, actions, free=not choices, mend=mend)

    def asking(self, dossier: Dossier, pending: Pending) -> tuple[Block, ...]:
        """Put the question of a field, with where it stands and how to answer."""
        ask, hint = Term(f"form:{pending.field.id}:ask"), Term(f"form:{pending.field.id}:hint")
        read = (text(Term("privacy:rules:where")),) if pending.field.id == RULES else ()
        return (self.header(dossier, pending.field), title(ask), *read, text(hint))

    def _doubt(self, spot: Spot, dossier: Dossier, pending: Pending, doubt: Doubt) -> Screen:
        asked = (self.header(dossier, pending.field), title(Term(f"form:{pending.field.id}:short")))
        blocks = (*asked, quote(Typed(pending.typed)), text(doubt.ask))
        return Screen(
            f"doubt:{pending.field.id}",
            blocks,
            doubtful(pending.field, doubt),
            self.actions(spot, dossier, pending),
            free=True,
        )

    def _proposed(self, spot: Spot, dossier: Dossier, pending: Pending) -> Screen:
        told = (
            text(say("In your diagnosis you had written:")),
            quote(Typed(pending.proposal)),
            note(say("Take this text, you can change it later; or type another.")),
        )
        blocks = (*self.asking(dossier, pending), *told, *remarked(dossier, pending))
        return Screen(
            f"note:{pending.field.id}", blocks, (TAKE, OWN), self.actions(spot, dossier, pending), free=True
        )

    def _replaced(self, spot: Spot, dossier: Dossier, pending: Pending) -> Screen:
        """Ask what to do with a text that came after one that was too long."""
        newer = pending.draft[-1] if isinstance(pending.draft, list) else ""
        blocks = (
            self.header(dossier, pending.field),
            title(Term(f"form:{pending.field.id}:short")),
            text(say("The text before was too long, and you sent another one:")),
            quote(Typed(str(newer))),
            text(say("Does it take the place of the one before, or does it belong after it?")),
        )
        choices = (
            Choice("newer", say("It takes its place")),
            Choice("after", say("It belongs after it")),
        )
        return Screen(
            f"two:{pending.field.id}", blocks, choices, self.actions(spot, dossier, pending), free=True
        )

    def actions(self, spot: Spot, dossier: Dossier, pending: Pending) -> tuple[Choice, ...]:
        """Return the ways on and out of a field."""
        field, editing = pending.field, spot.view is not View.NEXT
        actions = [WHY]
        if pending.value is not None:
            actions.append(KEEP)
            if not field.required:
                actions.append(CLEAR)
        else:
            actions.append(LATER if field.required else SKIP)
            if not editing and len(self.optional(dossier, field)) > 1:
                actions.append(SKIP_ALL)
        if pending.typed and field.kind is Kind.TEXT:
            actions.append(FRESH)
        if editing or self.before(dossier, field):
            actions.append(BACK)
        return (*actions, RECAP, PAUSE, HELP)

    def before(self, dossier: Dossier, field: Field) -> Field | None:
        """Return the field asked before one."""
        return self.questions.asked(self._form.given(dossier)).before(field.id)

    def optional(self, dossier: Dossier, field: Field) -> tuple[Field, ...]:
        """Return the optional fields of a field's step that hold nothing, when the field is one of them."""
        given = self._form.given(dossier)
        step = self._form.step_of(field.id)
        passed = {name for name, answer in (dossier.answers or {}).items() if answer.skipped}
        left = (one for one in step.fields if not one.required and one.applies(given))
        asked = tuple(one for one in left if one.id not in given and (one.id not in passed or one == field))
        return asked if field in asked else ()


def doubtful(field: Field, doubt: Doubt) -> tuple[Choice, ...]:
    """Return the answers to a doubt: yes or no; or each of what may be meant, and none of them."""
    if not doubt.others:
        return (YES, NO)
    meant: tuple[Json, ...] = (doubt.value, *doubt.others)
    agreed = ("choices:yes:synonyms",) if doubt.named else ()
    named = (
        Choice(f"meant-{n}", show(field, value), synonyms)
        for n, (value, synonyms) in enumerate(zip_longest(meant, agreed, fillvalue=""))
    )
    return (*named, Choice("no", say("None of these"), "choices:no:synonyms"))


def remarked(dossier: Dossier, pending: Pending) -> tuple[Block, ...]:
    """Give the comments made on a field."""
    return tuple(
        note(say("{who}: {remark}", who=named(dossier, one.by), remark=Typed(one.text)))
        for one in pending.remarks
    )


def named(dossier: Dossier, person: str) -> Words:
    """Name somebody who shares a dossier, as the others know them."""
    other = next((one for one in dossier.others if one.person == person), None)
    if other is None:
        return say("You")
    return Typed(other.name) if other.name else say("The owner")


def _refused(pending: Pending) -> tuple[Block, ...]:
    """Give back what was typed and is no value, and say how to mend it."""
    if not isinstance(pending.reading, Refusal):
        return ()
    told: list[Block] = [quote(Typed(pending.typed)), text(pending.reading.words)]
    if too_short(pending.field, pending.typed):
        told.append(text(say("What you typed is kept. Add the rest: I put it at the end.")))
    elif too_long(pending.field, pending.typed):
        told.append(text(say("What you typed is kept. Send it shortened, in one message.")))
    return tuple(told)


def _held(pending: Pending) -> tuple[Block, ...]:
    """Give what the field holds, when it is asked again."""
    held = pending.value if pending.value is not None else pending.former
    if held is None or pending.typed:
        return ()
    if pending.field.kind is Kind.TEXT:
        return (note(say("Your present text:")), quote(Typed(str(held))))
    return (note(say("Your present answer: {answer}.", answer=show(pending.field, held))),)


def _choices(field: Field) -> tuple[Choice, ...]:
    match field.kind:
        case Kind.CHOICE:
            return tuple(option(field, one) for one in field.options)
        case Kind.YESNO:
            return (YES, NO)
        case Kind.MUST:
            return (Choice("yes", say("Yes, I confirm"), "form:yes:synonyms"),)
        case _:
            return ()


def option(field: Field, value: str) -> Choice:
    """Return one option of a field."""
    return Choice(f"o-{value}", Term(f"form:{field.id}.{value}:label"), f"form:{field.id}.{value}:synonyms")
