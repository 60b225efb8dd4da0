"""The sender of one channel: the only one that calls it, in order per conversation, replies first.

Every message is a row marked ``sending`` before the call and brought to a final state after it. Two messages
of one conversation are never under way together, and the second leaves only once the first one's receipt is
committed: a crash doubles at most one message of a conversation.
"""

from __future__ import annotations

import asyncio
import zlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import structlog

from rallynov.delivery import conversations, outbox
from rallynov.delivery.decisions import (
    Done,
    Fail,
    Failure,
    Hold,
    MarkUnknown,
    Migrate,
    ReRenderPlain,
    ResendOnce,
    Retry,
    SendNew,
    Sent,
    Skip,
    StopSending,
    decide,
)
from rallynov.delivery.outbox import Outgoing, Receipt
from rallynov.delivery.pacing import Pacer
from rallynov.delivery.tables import OutboxStatus
from rallynov.storage.store import Store

log = structlog.get_logger("rallynov.sender")
AT_ONCE = 256
"""Calls under way together, at most."""
CLAIM = 200
"""Messages taken from the outbox at a time."""
GRACE = 5.0
"""Seconds that calls under way have to end when the process ends."""
RENEWAL = 20.0
"""Seconds between two renewals of the leases; a third of a lease."""


class Transport(Protocol):
    """A channel that is called: the only part of sending that knows it."""

    @property
    def channel(self) -> str:
        """Name of the channel, as in addresses."""

    def chat(self, address: str) -> int:
        """Return the number that the pacer knows an address by."""

    async def deliver(self, message: Outgoing, *, plain: bool) -> Sent | Failure:
        """Make the call. Never raises: whatever happens is an outcome."""


@dataclass(slots=True)
class _Lane:
    waiting: deque[Outgoing]
    task: asyncio.Task[None] | None = None


