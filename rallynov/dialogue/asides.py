"""Questions asked in the middle of something else: told from answers, doubted without losing a word, answered.

The counsel knows what can be asked and decides; the engine keeps the pending question pending. Pure.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Protocol

from rallynov.dialogue.screens import Choice, Screen, quote, text
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
    choices = (Choice(ANSWER, say("It is my answer")), Choice(QUESTION, say("It is a question")))
    return Screen(screen.name, (*screen.blocks, *blocks), choices, screen.actions, free=screen.free)


_SHOWN = 300
