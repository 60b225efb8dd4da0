"""Cards that were answered, changed in place: cosmetic, so at most one try each, and in nobody's way.

An edit is left out when messages wait, after any refusal for being too many, and when its own pace would make it late.
How it ended is not kept: a card that stays as it was misleads nobody, its buttons change nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from rallynov.delivery.decisions import Failure, FailureKind, Klass
from rallynov.delivery.outbox import Outgoing
from rallynov.delivery.pacing import CLEAN, Pacer
from rallynov.delivery.transport import Transport

CROWD = 8
"""Conversations with messages under way or waiting beyond which the sender is busy."""
MOST = 8
"""Edits waiting for their pace or under way, at most."""
LATE = 3.0
"""Seconds that an edit may wait for its pace."""
PAUSE = 5.0
"""Seconds that a refusal is taken to ask for when it does not say."""


class Freezer:
    """The edits of one sender; ``waiting`` counts the conversations that have messages waiting there."""

    def __init__(self, transport: Transport, pacer: Pacer, waiting: Callable[[], int]) -> None:
        self._transport = transport
        self._pacer = pacer
        self._waiting = waiting
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._calm_at = 0.0
        self.shed = 0
        """Edits that were left out."""

    def offer(self, message: Outgoing) -> None:
        """Change the card that a message has answered, unless there is more urgent work."""
        if len(self._tasks) >= MOST or self._busy():
            self.shed += 1
            return
        task = self._loop.create_task(self._freeze(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def rest(self, seconds: float) -> None:
        """Leave everything out for a wait that the channel asked for, and a clean minute after it."""
        self._calm_at = max(self._calm_at, self._loop.time() + seconds + CLEAN)

    def close(self) -> None:
        """Give up what is under way."""
        for task in tuple(self._tasks):
            task.cancel()

    def _busy(self) -> bool:
        now = self._loop.time()
        return self._waiting() > CROWD or now < self._calm_at or self._pacer.cautious(now)

    async def _freeze(self, message: Outgoing) -> None:
        chat = self._transport.chat(message.address)
        late = self._early(chat)
        if 0 < late <= LATE:
            await asyncio.sleep(late)
        if self._early(chat) > 0 or self._busy():
            self.shed += 1
            return
        counted = self._pacer.sent(Klass.STAFF, chat, self._loop.time())
        try:
            outcome = await self._transport.freeze(message)
        finally:
            counted.over(self._loop.time(), taken=False)
        if isinstance(outcome, Failure) and outcome.kind is FailureKind.FLOOD:
            wait = PAUSE if outcome.retry_after is None else outcome.retry_after
            self._pacer.flooded(chat, wait, self._loop.time())
            self.rest(wait)

    def _early(self, chat: int) -> float:
        """Seconds that an edit must still wait for its pace: that of a message that nobody waits for."""
        now = self._loop.time()
        return self._pacer.ready_at(Klass.STAFF, chat, now) - now
