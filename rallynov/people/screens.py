"""What is shown of roles: their names, what each allows, an invitation received and one to pass on. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rallynov.dialogue.screens import Block, Choice, Screen, listing, note, text, title
from rallynov.dialogue.words import Say, Typed, Words, joined, say
from rallynov.people.permissions import Action, Whose, inviting, may
from rallynov.people.roles import NAMED_MOST, Grant, Grants, Offer, Role

ROLES: Mapping[Role, Say] = {
    Role.CONTACT: say("contact"),
    Role.COOWNER: say("co-owner of a dossier"),
    Role.WRITER: say("partner (writing announcements)"),
    Role.APPROVER: say("partner (approving announcements)"),
    Role.JUROR: say("juror"),
    Role.PRESIDENT: say("president of the jury"),
    Role.COORDINATOR: say("coordination"),
    Role.ADMINISTRATOR: say("administration"),
    Role.READER: say("reader"),
}
INVITED: Mapping[Role, Say] = {
    Role.WRITER: say("Partner: writes announcements"),
    Role.APPROVER: say("Partner: approves announcements"),
    Role.JUROR: say("Juror"),
    Role.PRESIDENT: say("President of the jury"),
    Role.READER: say("Reader: changes nothing"),
    Role.COORDINATOR: say("Coordination"),
    Role.ADMINISTRATOR: say("Administration"),
}
"""The roles that are given, as they are offered to whoever invites."""
ALLOWED: Mapping[Role, Sequence[Say]] = {
    Role.WRITER: (
        say("write your organisation's announcements; another person approves them before they leave"),
        say("see how many people they reach; neither dossiers nor conversations"),
    ),
    Role.APPROVER: (
        say("read the announcements that others wrote, and approve or refuse them with a reason"),
        say("see what became of them; neither dossiers nor conversations"),
    ),
    Role.JUROR: (
        say("read the dossiers that are assigned to you, once you have declared your conflicts of interest"),
        say("score them and comment on them"),
    ),
    Role.PRESIDENT: (
        say("read the dossiers and their scores, and rule on conflicts of interest"),
        say("lead the deliberation"),
    ),
    Role.COORDINATOR: (
        say("read the dossiers of this edition, ask for corrections, prepare and release verdicts"),
        say("answer people's questions, and write the answers that everybody reads"),
        say("set the dates, approve and send announcements, see figures, export dossiers"),
        say("invite partners, jurors and readers, and take their roles away"),
    ),
    Role.ADMINISTRATOR: (
        say("invite anybody to any role, and take it away"),
        say("see figures and who accessed what, and erase somebody who asks for it"),
        say("the dossiers and the questions are not shown to this role"),
    ),
    Role.READER: (say("read the submitted dossiers, the exports and the figures, and change nothing"),),
}
REFUSED = say("That is not, or not any more, open to you. If you need it, ask the team of the rally.")
ACCEPT, DECLINE = "accept", "decline"
BACK = Choice("back", say("Back to where I was"))


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """A line of the menu for whoever may do something; its key is a command. Rooms declare theirs in the wiring."""

    action: Action
    choice: Choice
    whose: Whose = Whose.NONE


INVITE_CHOICE = RoleChoice(Action.INVITE, Choice("inviter", say("Invite a partner or a juror")))


def choices_of(menu: Sequence[RoleChoice], grants: Grants) -> tuple[Choice, ...]:
    """Return the lines of the menu that somebody has by their roles."""
    return tuple(line.choice for line in menu if may(grants, line.action, line.whose))


def acting(grants: Grants) -> tuple[Block, ...]:
    """Tell as what a person acts; nothing for whoever is a contact alone."""
    roles = [named(grant) for grant in grants.held]
    return (note(say("You act here as: {roles}.", roles=joined(roles))),) if roles else ()


def refused() -> Screen:
    """Show that a right is not there, or not any more, in the place of what it opened."""
    return Screen("refused", (text(REFUSED),), (), (Choice("menu", say("Menu")),))


def offered(offer: Offer, edition: str) -> Screen:
    """Ask whether a role is accepted, after telling what it allows."""
    grant = offer.grant
    blocks = (
        title(say("You are invited")),
        text(
            say("You are about to act as: {role}, for {edition}.", role=named(grant), edition=Typed(edition))
        ),
        text(say("With it you may:")),
        listing(*ALLOWED[grant.role]),
        note(
            say(
                "What you do in this role is recorded. It can be taken back at any time. Your own answers and your own "
                "dossier stay yours alone."
            )
        ),
    )
    choices = (
        Choice(ACCEPT, say("Accept"), "choices:yes:synonyms"),
        Choice(DECLINE, say("Decline"), "choices:no:synonyms"),
    )
    return Screen("offer", blocks, choices, (BACK,))


def gone() -> Screen:
    """Show that an invitation cannot be answered any more."""
    return Screen("gone", (text(GONE),), (), (BACK,))


GONE = say("This invitation cannot be accepted any more. Ask for a new one where it came from.")
DECLINED = say(
    "Nothing has changed. The code still works until it expires: if it was meant for somebody else, pass it on to them."
)


def accepted(grant: Grant) -> Block:
    """Tell that a role is now held."""
    return text(say("Done: you now act as: {role}. The menu shows what you can do.", role=named(grant)))


def already(grant: Grant) -> Block:
    """Tell that a role was held before."""
    return note(say("You already act as: {role}. The code was not used.", role=named(grant)))


def elsewhere(wanted: str, held: str) -> Block:
    """Tell that a partner acts for one organisation."""
    sentence = say(
        "This code is for “{wanted}”, and you act here for “{held}”: one conversation acts for one organisation. The code "
        "was not used: pass it on to the person it is meant for.",
        wanted=Typed(wanted),
        held=Typed(held),
    )
    return note(sentence)


def mine(grants: Grants, *more: Choice) -> Screen:
    """Show what a person acts as, the invitations that wait for their answer, and what more they may do with roles."""
    items = [named(grant) for grant in grants.held]
    blocks: tuple[Block, ...] = (
        title(say("Your roles")),
        listing(*items)
        if items
        else text(say("You have none: your answers and your dossiers are yours alone.")),
    )
    choices = tuple(
        Choice(f"offer-{n}", say("Answer the invitation: {role}", role=named(offer.grant)))
        for n, offer in enumerate(grants.offers)
    )
    return Screen("roles", blocks, choices, (*more, BACK))


def which(grants: Grants, *more: Choice) -> Screen:
    """Ask to which role somebody is invited."""
    roles = [role for role in INVITED if may(grants, inviting(role))]
    blocks = (title(say("Invite somebody")), text(say("What will they act as?")))
    return Screen("invite", blocks, tuple(Choice(role.value, INVITED[role]) for role in roles), (*more, BACK))


def whom(role: Role) -> Screen:
    """Ask for which organisation, or who is invited."""
    asked = (
        say("For which organisation? Type its name as it should be shown.")
        if role.partner
        else say("Who is it? Type a name by which you will know them in the list of roles.")
    )
    blocks = (title(INVITED[role]), text(asked))
    return Screen(f"invitee:{role}", blocks, (), (BACK,), free=True)


def too_long(count: int) -> Block:
    """Tell that a name does not fit."""
    return note(
        say(
            "This name is {count} characters long; {most} fit. Type it shorter, please.",
            count=count,
            most=NAMED_MOST,
        )
    )


def unreadable() -> Block:
    """Tell that a name has nothing in it."""
    return note(say("I cannot read a name in this. Type it with letters, please."))


def invitation(grant: Grant, name: str) -> tuple[Block, ...]:
    """Give the invitation to pass on."""
    told = say("For {name}, as: {role}.", name=Typed(name or grant.organisation), role=ROLES[grant.role])
    return (
        title(say("The invitation is ready")),
        text(told),
        text(
            say(
                "Send one of these links, or the code, to this person alone. It works once, for three days; they will be "
                "asked whether they accept."
            )
        ),
    )


def named(grant: Grant) -> Words:
    """Tell what one acts as, and for which organisation."""
    if not grant.organisation:
        return ROLES[grant.role]
    return say("{role} for {organisation}", role=ROLES[grant.role], organisation=Typed(grant.organisation))
