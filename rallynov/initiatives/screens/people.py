"""The screens of a shared dossier: who shares it, inviting, joining, handing over, comments. Pure."""

from __future__ import annotations

from rallynov.dialogue.screens import Block, Choice, Screen, listing, note, text, title
from rallynov.dialogue.words import Say, Term, Typed, Words, say
from rallynov.initiatives.lifecycle import OTHERS_MOST
from rallynov.initiatives.model import Dossier, DossierForm, Right, Sharer
from rallynov.initiatives.screens.parts import BACK, CARRY_ON, HELP, MENU, RECAP, STATUS, right_named, titled
from rallynov.initiatives.screens.question import named

REMARKS = Choice("remarks", say("Comments"))
INVITED = {
    Right.READ: say("You are invited to read a dossier."),
    Right.COMMENT: say("You are invited to read a dossier and to comment on it."),
    Right.EDIT: say("You are invited to fill in a dossier with its owner."),
    Right.OWN: say("The team of the rally has entered a dossier for you from paper: it becomes yours."),
}
_AGREED = "choices:yes:synonyms"
INVITATION: tuple[Block, ...] = (
    title(say("Invite somebody")),
    text(
        say(
            "Send one of these links to one person: it works once, for seven days. You can take their right away at any time."
        )
    ),
)
INVITES = (
    Choice("invite-edit", say("Invite somebody to fill it in with me")),
    Choice("invite-comment", say("Invite somebody to comment")),
    Choice("invite-read", say("Invite somebody to read")),
)
STAY = Choice("stay", say("No, leave it as it is"), "choices:no:synonyms")


def mark(sharer: Sharer) -> str:
    """Name somebody in a button: a part of their id."""
    return sharer.person[:12]


def people(form: DossierForm, dossier: Dossier) -> Screen:
    """Who shares a dossier, and what can be done about it."""
    rows: list[Words] = [say("{who}: {right}", who=say("You"), right=right_named(dossier.right))]
    rows += [_row(one) for one in dossier.others]
    known = (text(titled(form, dossier)),) if form.given(dossier) else ()
    blocks: list[Block] = [title(say("Who shares this dossier")), *known, listing(*rows)]
    choices: list[Choice] = []
    if dossier.right is Right.OWN:
        if len(dossier.others) < OTHERS_MOST:
            choices += INVITES
        else:
            blocks.append(
                note(say("{n} people share it with you: take one out to invite another.", n=OTHERS_MOST))
            )
        choices += [
            Choice(f"own-{mark(one)}", say("Hand it over to {name}", name=_name(one)))
            for one in dossier.others
        ]
        choices += [
            Choice(f"out-{mark(one)}", say("Take out {name}", name=_name(one))) for one in dossier.others
        ]
    else:
        choices.append(Choice("leave", say("Leave this dossier")))
    return Screen("people", tuple(blocks), tuple(choices), (REMARKS, STATUS, RECAP, MENU, HELP))


def _row(sharer: Sharer) -> Words:
    if not sharer.name:
        return _name(sharer)
    return say("{who}: {right}", who=_name(sharer), right=right_named(sharer.right))


def _name(sharer: Sharer) -> Words:
    return Typed(sharer.name) if sharer.name else say("The owner")


def transfer(form: DossierForm, dossier: Dossier, to: Sharer) -> Screen:
    """Ask before handing over."""
    told = say(
        "{name} becomes the owner: they alone can submit or withdraw it. You can still change it.",
        name=_name(to),
    )
    yes = Choice("handed", say("Yes, hand it over"), _AGREED)
    return _asked("transfer", say("Hand this dossier over?"), titled(form, dossier), told, yes)


def remove(form: DossierForm, dossier: Dossier, out: Sharer) -> Screen:
    """Ask before taking a right away."""
    told = say("{name} will no longer see this dossier. What they wrote in it stays.", name=_name(out))
    yes = Choice("taken", say("Yes, take them out"), _AGREED)
    return _asked("remove", say("Take somebody out?"), titled(form, dossier), told, yes)


def leave(form: DossierForm, dossier: Dossier) -> Screen:
    """Ask before leaving."""
    told = say("You will no longer see it. What you wrote in it stays.")
    yes = Choice("left", say("Yes, leave it"), _AGREED)
    return _asked("leave", say("Leave this dossier?"), titled(form, dossier), told, yes)


def _asked(name: str, asked: Say, dossier: Words, told: Say, yes: Choice) -> Screen:
    return Screen(name, (title(asked), text(dossier), text(told)), (yes, STAY), (MENU,))


def remarks(form: DossierForm, dossier: Dossier, field: str) -> Screen:
    """The comments on a field, or on all of a dossier; one more is typed."""
    mine = [one for one in dossier.remarks if not field or one.field == field]
    about = Term(f"form:{field}:short") if field else titled(form, dossier)
    rows = [_remark(form, dossier, one.field, one.by, one.text) for one in mine]
    blocks: list[Block] = [title(say("Comments: {about}", about=about))]
    blocks.append(listing(*rows) if rows else text(say("No comment yet.")))
    if dossier.right.includes(Right.COMMENT):
        blocks.append(text(say("Type your comment: all who share the dossier will read it.")))
    return Screen("remarks", tuple(blocks), (), (BACK, RECAP, MENU), free=True)


def _remark(form: DossierForm, dossier: Dossier, field: str, by: str, words: str) -> Words:
    said = say("{who}: {remark}", who=named(dossier, by), remark=Typed(words))
    if form.find(field) is None:
        return said
    return say("{question}. {said}", question=Term(f"form:{field}:short"), said=said)


def join(right: Right) -> Screen:
    """Ask for a name, under which the others see who joins."""
    blocks = (
        title(say("Join a dossier")),
        text(INVITED.get(right, INVITED[Right.READ])),
        text(say("Under which name do the others see you? Type it. Example: Claude, accounts.")),
    )
    return Screen(
        "join", blocks, (), (Choice("menu", say("Not now"), "choices:no:synonyms"), HELP), free=True
    )


def late(until: Words | None) -> Screen:
    """Say that a late code was taken."""
    told = (text(until),) if until else ()
    blocks = (
        title(say("Your code is accepted")),
        text(say("You may still submit, though the call is closed.")),
        *told,
    )
    return Screen("late", blocks, (CARRY_ON,), (MENU,))
