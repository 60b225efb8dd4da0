"""Delivery at work: events in, turns in batches, messages out, and whoever waits is told.

The door stores and waits for the commit; the worker empties the inbox; senders empty the outbox. Everything
is durable, so stopping anywhere loses nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeAlias

import structlog

from rallynov.delivery import faults, inbox
from rallynov.delivery.cycle import Aside, Counts, Cursor, Kept, Taken, settle
from rallynov.delivery.decisions import Klass
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.outbox import Outgoing
from rallynov.delivery.receipts import Take
from rallynov.delivery.sender import RENEWAL, Sender
from rallynov.delivery.turns import Batch, Turns
from rallynov.delivery.writing import Cycles
from rallynov.storage.store import Store

Handled: TypeAlias = Callable[[float], Awaitable[bool]]
"""Waits, so many seconds at most, until an event is handled; False when it takes longer."""
log = structlog.get_logger("rallynov.delivery")
IDLE = 1.0
"""Seconds between two looks at the inbox when nobody says that something came."""
GATHER = 0.005
"""Seconds that receipts alone wait, among many events, for company: a commit costs the same for one as for many."""
SOON = 0.1
"""Seconds after which the database is first asked what became of an event: one sent again was handled long ago."""
CROWD = 3
"""Events in a cycle beyond which they are many."""
SLOW, STUCK = 30.0, 120.0
"""Seconds after which a transaction is said to be in trouble, and after which it is taken for hung."""
PATIENCE = 2.0
"""Seconds that the transaction under way has to end when the process ends."""


class Delivery:
    """The inbox, the turns and the outbox of this process."""

    def __init__(self, store: Store, turns: Turns, clock: Callable[[], datetime]) -> None:
        self.store = store
        self.turns = turns
        self.counts = Counts()
        self._clock = clock
        self._cycles = Cycles(store, turns, clock, self.counts)
        self._senders: list[Sender] = []
        self._gathered: list[Taken] = []
        self._owed: list[tuple[Take, str, asyncio.Future[None]]] = []
        self._nudged = asyncio.Event()
        self._posted = asyncio.Event()
        self._waiting: dict[tuple[str, str], list[asyncio.Future[None]]] = defaultdict(list)
        self._watching: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._tasks: list[asyncio.Task[None]] = []
        self._adopting: str | None = None
        self._ending = False
        self._busy = False

    def start(self) -> None:
        """Begin to store, to decide and to send."""
        for work in (self._work(), self._send_all()):
            self._tasks.append(asyncio.get_running_loop().create_task(work))

    def attach(self, sender: Sender, owner: str) -> None:
        """Send a channel from this process.

        On SQLite messages are handed over in memory, once those that wait have been claimed. With several
        processes all go through the outbox: an answer never overtakes one that another process wrote before.
        """
        self._senders.append(sender)
        sender.report_to(self.keep)
        self._adopting = owner if self.store.is_sqlite else None
        self._posted.set()
        self.nudge()

    async def detach(self, sender: Sender) -> None:
        """Stop sending a channel: another process does, or this one ends."""
        self._adopting = None
        await self.store.writing(
            self._hand_over, None
        )  # after the batch under way, which is still handed over
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
        for sender in tuple(self._senders):
            await self.detach(sender)
        self._ending = True
        self._nudged.set()
        self._posted.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=PATIENCE)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(Exception):  # the next process will be wary
            await asyncio.wait_for(self.store.writing(self._cycles.end), PATIENCE)

    @property
    def tasks(self) -> Sequence[asyncio.Task[None]]:
        """The worker's tasks: one that ends before it is asked to is a bug, and the process must end."""
        return tuple(self._tasks)

    def trouble(self) -> str | None:
        """Say that the worker has ended, or that nothing can be written; None while it works."""
        if any(task.done() for task in self._tasks):
            return "the worker has ended"
        lasting = self._cycles.lasting()
        return f"a transaction has been under way for {lasting:.0f} s" if lasting > SLOW else None

    def unwritten(self) -> float:
        """Return for how many seconds nothing of what comes could be written; 0 while it is."""
        return self._cycles.unwritten()

    def stuck(self) -> bool:
        """Tell whether nothing has been written for so long that nothing ever will be."""
        return self._cycles.lasting() > STUCK

    def nudge(self) -> None:
        """Say that something waits."""
        self._nudged.set()

    def announce(self) -> None:
        """Say that announcements were planned."""
        for sender in self._senders:
            sender.wake()

    async def take(
        self, events: Sequence[Incoming], cursor: Cursor | None = None, aside: Aside = None
    ) -> None:
        """Store events, and how far the channel was read; returns once that is committed, raises when it is not.

        ``aside`` is done while the disk writes: what need not wait for the commit.
        """
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._gathered.append(Taken(events, cursor, stored, aside))
        self.nudge()
        await stored

    @contextlib.contextmanager
    def expecting(self, channel: str, external_id: str) -> Iterator[Handled]:
        """Give what waits for an event to be handled: begun before the event is taken, it is told as soon as it is."""
        key = (channel, external_id)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[key].append(done)
        try:
            yield lambda patience: self._awaited(key, done, patience)
        finally:
            self._waiting[key].remove(done)
            if not self._waiting[key]:
                del self._waiting[key]

    async def handled(self, channel: str, external_id: str, patience: float) -> bool:
        """Wait until an event taken before has been handled, by this process or another; False when it takes too long."""
        with self.expecting(channel, external_id) as told:
            return await self._is_handled((channel, external_id)) or await told(patience)

    async def _awaited(self, key: tuple[str, str], done: asyncio.Future[None], patience: float) -> bool:
        """Wait to be told; the database is looked at when nothing was: another process may have handled it, or long ago."""
        left, wait = patience, SOON
        while left > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(done), min(wait, left))
                return True
            if await self._is_handled(key):
                return True
            left, wait = left - wait, IDLE
        return False

    async def _is_handled(self, key: tuple[str, str]) -> bool:
        return await self.store.reading(lambda tx: inbox.state_of(tx, *key)) in {"done", "poison"}

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

    async def keep(self, take: Take, owner: str) -> None:
        """Write final states of messages, with whatever else waits to be written; returns once committed."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._owed.append((take, owner, stored))
        self.nudge()
        await stored

    async def _work(self) -> None:
        """Write receipts, store what came and decide, all that waits in one transaction, cycle after cycle."""
        while not self._ending or self._gathered or self._owed:
            await self._nudged.wait()
            self._nudged.clear()
            if self._busy and not self._gathered:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._nudged.wait(), GATHER)
                self._nudged.clear()
            again = True
            while again:
                again = await self._cycle()

    async def _cycle(self) -> bool:
        """Run one cycle; return True when there may be more to do at once."""
        taken, self._gathered = self._gathered, []
        kept, self._owed = [Kept(take(), owner, stored) for take, owner, stored in self._owed], []
        if self._ending and not taken and not kept:
            return False
        try:
            batch = await self._cycles.run(taken, kept, ending=self._ending)
        except Exception as error:  # the doors are told: what they hold is not acknowledged
            log.error("cycle_not_written", error=type(error).__name__, reason=faults.said(error))
            settle([*taken, *kept], error)
            await asyncio.sleep(IDLE)
            return False
        self.counts.taken += sum(len(each.events) for each in taken)
        self.counts.reported(kept)
        settle([*taken, *kept], None)
        self._busy = len(batch.handled) > CROWD
        self._spread(batch)
        return batch.more

    def _spread(self, batch: Batch) -> None:
        """Hand the messages over, and tell whoever waits."""
        for sender in self._senders:
            sender.forget(batch.left)
            sender.offer(batch.outgoing)
        if self._senders and self.turns.owner is None:
            self._posted.set()
        self.counts.answered(batch.handled, self._clock())
        self.counts.poisoned += batch.poisoned
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
            self.nudge()
            try:
                for sender in tuple(self._senders):
                    await self._adopt(sender)
                    await sender.collect()
                if asyncio.get_running_loop().time() - renewed > RENEWAL:
                    renewed = asyncio.get_running_loop().time()
                    for sender in self._senders:
                        await sender.renew()
            except Exception as error:  # the database is away: the rows wait
                log.error("outbox_not_read", error=type(error).__name__)

    async def _adopt(self, sender: Sender) -> None:
        """Hand answers over in memory from now on, behind all those that wait."""
        if self._adopting is not None:
            sender.offer(await self.store.writing(self._claim_all, sender, self._adopting))
            self._adopting = None

    def _claim_all(self, sender: Sender, owner: str) -> list[Outgoing]:
        claimed: list[Outgoing] = []
        while part := sender.claim():
            claimed += part
            if part[-1].klass is Klass.BULK:  # replies come first: they are all there
                break
        self._hand_over(owner)
        return claimed

    def _hand_over(self, owner: str | None) -> None:
        """Set who sends what is written from now on; on the writer thread, between two batches."""
        self.turns.owner = owner
