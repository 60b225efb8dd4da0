"""What a sender holds of one conversation: its messages in order, one under way at most."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from rallynov.delivery.outbox import Outgoing
from rallynov.delivery.pacing import Call


@dataclass(slots=True)
class Lane:
    """The messages of one conversation; ``calling`` while the first one is under way.

    Whoever ends the lane then does not know whether that one arrives.
    """

    waiting: deque[Outgoing] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None
    calling: bool = False
    counted: Call | None = None
    """The call of the first message, as the pacer counts it, until it is over."""

    def over(self, now: float, *, taken: bool) -> None:
        """Note that the call under way is over; ``taken``: the channel took the message."""
        if self.counted:
            self.counted.over(now, taken=taken)
            self.counted = None

    def idle(self) -> list[str]:
        """Return the keys of what waits and is not under way."""
        return [message.key for n, message in enumerate(self.waiting) if n or not self.calling]

    def drop(self) -> None:
        """Forget what waits and is not under way."""
        while len(self.waiting) > self.calling:
            self.waiting.pop()
