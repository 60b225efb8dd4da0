"""HTTP/1.1 on asyncio: what bot frameworks speak, one request at a time on a connection; no TLS."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

HEAD_LIMIT = 65536


@dataclass(frozen=True, slots=True)
class Request:
    """One whole request; header names in lower case."""

    verb: str
    target: str
    headers: dict[str, str]
    body: bytes


def take(buffer: bytearray) -> Request | None:
    """Take one whole request out of the buffer; None while bytes are missing; ValueError if not HTTP."""
    head_end = buffer.find(b"\r\n\r\n")
    if head_end < 0:
        if len(buffer) > HEAD_LIMIT:
            raise ValueError("a head without end")
        return None
    first, *lines = bytes(buffer[:head_end]).decode("latin-1").split("\r\n")
    verb, target, _version = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    start = head_end + 4
    if "chunked" in headers.get("transfer-encoding", ""):
        chunked = _chunks(buffer, start)
        if chunked is None:
            return None
        body, end = chunked
    else:
        end = start + int(headers.get("content-length", "0"))
        if len(buffer) < end:
            return None
        body = bytes(buffer[start:end])
    del buffer[:end]
    return Request(verb, target, headers, body)


def _chunks(buffer: bytearray, at: int) -> tuple[bytes, int] | None:
    """Give the joined chunks from `at` and where they end; None while some are missing."""
    body = bytearray()
    while (line_end := buffer.find(b"\r\n", at)) >= 0:
        size = int(bytes(buffer[at:line_end]).partition(b";")[0], 16)
        at = line_end + 2
        if len(buffer) < at + size + 2:
            return None
        body += buffer[at : at + size]
        at += size + 2
        if size == 0:
            return bytes(body), at
    return None


class Connection(asyncio.Protocol):
    """One client. `handle` is called once per request and must lead to `answer` or `cut`, now or later."""

    def __init__(
        self,
        handle: Callable[["Connection", Request], None],
        opened: Callable[["Connection"], None],
        lost: Callable[["Connection"], None],
    ) -> None:
        self._handle, self._opened, self._lost = handle, opened, lost
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._lost(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._next()

    def _next(self) -> None:
        if self._busy or not self._buffer:
            return
        try:
            request = take(self._buffer)
        except ValueError:
            self.cut()
            return
        if request is not None:
            self._busy = True
            self._handle(self, request)

    def answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
        """Write the answer of the request in hand; nothing happens when the client has gone."""
        if self._transport is None:
            return
        reason = HTTPStatus(status).phrase
        head = (
            f"HTTP/1.1 {status} {reason}\r\nServer: nginx/1.18.0\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body)}\r\nConnection: keep-alive\r\n\r\n"
        )
        self._transport.write(head.encode() + body)
        self._busy = False
        if self._buffer:
            asyncio.get_running_loop().call_soon(self._next)

    def give(self, content: bytes, most: int) -> None:
        """Write the first bytes of a file, as a server writes one; the rest never comes."""
        if self._transport is None:
            return
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {len(content)}\r\n\r\n"
        self._transport.write(head.encode())
        for start in range(0, most, 65536):
            self._transport.write(content[start : min(start + 65536, most)])
        self._busy = most < len(content)

    def cut(self) -> None:
        """Close the connection at once, whatever was asked."""
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """Close the connection once what was written has left."""
        if self._transport is not None:
            self._transport.close()
