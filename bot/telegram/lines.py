"""The connections of one client: so many at most, kept for the next call, opened as RFC 8305 asks."""

import asyncio
import socket
from collections import deque
from collections.abc import Sequence
from typing import Final

from aiohappyeyeballs import AddrInfoType, start_connection

from bot.telegram.failures import MaybeSentTimedOut, NotSent
from bot.telegram.wire import NEVER, Answer, Line, Origin

IDLE: Final = 30.0
"""Seconds an unused connection is kept: less than a server does, so that it is not cut under a request."""
_HEAD_START: Final = 0.25
"""Seconds that IPv6 has before IPv4 is tried beside it."""


class Lines:
    """At most `size` connections, of one loop; whoever finds none free is served in turn.

    One timer watches all of them: a call costs none of its own.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lines: set[Line] = set()
        self._opening = 0
        self._idle: deque[Line] = deque()
        self._waiting: deque[asyncio.Future[Line | None]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._look_at = NEVER
        """When the timer looks at the lines next, in the loop's time."""
        self._closed = False

    def free(self, origin: Origin) -> Line | None:
        """Take a line that is open and idle; None when there is none."""
        while self._idle:
            line = self._idle.pop()
            if line.open() and line.origin == origin:
                return line
            line.close()
        return None

    async def line(self, origin: Origin, connect: float | None, patience: float | None) -> Line:
        """Take a free line or open one; raises `NotSent`."""
        while (line := self.free(origin)) is None:
            if len(self._lines) + self._opening < self._size:
                self._opening += 1
                return await self._opened(origin, connect)
            line = await self._turn(patience)
            if line is None:
                return await self._opened(origin, connect)
            self._idle.append(line)
        return line

    def ask(
        self, line: Line, request: bytes, patience: float | None, answer: asyncio.Future[Answer] | None
    ) -> None:
        """Send a request on a line; it is given up after `patience` seconds."""
        deadline = NEVER if patience is None else asyncio.get_running_loop().time() + patience
        line.ask(request, deadline, answer)
        if deadline < self._look_at:
            self._watch(deadline)

    def rest(self, line: Line) -> None:
        """Take a line back after its answer."""
        line.deadline = asyncio.get_running_loop().time() + IDLE
        if line.deadline < self._look_at:
            self._watch(line.deadline)
        if not self._waiting or not self._hand(line):
            self._idle.append(line)

    def lost(self, line: Line) -> None:
        """Forget a line whose connection has ended."""
        self._lines.discard(line)
        if line in self._idle:
            self._idle.remove(line)
        self._make_room()

    def close(self) -> None:
        """End everything; calls under way fail as `MaybeSent`, those that wait as `NotSent`."""
        self._closed = True
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_exception(NotSent("The HTTP client was closed"))
        for line in tuple(self._lines):
            line.close()
        if self._timer is not None:
            self._timer.cancel()

    async def _turn(self, patience: float | None) -> Line | None:
        """Wait for a line that is handed over, or for the place of a new one (None)."""
        mine: asyncio.Future[Line | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        try:
            async with asyncio.timeout(patience):
                return await mine
        except BaseException as error:
            self._pass_on(mine)
            if isinstance(error, TimeoutError):
                raise NotSent("No free connection") from error
            raise

    def _pass_on(self, mine: asyncio.Future[Line | None]) -> None:
        """Give up what was handed over at the very moment of giving up."""
        if not mine.done() or mine.cancelled() or mine.exception():
            return
        if line := mine.result():
            self.rest(line)
        else:
            self._opening -= 1
            self._make_room()

    def _make_room(self) -> None:
        """Give the place of a line that is no more to who waits first."""
        if len(self._lines) + self._opening < self._size and self._hand(None):
            self._opening += 1

    def _hand(self, line: Line | None) -> bool:
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(line)
                return True
        return False

    async def _opened(self, origin: Origin, connect: float | None) -> Line:
        """Open a line in a place that was kept for it."""
        try:
            async with asyncio.timeout(connect):
                line = await self._connected(origin)
        except (OSError, TimeoutError, UnicodeError, RuntimeError) as error:
            raise NotSent(f"No connection: {type(error).__name__}") from error
        else:
            self._lines.add(line)
        finally:
            self._opening -= 1
            self._make_room()
        if self._closed or not line.open():
            line.close()
            self.lost(line)
            raise NotSent("The connection was closed before it was used")
        return line

    async def _connected(self, origin: Origin) -> Line:
        found = await _resolved(origin.host, origin.port)
        sock = await start_connection(found, happy_eyeballs_delay=_HEAD_START)
        try:
            _, line = await asyncio.get_running_loop().create_connection(
                lambda: Line(self, origin),
                sock=sock,
                ssl=origin.tls,
                server_hostname=origin.host if origin.tls else None,
            )
        except BaseException:
            sock.close()
            raise
        return line

    def _watch(self, moment: float) -> None:
        """Look at the lines at that moment, sooner than was meant."""
        if self._timer is not None:
            self._timer.cancel()
        self._look_at = moment
        self._timer = asyncio.get_running_loop().call_at(moment, self._sweep)

    def _sweep(self) -> None:
        """Give up the lines whose time has come."""
        self._timer, self._look_at = None, NEVER
        now = asyncio.get_running_loop().time()
        for line in tuple(self._lines):
            if line.deadline <= now:
                error = MaybeSentTimedOut("No answer in time")
                error.__cause__ = TimeoutError()
                line.close(error)
        if (
            earliest := min((line.deadline for line in self._lines if line.deadline > now), default=NEVER)
        ) < NEVER:
            self._watch(earliest)


async def _resolved(host: str, port: int) -> Sequence[AddrInfoType]:
    return await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
