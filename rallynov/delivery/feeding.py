"""A sender's announcements at work: fetched when few are left, begun when their pace allows, given back when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog

from rallynov.delivery.feed import Feed
from rallynov.delivery.leadership import Leader
from rallynov.delivery.outbox import Outgoing
from rallynov.delivery.rows import Rows
from rallynov.delivery.stream import IDLE, Stream
from rallynov.storage.store import Store

log = structlog.get_logger("rallynov.sender")


class Halt(Protocol):
    """Whether a sender must not send now, and whether it ends."""

    def halted(self) -> bool:
        """Tell whether nothing may be sent for the moment."""

    def ending(self) -> bool:
        """Tell whether nothing will be sent any more."""


Write = Callable[..., Awaitable[None]]


class Feeding:
    """Fills the stream of one sender and empties it."""

    def __init__(
        self,
        store: Store,
        rows: Rows,
        stream: Stream,
        halt: Halt,
        write: Write,
        feed: Feed | None,
        leader: Leader,
    ) -> None:
        self._store = store
        self._rows = rows
        self._stream = stream
        self._halt = halt
        self._write = write
        self._feed = feed
        self._leader = leader
        self._loop = asyncio.get_running_loop()
        self._fetching: asyncio.Task[None] | None = None
        self._fetch_at = 0.0
        self._breaking = 0
        self._flowing = self._loop.create_task(self._flow())

    def wake(self) -> None:
        """Look at once for messages whose turn has come."""
        self._fetch_at = 0.0
        self._stream.wake()

    async def close(self) -> None:
        """End: nothing more is fetched or begun, and what was fetched waits for its turn again."""
        self._stream.wake()
        await asyncio.gather(self._flowing, *([self._fetching] if self._fetching else ()))

    async def break_off(self, broadcast: str, reason: str) -> None:
        """Stop a broadcast whose content is refused again and again; nothing is fetched meanwhile."""
        log.error("broadcast_broken_off", broadcast=broadcast, reason=reason)
        self._breaking += 1
        if self._fetching:
            await self._fetching
        dropped = self._stream.drop(lambda one: one.part is not None and one.part.broadcast == broadcast)
        await self._let_go(dropped)
        if self._feed:
            await self._write(self._feed.broken, broadcast, reason, self._leader)
        self._breaking -= 1
        self._stream.wake()

    async def _flow(self) -> None:
        while not self._halt.ending():
            if self._halt.halted():
                await self._let_go(self._stream.drop(lambda _: True))
                await self._stream.rest(IDLE)
                continue
            await self._give_back()
            now = self._loop.time()
            most = self._stream.wanted(now) if now >= self._fetch_at and not self._breaking else 0
            if most and self._feed and self._fetching is None:
                self._fetching = self._loop.create_task(self._fetch(self._feed, most))
            await self._stream.rest(self._stream.go())

    async def _fetch(self, feed: Feed, most: int) -> None:
        found: Sequence[Outgoing] = ()
        try:
            found = await self._store.writing(feed.fetch, self._rows, most, self._leader)
        except Exception as error:  # the rows are still planned: asked again in a while
            log.error("announcements_not_read", error=type(error).__name__)
        self._fetch_at = 0.0 if found else self._loop.time() + IDLE
        self._fetching = None
        self._stream.offer(found)

    async def _give_back(self) -> None:
        """Have what must wait wait in its row, where what is decided meanwhile holds for it."""
        if back := self._stream.put_back():
            await self._write(self._rows.put_back, back)
        if keys := self._stream.held_up():
            await self._write(self._rows.release, keys)

    async def _let_go(self, keys: Sequence[str]) -> None:
        if keys:
            log.warning("announcements_given_back", messages=len(keys))
            await self._write(self._rows.release, keys)
