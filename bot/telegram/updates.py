"""Telegram's updates, parsed one by one into events; a malformed one is set aside, never in the way of the
others.

Only the fields that we use are read, by pydantic: about thirty times as fast as building PTB's objects, and
strict about what we rely on (``docs/decisions/0002-updates.md``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field

from rallynov.delivery.inbox import Incoming
from rallynov.delivery.message import parse_token
from rallynov.delivery.tables import InboxStatus
from rallynov.dialogue.events import Commanded, Event, Ignored, Left, Oddity, Pressed, Returned, Sent, typed
from rallynov.text import clean_text

CHANNEL = "telegram"
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
Id = Annotated[int, Field(ge=-(2**62), lt=2**62)]
MEDIA: tuple[tuple[str, Oddity], ...] = (
    ("sticker", Oddity.STICKER),
    ("voice", Oddity.VOICE),
    ("audio", Oddity.VOICE),
    ("photo", Oddity.PICTURE),
    ("animation", Oddity.PICTURE),
    ("document", Oddity.DOCUMENT),
    ("video", Oddity.VIDEO),
    ("video_note", Oddity.VIDEO),
    ("location", Oddity.LOCATION),
    ("venue", Oddity.LOCATION),
    ("contact", Oddity.CONTACT),
    ("poll", Oddity.POLL),
    ("dice", Oddity.DICE),
)


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Chat(_Part):
    """A chat; ``type`` is "private" with one person."""

    id: Id
    type: str = "private"


class Sender(_Part):
    """Who wrote or pressed, and the language of their Telegram."""

    id: Id
    language_code: str | None = None


class Message(_Part):
    """A message, as far as we read it; what else it holds only tells its kind."""

    model_config = ConfigDict(extra="allow", frozen=True)

    chat: Chat
    sender: Annotated[Sender | None, Field(alias="from")] = None
    text: str | None = None
    forward_origin: dict[str, Any] | None = None


class Anchor(_Part):
    """The message that a button stood on: where it is."""

    chat: Chat
    message_id: Id | None = None


class Callback(_Part):
    """A pressed button."""

    id: str
    sender: Annotated[Sender, Field(alias="from")]
    message: Anchor | None = None
    data: str | None = None


class Member(_Part):
    """What we are in a chat now."""

    status: str


class Membership(_Part):
    """A change of what we are in a chat: a person who blocks the bot makes it "kicked"."""

    chat: Chat
    new_chat_member: Member


class Update(_Part):
    """An update of one of the types that we ask for."""

    update_id: Annotated[int, Field(ge=0, lt=2**62, strict=True)]
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: Callback | None = None
    my_chat_member: Membership | None = None

    def chat(self) -> Chat | None:
        """Return the chat that the update belongs to; None for a type that we do not know."""
        if self.callback_query:
            pressed = self.callback_query
            return pressed.message.chat if pressed.message else Chat(id=pressed.sender.id)
        part = self.message or self.edited_message or self.my_chat_member
        return part.chat if part else None


@dataclass(frozen=True, slots=True)
class Parsed:
    """A group of updates ready for the inbox; ``next_offset`` is None when no id could be read."""

    events: tuple[Incoming, ...]
    presses: tuple[str, ...]
    next_offset: int | None
    malformed: int


def parse(raw: Sequence[Any], bot_id: str, now: datetime) -> Parsed:
    """Parse updates one by one, in the order Telegram gave them.

    The next offset follows the last id of the group, never the largest one ever seen: Telegram restarts its
    numbering at random after a week without updates.
    """
    events: list[Incoming] = []
    presses: list[str] = []
    next_offset, malformed = None, 0
    for item in raw:
        next_offset = _id(item) + 1 if _id(item) >= 0 else next_offset
        try:
            update = Update.model_validate(item)
            chat, kept = update.chat(), _kept(update)
        except Exception:  # whatever it is, it is set aside and the others go on
            malformed += 1
            events.append(_incoming(_fingerprint(item), "", _shape(item), bot_id, now, InboxStatus.POISON))
            continue
        if update.callback_query:
            presses.append(update.callback_query.id)
        address = f"{CHANNEL}:{chat.id}" if chat else ""
        status = InboxStatus.NEW if chat else InboxStatus.IGNORED
        events.append(_incoming(str(update.update_id), address, kept, bot_id, now, status))
    return Parsed(tuple(events), tuple(presses), next_offset, malformed)


def read(payload: str) -> Event:
    """Read a stored update into an event."""
    update = Update.model_validate(_loads(payload))
    if update.callback_query:
        token = parse_token(update.callback_query.data or "")
        return Pressed(*token, _card(update.callback_query)) if token else Pressed("", "", -1)
    if update.my_chat_member:
        gone = update.my_chat_member.new_chat_member.status in {"kicked", "left"}
        return Left() if gone else Returned()
    if update.message:
        return _message(update.message)
    if update.edited_message and update.edited_message.chat.type == "private":
        return Sent(Oddity.EDITED)
    return Ignored()


def language(payload: str) -> str:
    """Read the language of the person's Telegram (``en`` of ``en-GB``); empty when it is not told."""
    update = Update.model_validate(_loads(payload))
    spoken = update.callback_query or update.message
    sender = spoken.sender if spoken else None
    return (sender.language_code or "").partition("-")[0].casefold() if sender else ""


