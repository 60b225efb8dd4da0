"""Somebody in the middle of a diagnosis, through the database."""

from __future__ import annotations

from conversation import Clock, Talk, core

from rallynov.delivery.message import Message
from rallynov.storage.store import Store


def told(message: Message) -> str:
    """What a message says, on one line, its spaces made plain."""
    return " ".join(" ".join(one for _, texts in message.blocks for one in texts).split())


def asked(store: Store, clock: Clock, *, answered: int = 0) -> Talk:
    """Someone who stands at a question, so many being answered."""
    talk = Talk(core(store, clock), clock)
    for said in ("/start", "commencer", "oui", *["4"] * answered):
        talk.say(said)
    return talk
