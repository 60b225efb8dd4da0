"""Those who ask and those who answer, on the web's channel, and what is kept of it."""

from __future__ import annotations

from conversation import Clock, Talk
from faq.stage import appoint

from bot.wiring import Core

STRANGE = "où garer mon vélo électrique ce week-end ?"


def person(product: Core, clock: Clock, name: str) -> Talk:
    return Talk(product, clock, f"web:{name}")


def team(product: Core, clock: Clock, name: str = "claude") -> Talk:
    """Somebody of the coordination."""
    talk = person(product, clock, name)
    for key in ("begin", "accept"):
        talk.say("bonjour") if key == "begin" else None
        talk.press(key)
    appoint(product, clock, talk.address)
    talk.say("/questions")
    return talk


def handed(talk: Talk, words: str = STRANGE) -> None:
    """Ask what nobody knows, and hand it over."""
    talk.say("bonjour")
    talk.say("/question " + words)
    if "none" in dict(talk.last.choices):
        talk.press("none")
    talk.press("send")


def words(talk: Talk) -> str:
    return " ".join(text for message in talk.messages for _, texts in message.blocks for text in texts)
