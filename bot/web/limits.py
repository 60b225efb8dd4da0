"""What one visitor may ask of us: 64 kB a form, 120 messages a minute; both in memory, both bounded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

from fastapi import HTTPException, Request
from fastapi.datastructures import FormData

LONGEST_BODY = 64 * 1024
PER_MINUTE = 120
REMEMBERED = 10_000
"""Visitors whose pace is remembered, and newcomers whose first form is."""
FIRST = timedelta(seconds=60)
"""How long the same first form, sent twice by a browser that has no cookie yet, is one visitor."""


class Pace:
    """How fast each visitor goes: a bucket that fills again within so many seconds. Never by IP address."""

    def __init__(self, clock: Callable[[], datetime], most: int = PER_MINUTE, seconds: float = 60.0) -> None:
        self._clock = clock
        self._most = most
        self._seconds = seconds
        self._buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def allows(self, address: str) -> bool:
        """Count one message, and tell whether it may pass."""
        now = self._clock()
        left, since = self._buckets.pop(address, (float(self._most), now))
        left = min(self._most, left + max(0.0, (now - since).total_seconds()) * self._most / self._seconds)
        self._buckets[address] = (left - 1 if left >= 1 else left, now)
        while len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return left >= 1


class Newcomers:
    """The cookie given to a first form, so that a double click before there is a cookie is still one visitor."""

    def __init__(self, clock: Callable[[], datetime], new_token: Callable[[], str]) -> None:
        self._clock = clock
        self._new_token = new_token
        self._given: OrderedDict[str, tuple[str, datetime]] = OrderedDict()

    def cookie(self, form_id: str) -> str:
        """Return a new cookie; the same one for the same form within a minute."""
        now = self._clock()
        known = self._given.get(form_id)
        if known and now - known[1] < FIRST:
            return known[0]
        cookie = self._new_token()
        self._given[form_id] = (cookie, now)
        while len(self._given) > REMEMBERED:
            self._given.popitem(last=False)
        return cookie


async def read_form(request: Request, fields: int = 10) -> FormData:
    """Read a form without files; ``HTTPException`` 413 as soon as it is too long, 400 when it is malformed.

    ``fields`` is how many it may have at most.
    """
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > LONGEST_BODY:
        raise HTTPException(413)
    size = 0

    async def receive() -> dict[str, object]:
        nonlocal size
        message = dict(await request.receive())
        size += len(message.get("body", b""))
        if size > LONGEST_BODY:
            raise HTTPException(413)
        return message

    capped = Request(request.scope, receive)
    return await capped.form(max_files=0, max_fields=fields, max_part_size=LONGEST_BODY)


def number(text: str | None) -> int:
    """Read the id of a message from an address or a form; 0, the beginning, when it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 15 else 0
