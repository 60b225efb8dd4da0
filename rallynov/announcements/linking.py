"""The dialogue of an organisation's link: the link itself, the poster that shows it, who signed up by it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rallynov.announcements.links import SignUps, start_of
from rallynov.announcements.screens.parts import topic_named
from rallynov.announcements.writing.desks import organisation, writes
from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Block, Choice, Paper, Screen, listing, note, text, title
from rallynov.dialogue.turn import Move, Place, Scene
from rallynov.dialogue.words import Say, Typed, Words, joined, month_of, say
from rallynov.masking import LEAST
from rallynov.people.consents.model import Topic
from rallynov.people.screens import refused

NAME = "partnerlink"
HERE = Place(NAME)
POSTER = "poster"
"""The kind of paper that a poster is; its ref says which form."""
_FORMS: Sequence[tuple[str, Say]] = (
    ("pdf", say("Poster to print (PDF, A4)")),
    ("png", say("The QR code alone (PNG picture)")),
    ("svg", say("The QR code alone (SVG drawing)")),
)


class LinkDialogue:
    """The link of whoever writes announcements."""

    name = NAME
    commands: Sequence[str] = ("lien", "link")

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return the link with its counts, or the poster in its three forms."""
        if not writes(scene):
            return refused()
        own = organisation(scene)
        if place.focus == POSTER:
            return _poster()
        return _link(own, scene.of(SignUps))

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Show the poster, or go back."""
        match key:
            case "poster":
                return Move(to=Place(NAME, POSTER))
            case "link":
                return Move(to=HERE)
            case _:
                return Move(back=True)

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Use no text here."""
        return None

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Show the link."""
        return Move() if place == HERE else Move(to=HERE, over=True)


def _link(own: str, signed: SignUps) -> Screen:
    head = (
        say("The link of “{organisation}”", organisation=Typed(own))
        if own
        else say("The link to announcements")
    )
    what = say(
        "Whoever opens it chooses here which announcements they receive, topic by topic, and may stop at any time. They need "
        "no account and no name."
    )
    blocks: list[Block] = [title(head), text(what)]
    if own:
        blocks.append(
            note(
                say(
                    "If they ask for a topic, we keep that it was thanks to you, and we tell them so. You are told how many, "
                    "never who."
                )
            )
        )
        blocks += _counts(signed)
    poster = Choice("poster", say("Poster and QR code"))
    return Screen(
        "link", tuple(blocks), (poster,), (Choice("back", say("Back to where I was")),), code=start_of(own)
    )


def _counts(signed: SignUps) -> list[Block]:
    months = signed.months()
    if not months:
        return [text(say("Nobody has signed up by your link yet."))]
    lines = [say("{month}: {topics}", month=_named(month), topics=_topics(month, signed)) for month in months]
    small = say("A count under {least} is not told: somebody might be known by it.", least=LEAST)
    return [text(say("Topics asked for by your link:")), listing(*lines), note(small)]


def _topics(month: str, signed: SignUps) -> Words:
    counts = [(topic, signed.counts[month, topic]) for topic in Topic if (month, topic) in signed.counts]
    return joined(
        [say("{topic} {count}", topic=topic_named(topic), count=_masked(count)) for topic, count in counts]
    )


def _masked(count: int) -> Words:
    return Typed(str(count)) if count >= LEAST else say("fewer than {least}", least=LEAST)


def _named(month: str) -> Words:
    return month_of(datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC))


def _poster() -> Screen:
    blocks = (
        title(say("Poster and QR code")),
        text(
            say(
                "Print the poster, or put the QR code on your own. It says what one signs up for, and how to stop."
            )
        ),
    )
    papers = tuple(Paper(POSTER, form, label) for form, label in _FORMS)
    back = Choice("link", say("Back to the link"))
    return Screen(
        "link:poster", blocks, (), (back, Choice("back", say("Back to where I was"))), papers=papers
    )
