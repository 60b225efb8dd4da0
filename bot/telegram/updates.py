"""Telegram's updates, parsed one by one into events; a malformed one is set aside, never in the way of the
others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from bot.telegram import files
from bot.telegram.shapes import Chat, Membership, Message, Sender, Update
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.message import parse_token
from rallynov.delivery.tables import InboxStatus
from rallynov.dialogue.events import (
    Attached,
    Commanded,
    Event,
    Ignored,
    Left,
    Oddity,
    Pressed,
    Returned,
    Sent,
    typed,
)
from rallynov.text import clean_text

CHANNEL = "telegram"
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
ASKED = ("start", "aide", "help")
"""Commands answered in a group when they name no bot; any other speaks to us only by our name."""
ABSENT = frozenset({"kicked", "left"})
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


@dataclass(frozen=True, slots=True)
class Parsed:
    """A group of updates ready for the inbox; ``next_offset`` is None when no id could be read."""

    events: tuple[Incoming, ...]
    presses: tuple[str, ...]
    next_offset: int | None
    malformed: int


def parse(raw: Sequence[Any], bot_id: str, now: datetime, name: str = "") -> Parsed:
    """Parse updates one by one, in the order Telegram gave them; ``name`` is the bot's, when it is known.

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
            chat, kept = update.chat(), _kept(update, name.casefold())
        except Exception:  # whatever it is, it is set aside and the others go on
            malformed += 1
            events.append(_incoming(_fingerprint(item), "", _shape(item), bot_id, now, InboxStatus.POISON))
            continue
        if update.callback_query:
            presses.append(update.callback_query.id)
        address = f"{CHANNEL}:{chat.id}" if chat else ""
        status = InboxStatus.NEW if chat and chat.type != "channel" else InboxStatus.IGNORED
        events.append(_incoming(str(update.update_id), address, kept, bot_id, now, status))
    return Parsed(tuple(events), tuple(presses), next_offset, malformed)


def read(payload: str) -> Event:
    """Read a stored update into an event."""
    stored = _loads(payload)
    if press := stored.get("callback_query"):  # the bulk of what is read; it was checked before it was kept
        token = parse_token(press["data"] or "")
        return Pressed(*token, _card(press)) if token else Pressed("", "", -1)
    update = Update.model_validate(stored)
    if update.my_chat_member:
        return _membership(update.my_chat_member)
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


def _card(press: Mapping[str, Any]) -> str:
    return str(press.get("message", {}).get("message_id") or "")


def _membership(change: Membership) -> Event:
    """Read what we have become: added to a group, we say once that we talk in private; a channel hears nothing."""
    if change.chat.type == "channel":
        return Ignored()
    if change.new_chat_member.status in ABSENT:
        return Left()
    added = change.chat.type != "private" and change.old_chat_member.status in ABSENT
    return Sent(Oddity.GROUP) if added else Returned()


def _message(message: Message) -> Event:
    text = clean_text(message.text) if message.text else ""
    if message.chat.type != "private":
        return Sent(Oddity.GROUP) if isinstance(typed(text), Commanded) else Ignored()
    held = message.model_extra or {}
    at = None if message.date is None else datetime.fromtimestamp(message.date, UTC)
    forwarded = bool(message.forward_origin) or "forward_date" in held
    if message.text is not None and not forwarded:
        return typed(text, at) if text else Sent(Oddity.EMPTY)
    media = next((oddity for key, oddity in MEDIA if key in held), Oddity.OTHER)
    oddity = Oddity.FORWARDED if forwarded else media
    file = files.offered(held)
    return Attached(file, oddity, at=at) if file else Sent(oddity)


def _kept(update: Update, name: str) -> dict[str, Any]:
    """Return what is stored of an update: what ``read`` reads, and nothing else.

    Names, places, cards and what people say to each other in groups never reach the database.
    """
    kept: dict[str, Any] = {"update_id": update.update_id}
    if update.message:
        kept["message"] = _kept_message(update.message, name)
    if update.edited_message:
        kept["edited_message"] = {"chat": _kept_chat(update.edited_message.chat)}
    if update.my_chat_member:
        change = update.my_chat_member
        kept["my_chat_member"] = {
            "chat": _kept_chat(change.chat),
            "new_chat_member": {"status": change.new_chat_member.status},
            "old_chat_member": {"status": change.old_chat_member.status},
        }
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


def _asks_us(text: str, name: str) -> bool:
    """Tell whether a text of a group is a command for this bot, as far as its name is known."""
    if not text.startswith("/"):
        return False
    command, _, whom = text.split(maxsplit=1)[0][1:].casefold().partition("@")
    return whom == name or not name if whom else command in ASKED


def _kept_message(message: Message, name: str) -> dict[str, Any]:
    kept: dict[str, Any] = {"chat": _kept_chat(message.chat)}
    if message.sender and message.chat.type == "private":
        kept["from"] = _kept_sender(message.sender)
    held = message.model_extra or {}
    if message.text is not None and (message.chat.type == "private" or _asks_us(message.text, name)):
        kept["text"], kept["date"] = message.text, message.date
    if message.forward_origin or "forward_date" in held:
        kept["forward_origin"] = {"kept": False}
    media = {name: held[name] for name, _ in MEDIA if name in held}
    if message.chat.type != "private":
        return kept | {key: {} for key in media}
    if any(name in media for name in files.FILES):
        kept["date"] = message.date
    return kept | {name: files.kept(name, part) for name, part in media.items()}


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
