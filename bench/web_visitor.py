"""Someone who uses the web chat with a browser that has htmx: forms, fragments, and a line for the news."""

import asyncio
import contextlib
import gzip
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

HIDDEN = re.compile(rb'name="(id|token|lang|after)" value="([^"]*)"')
BUTTON = re.compile(rb'<button name="press" value="([^"]+)"')
BOUNDARY = "rallynovbench"


@dataclass
class Answer:
    """A response: status, headers in small letters, body unpacked, and what went over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes
    wire: int


class Line:
    """One kept-alive connection: nothing but what this bench needs of HTTP/1.1."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(
        self, method: str, path: str, cookie: str = "", form: dict[str, str] | None = None
    ) -> Answer:
        """Send a request, and read its answer to the end."""
        await self.send(method, path, cookie, form)
        head = await self._read().readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {k.lower(): v for k, _, v in (one.partition(": ") for one in lines[1:] if one)}
        raw = await self._read().readexactly(int(headers.get("content-length", 0)))
        body = gzip.decompress(raw) if headers.get("content-encoding") == "gzip" else raw
        return Answer(int(lines[0].split()[1]), headers, body, len(head) + len(raw))

    async def send(self, method: str, path: str, cookie: str, form: dict[str, str] | None = None) -> None:
        """Send a request only."""
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        body = _multipart(form) if form is not None else b""
        told = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self._port}",
            "Accept-Encoding: gzip",
            "Accept-Language: fr",
            "Sec-Fetch-Site: same-origin",
        ]
        if cookie:
            told.append(f"Cookie: {cookie}")
        if form is not None:
            kind = f"multipart/form-data; boundary={BOUNDARY}"
            told += ["HX-Request: true", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        self._writer.write("\r\n".join([*told, "", ""]).encode() + body)
        await self._writer.drain()

    async def drain(self) -> None:
        """Read whatever comes, until the line ends."""
        while await self._read().read(65_536):
            pass

    def close(self) -> None:
        """Hang up."""
        if self._writer is not None:
            self._writer.close()

    def _read(self) -> asyncio.StreamReader:
        if self._reader is None:
            raise RuntimeError("nothing was sent on this line")
        return self._reader


def _multipart(form: dict[str, str]) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in form.items()
    ]
    return ("".join(parts) + f"--{BOUNDARY}--\r\n").encode()


@dataclass
class Visitor:
    """Someone new, who presses the first button of each page."""

    line: Line
    cookie: str = ""
    form: dict[str, str] = field(default_factory=dict)

    async def arrive(self) -> None:
        """Open the first page."""
        self._read(await self.line.ask("GET", "/"))

    async def turn(self) -> float:
        """Press; return the seconds until the whole answer is there."""
        begun = time.perf_counter()
        answer = await self.line.ask("POST", "/say", self.cookie, self.form)
        took = time.perf_counter() - begun
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {answer.body[:200]!r}")
        self.cookie = self.cookie or answer.headers["set-cookie"].partition(";")[0]
        self._read(answer)
        return took

    def _read(self, answer: Answer) -> None:
        pressed = BUTTON.search(answer.body)
        if pressed is None:
            raise RuntimeError("a page without a button")
        hidden = {name.decode(): value.decode() for name, value in HIDDEN.findall(answer.body)}
        self.form = hidden | {"press": pressed[1].decode()}


@contextlib.asynccontextmanager
async def listening(port: int, visitor: Visitor) -> AsyncIterator[None]:
    """Keep the line of the news open, as a page does."""
    news = Line(port)
    await news.send("GET", f"/events?after={visitor.form['after']}", visitor.cookie)
    reading = asyncio.create_task(news.drain())
    try:
        yield
    finally:
        reading.cancel()
        news.close()