class Sender:
    """Empties the outbox of one channel while this process is its sender."""

    def __init__(
        self, store: Store, transport: Transport, pacer: Pacer, clock: Callable[[], datetime], owner: str
    ) -> None:
        self._store = store
        self._transport = transport
        self._pacer = pacer
        self._clock = clock
        self._owner = owner
        self._lanes: dict[str, _Lane] = {}
        self._under_way = asyncio.Semaphore(AT_ONCE)
        self._receipts = _Receipts(store, owner, clock)
        self._loop = asyncio.get_running_loop()
        self._fresh_until = self._loop.time() + outbox.LEASE.total_seconds()
        self._ending = False
        self.stopped: str | None = None
        """Why sending has stopped for good (the token is refused); None while it goes on."""

    @property
    def channel(self) -> str:
        """Name of the channel."""
        return self._transport.channel

    @property
    def pending(self) -> int:
        """Messages in this process that are not in a final state."""
        return sum(len(lane.waiting) for lane in self._lanes.values())

    def offer(self, messages: Sequence[Outgoing]) -> None:
        """Take messages that are already marked ``sending`` for this process."""
        for message in messages:
            if message.channel != self.channel:
                continue
            lane = self._lanes.get(message.address)
            if lane is None:
                lane = self._lanes[message.address] = _Lane(deque())
            lane.waiting.append(message)
            if lane.task is None and self.stopped is None:
                lane.task = self._loop.create_task(self._empty(message.address, lane))

    async def collect(self) -> int:
        """Claim what waits in the outbox and send it; return how many messages were claimed."""
        if self._ending or self.stopped or self.pending > CLAIM:
            return 0
        claimed = await self._store.writing(self._claim)
        self.offer(claimed)
        return len(claimed)

    def _claim(self) -> list[Outgoing]:
        with self._store.write() as tx:
            return outbox.claim(tx, self.channel, self._owner, self._clock(), CLAIM)

    async def renew(self) -> None:
        """Keep the leases of what is under way; what outlives its lease is not sent by this process."""
        asked_at = self._loop.time()
        await self._store.writing(self._renew)
        self._fresh_until = asked_at + outbox.LEASE.total_seconds()

    def _renew(self) -> None:
        with self._store.write() as tx:
            outbox.renew(tx, self._owner, self._clock())

    async def close(self) -> None:
        """End: calls under way have ``GRACE`` seconds, what was never tried goes back to the outbox."""
        self._ending = True
        idle = [lane for lane in self._lanes.values() if lane.task]
        tasks = [lane.task for lane in idle if lane.task]
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._receipts.flush()
        left = [
            message.key for lane in self._lanes.values() for message in lane.waiting if message.attempts == 0
        ]
        await self._store.writing(self._release, left)

    def _release(self, keys: Sequence[str]) -> None:
        if keys:
            with self._store.write() as tx:
                outbox.release(tx, self._owner, keys)

    async def _empty(self, address: str, lane: _Lane) -> None:
        """Send what waits for one conversation, in order."""
        while lane.waiting and not self._ending and self.stopped is None:
            if self._loop.time() > self._fresh_until:
                log.warning("leases_lost", messages=len(lane.waiting))
                lane.waiting.clear()
                break
            receipt = await self._send(lane)
            if receipt is None:
                return
            lane.waiting.popleft()
            committed = self._receipts.add(receipt)
            if lane.waiting:
                await committed
        lane.task = None
        if not lane.waiting:
            self._lanes.pop(address, None)

    async def _send(self, lane: _Lane) -> Receipt | None:
        """Bring the first message of a lane to a final state; None when sending has stopped."""
        plain = False
        while True:
            message = lane.waiting[0]
            await self._pace(message)
            async with self._under_way:
                if self._ending:
                    return None
                if self._early(message) > 0:  # others left while this one waited for its place
                    continue
                self._pacer.sent(message.klass, self._transport.chat(message.address), self._loop.time())
                outcome = await self._transport.deliver(message, plain=plain)
            if isinstance(outcome, Sent):
                return Receipt(message, OutboxStatus.SENT, str(outcome.message_id))
            settled = await self._settle(lane, message, outcome, plain=plain)
            if isinstance(settled, Receipt) or settled is None:
                return settled
            plain = settled == "plain"

    async def _pace(self, message: Outgoing) -> None:
        while (wait := self._early(message)) > 0:
            await asyncio.sleep(wait)

    def _early(self, message: Outgoing) -> float:
        """Seconds that a message must still wait for its pace; 0 or less when it may go."""
        now = self._loop.time()
        return self._pacer.ready_at(message.klass, self._transport.chat(message.address), now) - now

    async def _settle(
        self, lane: _Lane, message: Outgoing, failure: Failure, *, plain: bool
    ) -> Receipt | str | None:
        """Decide on a failure: a final state, or ``again`` / ``plain`` once the wait it asks for is over."""
        decision = decide(
            failure,
            klass=message.klass,
            attempts=message.attempts + 1,
            plain_tried=plain,
            resent=message.doubts > 0,
        )
        lane.waiting[0] = message.tried()
        match decision:
            case Done():
                return Receipt(message, OutboxStatus.SENT)
            case Fail(reason):
                log.error("message_failed", channel=self.channel, key=message.key, reason=reason)
                return Receipt(message, OutboxStatus.FAILED, error=reason)
            case MarkUnknown():
                return Receipt(message, OutboxStatus.UNKNOWN, error=failure.detail or "no answer")
            case Skip(reason, unreachable):
                if unreachable:
                    await self._store.writing(self._leave, message.address)
                return Receipt(message, OutboxStatus.SKIPPED, error=reason)
            case StopSending(reason):
                self.stopped = reason
                return None
            case _:
                return await self._wait(lane, message, decision, failure)

    async def _wait(
        self, lane: _Lane, message: Outgoing, decision: Retry | ResendOnce | Hold | object, failure: Failure
    ) -> str:
        match decision:
            case Retry(after):
                await asyncio.sleep(after)
            case Hold(seconds):
                jitter = zlib.crc32(message.key.encode()) % 1000 / 1000
                self._pacer.flooded(self._transport.chat(message.address), seconds, self._loop.time(), jitter)
            case ResendOnce(after):
                lane.waiting[0] = doubted = message.doubted()
                await self._store.writing(self._doubt, doubted)
                await asyncio.sleep(after)
            case Migrate(chat):
                moved = f"{self.channel}:{chat}"
                lane.waiting[0] = replace(message, address=moved, attempts=message.attempts + 1)
            case ReRenderPlain():
                return "plain"
            case SendNew():
                log.info("edit_lost", key=message.key)
            case _:
                log.error("undecided", kind=failure.kind)
        return "again"

    def _doubt(self, message: Outgoing) -> None:
        with self._store.write() as tx:
            outbox.doubt(tx, message)

    def _leave(self, address: str) -> None:
        with self._store.write() as tx:
            conversations.unreachable(tx, address, self._clock())


class _Receipts:
    """Receipts written in groups: while one group is written, the next one gathers."""

    def __init__(self, store: Store, owner: str, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._owner = owner
        self._clock = clock
        self._gathered: list[Receipt] = []
        self._writing: asyncio.Task[None] | None = None

    def add(self, receipt: Receipt) -> Awaitable[None]:
        """Take a receipt; the result ends once it is committed."""
        self._gathered.append(receipt)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._write())
        return asyncio.shield(self._writing)

    async def flush(self) -> None:
        """Wait until every receipt is committed."""
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        while self._gathered:
            group, self._gathered = self._gathered, []
            try:
                await self._store.writing(self._finish, group)
            except Exception as error:  # the rows stay ``sending``: better doubted than lost
                log.error("receipts_not_written", error=type(error).__name__, count=len(group))
                self._gathered = group + self._gathered
                await asyncio.sleep(1)

    def _finish(self, group: Sequence[Receipt]) -> None:
        with self._store.write() as tx:
            outbox.finish(tx, group, self._owner, self._clock())
