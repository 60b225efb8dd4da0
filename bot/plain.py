"""The payload of our own doors (web, terminal): a text, the token of a button, or a file that the door holds."""

from __future__ import annotations

import json

from rallynov.delivery.message import parse_token
from rallynov.dialogue.events import Attached, Event, Ignored, Oddity, OfferedFile, Pressed, Sent, typed
from rallynov.dialogue.turn import Place
from rallynov.text import clean_text


def text_payload(text: str, language: str = "") -> str:
    """Write a typed text; ASCII-safe, so that any database keeps it as it came."""
    return json.dumps({"text": text, **_spoken(language)})


def press_payload(token: str, language: str = "") -> str:
    """Write a pressed button."""
    return json.dumps({"press": token[:200], **_spoken(language)})


def file_payload(file: OfferedFile, to: Place | None = None, language: str = "") -> str:
    """Write a file that a door has received and holds; ``to`` is where it was dropped."""
    dropped = {"to": [to.dialogue, to.focus]} if to else {}
    return json.dumps(
        {"file": [file.source, file.name, file.size, file.mime], **dropped, **_spoken(language)}
    )


def _spoken(language: str) -> dict[str, str]:
    return {"lang": language} if language else {}


def language(payload: str) -> str:
    """Read the language that a door said the person reads; empty when it said none."""
    spoken = json.loads(payload).get("lang", "")
    return spoken if isinstance(spoken, str) else ""


def read(payload: str) -> Event:
    """Read a payload into an event; a token that is not ours is a press on a stale button."""
    raw = json.loads(payload)
    if "press" in raw:
        token = parse_token(raw["press"])
        return Pressed(*token) if token else Pressed("", "", -1)
    if "file" in raw:
        to = Place(*raw["to"]) if "to" in raw else None
        return Attached(OfferedFile(*raw["file"]), Oddity.DOCUMENT, to)
    if "text" not in raw:
        return Ignored()
    text = clean_text(raw["text"])
    return typed(text) if text else Sent(Oddity.EMPTY)
