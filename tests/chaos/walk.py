"""A person who walks through the dialogue while the bot dies under their feet, and the model of what must be seen.

Every event goes to the loopback server and, at the same time, to the same product on a database of its own that is
never killed: what that one shows and keeps is what must be shown and kept.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import telegram_html
from botapi import BotApi
from conversation import Talk

from bot import plain
from bot.telegram.render import html, keyboard
from rallynov.delivery.message import Message
from rallynov.text import fold

CHAT = 42
PATIENCE = 30.0
"""Seconds that a person waits for an answer: more than any restart takes."""
ASIDES = ("pause", "reprendre", "retour", "passer", "pourquoi", "/recap", "aide", "menu", "/confidentialite")
DRAWN_BY_LOT = {"continuer", "invite", "collegues", "dossier", "held-question", "unnote"}
"""Choices that make a code or an id at random, search in what each process prepares in its time, or rewrite what was shown:
the model cannot know."""
STORY = (
    "nous l'essayons depuis deux ans",
    "les habitants y tiennent tous beaucoup",
    "cela reste à faire chez nous",
)

Shape = tuple[str, tuple[str, ...]]
"""A message as a person sees it: its words, and what its buttons carry."""


def shape(message: Message) -> Shape:
    """What Telegram shows of a message of ours."""
    return telegram_html.parse(html(message)).strip(), _carried(keyboard(message))


def seen(api: BotApi, chat: int = CHAT) -> list[Shape]:
    """What a person sees in their chat, in order."""
    shown = [
        one for one in api.messages(chat) if "text" in one
    ]  # pictures and documents go before their text
    return [(one["text"], _carried(one.get("reply_markup"))) for one in shown]


def offered(card: Message, *, actions: bool) -> list[tuple[str, str]]:
    """What a walk may press of a card."""
    whole = (*card.choices, *card.actions) if actions else card.choices or card.actions
    return [(key, label) for key, label in whole if key not in DRAWN_BY_LOT]


def _carried(markup: dict[str, Any] | None) -> tuple[str, ...]:
    rows = markup["inline_keyboard"] if markup else []
    return tuple(button["callback_data"] for row in rows for button in row)


def slip(label: str) -> str:
    """A label with a letter missing in its longest word."""
    longest = max(re.findall(r"\w+", label), key=len)
    middle = len(longest) // 2
    return label.replace(longest, longest[:middle] + longest[middle + 1 :], 1)


@dataclass
class Walk:
    """One person, seeded, on the loopback server and in the model."""

    api: BotApi
    talk: Talk
    dice: random.Random
    pushed: list[int] = field(default_factory=list)
    shown: list[Message] = field(default_factory=list)
    said: str = ""

    def go(self, steps: int) -> None:
        """Begin, walk, and come to rest at the menu."""
        for step in (lambda: self.say("/start"), lambda: self.press("begin"), lambda: self.press("accept")):
            step()
            self.settle()
        for _ in range(steps):
            self.dice.choices(self._steps, self._weights)[0]()
            self.settle()
        self.say("menu")
        self.settle()

    @property
    def _steps(self) -> list[Callable[[], None]]:
        return [self.choose, self.number, self.miss, self.aside, self.burst, self.twice, self.tell, self.old]

    _weights = (5, 4, 1, 3, 4, 1, 1, 1)

    def say(self, text: str) -> None:
        self.said = fold(text)
        self.pushed.append(self.api.text(CHAT, text))
        self.talk.send(plain.text_payload(text))

    def press(self, key: str, card: Message | None = None) -> None:
        token = (card or self.shown[-1]).token(key)
        self.pushed.append(self.api.forge(CHAT, token))
        self.talk.send(plain.press_payload(token))

    def settle(self) -> None:
        """Wait until the person sees the last thing that the model shows."""
        self.shown.append(self.talk.last)
        wanted = shape(self.talk.last)
        self.api.wait(lambda api: wanted in seen(api), timeout=PATIENCE)

    def choose(self) -> None:
        card = self.shown[-1]
        self.press(self.dice.choice([key for key, _ in offered(card, actions=False)]))

    def number(self) -> None:
        card = self.shown[-1]
        numbers = [n for n, choice in enumerate(card.choices, 1) if choice in offered(card, actions=False)]
        self.say(str(self.dice.choice(numbers or [1])))

    def miss(self) -> None:
        card = self.shown[-1]
        self.say(slip(self.dice.choice([label for _, label in offered(card, actions=False)])))

    def aside(self) -> None:
        self.say(self.dice.choice(ASIDES))

    def tell(self) -> None:
        self.say(self.dice.choice(STORY))

    def old(self) -> None:
        """Press a button of a card from earlier."""
        card = self.dice.choice(self.shown)
        self.press(self.dice.choice([key for key, _ in offered(card, actions=True)]), card)

    def twice(self) -> None:
        """Press the same button twice."""
        key = self.dice.choice([key for key, _ in offered(self.shown[-1], actions=True)])
        self.press(key)
        self.press(key)

    def burst(self) -> None:
        """Write several messages without waiting for an answer.

        No text twice: whether it is one answer or two is a matter of time (three seconds), and time is not modelled.
        """
        numbers = ("1", "2", "3", "4") if self.shown[-1].screen.startswith("q:") else ("pourquoi", "bonjour")
        texts = [text for text in (*numbers, "passer", "aide") if text != self.said]
        for text in self.dice.sample(texts, min(len(texts), self.dice.randint(2, 4))):
            self.say(text)
        if self.dice.random() < 0.5:
            self.old()
        self.said = "burst"
        self.say("reprendre")
