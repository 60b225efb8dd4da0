"""The dialogue of consents: what one receives, ticking topics on and off, and stopping everything at once. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Block, Choice, Screen, listing, note, text, title
from rallynov.dialogue.turn import Move, Place, Scene
from rallynov.dialogue.words import Say, Term, Typed, Words, say
from rallynov.people.consents.model import (
    REMINDERS,
    Consents,
    Remind,
    Source,
    StopMessages,
    Topic,
    linked,
    partner_of,
    toggled,
    wanted,
)

NAME = "consents"
HERE = Place(NAME)
STOP = "stop"
_PRESS = "topic-"
"""What the keys of topics begin with: bare, some of them are names of commands."""
ABOUT: Mapping[Topic, Say] = {
    Topic.CALENDAR: say("Calendar: the dates of the rally, and any that change"),
    Topic.STAGES: say("Stages of the rally: the meetings across the region"),
    Topic.ADVICE: say("Advice: ideas and fact sheets to go further"),
    Topic.PARTNERS: say("News of the partners: what they offer you, read before by another person"),
}
"""What each topic holds, told before it is asked for."""
KEPT = say(
    "You receive only what you ask for. We keep your choice and its date until you change it, and three years after your "
    "last visit at most. “/stop” ends everything at once. About your data: “/confidentialite”."
)
_REMINDERS = say("Reminders before the closing, for a dossier not yet submitted")
_NO_SOURCE = Choice("unlinked", say("Choose without telling where I come from"))
STOPPED: tuple[Block, ...] = (
    text(say("Done: no more announcements, no more reminders, from now on and for good.")),
    text(say("What still reaches you:")),
    listing(
        say("my answers, when you write to me, and the team's answer to a question that you put to it"),
        say("the news of your own dossier, such as its receipt or a correction to make"),
        say("the news of a stage that you signed up for, such as a new date"),
    ),
    note(say("Nothing is erased. If you change your mind, type “/annonces” and choose your topics.")),
)
"""What a stop is answered, in one message, whatever was received before."""


class ConsentsDialogue:
    """Consents in conversation: nothing here loses one's place. The focus of its place is where a choice comes from."""

    name = NAME
    commands: Sequence[str] = ("annonces", "news", STOP)

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return what is received, each topic a press away: the only screen of this dialogue."""
        consents, partner = scene.of(Consents), partner_of(place.focus or "")
        choices = [
            _ticked(topic, f"form:news.{topic}:label", wanted(consents, topic), f"form:news.{topic}:synonyms")
            for topic in Topic
        ]
        reminders = Choice(
            f"{_PRESS}{REMINDERS}", _marked(_REMINDERS, consents.reminded), "choices:reminders:synonyms"
        )
        stop = () if consents.silent else (Choice(STOP, say("Stop everything"), "choices:stop_all:synonyms"),)
        unlinked = (_NO_SOURCE,) if partner else ()
        back = Choice("back", say("Back to where I was"))
        return Screen("consents", _blocks(consents, partner), (*choices, reminders), (*stop, *unlinked, back))

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Tick a topic on or off, or the reminders; or come back to where the person was."""
        consents, source = scene.of(Consents), place.focus or Source.COMMAND
        if key == _NO_SOURCE.key:
            return Move(to=HERE)
        pressed = key.removeprefix(_PRESS)
        if pressed == REMINDERS:
            return _reminding(consents, source, scene)
        if pressed not in set(Topic):
            return Move(back=True)
        order = toggled(consents, Topic(pressed), source, scene.language)
        topic = Term(f"form:news.{pressed}:label")
        said = (
            say("Kept: you will receive “{topic}”.", topic=topic)
            if order.given
            else say("Kept: no more “{topic}”.", topic=topic)
        )
        return Move(None, (order,), (note(said),), scene.having(consents.after(order)))

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Use no other text here."""
        return None

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Show what is received; or stop everything without a word more, where the person is."""
        if command.name == STOP:
            silent = Consents(reminded=False)
            return Move(None, (StopMessages(),), STOPPED, scene.having(silent))
        return Move() if place.dialogue == NAME else Move(to=HERE, over=True)


def entrance(partner: str) -> Place:
    """Return where a link leads: choices are recorded as made behind it, when it names a partner."""
    source = linked(partner)
    return Place(NAME, source if partner_of(source) else None)


def _reminding(consents: Consents, source: str, scene: Scene) -> Move:
    on = not consents.reminded
    said = say("Kept: you will be reminded before the closing.") if on else say("Kept: no more reminders.")
    told = scene.having(Consents(consents.given, on))
    return Move(None, (Remind(on, source),), (note(said),), told)


def _blocks(consents: Consents, partner: str) -> tuple[Block, ...]:
    """Tell what is received, what each topic holds, and what is kept of a choice."""
    now = (
        say("You receive what is ticked. Press a line to tick it on or off.")
        if consents.given
        else say("You receive no announcement. Press a line to ask for it.")
    )
    blocks = [title(say("Your announcements")), text(now), listing(*ABOUT.values())]
    if partner:
        blocks.append(
            note(
                say(
                    "You come by a link of “{partner}”: if you ask for a topic here, we keep that it was thanks to them. "
                    "They are not told who you are.",
                    partner=Typed(partner),
                )
            )
        )
    blocks.append(note(KEPT))
    return tuple(blocks)


def _ticked(topic: Topic, label: str, ticked: bool, synonyms: str) -> Choice:  # noqa: FBT001 - a state, not a mode
    return Choice(f"{_PRESS}{topic}", _marked(Term(label), ticked), synonyms)


def _marked(label: Words, ticked: bool) -> Words:  # noqa: FBT001 - a state, not a mode
    return say("✓ {option}", option=label) if ticked else label
