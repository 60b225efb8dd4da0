"""One HTTP/1.1 connection in the loop's own thread: one request at a time, kept alive, never tried twice.

Parsed by httptools (Node's llhttp). Refuses what a Bot API server never sends: an answer that ends with its
connection and gives no length, one larger than `LARGEST`, bytes behind an answer; the connection is then closed.
"""

import asyncio
import ssl
from typing import Final, NamedTuple, Protocol, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from bot.telegram.failures import MaybeSent

LARGEST: Final = 32 * 1024 * 1024
"""Bytes of one answer, head and body: Telegram lets a bot fetch files of 20 MB."""
NEVER: Final = float("inf")

Answer = tuple[int, bytes]


class Origin(NamedTuple):
    """A server; `tls` is None for plain HTTP."""

    host: str
    port: int
    tls: ssl.SSLContext | None


class Keeper(Protocol):
    """Whoever keeps lines: told when one is free again, and when one is no more."""

    def rest(self, line: "Line") -> None:
        """Take a line back after its answer."""

    def lost(self, line: "Line") -> None:
        """Forget a line whose connection has ended."""


class Line(asyncio.Protocol):
    """One connection. What it was asked ends with an answer, or with `MaybeSent`: something was written."""

    __slots__ = (
        "_answer",
        "_done",
        "_keeper",
        "_lasts",
        "_parser",
        "_parts",
        "_size",
        "_spoilt",
        "_status",
        "_transport",
        "busy",
        "deadline",
        "origin",
    )

    def __init__(self, keeper: Keeper, origin: Origin) -> None:
        self._keeper = keeper
        self.origin = origin
        self.busy = False
        self.deadline = NEVER
        """When it is given up, in the loop's time: for want of an answer when busy, of use when not."""
        self._transport: asyncio.Transport | None = None
        self._parser: HttpResponseParser | None = HttpResponseParser(self)
        self._answer: asyncio.Future[Answer] | None = None
        self._parts: list[bytes] = []
        self._size = 0
        self._status = 0
        self._done = self._spoilt = self._lasts = False

    def ask(self, request: bytes, deadline: float, answer: asyncio.Future[Answer] | None) -> None:
        """Write a request; its answer, or its failure, goes to `answer`, or nowhere when it is None."""
        self.busy, self.deadline, self._answer = True, deadline, answer
        self._size = 0
        if self._transport is not None:
            self._transport.write(request)

    def open(self) -> bool:
        """Tell whether a request may be written."""
        return self._transport is not None and not self._transport.is_closing()

    def close(self, error: Exception | None = None) -> None:
        """End the connection; what it was asked fails with `error`."""
        self._settle(error or MaybeSent("The connection was closed"))
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail what was asked, and leave the pool."""
        self._transport = self._parser = None  # the parser holds this line: no cycle is left to the collector
        cause = exc or ConnectionResetError("The server closed the connection")
        error = MaybeSent(f"No complete answer: {type(cause).__name__}")
        error.__cause__ = cause
        self._settle(error)
        self._keeper.lost(self)

    def data_received(self, data: bytes) -> None:
        """Parse; an answer is given once all that came with it has been looked at."""
        self._size += len(data)
        try:
            if self._parser is not None:
                self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self._spoilt = True
            if not self._done:
                self._refuse("The answer is not HTTP", error)
                return
        if self._done and self.busy:
            self._end()
        elif self._spoilt or not self.busy or self._size > LARGEST:
            self._refuse("The answer is too large" if self._size > LARGEST else "Unasked bytes")

    def on_message_begin(self) -> None:
        """Called by the parser; a second answer in one piece was never asked for."""
        self._spoilt = self._spoilt or self._done

    def on_body(self, part: bytes) -> None:
        """Called by the parser."""
        if not self._done:
            self._parts.append(part)

    def on_message_complete(self) -> None:
        """Called by the parser, which knows only here what it has just read; 1xx are passed over."""
        parser = self._parser
        if parser is None or self._spoilt:
            return
        self._status = parser.get_status_code()
        self._done = self._status >= 200
        self._lasts = parser.should_keep_alive()

    def _end(self) -> None:
        given = self._status, b"".join(self._parts)
        answer, self._answer = self._answer, None
        self._parts, self._done, self.busy = [], False, False
        if answer is not None and not answer.done():
            answer.set_result(given)
        if self._lasts and not self._spoilt and self.open():
            self._keeper.rest(self)
        else:
            self.close()

    def _refuse(self, why: str, cause: Exception | None = None) -> None:
        error = MaybeSent(why)
        error.__cause__ = cause
        self.close(error)

    def _settle(self, error: Exception) -> None:
        answer, self._answer = self._answer, None
        self.busy = False
        if answer is not None and not answer.done():
            answer.set_exception(error)
