"""Delivery at work: events in, turns in batches, messages out, and whoever waits is told.

The door stores and waits for the commit; the worker empties the inbox; senders empty the outbox. Everything
is durable, so stopping anywhere loses nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog

from rallynov.delivery import inbox
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.sender import RENEWAL, Sender
from rallynov.delivery.turns import Batch, Turns
from rallynov.storage.store import Store

log = structlog.get_logger("rallynov.delivery")
IDLE = 1.0
"""Seconds between two looks at the inbox when nobody says that something came."""
PATIENCE = 2.0
"""Seconds that the transaction under way has to end when the process ends."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a channel was read, to be kept with what was read."""

    channel: str
    next_offset: int


@dataclass(frozen=True, slots=True)
class _Taken:
    events: Sequence[Incoming]
    cursor: Cursor | None
    stored: asyncio.Future[None]


@dataclass(slots=True)
class Counts:
    """What happened since the start, for the metrics."""

    taken: int = 0
    handled: int = 0
    poisoned: int = 0
    batches: int = 0
    last_turn_at: float = 0.0


class Delivery:
    """The inbox, the turns and the outbox of this process."""

    def __init__(self, store: Store, turns: Turns, clock: Callable[[], datetime]) -> None:
        self.store = store
        self.turns = turns
        self.counts = Counts()
        self._clock = clock
        self._senders: list[Sender] = []
        self._gathered: list[_Taken] = []
        self._came = asyncio.Event()
        self._nudged = asyncio.Event()
        self._posted = asyncio.Event()
        self._waiting: dict[tuple[str, str], list[asyncio.Future[None]]] = defaultdict(list)
        self._watching: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._tasks: list[asyncio.Task[None]] = []
        self._ending = False

    def start(self) -> None:
        """Begin to store, to decide and to send."""
        for work in (self._store_all(), self._decide_all(), self._send_all()):
            self._tasks.append(asyncio.get_running_loop().create_task(work))

    def attach(self, sender: Sender, owner: str) -> None:
        """Send a channel from this process: messages written here are handed over in memory from now on."""
        self._senders.append(sender)
        self.turns.owner = owner
        self.nudge()

    async def detach(self, sender: Sender) -> None:
        """Stop sending a channel: another process does, or this one ends."""
        self.turns.owner = None
        if sender in self._senders:
            self._senders.remove(sender)
            await sender.close()

    def hear(self, notice: str) -> None:
        """Take what another process said: a page has moved, or a message waits to be sent."""
        kind, _, address = notice.partition(" ")
        if kind == "moved":
            self.tell(address)
        elif kind == "outbox":
            self._posted.set()

    async def close(self) -> None:
        """End after the transaction under way; what waits stays stored."""
        self._ending = True
        self._came.set()
        self._nudged.set()
        self._posted.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=PATIENCE)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for sender in tuple(self._senders):
            await self.detach(sender)

    def nudge(self) -> None:
        """Say that something waits."""
        self._nudged.set()

    async def take(self, events: Sequence[Incoming], cursor: Cursor | None = None) -> None:
        """Store events, and how far the channel was read; returns once that is committed, raises when it is
        not.
        """
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._gathered.append(_Taken(events, cursor, stored))
        self._came.set()
        await stored

    async def handled(self, channel: str, external_id: str, patience: float) -> bool:
        """Wait until an event has been handled, by this process or another; False when it takes too long."""
        key = (channel, external_id)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[key].append(done)
        try:
            for _ in range(max(1, round(patience / IDLE))):
                if await asyncio.to_thread(self._is_handled, key):
                    return True
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(done), IDLE)
                    return True
            return False
        finally:
            self._waiting[key].remove(done)
            if not self._waiting[key]:
                del self._waiting[key]

    def _is_handled(self, key: tuple[str, str]) -> bool:
        with self.store.read() as tx:
            return inbox.state_of(tx, *key) in {"done", "poison"}

    @asynccontextmanager
    async def watching(self, address: str) -> AsyncIterator[asyncio.Event]:
        """Give an event that is set whenever a conversation has moved."""
        moved = asyncio.Event()
        self._watching[address].add(moved)
        try:
            yield moved
        finally:
            self._watching[address].discard(moved)
            if not self._watching[address]:
                del self._watching[address]

    def tell(self, address: str) -> None:
        """Say that a conversation has moved, here or in another process."""
        for moved in self._watching.get(address, ()):
            moved.set()

    async def _store_all(self) -> None:
        """Store what the doors received, all that came together in one transaction."""
        while not self._ending or self._gathered:
            await self._came.wait()
            self._came.clear()
            group, self._gathered = self._gathered, []
            try:
                await self.store.writing(self._store, group)
            except Exception as error:  # the doors are told; what they hold is not acknowledged
                log.error("inbox_not_written", error=type(error).__name__)
                for taken in group:
                    if not taken.stored.done():
                        taken.stored.set_exception(error)
                continue
            self.counts.taken += sum(len(taken.events) for taken in group)
            for taken in group:
                if not taken.stored.done():
                    taken.stored.set_result(None)
            self._nudged.set()

    def _store(self, group: Sequence[_Taken]) -> None:
        events = [event for taken in group for event in taken.events]
        now = self._clock()
        with self.store.write() as tx:
            if events:
                inbox.store(tx, events)
            for taken in group:
                if taken.cursor:
                    inbox.move_cursor(tx, taken.cursor.channel, taken.cursor.next_offset, now)

    async def _decide_all(self) -> None:
        """Empty the inbox, batch after batch."""
        while not self._ending:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._nudged.wait(), IDLE)
            self._nudged.clear()
            try:
                while not self._ending:
                    batch = await self.store.writing(self.turns.run)
                    if not batch.claimed:
                        break
                    self._spread(batch)
            except Exception as error:  # the database is away: nothing is lost, the events wait
                log.error("turns_not_run", error=type(error).__name__)
                await asyncio.sleep(IDLE)

    def _spread(self, batch: Batch) -> None:
        """Hand the messages over, and tell whoever waits."""
        for sender in self._senders:
            sender.offer(batch.outgoing)
        self.counts.batches += 1
        self.counts.handled += len(batch.handled)
        self.counts.poisoned += batch.poisoned
        self.counts.last_turn_at = asyncio.get_running_loop().time()
        for event in batch.handled:
            for waiting in self._waiting.get((event.channel, event.external_id), ()):
                if not waiting.done():
                    waiting.set_result(None)
            self.tell(event.address)

    async def _send_all(self) -> None:
        """Claim what other processes wrote or a crash left behind, and keep the leases."""
        renewed = asyncio.get_running_loop().time()
        while not self._ending:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._posted.wait(), IDLE)
            self._posted.clear()
            try:
                for sender in self._senders:
                    await sender.collect()
                if asyncio.get_running_loop().time() - renewed > RENEWAL:
                    renewed = asyncio.get_running_loop().time()
                    for sender in self._senders:
                        await sender.renew()
            except Exception as error:  # the database is away: the rows wait
                log.error("outbox_not_read", error=type(error).__name__)
