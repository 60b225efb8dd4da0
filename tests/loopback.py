"""A loopback Bot API server that misbehaves as told, and what the tests of both HTTP clients share."""

import asyncio
import json
import traceback
from collections.abc import Awaitable
from typing import Any, Literal
from urllib.parse import parse_qs

import pytest
from telegram.error import TelegramError
from telegram.request import BaseRequest

from bot.telegram.direct import DirectRequest
from bot.telegram.fast import FastRequest
from bot.telegram.plain import PlainRequest

TOKEN = "123456:AAsecretSECRETsecretSECRETsecretSEC"  # noqa: S105 - looked for in everything that is printed
Client = Literal["direct", "pyreqwest", "httpx"]
Behaviour = Literal["answer", "hang", "cut", "cut answer", "slam"]


class Loopback:
    """Keeps what it received; answers `body` with `status`, or does what `behaviour` says."""

    def __init__(self) -> None:
        self.status = 200
        self.body: bytes = b'{"ok":true,"result":{"message_id":7}}'
        self.location = "/"
        self.behaviour: Behaviour = "answer"
        self.requests: list[tuple[str, bytes, bytes]] = []
        self.transports: list[asyncio.Transport] = []
        self.received = asyncio.Event()
        self.url = ""

    def act(self, transport: asyncio.Transport) -> None:
        if self.behaviour in ("cut", "slam"):
            transport.abort()
        elif self.behaviour == "cut answer":
            transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + self.body)
            transport.close()
        elif self.behaviour == "answer":
            head = (
                f"HTTP/1.1 {self.status} X\r\nLocation: {self.location}\r\nContent-Length: {len(self.body)}"
            )
            transport.write(head.encode() + b"\r\n\r\n" + self.body)

    def fields(self) -> dict[str, Any]:
        """What the last request carried, read as the Bot API reads JSON and forms alike."""
        _, head, body = self.requests[-1]
        if b"application/json" in head:
            return {
                name: value if isinstance(value, str) else json.dumps(value)
                for name, value in json.loads(body).items()
            }
        return {name: value[0] for name, value in parse_qs(body.decode()).items()}


class Connection(asyncio.Protocol):
    def __init__(self, server: Loopback) -> None:
        self.server = server
        self.read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.server.transports.append(transport)
        if self.server.behaviour == "slam":
            self.server.act(transport)

    def data_received(self, data: bytes) -> None:
        self.read += data
        head, found, rest = self.read.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        length = int(lengths[0].split(b":")[1]) if lengths else 0
        if found and len(rest) >= length:
            self.read = rest[length:]
            self.server.requests.append((head.split(b" ")[1].decode(), head.lower(), rest[:length]))
            self.server.received.set()
            self.server.act(self.transport)


def impatient(client: Client, **timeouts: float) -> BaseRequest:
    """A request object with one connection and short waits."""
    waits = {"connect_timeout": 0.1, "read_timeout": 0.1, "pool_timeout": 0.05, **timeouts}
    if client == "direct":
        return DirectRequest(1, **waits)
    if client == "pyreqwest":
        return FastRequest(1, **waits)
    return PlainRequest(connection_pool_size=1, **waits)


async def error_of(call: Awaitable[object]) -> TelegramError:
    """What the call raises; nothing that could be printed of it may hold the token."""
    with pytest.raises(TelegramError) as caught:
        await call
    shown = ["".join(traceback.format_exception(caught.value))]
    link: BaseException | None = caught.value
    while link is not None:
        shown += [str(link), repr(link), repr(link.args), repr(getattr(link, "details", ""))]
        link = link.__cause__ or link.__context__
    assert "secret" not in "".join(shown).lower()
    return caught.value
