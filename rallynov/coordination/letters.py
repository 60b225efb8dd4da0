"""What the team writes to the people of a dossier: a message, a code for being late, a dossier entered from paper. Pure."""

from __future__ import annotations

from datetime import datetime

from rallynov.dialogue.screens import Screen, note, quote, text, title
from rallynov.dialogue.words import Typed, Words, say
from rallynov.initiatives.letters import named

called = named
"""How a letter names a dossier."""
SERVICE = say(
    "This is about your own dossier: you receive it whatever announcements you have chosen. To answer, type "
    "“/question”."
)


def message(dossier: Words, typed: str) -> Screen:
    """Return a message of the team as the people of a dossier read it."""
    return Screen(
        "news",
        (
            title(say("A message from the team of the rally")),
            text(say("About “{dossier}”:", dossier=dossier)),
            quote(Typed(typed)),
            note(SERVICE),
        ),
    )


def late_code(dossier: Words, code: str, until: datetime) -> Screen:
    """Return a code for being late as its holder reads it."""
    return Screen(
        "news",
        (
            title(say("You may still submit your dossier")),
            text(
                say(
                    "The team lets you submit “{dossier}” until {until} (Paris time), with this code. It works once.",
                    dossier=dossier,
                    until=until,
                )
            ),
        ),
        code=code,
    )
