"""The payload of our own doors (web, terminal): a text, or the token of a button."""

from __future__ import annotations

import json

from rallynov.delivery.message import parse_token
from rallynov.dialogue.events import Event, Ignored, Oddity, Pressed, Sent, typed
from rallynov.text import clean_text


def text_payload(text: str) -> str:
    """Write a typed text; ASCII-safe, so that any database keeps it as it came."""
    return json.dumps({"text": text})


def press_payload(token: str) -> str:
    """Write a pressed button."""
    return json.dumps({"press": token[:200]})


def read(payload: str) -> Event:
    """Read a payload into an event; a token that is not ours is a press on a stale button."""
    raw = json.loads(payload)
    if "press" in raw:
        token = parse_token(raw["press"])
        return Pressed(*token) if token else Pressed("", "", -1)
    if "text" not in raw:
        return Ignored()
    text = clean_text(raw["text"])
    return typed(text) if text else Sent(Oddity.EMPTY)
