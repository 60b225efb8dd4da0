"""The sender of one channel: the only one that calls it, in order per conversation, announcements behind answers.

Every message is a row marked ``sending`` before the call and brought to a final state after it. Two messages
of one conversation are never under way together, and the second leaves only once the first one's receipt is
committed: a crash doubles at most one message of a conversation.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ParamSpec

import structlog

from rallynov.delivery import outbox
from rallynov.delivery.decisions import Klass, Sent
from rallynov.delivery.feed import Alone, Feed
from rallynov.delivery.feeding import Feeding
from rallynov.delivery.freezer import Freezer
from rallynov.delivery.lanes import Lane, full, room
from rallynov.delivery.leadership import Leader
from rallynov.delivery.outbox import Outgoing, Receipt
from rallynov.delivery.outcomes import Outcomes, Token
from rallynov.delivery.pacing import Call, Pacer
from rallynov.delivery.receipts import Commit, Receipts
from rallynov.delivery.rows import CLAIM, Rows
from rallynov.delivery.stream import Stream
from rallynov.delivery.tables import OutboxStatus
from rallynov.delivery.transport import Transport
from rallynov.storage.store import Store

P = ParamSpec("P")
log = structlog.get_logger("rallynov.sender")
AT_ONCE = 256
"""Calls under way together, at most."""
GRACE = 5.0
"""Seconds that calls under way have to end when the process ends."""
RENEWAL = 20.0
"""Seconds between two renewals of the leases; a third of a lease."""


class Sender:
    """Empties the outbox of one channel while this process is its sender."""

    def __init__(
        self,
        store: Store,
        transport: Transport,
        pacer: Pacer,
        clock: Callable[[], datetime],
        owner: str,
        *,
        feed: Feed | None = None,
        leader: Leader | None = None,
    ) -> None:
        self._store = store
        self._leader = leader or Alone()
        self._transport = transport
        self._pacer = pacer
        self._rows = Rows(store, transport.channel, owner, clock)
        self._lanes: dict[str, Lane] = {}
        self._under_way = asyncio.Semaphore(AT_ONCE)
        self._receipts = Receipts(store, owner, clock)
        self._freezer = Freezer(transport, pacer, self._lanes.__len__)
        self._loop = asyncio.get_running_loop()
        self._fresh_until = self._loop.time() + outbox.LEASE.total_seconds()
        self._ending = asyncio.Event()
        self._stream = Stream(pacer, transport.chat, lambda address: address not in self._lanes, self._begin)
        self._token = Token(transport.channel, self._rest)
        self._feeding = Feeding(store, self._rows, self._stream, self, self._write, feed, self._leader)
        self._outcomes = Outcomes(
            transport, pacer, self._freezer, self._stream, self._token, self._rest, self._doubt
        )
        self.over = self._token.over
        """Set once ``stopped`` is: the door must end rather than live on mute."""

    @property
    def channel(self) -> str:
        """Name of the channel."""
        return self._transport.channel

    @property
    def stopped(self) -> str | None:
        """Why sending has stopped for good (the token is refused); None while it goes on."""
        return self._token.stopped

    @property
    def pending(self) -> int:
        """Messages of conversations in this process that are not in a final state."""
        return sum(len(lane.waiting) for lane in self._lanes.values())

    def report_to(self, commit: Commit) -> None:
        """Have receipts committed with what else this process writes."""
        self._receipts.commit = commit

    def offer(self, messages: Sequence[Outgoing]) -> None:
        """Take messages that are already marked ``sending`` for this process."""
        for message in messages:
            if message.channel != self.channel:
                continue
            if message.klass is Klass.BULK:
                self._stream.offer((message,))
                continue
            lane = self._lanes.get(message.address)
            if lane is None:
                lane = self._lanes[message.address] = Lane()
            lane.waiting.append(message)
            if lane.task is None and self.stopped is None:
                lane.task = self._loop.create_task(self._empty(message.address, lane))

    def forget(self, addresses: Sequence[str]) -> None:
        """Drop what waits for addresses that closed their door: their rows are final already."""
        for address in addresses:
            if lane := self._lanes.get(address):
                lane.drop()
        gone = set(addresses)
        self._stream.drop(lambda message: message.address in gone)

    def wake(self) -> None:
        """Look at once for announcements whose turn has come."""
        self._feeding.wake()

    def ending(self) -> bool:
        """Tell whether nothing will be sent any more."""
        return self._ending.is_set()

    def halted(self) -> bool:
        """Tell whether nothing may be sent for the moment."""
        return self.stopped is not None or self._stale()

    async def collect(self) -> int:
        """Claim what waits in the outbox and send it; return how many messages were claimed."""
        if self._ending.is_set() or self.stopped or not room(self._lanes, self._free, CLAIM):
            return 0
        claimed = await self._store.writing(self.claim, full(self._lanes))
        if self._ending.is_set():  # meanwhile: they wait for whoever sends next
            await self._store.writing(self._rows.release, [message.key for message in claimed])
            return 0
        self.offer(claimed)
        return len(claimed)

    def claim(self, but: Sequence[str] = ()) -> list[Outgoing]:
        """Mark what waits in the outbox as ``sending`` from here, ``CLAIM`` messages at most, ``but`` for these addresses."""
        return self._rows.claim(but, bulk=not self._stream)

    def _free(self, address: str) -> bool:
        now = self._loop.time()
        return self._pacer.chat_ready(Klass.REPLY, self._transport.chat(address), now) <= now

    async def renew(self) -> None:
        """Keep the leases of what is under way; what outlives its lease is not sent by this process."""
        if self._stale():
            for lane in tuple(self._lanes.values()):
                await self._give_back(lane)
        asked_at = self._loop.time()
        await self._store.writing(self._rows.renew)
        self._fresh_until = asked_at + outbox.LEASE.total_seconds()

    async def close(self) -> None:
        """End: calls under way have ``GRACE`` seconds, what is not under way goes back to the outbox."""
        self._ending.set()
        self._freezer.close()
        await self._feeding.close()
        tasks = [lane.task for lane in self._lanes.values() if lane.task]
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._receipts.flush()
        left = [key for lane in self._lanes.values() for key in lane.idle()]
        left += self._stream.drop(lambda _: True)
        try:
            await self._store.writing(self._rows.release, left)
        except Exception as error:  # taken up at the next start instead
            log.error("outbox_not_written", error=type(error).__name__)

    def _begin(self, message: Outgoing, counted: Call) -> None:
        """Call for an announcement, in a lane of its own: nothing goes to its conversation now."""
        lane = self._lanes[message.address] = Lane(deque((message,)), counted=counted)
        lane.task = self._loop.create_task(self._announce(message.address, lane))

    async def _announce(self, address: str, lane: Lane) -> None:
        try:
            await self._empty(address, lane)
        finally:
            lane.over(self._loop.time(), taken=False)
            self._stream.ended()

    async def _empty(self, address: str, lane: Lane) -> None:
        """Send what waits for one conversation, in order."""
        while lane.waiting and not self._ending.is_set() and self.stopped is None:
            receipt = await self._send(lane)
            if receipt is not None:
                if lane.waiting and lane.waiting[0].key == receipt.message.key:
                    lane.waiting.popleft()
                await self._receipts.add(receipt)
            elif self._stale():
                await self._give_back(lane)
        lane.task = None
        if not lane.waiting:
            self._lanes.pop(address, None)

    async def _send(self, lane: Lane) -> Receipt | None:
        """Bring the first message of a lane to a final state; None when it may not be sent any more."""
        plain = False
        while lane.waiting:
            message = lane.waiting[0]
            bulk = message.klass is Klass.BULK
            if not bulk:
                await self._pace(message)
            async with self._under_way:
                if not self._may_send(lane, message):
                    return None
                if not bulk and self._early(message) > 0:  # others left while this one waited for its place
                    continue
                if lane.counted is None:  # the stream has counted the announcement that it begins
                    chat = self._transport.chat(message.address)
                    lane.counted = self._pacer.sent(message.klass, chat, self._loop.time())
                lane.calling = True
                outcome = await self._transport.deliver(message, plain=plain)
                lane.calling = False  # not when cancelled: nobody knows then
                lane.over(self._loop.time(), taken=isinstance(outcome, Sent))
            if isinstance(outcome, Sent):
                self._token.taken()
                if outcome.answered:
                    self._freezer.offer(message)
                self._count(message)
                return Receipt(message, OutboxStatus.SENT, str(outcome.message_id), file_id=outcome.file_id)
            lane.resting = True
            settled = await self._outcomes.settle(lane, message, outcome, plain=plain)
            lane.resting = False
            if isinstance(settled, Receipt):
                self._count(message, settled.error if settled.status is OutboxStatus.FAILED else None)
            if isinstance(settled, Receipt) or settled is None:
                return settled
            plain = settled == "plain"
        return None

    def _count(self, message: Outgoing, refused: str | None = None) -> None:
        """Note how a message of a broadcast ended; break the broadcast off when its content is refused too often."""
        if message.part and self._stream.refused(message.part.broadcast, content=refused is not None):
            self._loop.create_task(self._feeding.break_off(message.part.broadcast, refused or ""))

    def _may_send(self, lane: Lane, message: Outgoing) -> bool:
        """Tell whether a message is still ours to send, after however long it waited for its pace."""
        first = bool(lane.waiting) and lane.waiting[0] is message
        return first and not self._ending.is_set() and not self.halted()

    def _stale(self) -> bool:
        """Tell whether our leases have run out unrenewed: another process may have what we hold."""
        late = not self._store.is_sqlite and self._loop.time() > self._fresh_until
        return late or not self._leader.certain()

    async def _give_back(self, lane: Lane) -> None:
        """Let go of what waits in a lane; what no other process has taken meanwhile is claimed again."""
        keys = lane.idle()
        log.warning("leases_lost", messages=len(keys))
        lane.drop()
        await self._write(self._rows.release, keys)

    async def _write(self, work: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Write, as often as it takes, once at the end: the database may be away."""
        while True:
            try:
                await self._store.writing(work, *args, **kwargs)
                return
            except Exception as error:
                log.error("outbox_not_written", error=type(error).__name__)
            if self._ending.is_set():
                return
            await self._rest(1)

    async def _doubt(self, message: Outgoing) -> bool:
        ours = [True]  # also when it cannot be written any more

        def write() -> None:
            ours[0] = self._rows.doubt(message)

        await self._write(write)
        return ours[0]

    async def _pace(self, message: Outgoing) -> None:
        while (wait := self._early(message)) > 0 and not self._ending.is_set():
            await self._rest(wait)

    async def _rest(self, seconds: float) -> None:
        """Wait so many seconds, or until this sender ends: what only waits must not hold its end up."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ending.wait(), seconds)

    def _early(self, message: Outgoing) -> float:
        """Seconds that a message must still wait for its pace; 0 or less when it may go."""
        now = self._loop.time()
        return self._pacer.ready_at(message.klass, self._transport.chat(message.address), now) - now