def _card(press: Callback) -> str:
    return str(press.message.message_id or "") if press.message else ""


def _message(message: Message) -> Event:
    text = clean_text(message.text) if message.text else ""
    if message.chat.type != "private":
        return Sent(Oddity.GROUP) if isinstance(typed(text), Commanded) else Ignored()
    held = message.model_extra or {}
    if message.forward_origin or "forward_date" in held:
        return Sent(Oddity.FORWARDED)
    if message.text is not None:
        return typed(text) if text else Sent(Oddity.EMPTY)
    return Sent(next((oddity for key, oddity in MEDIA if key in held), Oddity.OTHER))


def _kept(update: Update) -> dict[str, Any]:
    """Return what is stored of an update: what ``read`` reads, and nothing else.

    Names, places, cards and what people say to each other in groups never reach the database.
    """
    kept: dict[str, Any] = {"update_id": update.update_id}
    if update.message:
        kept["message"] = _kept_message(update.message)
    if update.edited_message:
        kept["edited_message"] = {"chat": _kept_chat(update.edited_message.chat)}
    if update.my_chat_member:
        status = {"status": update.my_chat_member.new_chat_member.status}
        kept["my_chat_member"] = {"chat": _kept_chat(update.my_chat_member.chat), "new_chat_member": status}
    press = update.callback_query
    if press:
        kept["callback_query"] = {"id": press.id, "from": _kept_sender(press.sender), "data": press.data}
        if press.message:
            anchor = {"chat": _kept_chat(press.message.chat), "message_id": press.message.message_id}
            kept["callback_query"]["message"] = anchor
    return kept


def _kept_sender(sender: Sender) -> dict[str, Any]:
    return {"id": sender.id, "language_code": sender.language_code}


def _kept_chat(chat: Chat) -> dict[str, Any]:
    return {"id": chat.id, "type": chat.type}


def _kept_message(message: Message) -> dict[str, Any]:
    kept: dict[str, Any] = {"chat": _kept_chat(message.chat)}
    if message.sender and message.chat.type == "private":
        kept["from"] = _kept_sender(message.sender)
    held = message.model_extra or {}
    if message.text is not None and (message.chat.type == "private" or message.text.startswith("/")):
        kept["text"] = message.text
    if message.forward_origin or "forward_date" in held:
        kept["forward_origin"] = {"kept": False}
    return kept | {name: {} for name, _ in MEDIA if name in held}


def _shape(item: Any) -> Any:
    """Return the shape of an update that could not be read: names of fields and of types, never a value."""
    if isinstance(item, dict):
        return {str(key)[:40]: type(value).__name__ for key, value in list(item.items())[:40]}
    return type(item).__name__


def _id(item: Any) -> int:
    number = item.get("update_id") if isinstance(item, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**62 else -1


def _fingerprint(item: Any) -> str:
    number = _id(item)
    return str(number) if number >= 0 else "x" + hashlib.sha256(_dumps(item).encode()).hexdigest()[:32]


def _incoming(
    external: str, address: str, item: Any, bot_id: str, now: datetime, status: InboxStatus
) -> Incoming:
    return Incoming(CHANNEL, f"{bot_id}:{external}", address, _dumps(item), now, status)


def _dumps(item: Any) -> str:
    """Write JSON that any database keeps: lone surrogates and NUL stay escaped."""
    try:
        return orjson.dumps(item).decode()
    except (TypeError, ValueError, RecursionError):
        pass
    try:
        return json.dumps(item)
    except (TypeError, ValueError, RecursionError):
        return "null"


def _loads(payload: str) -> Any:
    try:
        return orjson.loads(payload)
    except ValueError:
        return json.loads(payload)
