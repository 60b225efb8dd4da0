"""An announcement exactly as it will be received, and what differs from one channel to the other. Pure."""

from __future__ import annotations

from rallynov.announcements.letters import received
from rallynov.announcements.model import Announcement, NewsFile, Status
from rallynov.announcements.screens import parts
from rallynov.announcements.screens.parts import MINE
from rallynov.dialogue.screens import Choice, Paper, Screen, listing, note
from rallynov.dialogue.words import Typed, Words, say
from rallynov.editions.stages.model import Stage

PAPER = "media"
"""The kind of paper that a file of an announcement is; its ref is the id of the file."""
TELEGRAM = "telegram"


def preview(announcement: Announcement, stage: Stage | None, channel: str) -> Screen:
    """Show the very message below a line of ours; its buttons are named, for a press on them is for whoever gets it.

    A page shows its picture as it will; elsewhere the file comes apart, for our words would be too many for a caption.
    """
    shown = received(announcement, stage)
    file = parts.held(announcement)
    before = (listing(*_differs(announcement, shown, channel, file)), note(_BELOW))
    draft = announcement.status is Status.DRAFT
    test = (Choice("test", say("Send me a test")),) if draft else ()
    on_page = channel != TELEGRAM
    return Screen(
        "news:preview",
        (*before, *shown.blocks),
        (*test, Choice("whole", say("Back to the announcement"))),
        (MINE,),
        papers=(_paper(file),) if shown.media and file and not on_page else (),
        media=shown.media if on_page else None,
    )


def _paper(file: NewsFile) -> Paper:
    return Paper(PAPER, file.id, Typed(file.name))


def _differs(announcement: Announcement, shown: Screen, channel: str, file: NewsFile | None) -> list[Words]:
    """Tell what each channel makes of it, this one first."""
    buttons = [one.label for one in shown.actions]
    telegram: list[Words] = [
        say("Telegram: this message; addresses become links, and the page that they lead to is not shown."),
    ]
    web: list[Words] = [
        say(
            "On the web: the same words, at the width of the page; the title is a heading that screen readers announce."
        ),
    ]
    if buttons:
        telegram.append(say("Telegram: under it, the button “{label}”.", label=buttons[0]))
        web.append(say("On the web: no button; the card tells how to sign up."))
    if file and announcement.content.picture:
        telegram.append(say("Telegram: the picture stands above, the words are its caption."))
        web.append(say("On the web: the picture is shown under the text."))
        if told := parts.described(announcement.content):
            web.append(told)
    elif file:
        telegram.append(say("Telegram: the document stands above, the words are its caption."))
        web.append(say("On the web: the document is offered under the text, to be fetched."))
    both = [*web, *telegram] if channel == "web" else [*telegram, *web]
    return [*both, say("In each language of ours, your words stay as you typed them.")]


_BELOW = say("———— Below this line, what is received: ————")
