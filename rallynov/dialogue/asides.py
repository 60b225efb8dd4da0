"""Questions asked in the middle of something else: told from answers, doubted without losing a word, answered.

The counsel knows what can be asked and decides; the engine keeps the pending question pending. Pure.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from typing import Protocol

from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Block, Choice, Screen, note, quote, text
from rallynov.dialogue.turn import Conversation, Held, Move, Place, Scene
from rallynov.dialogue.words import Typed, say

ANSWER, QUESTION = "held-answer", "held-question"
PREFIX = "aside-"
"""What the keys of what is offered beside a pending question begin with."""
NONE = f"{PREFIX}none"
"""The key that refuses every question proposed beside a pending one."""


class Taken(Enum):
    """What a text is taken for."""

    ANSWER = auto()
    QUESTION = auto()
    DOUBT = auto()
    THANKS = auto()


class Counsel(Protocol):
    """Whoever answers the questions that are asked anywhere."""

    @property
    def name(self) -> str:
        """Name of its own places."""

    def taken(self, text: str, asking: Screen, move: Move | None, scene: Scene, *, aside: str = "") -> Taken:
        """Tell whether a text is an answer or a question; ``move`` is what it does as an answer, None when it is none.

        ``aside`` is what was just told beside what is asked: a thank you is then for that, and where questions were
        proposed, a few words may be about them.
        """

    def sure(self, text: str, scene: Scene) -> bool:
        """Tell whether a text is without a doubt no choice: a thank you, or a question that is answered."""

    def asked(self, text: str, asking: Screen, misses: int, scene: Scene) -> Move:
        """Decide on a question asked on a screen."""

    def inquired(self, command: Commanded, asking: Screen, scene: Scene) -> Move | None:
        """Decide on a question that a command carries, given on a screen; None for any other command."""

    def beside(self, aside: str, scene: Scene) -> tuple[Choice, ...]:
        """Return what is offered beside the pending question, after an answer that did not leave it: actions, or the
        questions that may have been meant and, last, ``NONE``.
        """

    def chose(self, aside: str, key: str, scene: Scene) -> Move:
        """Decide on one of those actions."""


def offered(screen: Screen, beside: tuple[Choice, ...]) -> Screen:
    """Add what is offered beside a pending question: actions, or questions, which then have the numbers."""
    if not beside:
        return screen
    if beside[-1].key != NONE:
        return replace(screen, actions=(*beside, *screen.actions), shared=False)
    one, many = say("Did you mean this question?"), say("Did you mean one of these questions?")
    asked = text(many if len(beside) > 2 else one)
    return replace(screen, blocks=(*screen.blocks, asked), choices=beside, mend=None, shared=False)


def drawn(talk: Conversation, screen: Screen, beside: tuple[Choice, ...]) -> Screen:
    """Return a screen with what is offered beside it; else with a doubt about what was typed, when nothing is guessed."""
    shown = offered(screen, beside)
    doubt = talk.held if holds(talk, screen) and not (talk.guesses or proposes(shown)) else None
    return doubted(shown, doubt) if doubt else shown


def proposes(screen: Screen) -> bool:
    """Tell whether a screen proposes questions instead of the choices of the pending one."""
    return any(choice.key == NONE for choice in screen.choices)


def mark(place: Place, screen: Screen) -> str:
    """Name what is pending, whatever version of it was shown."""
    return f"{place.dialogue}|{(place.focus or '').partition('@')[0]}|{screen.name}"


def doubted(screen: Screen, held: Held) -> Screen:
    """Ask whether a text is the answer or a question: it is shown, and kept until that is said."""
    shown = held.text if len(held.text) <= _SHOWN else held.text[:_SHOWN].rstrip() + "…"
    just = note(say("You have just typed, and it is not kept yet:"))
    blocks = (just, quote(Typed(shown)), text(say("Is this your answer, or a question to me?")))
    choices = (
        Choice(ANSWER, say("It is my answer"), "choices:mine:synonyms"),
        Choice(QUESTION, say("It is a question"), "choices:asks:synonyms"),
    )
    return Screen(screen.name, (*screen.blocks, *blocks), choices, screen.actions, free=screen.free)


def holding(held: Held | None, at: str, text: str) -> tuple[Held | None, tuple[Block, ...]]:
    """Hold a text for a question, behind what is held for it already; and give back what can be held no longer."""
    if not text:
        return held, ()
    if held is None:
        return Held(at, text), ()
    both = f"{held.text}\n{text}"
    if held.mark != at or len(both) > _HELD:
        return Held(at, text), let_go(held)
    return (held if text in held.text.split("\n") else Held(at, both)), ()


def holds(talk: Conversation, screen: Screen) -> bool:
    """Tell whether a text is held for this very question."""
    return talk.held is not None and talk.held.mark == mark(talk.place, screen)


def leaves(talk: Conversation, screen: Screen, key: str) -> bool:
    """Tell whether a key answers or leaves the question for which a text is held."""
    left = key in {"skip", "keep"} or any(choice.key == key for choice in screen.choices)
    return left and holds(talk, screen)


def let_go(held: Held | None, *, guessed: bool = False) -> tuple[Block, ...]:
    """Give back a text that was held and is no more; not the only one that was ``guessed`` to be a choice."""
    if held is None or (guessed and "\n" not in held.text):
        return ()
    gone = say("What you had typed before is not kept. Here it is again, should you need it:")
    return note(gone), quote(Typed(held.text))


def beneath(talk: Conversation, counsel: Counsel | None) -> Conversation | None:
    """Return a conversation as it is beneath a card of the counsel; None where there is no such card."""
    if counsel is None or talk.place.dialogue != counsel.name or not talk.under:
        return None
    return replace(talk, place=talk.under[-1], under=(), guesses=(), aside="")


def through(screen: Screen, key: str) -> bool:
    """Tell whether a text typed on a card of the counsel may answer the card beneath, where it is ``key`` if it is a choice.

    A value asked for may be given from above; a yes counts only on the card that asks it.
    """
    return screen.name.startswith(("f:", "q:")) and (not key or key.startswith("o-") or _level(screen, key))


def _level(screen: Screen, key: str) -> bool:
    return (
        screen.name.startswith("q:")
        and key not in {"yes", "no"}
        and any(one.key == key for one in screen.choices)
    )


def given_through(screen: Screen, typed: str) -> Screen:
    """Say of which question a text typed on another card was the answer."""
    shown = typed if len(typed) <= _SHOWN else typed[:_SHOWN].rstrip() + "…"
    return screen.led_by(note(say("For the question where you were: “{text}”.", text=Typed(shown))))


BENEATH = note(say("Here is where you were."))
DENIAL = Screen("", (), (Choice("no", say("No"), "choices:no:synonyms"),))
"""What « non » is read against where something is asked about a text: it chooses nothing, and lets no text go."""
_SHOWN = 300
_HELD = 2000
