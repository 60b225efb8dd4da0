"""News of a conversation for the pages that show it: written in another tab, or by another process."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from bot.web import visitors
from bot.web.door import Door
from bot.web.limits import is_known, number
from rallynov.delivery import history

log = structlog.get_logger("rallynov.web")
BEAT = 15.0
"""Seconds between two looks for what no one told us of; also keeps the line open."""
LISTENING = 600.0
"""Seconds after which a page is asked to listen anew."""
LISTENERS = 8
"""Pages of one visitor that may listen at once."""
LINES = 2000
"""Pages that may listen at once in all: each is a connection, and a read every ``BEAT`` seconds."""
UNBUFFERED = {"X-Accel-Buffering": "no"}
"""Tells a proxy to pass each line on at once."""


class News:
    """The stream of a conversation: it says that something changed, never what."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._listening: Counter[str] = Counter()

    def mount(self, app: FastAPI) -> None:
        """Give the stream its address."""
        app.add_route("/events", self.events, methods=["GET"])

    async def events(self, request: Request) -> Response:
        """Tell a page, for ten minutes, whenever its conversation has moved.

        What cannot be heard is answered 204: an ``EventSource`` then does not come back. So is a cookie that nobody has:
        there is no news of a conversation that was never begun.
        """
        cookie = visitors.cookie_of(request, secure=self._door.secure)
        if cookie is None or visitors.is_foreign(request):
            return Response(status_code=204)
        address = visitors.address_of(cookie)
        if not await is_known(self._door.delivery.store, address):
            return Response(status_code=204)
        if self._listening[address] >= LISTENERS or self._listening.total() >= LINES:
            return Response(status_code=204)
        seen = max(number(request.query_params.get("after")), number(request.headers.get("last-event-id")))
        return StreamingResponse(self._heard(address, seen), 200, UNBUFFERED, "text/event-stream")

    async def _heard(self, address: str, seen: int) -> AsyncGenerator[str]:
        """Count who listens, so that neither one visitor nor a crowd can hold every line."""
        self._listening[address] += 1
        try:
            async with aclosing(self._told(address, seen)) as told:
                async for line in told:
                    yield line
        finally:
            self._listening[address] -= 1
            self._listening += Counter()  # forgets those who left

    async def _told(self, address: str, seen: int) -> AsyncGenerator[str]:
        loop = asyncio.get_running_loop()
        until = loop.time() + LISTENING
        yield "retry: 3000\n\n"
        async with self._door.delivery.watching(address) as moved:
            while loop.time() < until:
                moved.clear()
                last = await self._latest(address, seen)
                yield f"event: changed\nid: {last}\ndata: changed\n\n" if last != seen else ": here\n\n"
                seen = last
                try:
                    async with asyncio.timeout(BEAT):
                        await moved.wait()
                except TimeoutError:
                    continue

    async def _latest(self, address: str, seen: int) -> int:
        """Return the id of the last message; while the database is away, the one already seen."""
        try:
            return await self._door.delivery.store.reading(lambda tx: history.latest(tx, address))
        except Exception as error:
            log.warning("conversation_not_read", error=type(error).__name__)
            return seen
