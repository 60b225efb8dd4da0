"""A server that sends what it is told, byte by byte, and what a call to it comes to."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Self, TypeAlias

from telegram.error import TelegramError

from bot.telegram.direct import DirectRequest

OK = b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"result": 1}'


CLOSING = b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 13\r\n\r\n{"result": 1}'


CHUNKED = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{"resul\r\n6;x=y\r\nt": 1}\r\n0\r\nA: b\r\n\r\n'


Answering: TypeAlias = Callable[[int, asyncio.StreamWriter], Awaitable[None]]
"""What is written after the n-th request (from 0); the connection stays open unless it is closed."""


Run: TypeAlias = Callable[[Coroutine[Any, Any, None]], None]


class Server:
    """Reads requests one after the other on each connection; answers as told."""

    def __init__(self, answering: Answering, *, tls: ssl.SSLContext | None = None) -> None:
        self.answering = answering
        self.tls = tls
        self.asked: list[bytes] = []
        self.connections = 0
        self.open = 0
        self.most = 0
        self.writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.port = self.server.sockets[0].getsockname()[1]
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/bot1:A/x"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        for writer in self.writers:
            writer.transport.abort()
        await asyncio.sleep(0.01)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.add(writer)
        self.connections += 1
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
                self.asked.append(head + await reader.readexactly(length))
                await self.answering(len(self.asked) - 1, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            writer.close()


def says(*answers: bytes) -> Answering:
    """Answer with these in turn, the last one again and again."""

    async def answer(number: int, writer: asyncio.StreamWriter) -> None:
        writer.write(answers[min(number, len(answers) - 1)])

    return answer


def then_closes(part: bytes) -> Answering:
    async def answer(_: int, writer: asyncio.StreamWriter) -> None:
        writer.write(part)
        await writer.drain()
        writer.close()

    return answer


async def outcome(request: DirectRequest, url: str, **waits: float) -> Any:
    try:
        return await request.post(url, **waits)
    except TelegramError as error:
        return error
