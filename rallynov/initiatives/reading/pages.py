"""Addresses of pages on the web, http and https alone. Nothing is looked up on the network."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from rallynov.dialogue.words import Typed, plural, say
from rallynov.initiatives.form import Field, Json
from rallynov.initiatives.reading.result import Reading, Refusal, Value, mend
from rallynov.text import clean_line, clean_text

_LONGEST: Final = 2000
_SHOWN: Final = 60
_AROUND = re.compile(r"^(?:site|web|url|adresse|address)\s*:\s*|[<>\"]", re.IGNORECASE)


def read_url(field: Field, typed: str) -> Reading:
    """Read the address of a page, http or https; https is added when nothing is said."""
    text = _AROUND.sub("", clean_line(typed)).strip()
    url = _url(text)
    return Value(url) if url else mend(field)


def read_urls(field: Field, typed: str) -> Reading:
    """Read addresses of pages, one a line or parted by spaces or commas."""
    parts = list(dict.fromkeys(filter(None, re.split(r"[\s,;<>]+", clean_text(typed)))))
    if not parts:
        return mend(field)
    if field.most is not None and len(parts) > field.most:
        return Refusal(
            plural(
                "One address at most. Keep only one.", "{n} addresses at most. Keep only those.", field.most
            )
        )
    urls: list[Json] = []
    for part in parts:
        url = _url(part)
        if not url:
            cut = part if len(part) <= _SHOWN else part[:_SHOWN] + "…"
            return Refusal(
                say("“{typed}” is not a whole address. Check it, and send them all again.", typed=Typed(cut))
            )
        urls.append(url)
    return Value(list(dict.fromkeys(urls)))


def _url(text: str) -> str:
    """Return an address as it is kept, "" when it is none."""
    text = text.rstrip(".,;!")
    if not re.match(r"[a-zA-Z][a-zA-Z+.-]*:(?!\d)", text):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        sound = _sound(text, parts)
    except ValueError:
        return ""
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()).geturl() if sound else ""


_HOST = re.compile(r"(?!\d+(?:\.\d+)+$)(?!www\.[^.]+$)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}")


def _sound(text: str, parts: SplitResult) -> bool:
    """Tell whether an address is whole; one with a name and a password in it is not kept. ValueError: no such port."""
    host = (parts.hostname or "").removesuffix(".")
    return (
        parts.scheme.lower() in {"http", "https"}
        and len(text) <= _LONGEST
        and not re.search(r"[\s\\<>\"{}|^`]", text)
        and "@" not in parts.netloc
        and (parts.port is None or parts.port > 0)
        and _HOST.fullmatch(host) is not None
    )
