"""PTB's `BaseRequest` on our own connections (docs/decisions/0006-http-client.md).

Refuses proxies and credentials in an address; pyreqwest and httpx know them.
"""

import asyncio
import os
import ssl
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx
from telegram.error import BadRequest
from telegram.request import BaseRequest, RequestData

from bot.telegram.answers import parse, tame
from bot.telegram.failures import NotSent
from bot.telegram.http import CONNECT, POOL, READ, UPLOAD, Seconds, encoded
from bot.telegram.lines import Lines
from bot.telegram.wire import Answer, Origin

_DEFAULT: Final[Any] = BaseRequest.DEFAULT_NONE
_KEPT: Final = "/:@!$&'()*+,;=~%"  # characters of a path that stand for themselves; it may be quoted already


class DirectRequest(BaseRequest):
    """Calls on connections of the loop's own thread: a JSON body for plain calls, multipart when there are files.

    `read_timeout` is for the whole answer, from the moment its request is written; None waits for ever.
    """

    __slots__ = ("_connect", "_lines", "_pool", "_read", "_size", "_upload")

    def __init__(
        self,
        pool: int = 64,
        *,
        connect_timeout: float = CONNECT,
        read_timeout: float | None = READ,
        pool_timeout: float = POOL,
        upload_timeout: float = UPLOAD,
    ) -> None:
        self._size = pool
        self._connect = connect_timeout
        self._read = read_timeout
        self._pool = pool_timeout
        self._upload = upload_timeout
        self._lines: Lines | None = Lines(pool)

    @property
    def read_timeout(self) -> float | None:
        """Seconds a call waits for its answer unless it says otherwise."""
        return self._read

    async def initialize(self) -> None:
        """Open the pool again after `shutdown`; it needs no network."""
        if self._lines is None:
            self._lines = Lines(self._size)

    async def shutdown(self) -> None:
        """Close every connection; calls under way fail as `MaybeSent`."""
        lines, self._lines = self._lines, None
        if lines is not None:
            lines.close()
            await asyncio.sleep(0)  # the transports end in the next turn of the loop

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Seconds = _DEFAULT,
        write_timeout: Seconds = _DEFAULT,
        connect_timeout: Seconds = _DEFAULT,
        pool_timeout: Seconds = _DEFAULT,
    ) -> tuple[int, bytes]:
        """Send one request; status and body of the answer.

        Raises `NotSent`, `MaybeSent`, `MaybeSentTimedOut`, or `BadRequest` for what cannot be written down.
        """
        lines = self._lines
        if lines is None:
            raise NotSent("The HTTP client is closed")
        origin, request = await _written(url, method, request_data)
        patience = self._read if read_timeout is _DEFAULT else read_timeout
        if patience is not None and request_data is not None and request_data.contains_files:
            patience += self._upload if write_timeout in (_DEFAULT, None) else write_timeout
        line = lines.free(origin)
        if line is None:
            connect = self._connect if connect_timeout is _DEFAULT else connect_timeout
            line = await lines.line(origin, connect, self._pool if pool_timeout is _DEFAULT else pool_timeout)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        lines.ask(line, request, patience, answer)
        try:
            status, body = await answer
        except asyncio.CancelledError:
            line.close()  # its answer may still come: it must not be taken for the next one's
            raise
        return status, body if status < 300 else tame(body)

    def tell(self, url: str, data: RequestData) -> bool:
        """Send a request whose answer nobody needs; False when it must be sent by `do_request`, if at all."""
        lines = self._lines
        if lines is None or data.contains_files:
            return False
        try:
            origin, head = _head(url, "POST")
            request = _plain(head, data)
        except Exception:  # which `do_request` names
            return False
        line = lines.free(origin)
        if line is not None:
            lines.ask(line, request, self._read, None)
        return line is not None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as a dict; raises `MaybeSent` when it is not a JSON object."""
        return parse(payload)


async def _written(url: str, method: str, data: RequestData | None) -> tuple[Origin, bytes]:
    try:
        origin, head = _head(url, method)
        if data is None:
            return origin, head + b"Content-Length: 0\r\n\r\n"
        if not data.contains_files:
            return origin, _plain(head, data)
        kind, body = await asyncio.to_thread(_form, url, data)
    except Exception as error:
        raise BadRequest(f"The request cannot be built: {type(error).__name__}") from error
    return origin, _joined(head, kind, body)


def _plain(head: bytes, data: RequestData) -> bytes:
    return _joined(head, b"application/json", encoded(data.parameters))


def _joined(head: bytes, kind: bytes, body: bytes) -> bytes:
    return b"%bContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (head, kind, len(body), body)


@lru_cache(maxsize=128)
def _head(url: str, method: str) -> tuple[Origin, bytes]:
    """The server of a URL, and the part of a request's head that does not depend on its body."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("an address with a host and no credentials is needed")
    secure = parts.scheme == "https"
    target = quote(parts.path or "/", safe=_KEPT) + (f"?{parts.query}" if parts.query else "")
    agent = BaseRequest.USER_AGENT
    head = f"{method} {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: {agent}\r\n"
    origin = Origin(parts.hostname, parts.port or (443 if secure else 80), _tls() if secure else None)
    return origin, head.encode("ascii")


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Trust the certificate authorities of the machine; those of certifi where it has none."""
    context = ssl.create_default_context()
    folder = ssl.get_default_verify_paths().capath
    if not context.cert_store_stats()["x509_ca"] and not (folder and any(os.scandir(folder))):
        context = httpx.create_ssl_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _form(url: str, data: RequestData) -> tuple[bytes, bytes]:
    """The type and the multipart body of a call with files; reads the files."""
    request = httpx.Request("POST", url, data=data.json_parameters, files=data.multipart_data)
    return request.headers["Content-Type"].encode(), request.read()
