"""The screens before and around a dossier: opening one, several of them, where one stands, withdrawing it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from rallynov.diagnosis.screens.asking import notice as notice_screen
from rallynov.dialogue.screens import Block, Choice, Paper, Screen, listing, note, quote, text, title
from rallynov.dialogue.words import Typed, Words, plural, say
from rallynov.editions.model import Calendar
from rallynov.initiatives.letters import receipt_paper
from rallynov.initiatives.lifecycle import Reason, Refusal
from rallynov.initiatives.model import Dossier, DossierForm, Dossiers, Kind, Right, Status
from rallynov.initiatives.screens.parts import (
    BACK,
    CARRY_ON,
    DOSSIERS,
    HELP,
    MENU,
    PAUSE,
    RECAP,
    STATUS,
    overdue,
    right_named,
    standing,
    status_note,
    titled,
    until,
)
from rallynov.initiatives.screens.recap import alike, left

BEGIN = Choice("begin", say("Open my dossier"), "choices:yes:synonyms")
ANOTHER = Choice("another", say("Open another dossier"))
CODE = Choice("code", say("I have a code"))
DIAGNOSIS = Choice("diagnostic", say("The diagnosis"))
SHEETS = Choice("fiches", say("Fact sheets"))
PERSON = Choice("contact", say("Talk to a person"))
WITHDRAW = Choice("withdraw", say("Withdraw this dossier"))
REOPEN = Choice("reopen", say("Take this dossier back"))
LEAVE = Choice("leave", say("Leave this dossier"))
PAPERS = Choice("papers", say("Documents to keep (PDF)"))
BLANK = Choice("blank", say("Prepare on paper (PDF)"))
NO_REMINDERS = Choice("sansrappel", say("No more reminders"))


def notice(*, again: bool = False) -> Screen:
    """The privacy notice, with what a dossier asks beyond the diagnosis; put ``again`` to whoever accepted another
    version of it.
    """
    told = say(
        "A dossier asks for more: your organisation, and a person to reach with their name, e-mail and telephone. Only "
        "those who share it see it; once it is submitted, the team and the jury do, the jury without this person."
    )
    drawn = notice_screen()
    changed = note(
        say(
            "This notice has changed since you accepted it. Your answers and your dossiers are kept as they are."
        )
    )
    return replace(drawn, blocks=(*((changed,) if again else ()), *drawn.blocks, text(told)))


def opening(form: DossierForm, calendar: Calendar, refused: Refusal | None) -> Screen:
    """What a dossier is, until when, and what becomes of what is written there; or why none can be opened now."""
    fields = sum(field.kind is not Kind.FILES for field in form.fields)
    blocks: list[Block] = [
        title(say("Your dossier")),
        text(
            say(
                "{steps} steps, {fields} questions at most, one at a time; many can be skipped. Every answer is kept "
                "at once: you may stop whenever you like and go on elsewhere.",
                steps=len(form.steps),
                fields=fields,
            )
        ),
        text(say("Kept is not submitted: nobody examines your dossier before you submit it, at the end.")),
        note(
            say(
                "It asks for names and ways to reach you. Nothing is public without your agreement, field by field. A "
                "draft is erased three months after the closing, a dossier after twenty-four months."
            )
        ),
    ]
    if refused is not None:
        return Screen(
            "no_dossier",
            (*blocks, *_instead(refused)),
            (CODE, DIAGNOSIS, SHEETS, PERSON, BLANK),
            (MENU, HELP),
        )
    if told := until(calendar):
        blocks.append(note(told))
    return Screen(
        "open_dossier",
        tuple(blocks),
        (BEGIN, BLANK),
        (CODE, Choice("menu", say("Not now"), "choices:no:synonyms"), HELP),
    )


def _instead(refused: Refusal) -> tuple[Block, ...]:
    if refused.reason is not Reason.TOO_EARLY:
        return (text(refused.words),)
    more = say(
        "Meanwhile, the diagnosis and the fact sheets are open: what you write there will be proposed to you here."
    )
    return (text(refused.words), text(more))


def listed(form: DossierForm, mine: Dossiers, at: datetime, *, another: bool) -> Screen:
    """All the dossiers of a person; one is chosen."""
    rows = [
        say("{title}: {standing}", title=titled(form, one), standing=standing(one, at)) for one in mine.mine
    ]
    blocks = (title(say("Your dossiers")), listing(*rows), text(say("Which one?")))
    choices = tuple(Choice(f"go-{n}", titled(form, one)) for n, one in enumerate(mine.mine))
    return Screen("dossiers", blocks, (*choices, *((ANOTHER,) if another else ())), (MENU, HELP))


def status(
    form: DossierForm,
    dossier: Dossier,
    due: Words | None,
    offers: Sequence[Choice],
    at: datetime,
    *,
    several: bool,
) -> Screen:
    """Where a dossier stands, what it lacks and until when, and what can be done."""
    blocks: list[Block] = [title(titled(form, dossier)), text(standing(dossier, at))]
    over = overdue(dossier, at)
    blocks += [*_explained(form, dossier, dated=due is not None, over=over), *((text(due),) if due else ())]
    if dossier.others or dossier.right is not Right.OWN:
        blocks.append(note(_shared(dossier)))
    blocks += [*alike(dossier), *_history(dossier)]
    more = DOSSIERS if several else ANOTHER
    shown = tuple(offers), (more, PAUSE, MENU, HELP)
    return Screen("status", tuple(blocks), *shown, page=f"/dossier/{dossier.id}", read=True)


def _explained(form: DossierForm, dossier: Dossier, *, dated: bool, over: bool) -> list[Block]:
    """Say what the status means for its owner; ``over`` tells that it can be corrected no more."""
    wanting = len(left(form, dossier))
    match dossier.status:
        case Status.DRAFT:
            ready = say("Nothing is missing: you can submit it.")
            told: list[Block] = [text(_upper(wanting) if wanting else ready)]
            return told if dated else [*told, note(say("The closing day is not set yet."))]
        case Status.SUBMITTED:
            return [text(say("The team of the rally reads it, and tells you here whether it is admissible."))]
        case Status.TO_CORRECT:
            asked = (
                [text(say("What the team asks you to correct:")), quote(Typed(dossier.reason))]
                if dossier.reason
                else []
            )
            if over:
                return asked
            kept = text(say("What you change is kept, and counts once you have submitted it again."))
            return [*asked, kept, *([text(_upper(wanting))] if wanting else [])]
        case Status.INADMISSIBLE if dossier.reason:
            return [text(say("The reason given:")), quote(Typed(dossier.reason))]
        case _:
            return []


def _upper(wanting: int) -> Words:
    return plural("One answer is still missing.", "{n} answers are still missing.", wanting)


def _shared(dossier: Dossier) -> Words:
    if dossier.right is not Right.OWN:
        return say("Shared with you: {right}.", right=right_named(dossier.right))
    return plural("Shared with one more person.", "Shared with {n} more people.", len(dossier.others))


def _history(dossier: Dossier) -> list[Block]:
    return [note(say("Last change: {at}.", at=dossier.updated_at))] if dossier.updated_at else []


def papers(form: DossierForm, dossier: Dossier) -> Screen:
    """The documents of a dossier: all of it, and its receipt once there is one."""
    told = say(
        "Your dossier, to keep, to print or to pass on. It holds names and ways to reach you: read it again before you "
        "pass it on."
    )
    whole = Paper("dossier", dossier.id, say("My whole dossier (PDF)"))
    receipt = receipt_paper(dossier.id)
    offered = (receipt, whole) if dossier.receipt and dossier.submitted_at else (whole,)
    blocks = (title(titled(form, dossier)), status_note(dossier), text(told))
    return Screen("papers", blocks, (), (STATUS, MENU), papers=offered)


def blank() -> Screen:
    """The form to prepare on paper, for anyone."""
    told = say(
        "Here are all the questions, with room to write. Nothing is sent: only what you then write and submit here counts."
    )
    paper = Paper("blank", "1", say("The blank form (PDF)"))
    return Screen("blank", (title(say("Prepare on paper")), text(told)), (), (BACK, MENU), papers=(paper,))


def gone() -> Screen:
    """Say that a question is asked no more."""
    told = say("This question is not asked any more. Whatever was answered to it is kept.")
    return Screen("gone", (text(told),), (CARRY_ON,), (RECAP, PAUSE, HELP))


def withdraw(form: DossierForm, dossier: Dossier) -> Screen:
    """Ask before withdrawing."""
    told = say(
        "Nobody will examine it any more. It stays here for you to read, and you can take it back as long as the call "
        "is open."
    )
    blocks = (
        title(say("Withdraw this dossier?")),
        text(titled(form, dossier)),
        status_note(dossier),
        text(told),
    )
    choices = (
        Choice("stay", say("No, leave it as it is"), "choices:no:synonyms"),
        Choice("withdrawn", say("Yes, withdraw it"), "choices:withdraw:synonyms"),
    )
    return Screen("withdraw", blocks, choices, (MENU,))


def reopen(form: DossierForm, dossier: Dossier) -> Screen:
    """Ask before taking a withdrawn dossier back."""
    told = say("It becomes a draft again, with all that it held: to be submitted, it must be submitted anew.")
    blocks = (title(say("Take this dossier back?")), text(titled(form, dossier)), text(told))
    choices = (
        Choice("reopened", say("Yes, take it back"), "choices:yes:synonyms"),
        Choice("stay", say("No, leave it as it is"), "choices:no:synonyms"),
    )
    return Screen("reopen", blocks, choices, (MENU,))


def paused(dossier: Dossier) -> Words:
    """Say, at a pause, how to come back; where the dossier stands is said beside it."""
    if dossier.open:
        return say("Everything you wrote is kept. Come back whenever you like, and type “my dossier”.")
    return say("Come back whenever you like, and type “where is my dossier”.")
