"""The bytes the Bot API answers with, read so that nothing in them can trip PTB or show the token."""

import json
import re
from typing import Any, Final

import orjson

from bot.telegram.failures import MaybeSent

_LONGEST_WAIT: Final = 86_400
_SECRETS: Final = re.compile(r"\w+://[^\s)\"']+|\bbot\d+:[^\s/)\"']+")


def scrub(text: str) -> str:
    """The text without URLs and tokens; what is put in an exception goes through here."""
    return _SECRETS.sub("…", text)


def parse(payload: bytes) -> dict[str, Any]:
    """The answer as a dict; raises `MaybeSent` when it is not a JSON object."""
    try:
        answer = orjson.loads(payload)
    except ValueError:
        answer = _forgiven(payload)
    if isinstance(answer, dict):
        return answer
    raise MaybeSent("The server's answer is not a JSON object")


def _forgiven(payload: bytes) -> Any:
    # json reads lone surrogates, and replaces bad UTF-8, where orjson refuses: one such update must not block
    # all those fetched with it.
    try:
        return json.loads(payload.decode(errors="replace"))
    except (ValueError, RecursionError):
        return None


def tame(payload: bytes) -> bytes:
    """An error's body reduced to what PTB reads of it, whatever a proxy made of it. Never raises."""
    try:
        answer = parse(payload)
    except MaybeSent:
        return b"{}"
    description, parameters = answer.get("description"), answer.get("parameters")
    kept: dict[str, Any] = {}
    if isinstance(description, str):
        kept["description"] = scrub(description)
    if isinstance(parameters, dict):
        wait, chat = parameters.get("retry_after"), parameters.get("migrate_to_chat_id")
        if isinstance(wait, int | float):
            kept["parameters"] = {"retry_after": max(0, min(wait, _LONGEST_WAIT))}
        elif isinstance(chat, int):
            kept["parameters"] = {"migrate_to_chat_id": chat}
    return json.dumps(kept).encode()
