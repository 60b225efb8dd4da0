"""The announcements that a sender has in hand: few, each leaving when its pace allows, none in a conversation's way.

Those of broadcasts are fetched half a second ahead, so that what is decided meanwhile (a pause, a ``/stop``) holds at
once, and a crash leaves few in doubt. One that must wait, because its chat or its try does, waits aside for so long at
most; longer, it goes back to its row and is asked about again.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from itertools import count

from rallynov.delivery.decisions import Klass
from rallynov.delivery.outbox import Outgoing
from rallynov.delivery.pacing import Call, Pacer

AT_ONCE = 192
"""Announcements under way together, at most: the rest of a sender's calls are for conversations."""
AHEAD = 0.5
"""Seconds of sending that are fetched ahead."""
LEAST, MOST = 8, 250
"""Messages fetched ahead, whatever the rate."""
IDLE = 1.0
"""Seconds between two looks when there was nothing to send."""
BUSY = 0.1
"""Seconds that a message waits when its conversation is being answered."""
TRIES, REFUSED = 100, 20
"""Of so many messages of a broadcast, so many refused for their content break it off."""


class Stream:
    """The announcements of one sender: ``begin`` starts a counted call, ``free`` tells whether nothing goes to an address."""

    def __init__(
        self,
        pacer: Pacer,
        chat: Callable[[str], int],
        free: Callable[[str], bool],
        begin: Callable[[Outgoing, Call], None],
    ) -> None:
        self._pacer = pacer
        self._chat = chat
        self._free = free
        self._begin = begin
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Outgoing] = deque()
        self._aside: list[tuple[float, int, Outgoing]] = []
        self._back: list[tuple[float, Outgoing]] = []
        self._order = count()
        self._woken: asyncio.Event = asyncio.Event()
        self._calling = 0
        self._ends: dict[str, deque[bool]] = defaultdict(lambda: deque(maxlen=TRIES))

    def __len__(self) -> int:
        return len(self._waiting) + len(self._aside)

    def offer(self, messages: Sequence[Outgoing]) -> None:
        """Take announcements that are already marked ``sending`` for this process."""
        self._waiting.extend(messages)
        self._woken.set()

    def later(self, message: Outgoing, at: float) -> None:
        """Have a message wait until a moment of the loop: aside; of a broadcast, where it is when that is far."""
        if message.part and at - self._loop.time() > AHEAD:
            self._back.append((at, message))
        else:
            heapq.heappush(self._aside, (at, next(self._order), message))
        self._woken.set()

    def put_back(self) -> list[tuple[Outgoing, float]]:
        """Let go of what must wait long; return each message with the seconds it must wait."""
        back, self._back = self._back, []
        return [(message, at - self._loop.time()) for at, message in back]

    def held_up(self) -> list[str]:
        """Let go of messages of broadcasts while none may leave for a while; return their keys."""
        now = self._loop.time()
        held = self._pacer.held(now) and self._pacer.bulk_ready(now) - now > AHEAD
        return self.drop(lambda one: one.part is not None) if held else []

    def ended(self) -> None:
        """Note that a call is over."""
        self._calling -= 1
        self._woken.set()

    def wanted(self, now: float) -> int:
        """How many messages to fetch: none while enough are in hand, or none may leave."""
        most = min(MOST, max(LEAST, int(self._pacer.bulk_rate(now) * AHEAD)))
        held = self._pacer.bulk_ready(now) - now > AHEAD
        return most - len(self) if len(self) <= most // 2 and not held else 0

    def go(self) -> float:
        """Begin what may leave now; return the seconds until there may be more to begin."""
        now = self._loop.time()
        while self._aside and self._aside[0][0] <= now:
            self._waiting.appendleft(heapq.heappop(self._aside)[2])
        while self._waiting and self._calling < AT_ONCE:
            wait = self._pacer.bulk_ready(now) - now
            if wait > 0:
                return wait
            self._go_one(self._waiting.popleft(), now)
        return self._aside[0][0] - now if self._aside else self._idle(now)

    def _idle(self, now: float) -> float:
        """Return the seconds until there may be something to fetch: it is fetched ahead."""
        ahead = self._pacer.bulk_ready(now) - now - AHEAD
        return ahead if 0 < ahead < IDLE else IDLE

    def _go_one(self, message: Outgoing, now: float) -> None:
        chat = self._chat(message.address)
        at = self._pacer.chat_ready(Klass.BULK, chat, now)
        if at > now or not self._free(message.address):
            self.later(message, max(at, now + BUSY))
            return
        self._calling += 1
        self._begin(message, self._pacer.sent(Klass.BULK, chat, now))

    async def rest(self, seconds: float) -> None:
        """Wait so long, or until something has changed."""
        if not self._woken.is_set():
            timer = self._loop.call_later(seconds, self._woken.set)
            await self._woken.wait()
            timer.cancel()
        self._woken.clear()

    def wake(self) -> None:
        """Look again at once."""
        self._woken.set()

    def drop(self, unwanted: Callable[[Outgoing], bool]) -> list[str]:
        """Forget messages that are not under way; return their keys."""
        gone = [one.key for one in self._all() if unwanted(one)]
        self._waiting = deque(one for one in self._waiting if not unwanted(one))
        self._aside = [kept for kept in self._aside if not unwanted(kept[2])]
        heapq.heapify(self._aside)
        self._back = [kept for kept in self._back if not unwanted(kept[1])]
        return gone

    def refused(self, broadcast: str, *, content: bool) -> bool:
        """Count how a message of a broadcast ended; tell whether its content has now been refused too often."""
        ends = self._ends[broadcast]
        ends.append(content)
        if sum(ends) < REFUSED:
            return False
        del self._ends[broadcast]
        return True

    def _all(self) -> list[Outgoing]:
        return [*self._waiting, *(kept[2] for kept in self._aside), *(kept[1] for kept in self._back)]
