"""What the engine itself says: stale buttons, near matches, messages that are no answer, and the ways out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from rallynov.dialogue.events import Oddity
from rallynov.dialogue.hearing import STOOD_FOR, Heard
from rallynov.dialogue.screens import Block, Choice, Screen, note, quote, text
from rallynov.dialogue.turn import Move, Place
from rallynov.dialogue.words import Say, Typed, Words, say
from rallynov.text import fold

ODDITIES: dict[Oddity, Say] = {
    Oddity.STICKER: say(
        "Thank you for the sticker! I cannot read it as an answer: please type or press one below."
    ),
    Oddity.VOICE: say("I cannot listen to voice messages. Please type your answer, or press a button below."),
    Oddity.PICTURE: say("I do not need a picture here. Please type your answer, or press a button below."),
    Oddity.DOCUMENT: say("I do not need a file here. Please type your answer, or press a button below."),
    Oddity.VIDEO: say("I cannot watch videos. Please type your answer, or press a button below."),
    Oddity.LOCATION: say(
        "I do not need your location, and I have not kept it. Please answer the question below."
    ),
    Oddity.CONTACT: say(
        "I do not need a contact card, and I have not kept it. Please answer the question below."
    ),
    Oddity.POLL: say("I cannot read polls. Please type your answer, or press a button below."),
    Oddity.DICE: say("Nice throw! To go on, please type your answer, or press a button below."),
    Oddity.EDITED: say(
        "I do not see corrections to earlier messages. Type your answer again; to change an answer that you have "
        "given, type “recap”."
    ),
    Oddity.FORWARDED: say(
        "You forwarded a message to me. I do not take it for your answer: please type or press yours below."
    ),
    Oddity.EMPTY: say("Your message reached me empty. Please type your answer, or press a button below."),
    Oddity.OTHER: say(
        "I cannot read this kind of message. Please type your answer, or press a button below."
    ),
}


def oddity(oddity: Oddity) -> tuple[Block, ...]:
    """Say what became of a message that is no answer."""
    return (text(ODDITIES.get(oddity, ODDITIES[Oddity.OTHER])),)


def group_reply() -> Screen:
    """Say, in a group, that the diagnosis happens in private."""
    words = say(
        "I am the bot of the rally. The self-diagnosis takes place in private: open a conversation with me."
    )
    return Screen("group", (text(words),))


def answered(screen: Screen, key: str) -> Screen | None:
    """Return a card as it may be shown once it was answered: its title and the answer; None for a mere action."""
    label = next((choice.label for choice in screen.choices if choice.key == key), None)
    if label is None:
        return None
    heading = next((block for block in screen.blocks if block.kind == "title"), None)
    return _answered(heading, label)


@lru_cache(maxsize=1024)
def _answered(heading: Block | None, label: Words) -> Screen:
    blocks = (heading,) if heading else ()
    return Screen("answered", (*blocks, note(say("Your answer: {answer}.", answer=label))), shared=True)


def stale(*, gone: bool) -> tuple[Block, ...]:
    """Say that a button belongs to a step already passed, or to a conversation that was erased since."""
    if gone:
        return (note(_FORGOTTEN),)
    return (note(say("That step is already behind you; nothing has changed. Here is where you are.")),)


_FORGOTTEN = say(
    "This button is from a conversation that I no longer have: what you answered is erased three months after the last "
    "visit, or when you ask for it. Here is where you are."
)


def no_such_step(verb: str) -> tuple[Block, ...]:
    """Say that a verb was understood and has nothing to act upon here."""
    match verb:
        case "back":
            return (note(say("There is nothing to go back to here.")),)
        case "skip":
            return (note(say("There is nothing to skip here.")),)
        case _:
            return (note(say("There is nothing more to explain here. For anything else, type “help”.")),)


def proposal(screen: Screen, keys: tuple[str, ...]) -> Screen:
    """Ask which of the near matches was meant: nothing is assumed. A key that begins by a slash is a command."""
    by_key = {choice.key: choice for choice in (*screen.choices, *screen.unseen)}
    leaving = {
        key: say("Leave this question: “{command}”", command=Typed(key)) for key in keys if key[0] == "/"
    }
    by_key |= {key: Choice(key[1:], label) for key, label in leaving.items()}
    guesses = tuple(by_key[key] for key in keys if key in by_key)
    if not guesses:
        return screen
    other = Choice(OTHER, say("None of these"))
    asked = text(say("Did you mean:"))
    return Screen(screen.name, (*screen.blocks, asked), guesses, (other, *screen.actions), notes=screen.notes)


def astray(led: Move, command: str, at: Place, asking: Screen) -> bool:
    """Tell whether a command leaves a question of the grid for good: typed without its slash, it is asked about."""
    return asking.notes and not led.over and led.to not in {None, at} and command not in STOOD_FOR


def declined(typed: str, guesses: Sequence[str]) -> bool:
    """Tell whether a figure typed under near matches is the one after the last: none of them."""
    return bool(guesses) and fold(typed) == str(len(guesses) + 1)


def no_such_number(typed: str, heard: Heard) -> tuple[Block, ...]:
    """Say, under near matches, that a figure is the number of nothing; empty for any other text."""
    if heard != Heard() or not fold(typed).isdecimal():
        return ()
    return (note(say("Number {n} is not in this list.", n=Typed(fold(typed)))),)


def which_one() -> tuple[Block, ...]:
    """Ask, at a yes to several near matches, which of them is meant."""
    return (note(say("Which one? Choose it below, or type its number.")),)


WELCOME = text(say("You are welcome."))
"""What is said to a thank you."""
_WAYS_OUT_OF_A_QUESTION = say(
    "You may also type “skip”, “pause” (to come back later), “menu”, or “talk to a person”."
)
_WAYS_OUT = say("You may also type “pause” (to come back later), “menu”, or “talk to a person”.")
_WAYS_OUT_OF_THE_MENU = say("You may also type “help”, or “talk to a person”.")
_PERSON = Choice("contact", say("Talk to a person"))
_PEOPLE = frozenset(("contact", "person"))


def lost(typed: str, misses: int, screen: Screen) -> tuple[Block, ...]:
    """Say that a message was not understood, how to answer, and after two failures the ways out."""
    shown = typed if len(typed) <= _SHOWN else typed[:_SHOWN] + "…"
    if screen.mend:
        how = say("I did not recognise “{typed}”. {how}", typed=Typed(shown), how=screen.mend)
    elif screen.choices:
        how = say(
            "I did not recognise “{typed}”. Choose an answer below, or type its number.", typed=Typed(shown)
        )
    else:
        how = say(
            "I did not recognise “{typed}”. Press one of the buttons, or type its words.", typed=Typed(shown)
        )
    kept = (note(_SENTENCE),) if screen.notes and len(typed.split()) > 1 else ()
    return note(how), *kept, *refused(typed, misses, screen)


def refused(typed: str, misses: int, screen: Screen) -> tuple[Block, ...]:
    """Give back a story that is no answer to a question of choices, and after two failures the ways out."""
    blocks: list[Block] = []
    if screen.mend and len(typed) > _SHOWN:
        blocks += [note(say("What you typed is not kept here. Copy it if you need it:")), quote(Typed(typed))]
    return *blocks, *ways_out(misses, screen)


def ways_out(misses: int, screen: Screen) -> tuple[Block, ...]:
    """Tell, after two failures, what else may be typed; nothing that leads to where one is."""
    if misses < TRIES:
        return ()
    if screen.name in _HOME:
        return (note(_WAYS_OUT_OF_THE_MENU),)
    return (note(_WAYS_OUT_OF_A_QUESTION if screen.offers("skip") else _WAYS_OUT),)


def helped(screen: Screen, misses: int) -> Screen:
    """Offer a person beside what is pending, after two failures."""
    if misses < TRIES or any(choice.key in _PEOPLE for choice in (*screen.choices, *screen.actions)):
        return screen
    return replace(screen, actions=(*screen.actions, _PERSON), shared=False)


def arrived(screen: Screen, move: Move) -> Screen:
    """Return a screen as a move shows it: behind what it says first; what was drawn before is not drawn again."""
    screen = screen.led_by(*move.lead)
    if move.code:
        screen = replace(screen, code=move.code, shared=False)
    return replace(screen, figure=None) if (move.code or move.back) and screen.figure else screen


def again(screen: Screen, lead: Sequence[Block]) -> Screen:
    """Return a screen put again, behind what is said first and without what was given when the person came there."""
    screen = screen.led_by(*lead)
    given = screen.figure or screen.papers or screen.pin
    return replace(screen, figure=None, papers=(), pin=None) if given else screen


def brief(screen: Screen, lead: Sequence[Block]) -> Screen:
    """Return a screen put again; of what is read, no more than its title and what can be chosen there."""
    heading = tuple(block for block in screen.blocks if block.kind == "title")[:1]
    return again(replace(screen, blocks=heading) if screen.read else screen, lead)


OTHER = "other"
TRIES = 2
"""Failures in a row after which the ways out are told, and a person is offered."""
_HOME = frozenset(("welcome", "menu"))
_SENTENCE = say("A whole sentence is kept as a note of this question.")

_SHOWN = 60
