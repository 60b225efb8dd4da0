"""What can happen in a conversation. Past tense; knows no channel.

A door turns what it received into one of these; the engine sees nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from rallynov.dialogue.turn import Place


class Oddity(StrEnum):
    """Messages that are not an answer, each with its own helpful reply."""

    STICKER = "sticker"
    VOICE = "voice"
    PICTURE = "picture"
    DOCUMENT = "document"
    VIDEO = "video"
    LOCATION = "location"
    CONTACT = "contact"
    POLL = "poll"
    DICE = "dice"
    EDITED = "edited"
    FORWARDED = "forwarded"
    GROUP = "group"
    EMPTY = "empty"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Said:
    """The person typed a text, already cleaned; ``at`` is when, where the channel tells it."""

    text: str
    at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Pressed:
    """The person pressed a button: the screen it stood on, its key, and the nonce of that drawing.

    ``card`` is the channel's id of the message it stood on, where the channel can change that message.
    """

    screen: str
    key: str
    nonce: int
    card: str = ""


@dataclass(frozen=True, slots=True)
class Commanded:
    """The person gave a command by name, without its slash; ``at`` is when, where the channel tells it."""

    name: str
    argument: str = ""
    at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """The person sent something that is not an answer (a sticker, a voice message…)."""

    oddity: Oddity


@dataclass(frozen=True, slots=True)
class OfferedFile:
    """A file that a person sends, as their channel tells of it: nothing of it is believed before it is looked at.

    ``source`` says where its content is to be had (``telegram:<file id>``, ``web:<arrival>``); ``size`` is in bytes, 0
    when it is not told.
    """

    source: str
    name: str = ""
    size: int = 0
    mime: str = ""


@dataclass(frozen=True, slots=True)
class Attached:
    """The person sent a file; ``oddity`` is what it is where no file is asked for.

    ``to`` is where it was dropped, when that is not the pending question (the page of a dossier).
    """

    file: OfferedFile
    oddity: Oddity
    to: Place | None = None
    at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Left:
    """The person closed the door: blocked the bot, or left."""


@dataclass(frozen=True, slots=True)
class Returned:
    """The person opened the door again."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something that calls for no answer by design (a channel post, a type of update not known yet)."""


Event: TypeAlias = Said | Pressed | Commanded | Sent | Attached | Left | Returned | Ignored


def typed(text: str, at: datetime | None = None) -> Said | Commanded:
    """Tell a command (``/reprendre``, ``/start CODE``, ``/menu@bot``) from a text; the text is already
    cleaned.
    """
    if not text.startswith("/") or len(text) < 2 or text[1] in " /":
        return Said(text, at)
    name, _, argument = text[1:].partition(" ")
    command = name.partition("@")[0].casefold()
    return Commanded(command, argument.strip(), at) if command else Said(text, at)
