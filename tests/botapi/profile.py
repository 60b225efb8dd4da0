"""What Telegram holds of the bot itself: its commands, descriptions, name and menu button, with their limits."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson

from .faults import Refused

Params = dict[str, Any]
SCOPES = frozenset(["default", "all_private_chats", "all_group_chats", "all_chat_administrators"])
NAME = re.compile(r"[a-z0-9_]+")
LANGUAGE = re.compile(r"(?:[a-z]{2})?")


@dataclass(slots=True)
class Profile:
    """The held values; ``texts`` by name of parameter and language."""

    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    button: dict[str, Any] = field(default_factory=lambda: {"type": "default"})


def set_commands(profile: Profile, params: Params) -> Any:
    """Keep a list for exactly one scope and language."""
    commands = params.get("commands")
    if not isinstance(commands, list):
        raise Refused(400, "Bad Request: can't parse commands JSON object")
    if len(commands) > 100:
        raise Refused(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    profile.commands[_where(params)] = [_command(one) for one in commands]
    return True


def get_commands(profile: Profile, params: Params) -> Any:
    """Give the list of exactly one scope and language, empty when there is none."""
    return profile.commands.get(_where(params), [])


def _where(params: Params) -> tuple[str, str]:
    scope = params.get("scope") or {"type": "default"}
    if not isinstance(scope, dict) or scope.get("type") not in SCOPES:
        raise Refused(400, "Bad Request: can't parse BotCommandScope: unsupported type specified")
    return scope["type"], _language(params)


def _language(params: Params) -> str:
    code = str(params.get("language_code") or "")
    if not LANGUAGE.fullmatch(code):
        raise Refused(400, "Bad Request: invalid language code specified")
    return code


def _command(one: Any) -> dict[str, str]:
    name, does = str(one["command"]).strip().removeprefix("/"), str(one["description"]).strip()
    for told, value, most in (("command", name, 32), ("command description", does, 256)):
        if not value:
            raise Refused(400, f"Bad Request: {told} must be non-empty")
        if len(value) > most:
            raise Refused(400, f"Bad Request: {told} length must not exceed {most}")
    if not NAME.fullmatch(name):
        raise Refused(400, "Bad Request: BOT_COMMAND_INVALID")
    return {"command": name, "description": does}


def _text(key: str, most: int) -> tuple[Callable[[Profile, Params], Any], Callable[[Profile, Params], Any]]:
    def put(profile: Profile, params: Params) -> Any:
        value = str(params.get(key) or "")
        if len(value) > most:
            raise Refused(400, f"Bad Request: {key} is too long")
        profile.texts[key, _language(params)] = value
        return True

    def get(profile: Profile, params: Params) -> Any:
        return {key: profile.texts.get((key, _language(params)), "")}

    return put, get


def set_button(profile: Profile, params: Params) -> Any:
    """Keep the menu button of every private chat; an address is completed, as the real server does."""
    button = params.get("menu_button") or {"type": "default"}
    if button.get("type") not in {"default", "commands", "web_app"}:
        raise Refused(400, "Bad Request: MenuButton has unsupported type")
    if button["type"] == "web_app":
        if not button.get("text"):
            raise Refused(400, "Bad Request: menu button text must be non-empty")
        url = urlsplit(button["web_app"]["url"])
        if url.scheme != "https":
            raise Refused(
                400, "Bad Request: menu button Web App URL is invalid: Only HTTPS links are allowed"
            )
        button = {**button, "web_app": {"url": url._replace(path=url.path or "/").geturl()}}
    profile.button = orjson.loads(orjson.dumps(button))
    return True


def get_button(profile: Profile, _params: Params) -> Any:
    """Give the menu button of every private chat."""
    return profile.button


PROFILE: dict[str, Callable[[Profile, Params], Any]] = {
    "setmycommands": set_commands,
    "getmycommands": get_commands,
    "setchatmenubutton": set_button,
    "getchatmenubutton": get_button,
}
for called, key, most in (
    ("mydescription", "description", 512),
    ("myshortdescription", "short_description", 120),
    ("myname", "name", 64),
):
    PROFILE[f"set{called}"], PROFILE[f"get{called}"] = _text(key, most)
