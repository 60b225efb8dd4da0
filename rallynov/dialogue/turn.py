"""Where a person is, what is known when a turn is decided, and what the decision holds."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from rallynov.dialogue.screens import Block, Screen

Fact = TypeVar("Fact")


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a dialogue; ``focus`` is a question being edited or a named screen, else derived from the
    answers.
    """

    dialogue: str = "reception"
    focus: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A text of which the person is asked whether it is their answer; ``mark`` names what was pending."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where a person is; never what they answered, but for a text that is ``held`` until they say what it is.

    ``under`` is the place to come back to after a digression (one at most). ``nonce`` numbers the last screen
    drawn. ``misses`` counts answers in a row that were not understood. ``guesses`` are the keys proposed
    after a near match. ``last`` is what the last consumed event said and ``last_at`` when it reached us;
    ``asked_at`` is when the pending question was put. ``aside`` names the answer that was given beside it. ``unseen``
    tells that the last screen drawn may not have reached the person.
    """

    place: Place = Place()
    under: tuple[Place, ...] = ()
    nonce: int = 0
    misses: int = 0
    guesses: tuple[str, ...] = ()
    last: str = ""
    last_at: datetime | None = None
    asked_at: datetime | None = None
    aside: str = ""
    held: Held | None = None
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """The facts of a person, one value per type, which may be read only once they are asked for; ``received`` is when
    the event reached us, ``now`` is now; ``said`` is when the person acted, as the channel tells it, else when it
    reached us. ``secret`` is fresh, for whoever must make a code in this turn. ``first`` is whether the person is to be
    welcomed: nothing was shown to them yet, or they ask for it.
    """

    now: datetime
    received: datetime
    language: str = "fr"
    channel: str = ""
    facts: Mapping[type, Any] = field(default_factory=dict)
    secret: str = ""
    said: datetime | None = None
    first: bool = False

    def of(self, kind: type[Fact]) -> Fact:
        """Return the fact of a type; ``KeyError`` when its subject was not wired."""
        fact: Fact = self.facts[kind]
        return fact

    def having(self, fact: object) -> Scene:
        """Return this scene with a fact replaced: what is true once the turn's commands are applied."""
        beneath: Any = self.facts  # only the first of a chain is ever written to
        facts = ChainMap({type(fact): fact}, beneath)
        known = self.language, self.channel, facts, self.secret, self.said, self.first
        return Scene(self.now, self.received, *known)


class Command:
    """Something a turn orders; applied in its transaction by the subject that owns it."""

    __slots__ = ()

    def subject(self) -> str:
        """Name what it acts upon, for the audit: ids only, never what a person typed."""
        return ""


@dataclass(frozen=True, slots=True)
class Move:
    """What a dialogue decides: where to go, what to order, what to say first, and the facts that follow from
    it.

    ``to`` None stays where we are. ``over`` goes there as a digression: ``back`` returns from it. ``language``
    changes the person's language. ``person`` gives this address to another person, whose facts are then shown.
    ``code`` is a one-time code to show with what is said. ``aside`` names an answer that was given without leaving the
    pending question; ``missed`` counts the turn among those that were not understood; ``forget`` drops what the
    conversation holds.
    """

    to: Place | None = None
    commands: tuple[Command, ...] = ()
    lead: tuple[Block, ...] = ()
    scene: Scene | None = None
    over: bool = False
    back: bool = False
    language: str = ""
    person: str = ""
    code: str = ""
    aside: str = ""
    missed: bool = False
    forget: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """A decided turn: where the person now is, what they are shown, what is ordered.

    ``language`` and ``person`` are empty unless the turn changes them. ``frozen`` is the card that was answered, as
    it may now be shown without its buttons.
    """

    conversation: Conversation
    replies: tuple[Screen, ...] = ()
    commands: tuple[Command, ...] = ()
    language: str = ""
    person: str = ""
    frozen: Screen | None = None
