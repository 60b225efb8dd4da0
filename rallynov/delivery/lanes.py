"""What a sender holds of one conversation: its messages in order, one under way at most."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rallynov.delivery.outbox import Outgoing
from rallynov.delivery.pacing import Call

FULL, MOST = 20, 5_000
"""Messages of one conversation that are enough to have in hand, and of all together whatever they wait for."""


@dataclass(slots=True)
class Lane:
    """The messages of one conversation; ``calling`` while the first one is under way.

    Whoever ends the lane then does not know whether that one arrives.
    """

    waiting: deque[Outgoing] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None
    calling: bool = False
    resting: bool = False
    """Whether the first message waits to be tried again."""
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


def full(lanes: Mapping[str, Lane]) -> list[str]:
    """Return the conversations of which no more need be in hand."""
    return [address for address, lane in lanes.items() if len(lane.waiting) >= FULL]


def room(lanes: Mapping[str, Lane], free: Callable[[str], bool], enough: int) -> bool:
    """Tell whether more may be had in hand: what waits to be tried again, or until its conversation is ``free``, keeps
    nobody else waiting.
    """
    pending = sum(len(lane.waiting) for lane in lanes.values())
    if pending <= enough or pending > MOST:
        return pending <= enough
    idle = (len(lane.waiting) for address, lane in lanes.items() if lane.resting or not free(address))
    return pending - sum(idle) <= enough
