"""The second that a limit is about, as the server counts it: from when it took a message, which we do not know.

A message lies in that second from before its call until a second after the latest moment at which the server can have
taken it: that of its answer, less the shortest round trip. However late a call gets out or an answer comes
in, no second of the server's holds more than the limit; whoever is slow loses messages a second, not the limit.
"""

from __future__ import annotations

from collections import deque
from typing import Final

SECOND: Final = 1.01
"""Length in seconds of the second that is counted: the round trip may become shorter than it was, and clocks differ."""
LATELY: Final = 30.0
"""Seconds over which the shortest round trip is remembered, twice that at most."""
LOOK: Final = 0.05
"""Seconds until there may be room when all that may leave is under way: only an answer tells."""
NEVER: Final = float("-inf")


class Window:
    """The messages of the last second, `most` at most."""

    __slots__ = ("_over", "open")

    def __init__(self, most: int) -> None:
        self._over: deque[float] = deque(maxlen=most)
        """When the last answers came, in order."""
        self.open = 0
        """Messages whose answer has not come: they lie in the second, whenever they left."""

    def close(self, now: float) -> None:
        """Note the end of a call."""
        self.open -= 1
        self._over.append(now)

    def ready(self, rate: int, trip: float, now: float) -> float:
        """When fewer than `rate` messages lie in a second; the same until then, whatever is answered meanwhile."""
        free = rate - self.open
        if free <= 0:
            return now + LOOK
        return self._over[-free] - trip + SECOND if len(self._over) >= free else NEVER


class RoundTrip:
    """The shortest round trip to the server that was lately seen; none is known at first."""

    __slots__ = ("_before", "_since", "_this")

    def __init__(self) -> None:
        self._this = self._before = float("inf")
        self._since = NEVER

    def seen(self, seconds: float, now: float) -> None:
        """Note how long an answer took."""
        if now >= self._since + LATELY:
            self._before = self._this if now < self._since + 2 * LATELY else float("inf")
            self._this, self._since = seconds, now
        self._this = min(self._this, seconds)

    def shortest(self, now: float) -> float:
        """Return it in seconds; 0 when nothing was lately seen."""
        known = min(self._this, self._before)
        return known if now < self._since + 2 * LATELY else 0.0
