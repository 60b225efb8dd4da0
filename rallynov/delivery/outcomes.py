"""What follows a call that did not end well: the decision taken, carried out on its lane, its chat and its row."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

import structlog

from rallynov.delivery.decisions import (
    Done,
    Fail,
    Failure,
    FailureKind,
    Hold,
    Klass,
    MarkUnknown,
    Migrate,
    ReRenderPlain,
    ResendOnce,
    Retry,
    SendNew,
    Skip,
    StopSending,
    backoff,
    decide,
)
from rallynov.delivery.freezer import Freezer
from rallynov.delivery.lanes import Lane
from rallynov.delivery.outbox import Outgoing, Receipt
from rallynov.delivery.pacing import Pacer
from rallynov.delivery.stream import Stream
from rallynov.delivery.tables import OutboxStatus
from rallynov.delivery.transport import Transport

log = structlog.get_logger("rallynov.sender")
PATIENCE = 60.0
"""Seconds of a refused token after which sending stops."""
SLOWEST = 8.0
"""Longest wait in seconds between two tries with a refused token."""
LONG = 5.0
"""Seconds that a channel has a chat wait, from which what is typed meanwhile answers nothing that was seen."""
Rest = Callable[[float], Awaitable[None]]
"""Waits so many seconds, or until the sender ends."""


class Doubt(Protocol):
    """Remembers that a message may have arrived already, or that nothing may have."""

    async def __call__(self, message: Outgoing) -> bool:
        """Return once it is written; tell whether the message is still ours to send."""


class Token:
    """Whether the channel still takes the token: a passing refusal is waited out, a lasting one stops everything."""

    def __init__(self, channel: str, rest: Rest) -> None:
        self._channel = channel
        self._rest = rest
        self._refused_since: float | None = None
        self.stopped: str | None = None
        self.over = asyncio.Event()

    def taken(self) -> None:
        """Note that a call was let through."""
        self._refused_since = None

    async def refused(self, reason: str) -> str | None:
        """Wait out a passing refusal, as the poller does; then stop for good, and say so."""
        now = asyncio.get_running_loop().time()
        self._refused_since = now if self._refused_since is None else self._refused_since
        if now - self._refused_since < PATIENCE:
            await self._rest(min(SLOWEST, backoff(int(now - self._refused_since))))
            return "again"
        if self.stopped is None:
            log.error("sending_stopped", channel=self._channel, reason=reason)
        self.stopped = reason
        self.over.set()
        return None


class Outcomes:
    """Carries out the decisions of one sender."""

    def __init__(  # what decisions act upon
        self,
        transport: Transport,
        pacer: Pacer,
        freezer: Freezer,
        stream: Stream,
        token: Token,
        rest: Rest,
        doubt: Doubt,
    ) -> None:
        self._transport = transport
        self._pacer = pacer
        self._freezer = freezer
        self._stream = stream
        self._token = token
        self._rest = rest
        self._doubt = doubt
        self._loop = asyncio.get_running_loop()

    async def settle(
        self, lane: Lane, message: Outgoing, failure: Failure, *, plain: bool
    ) -> Receipt | str | None:
        """Decide on a failure: a final state; or ``again`` / ``plain`` once the wait it asks for is over, ``later`` when
        the message has left its lane.
        """
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
                log.error("message_failed", channel=self._transport.channel, key=message.key, reason=reason)
                return Receipt(message, OutboxStatus.FAILED, error=reason)
            case MarkUnknown():
                log.warning(
                    "message_uncertain",
                    channel=self._transport.channel,
                    key=message.key,
                    reason=failure.detail or "no answer",
                )
                return Receipt(message, OutboxStatus.UNKNOWN, error=failure.detail or "no answer")
            case Skip(reason, unreachable):
                return Receipt(message, OutboxStatus.SKIPPED, error=reason, unreachable=unreachable)
            case StopSending(reason):
                return await self._token.refused(reason)
            case Retry() | Hold():
                return await self._wait(lane, message, decision, failure.kind)
            case _:
                return await self._change(lane, message, decision, failure)

    async def _wait(self, lane: Lane, message: Outgoing, decision: Retry | Hold, kind: FailureKind) -> str:
        """Have a message wait: an announcement where it holds up nobody, the others in their lane."""
        if isinstance(decision, Hold):
            jitter = zlib.crc32(message.key.encode()) % 1000 / 1000
            chat = self._transport.chat(message.address)
            self._pacer.flooded(chat, decision.seconds, self._loop.time(), jitter)
            self._freezer.rest(decision.seconds)
        if message.klass is Klass.BULK:
            wait = decision.after if isinstance(decision, Retry) else decision.seconds
            self._stream.later(lane.waiting.popleft(), self._loop.time() + wait)
            return "later"
        held = isinstance(decision, Hold) and decision.seconds >= LONG
        unsent = message.attempts == 0 and (held or kind is FailureKind.NOT_SENT)
        if (unsent or kind is FailureKind.AILING) and not await self._doubted(lane):
            return "later"
        if isinstance(decision, Retry):
            await self._rest(decision.after)
        return "again"

    async def _doubted(self, lane: Lane) -> bool:
        """Remember, before another try, that the person may see nothing; tell whether the message is still ours."""
        doubted = lane.waiting[0]
        if await self._doubt(doubted):
            return True
        log.warning("lease_lost", key=doubted.key)
        if lane.waiting and lane.waiting[0] is doubted:  # else dropped meanwhile
            lane.waiting.popleft()
        return False

    async def _change(self, lane: Lane, message: Outgoing, decision: object, failure: Failure) -> str:
        match decision:
            case ResendOnce(after):
                lane.waiting[0] = message.doubted()
                if not await self._doubted(lane):
                    return "later"
                await self._rest(after)
            case Migrate(chat):
                moved = f"{self._transport.channel}:{chat}"
                lane.waiting[0] = replace(message, address=moved, attempts=message.attempts + 1)
            case ReRenderPlain():
                return "plain"
            case SendNew():
                log.info("edit_lost", key=message.key)
            case _:
                log.error("undecided", kind=failure.kind)
        return "again"
