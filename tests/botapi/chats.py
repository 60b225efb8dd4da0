"""What people see: messages of the bot per chat, their keyboards, the presses still to answer."""

import time
from dataclasses import dataclass, field
from typing import Any

import telegram_html

from .faults import Refused

BOT = {"id": 123456789, "is_bot": True, "first_name": "Rally'nov", "username": "rallynov_test_bot"}
MESSAGE_UNITS = 4096
CAPTION_UNITS = 1024
DATA_BYTES = 64
COPIED = 256
ACTIONS = frozenset(
    ["url", "callback_data", "web_app", "login_url", "switch_inline_query", "copy_text", "pay"]
)


@dataclass(slots=True)
class Chats:
    """Message values are never changed in place: an edit puts another value at the same id."""

    visible: dict[Any, dict[int, dict[str, Any]]] = field(default_factory=dict)
    written: dict[tuple[Any, int], Any] = field(
        default_factory=dict
    )  # what the bot wrote, to refuse idle edits
    queries: set[str] = field(default_factory=set)
    _last_id: int = 0

    def next_id(self) -> int:
        """Give the next message id, one series for people and bot alike."""
        self._last_id += 1
        return self._last_id

    def post(self, params: dict[str, Any], **content: Any) -> dict[str, Any]:
        """Show a new message of the bot and give it as the API does."""
        chat_id = params["chat_id"]
        message = {"message_id": self.next_id(), "from": BOT, "chat": chat(chat_id), "date": now(), **content}
        markup = keyboard(params)
        if "inline_keyboard" in markup:
            message["reply_markup"] = markup
        self.visible.setdefault(chat_id, {})[message["message_id"]] = message
        self.written[chat_id, message["message_id"]] = (content.get("text"), params.get("text"), markup)
        return message

    def edit(self, params: dict[str, Any], text: str | None) -> dict[str, Any]:
        """Replace text (None: kept) and keyboard of a message; refuse an edit that changes nothing."""
        old = self.find(params, "edit")
        if text is not None and "text" not in old:
            raise Refused(400, "Bad Request: there is no text in the message to edit")
        key = (params["chat_id"], old["message_id"])
        markup = keyboard(params)
        source = self.written[key][1] if text is None else params["text"]
        written = (old.get("text") if text is None else text, source, markup)
        if written == self.written[key]:
            raise Refused(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup"
                " are exactly the same as a current content and reply markup of the message",
            )
        message = {name: value for name, value in old.items() if name != "reply_markup"} | {
            "edit_date": now()
        }
        if text is not None:
            message["text"] = text
        if "inline_keyboard" in markup:
            message["reply_markup"] = markup
        self.visible[key[0]][key[1]] = message
        self.written[key] = written
        return message

    def delete(self, params: dict[str, Any]) -> bool:
        """Take a message away."""
        message = self.find(params, "delete")
        del self.visible[params["chat_id"]][message["message_id"]]
        return True

    def find(self, params: dict[str, Any], verb: str) -> dict[str, Any]:
        """Give the message a call speaks of; 400 when the chat has none of that id."""
        message = self.visible.get(params.get("chat_id"), {}).get(params.get("message_id", 0))
        if message is None:
            raise Refused(400, f"Bad Request: message to {verb} not found")
        return message

    def button(self, chat_id: int, wanted: str, message_id: int | None) -> tuple[dict[str, Any], str]:
        """Give the message and the callback_data of a button: all or part of its words, or its data."""
        cards = [
            one
            for one in reversed(self.visible.get(chat_id, {}).values())
            if "reply_markup" in one and message_id in (None, one["message_id"])
        ]
        if not cards:
            raise LookupError(f"no message with buttons in chat {chat_id}")
        buttons = [one for row in cards[0]["reply_markup"]["inline_keyboard"] for one in row]
        buttons = [one for one in buttons if "callback_data" in one]
        exact = [one for one in buttons if wanted in (one["text"], one["callback_data"])]
        found = exact or [one for one in buttons if wanted in one["text"]]
        if not exact and len(found) != 1:
            raise LookupError(f"{wanted!r} is not one of {[one['text'] for one in buttons]}")
        return cards[0], found[0]["callback_data"]


def now() -> int:
    """Give the date of a message, in seconds."""
    return int(time.time())


def person(chat_id: int) -> dict[str, Any]:
    """Give the User behind a private chat."""
    names = {"first_name": "Camille", "last_name": f"N{abs(chat_id)}", "username": f"camille{abs(chat_id)}"}
    return {"id": abs(chat_id), "is_bot": False, **names, "language_code": "fr"}


def chat(chat_id: Any) -> dict[str, Any]:
    """Give the Chat of an id: private, or a group when negative."""
    if isinstance(chat_id, int) and chat_id > 0:
        names = {k: v for k, v in person(chat_id).items() if k in ("first_name", "last_name", "username")}
        return {"id": chat_id, **names, "type": "private"}
    return {"id": chat_id, "title": "Groupe", "type": "supergroup"}


def units(text: str) -> int:
    """Count UTF-16 code units, as Telegram does."""
    return len(text.encode("utf-16-le")) // 2


def formatted(params: dict[str, Any], name: str, limit: int) -> str:
    """Read a text or a caption as Telegram would, or refuse it."""
    plain = params.get(name) or ""
    if not isinstance(plain, str):
        raise Refused(400, f"Bad Request: {name} must be a string")
    if str(params.get("parse_mode", "")).lower() == "html":
        try:
            plain = telegram_html.parse(plain)
        except ValueError as error:
            raise Refused(400, f"Bad Request: can't parse entities: {error}") from error
    if units(plain) > limit:
        kind = "message is" if name == "text" else "message caption is"
        raise Refused(400, f"Bad Request: {kind} too long")
    return plain.strip()


def keyboard(params: dict[str, Any]) -> dict[str, Any]:
    """Read and check reply_markup; an empty value when there is none."""
    markup = params.get("reply_markup") or {}
    if not isinstance(markup, dict):
        raise Refused(400, "Bad Request: object expected as reply markup")
    rows = markup.get("inline_keyboard", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise Refused(400, 'Bad Request: field "inline_keyboard" must be of type Array')
    for row in rows:
        for one in row:
            _check_button(one)
    kept = [row for row in rows if row]
    if "inline_keyboard" in markup:
        return {"inline_keyboard": kept} if kept else {}
    return markup


def _check_button(one: Any) -> None:
    if not isinstance(one, dict) or not isinstance(one.get("text"), str) or not one["text"].strip():
        raise Refused(
            400, 'Bad Request: can\'t parse inline keyboard button: Field "text" must be of type String'
        )
    if not ACTIONS & one.keys():
        text = "Text buttons are unallowed in the inline keyboard"
        raise Refused(400, f"Bad Request: can't parse inline keyboard button: {text}")
    url, copied = one.get("url"), one.get("copy_text")
    if url is not None and not str(url).startswith(("https://", "http://", "tg://")):
        raise Refused(400, f"Bad Request: inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    if copied is not None and not 1 <= len(str(copied["text"])) <= COPIED:
        raise Refused(400, "Bad Request: BUTTON_COPY_TEXT_INVALID")
    data = one.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= DATA_BYTES:
        raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
