"""The parameters of a call, whatever way they were sent: query, urlencoded, JSON or multipart.

Numbers, booleans and JSON-serialised objects come out as such, so that a test compares one shape only.
"""

from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qsl

import orjson

from .wire import Request

NUMBERS = frozenset(
    [
        "chat_id",
        "from_chat_id",
        "user_id",
        "message_id",
        "message_thread_id",
        "offset",
        "limit",
        "timeout",
        "cache_time",
        "max_connections",
    ],
)
OBJECTS = frozenset(
    [
        "reply_markup",
        "entities",
        "caption_entities",
        "allowed_updates",
        "commands",
        "scope",
        "link_preview_options",
        "reply_parameters",
        "media",
        "message_ids",
        "results",
        "menu_button",
    ],
)
TRUTHS = {"true": True, "false": False}


def parameters(request: Request) -> dict[str, Any]:
    """Read the parameters of a request; ValueError when the body cannot be read."""
    query = request.target.partition("?")[2]
    found: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    kind = request.headers.get("content-type", "")
    if not request.body:
        pass
    elif kind.startswith("application/json"):
        found |= orjson.loads(request.body)
    elif kind.startswith("multipart/form-data"):
        found |= _multipart(kind, request.body)
    else:
        found |= dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    return {name: _value(name, value) for name, value in found.items()}


def _multipart(kind: str, body: bytes) -> dict[str, Any]:
    """Read the parts; a file becomes `{"filename", "content", "kind"}`."""
    parts = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    found: dict[str, Any] = {}
    for part in parts.get_payload():
        content: Any = part.get_payload(decode=True)  # type: ignore[union-attr]
        name = str(part.get_param("name", header="content-disposition"))  # type: ignore[union-attr]
        filename = part.get_filename()  # type: ignore[union-attr]
        if filename is None:
            found[name] = content.decode()
        else:
            found[name] = {"filename": filename, "content": content, "kind": part.get_content_type()}  # type: ignore[union-attr]
    return found


def _value(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name in NUMBERS:
        return int(value) if value.removeprefix("-").isdigit() else value
    if name in OBJECTS and value[:1] in ("{", "["):
        return orjson.loads(value)
    return TRUTHS.get(value, value) if name not in ("text", "caption") else value
