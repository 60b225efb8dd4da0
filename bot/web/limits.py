"""What one visitor may ask of us: 64 kB a form, 120 messages a minute; and a crowd of newcomers: 40 a second.

All in memory, all bounded, never by IP address: a school or a town hall has one for everybody.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from fastapi import HTTPException, Request
from fastapi.datastructures import FormData
from sqlalchemy import Connection, bindparam, select

from rallynov.delivery import history
from rallynov.delivery.tables import WAITING, InboxRow
from rallynov.storage.prepared import Prepared
from rallynov.storage.store import Store

log = structlog.get_logger("rallynov.web")

LONGEST_BODY = 64 * 1024
PER_MINUTE = 120
REMEMBERED = 10_000
"""Visitors whose pace is remembered, and newcomers whose first form is."""
FIRST = timedelta(seconds=60)
"""How long the same first form, sent twice by a browser that has no cookie yet, is one visitor."""
CROWD = 400
"""First messages that may come at once, of visitors whom this process has not met."""
CROWD_SECONDS = 10.0
"""Seconds in which as many may come again."""
_WAITS = Prepared(
    lambda _: select(InboxRow.seq).where(WAITING, InboxRow.address == bindparam("address")).limit(1)
)


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


class Arrivals:
    """The first messages of all whom this process has not met: a bucket for everybody, as each makes rows of their own.

    Whoever is already ``known`` passes however many newcomers there are.
    """

    def __init__(self, clock: Callable[[], datetime], known: Callable[[str], Awaitable[bool]]) -> None:
        self._pace = Pace(clock, CROWD, CROWD_SECONDS)
        self._known = known
        self._met: OrderedDict[str, None] = OrderedDict()

    async def allows(self, address: str, *, returning: bool) -> bool:
        """Tell whether a message may pass; ``returning`` when it came with a cookie, which anybody can make up."""
        if address not in self._met and not (
            self._pace.allows("") or (returning and await self._known(address))
        ):
            return False
        self._met[address] = None
        self._met.move_to_end(address)
        while len(self._met) > REMEMBERED:
            self._met.popitem(last=False)
        return True


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


async def is_known(store: Store, address: str) -> bool:
    """Tell whether a visitor has a message, or waits for one; so be it while the database is away."""
    try:
        return await store.reading(lambda tx: _is_known(tx, address))
    except Exception as error:
        log.warning("visitor_not_looked_up", error=type(error).__name__)
        return True


def _is_known(tx: Connection, address: str) -> bool:
    return history.latest(tx, address) > 0 or bool(_WAITS.rows(tx, address=address))


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
