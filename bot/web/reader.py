"""Who reads a page: in which language, and by which address they reached us."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog
from babel.core import negotiate_locale
from fastapi import Request

from bot.web import visitors
from bot.web.door import Door
from rallynov.delivery import conversations

log = structlog.get_logger("rallynov.web")
LONGEST = 500
"""Characters of ``Accept-Language`` that are read."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How a page is written for someone.

    ``asked`` tells that its address asks for the language: links then go on asking. ``base`` begins the addresses that
    are shown to be opened elsewhere.
    """

    language: str
    base: str = ""
    asked: bool = False

    @property
    def query(self) -> str:
        """What ends a link to one of our pages, so that the language asked for is kept."""
        return f"?lang={self.language}" if self.asked else ""

    def speaking(self, language: str) -> Reader:
        """Return this reader with the language of their conversation, when it has one."""
        return replace(self, language=language, asked=False) if language else self


def preferred(header: str, languages: Sequence[str]) -> str:
    """Choose among our languages by an ``Accept-Language`` header; the first of ours when it names none."""
    weighed = []
    for part in header[:LONGEST].split(","):
        tag, _, weight = part.partition(";")
        weighed.append((_weight(weight), tag.strip()))
    wanted = [tag for weight, tag in sorted(weighed, key=lambda one: -one[0]) if weight > 0]
    return negotiate_locale(wanted, list(languages), sep="-") or languages[0]


def _weight(text: str) -> float:
    try:
        return float(text.strip().removeprefix("q=") or 1)
    except ValueError:
        return 0.0


class Readers:
    """Finds how to write for whoever asks."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def at(self, request: Request, spoken: str = "") -> Reader:
        """Read a request alone: the language of its address, else ``spoken`` (a form's), else the browser's."""
        languages = self._door.wording.languages
        base = (self._door.base or str(request.base_url)).rstrip("/")
        asked = request.query_params.get("lang", "")
        if asked in languages:
            return Reader(asked, base, asked=True)
        if spoken in languages:
            return Reader(spoken, base)
        return Reader(preferred(request.headers.get("accept-language", ""), languages), base)

    async def of(self, request: Request) -> Reader:
        """Read a request and, unless its address asks for a language, the conversation of whoever sends it."""
        reader = self.at(request)
        cookie = visitors.cookie_of(request, secure=self._door.secure)
        if reader.asked or cookie is None:
            return reader
        try:
            spoken = await asyncio.to_thread(self._spoken, visitors.address_of(cookie))
        except Exception as error:  # a page of text needs no database
            log.warning("language_not_read", error=type(error).__name__)
            return reader
        return reader.speaking(spoken)

    def _spoken(self, address: str) -> str:
        with self._door.delivery.store.read() as tx:
            known = conversations.fetch(tx, [address]).get(address)
        return known.language if known else ""
