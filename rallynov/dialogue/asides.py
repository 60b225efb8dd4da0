"""Questions asked in the middle of something else: told from answers, doubted without losing a word, answered.

The counsel knows what can be asked and decides; the engine keeps the pending question pending. Pure.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Protocol

from rallynov.dialogue.screens import Choice, Screen, note, quote, text
from rallynov.dialogue.turn import Held, Move, Place, Scene
from rallynov.dialogue.words import Typed, say

ANSWER, QUESTION = "held-answer", "held-question"
PREFIX = "aside-"
"""What the keys of the actions beside a pending question begin with."""


class Taken(Enum):
    """What a text is taken for."""

    ANSWER = auto()
    QUESTION = auto()
    DOUBT = auto()


class Counsel(Protocol):
    """Whoever answers the questions that are asked anywhere."""

    @property
    def name(self) -> str:
        """Name of its own places."""

    def taken(self, text: str, asking: Screen, move: Move | None, scene: Scene) -> Taken:
        """Tell whether a text is an answer or a question; ``move`` is what it does as an answer, None when it is none."""

    def sure(self, text: str, scene: Scene) -> bool:
        """Tell whether a text is without a doubt a question that is answered."""

    def asked(self, text: str, asking: Screen, misses: int, scene: Scene) -> Move:
        """Decide on a question asked on a screen."""

    def beside(self, aside: str, scene: Scene) -> tuple[Choice, ...]:
        """Return the actions beside the pending question, after an answer that did not leave it."""

    def chose(self, aside: str, key: str, scene: Scene) -> Move:
        """Decide on one of those actions."""


def mark(place: Place, screen: Screen) -> str:
    """Name what is pending, whatever version of it was shown."""
    return f"{place.dialogue}|{(place.focus or '').partition('@')[0]}|{screen.name}"


def doubted(screen: Screen, held: Held) -> Screen:
    """Ask whether a text is the answer or a question: it is shown, and kept until that is said."""
    shown = held.text if len(held.text) <= _SHOWN else held.text[:_SHOWN].rstrip() + "…"
    blocks = (quote(Typed(shown)), text(say("Is this your answer, or a question to me?")))
    choices = (
        Choice(ANSWER, say("It is my answer"), "choices:mine:synonyms"),
        Choice(QUESTION, say("It is a question"), "choices:asks:synonyms"),
    )
    return Screen(screen.name, (*screen.blocks, *blocks), choices, screen.actions, free=screen.free)


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
"""What « non » is read against where a text is held: it says neither what the text is nor that it may go."""
_SHOWN = 300
