"""A stage for senders: a loop whose time jumps, a database written to in place, a channel that answers as told."""

import asyncio
import functools
import heapq
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from conversation import START
from sqlalchemy import select

from rallynov.delivery import outbox
from rallynov.delivery.decisions import Failure, Klass, Sent
from rallynov.delivery.feed import Feed
from rallynov.delivery.leadership import Leader
from rallynov.delivery.outbox import Outgoing
from rallynov.delivery.pacing import Pacer
from rallynov.delivery.sender import Sender
from rallynov.delivery.tables import OutboxRow
from rallynov.storage.store import Store

OK = Sent(7)
Outcome = Sent | Failure
Scene = Callable[["Stage"], Awaitable[None]]


class JumpingLoop(asyncio.SelectorEventLoop):
    """A loop whose time jumps to the next timer as soon as nothing else is to be done."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def time(self) -> float:
        return self.now

    def _run_once(self) -> None:
        timers: list[Any] = self._scheduled  # type: ignore[attr-defined]
        while timers and timers[0]._cancelled:
            self._timer_cancelled_count -= 1
            heapq.heappop(timers)._scheduled = False
        if not self._ready:  # type: ignore[attr-defined]
            assert timers or self._stopping, "everything waits for ever"  # type: ignore[attr-defined]
            self.now = max(self.now, timers[0]._when) if timers else self.now
        super()._run_once()  # type: ignore[misc]


class Inline(Store):
    """A database written to at once, on the loop's thread, or which is away until a moment."""

    away_until = 0.0

    async def writing(self, work: Callable[..., Any], *args: Any, **named: Any) -> Any:
        await asyncio.sleep(0)
        if asyncio.get_running_loop().time() < self.away_until:
            raise OSError("the database is away")
        return work(*args, **named)


class Channel:
    """A channel that answers as told, in turn, then takes everything; each call takes 10 ms."""

    channel = "telegram"

    def __init__(self, stage: "Stage") -> None:
        self.stage = stage
        self.told: dict[str, list[Outcome]] = defaultdict(list)
        self.always: dict[str, Outcome] = {}
        self.silent: set[str] = set()
        self.calls: list[tuple[float, str, str, bool]] = []
        self.exact: list[tuple[float, str]] = []
        self.before: Callable[[Outgoing], None] = lambda _: None
        self.under_way: list[str] = []
        self.most = 0
        self.seconds = 0.01
        self.together = 0
        """Times that two messages of one chat were under way together."""

    def chat(self, address: str) -> int:
        return int(address.partition(":")[2])

    async def deliver(self, message: Outgoing, *, plain: bool) -> Outcome:
        self.together += message.address in self.under_way
        self.calls.append((round(self.stage.loop.time(), 1), message.address, message.key, plain))
        self.exact.append((self.stage.loop.time(), message.key))
        self.before(message)
        self.under_way.append(message.address)
        self.most = max(self.most, len(self.under_way))
        await (asyncio.Event().wait() if message.key in self.silent else asyncio.sleep(self.seconds))
        self.under_way.remove(message.address)
        told = self.told[message.key]
        return told.pop(0) if told else self.always.get(message.key, OK)

    def at(self, key: str) -> list[float]:
        return [call[0] for call in self.calls if call[2] == key]


class Stage:
    """One sender with its database and channel."""

    def __init__(self, store: Inline) -> None:
        self.store = store
        self.loop = asyncio.get_running_loop()
        self.channel = Channel(self)
        self.sender = Sender(store, self.channel, Pacer(), self.now, "me")

    async def recast(
        self, pacer: Pacer, feed: Feed | None = None, leader: Leader | None = None, seconds: float = 0.01
    ) -> None:
        """Take another sender, and calls that take so long."""
        await self.sender.close()
        self.channel.seconds = seconds
        self.sender = Sender(self.store, self.channel, pacer, self.now, "me", feed=feed, leader=leader)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.loop.time())

    def post(self, *keys: str, chat: int = 1, klass: Klass = Klass.REPLY, owner: str | None = "me") -> None:
        messages = [Outgoing(key, "telegram", f"telegram:{chat}", klass, "{}") for key in keys]
        with self.store.write() as tx:
            outbox.add(tx, messages, self.now(), owner, frozenset())
        if owner:
            self.sender.offer(messages)

    def row(self, key: str) -> Any:
        with self.store.read() as tx:
            return tx.execute(select(OutboxRow.__table__).where(OutboxRow.key == key)).one()

    async def settled(self, *keys: str) -> list[str]:
        while any(self.row(key).status in {"queued", "sending"} for key in keys):
            await asyncio.sleep(0.25)
        return [self.row(key).status for key in keys]


def scene(play: Scene) -> Callable[[Inline], None]:
    """Play a test on the jumping loop."""

    @functools.wraps(play)
    def played(inline: Inline) -> None:
        async def whole() -> None:
            stage = Stage(inline)
            await play(stage)
            stage.channel.silent.clear()
            await stage.sender.close()
            assert stage.channel.together == 0

        with asyncio.Runner(loop_factory=JumpingLoop) as runner:
            runner.run(asyncio.wait_for(whole(), 10_000))

    del played.__wrapped__  # pytest is to see the fixture
    return played
