"""What is told to those who share a dossier when its state changes: what happened, and what comes next. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rallynov.dialogue.screens import Paper, Screen, note, quote, text, title
from rallynov.dialogue.words import Say, Term, Typed, Words, say
from rallynov.initiatives.model import Right

SHOWN = 16
"""Characters of a fingerprint that are shown in a conversation; the receipt holds all of them."""
WHERE = note(say("To see where your dossier stands at any time, type “/status”."))
_GIVES: Mapping[Right, Say] = {
    Right.READ: say("They may read it."),
    Right.COMMENT: say("They may read it and comment on it."),
    Right.EDIT: say("They may read it, comment on it and change it."),
    Right.OWN: say("They may do everything with it."),
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What proves a submission of a dossier: its number, when it was made, and the fingerprint of what was submitted."""

    dossier: str
    number: str
    at: datetime
    fingerprint: str


def named(dossier: str) -> Words:
    """Name a dossier by what its people know it by: its title, else its organisation."""
    return Typed(dossier) if dossier else say("untitled dossier")


def submitted(dossier: Words, receipt: Receipt) -> Screen:
    """Return the receipt of a submission, in words and as a document."""
    shown = receipt.fingerprint[:SHOWN]
    groups = " ".join(shown[at : at + 4] for at in range(0, SHOWN, 4))
    return Screen(
        "news",
        (
            title(say("Dossier submitted: number {number}", number=Typed(receipt.number))),
            text(say("“{dossier}” was submitted on {at} (Paris time).", dossier=dossier, at=receipt.at)),
            text(
                say(
                    "Keep this number. The team now checks that the dossier is complete, and writes to you here in any case."
                )
            ),
            note(say("Fingerprint of what was submitted: {fingerprint}", fingerprint=Typed(groups))),
            WHERE,
        ),
        papers=(receipt_paper(receipt.dossier),),
    )


def receipt_paper(dossier: str) -> Paper:
    """Return the receipt of a dossier, to keep or to print."""
    return Paper("receipt", dossier, say("My receipt (PDF)"))


def withdrawn(dossier: Words) -> Screen:
    """Tell of a withdrawal."""
    again = say("Nothing is erased. As long as the call is open, its owner can take it back.")
    return _news(say("Dossier withdrawn"), say("“{dossier}” was withdrawn.", dossier=dossier), again)


def reopened(dossier: Words) -> Screen:
    """Tell that a withdrawal was taken back."""
    left = say("It is kept, and not submitted: its owner still has to submit it.")
    return _news(say("Dossier taken back"), say("“{dossier}” is a draft again.", dossier=dossier), left)


def sent_back(dossier: Words, reason: str, until: datetime) -> Screen:
    """Tell what is to be corrected, and until when."""
    return Screen(
        "news",
        (
            title(say("Your dossier needs a correction")),
            text(say("The team has read “{dossier}” and asks you for this:", dossier=dossier)),
            quote(Typed(reason)),
            text(
                say(
                    "The dossier is open again until {until} (Paris time). Correct it, then submit it again: it keeps its "
                    "number.",
                    until=until,
                )
            ),
            WHERE,
        ),
    )


def admitted(dossier: Words) -> Screen:
    """Tell that a dossier is admissible."""
    return _news(
        say("Your dossier is admissible"),
        say("“{dossier}” is complete and meets the rules: it goes to the jury.", dossier=dossier),
        say("You have nothing to do for now."),
    )


def rejected(dossier: Words, reason: str) -> Screen:
    """Tell that a dossier is not admissible, and why."""
    return Screen(
        "news",
        (
            title(say("Your dossier is not admissible")),
            text(say("“{dossier}” cannot go to the jury, for this reason:", dossier=dossier)),
            quote(Typed(reason)),
            text(say("If you think that this is a mistake, talk to a person.")),
            WHERE,
        ),
    )


def joined(dossier: Words, name: str, right: Right) -> Screen:
    """Tell the others that somebody joined."""
    who = (
        say("{name} now shares “{dossier}”.", name=Typed(name), dossier=dossier)
        if name
        else say("Somebody now shares “{dossier}”.", dossier=dossier)
    )
    return _news(say("Somebody joined your dossier"), who, _GIVES[right])


def remarked(dossier: Words, name: str, field: str, remark: str) -> Screen:
    """Tell the owner what somebody says of their dossier."""
    who = (
        say("{name} has commented on “{dossier}”.", name=Typed(name), dossier=dossier)
        if name
        else say("Somebody has commented on “{dossier}”.", dossier=dossier)
    )
    about = (note(Term(f"form:{field}:short")),) if field else ()
    heading = title(say("A comment on your dossier"))
    return Screen("news", (heading, text(who), *about, quote(Typed(remark)), WHERE))


def not_joined(reason: Say) -> Screen:
    """Tell somebody who was invited that they could not join."""
    return _news(say("You could not join this dossier"), reason)


def handed_over(dossier: Words, name: str) -> Screen:
    """Tell everybody who owns the dossier from now on."""
    who = (
        say("“{dossier}” now belongs to {name}.", dossier=dossier, name=Typed(name))
        if name
        else say("“{dossier}” now belongs to somebody else.", dossier=dossier)
    )
    alone = say("The owner alone submits it, withdraws it and invites people.")
    return _news(say("A dossier has a new owner"), who, alone)


def yours(dossier: Words) -> Screen:
    """Tell the new owner of a dossier."""
    return _news(
        say("You are the owner of a dossier"),
        say("“{dossier}” is now yours: you can submit it, withdraw it and invite people.", dossier=dossier),
    )


def left(dossier: Words, name: str) -> Screen:
    """Tell the others that somebody shares the dossier no longer."""
    who = (
        say("{name} no longer shares “{dossier}”.", name=Typed(name), dossier=dossier)
        if name
        else say("Somebody no longer shares “{dossier}”.", dossier=dossier)
    )
    return _news(say("Somebody left your dossier"), who)


def removed(dossier: Words) -> Screen:
    """Tell somebody that their right was taken away."""
    return _news(
        say("You no longer share a dossier"),
        say("The owner of “{dossier}” has ended your access to it.", dossier=dossier),
    )


def erased(dossier: Words) -> Screen:
    """Tell those who only read a dossier that it went with its owner."""
    gone = say("Its owner has erased what they gave, and nobody else could change it.")
    return _news(
        say("A dossier was erased"), say("“{dossier}” is not there any more.", dossier=dossier), gone
    )


def _news(heading: Say, *said: Say) -> Screen:
    return Screen("news", (title(heading), *map(text, said), WHERE))
