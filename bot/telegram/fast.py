"""PTB's `BaseRequest` through pyreqwest, which knows every kind of proxy.

It trusts the machine's certificate authorities (Debian: ca-certificates).
"""

import asyncio
import re
from datetime import timedelta
from typing import Any, Final

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import (
    BuilderError,
    DetailedPyreqwestError,
    PoolTimeoutError,
    RequestTimeoutError,
)
from pyreqwest.multipart import FormBuilder, PartBuilder
from pyreqwest.request import ConsumedRequest
from telegram.error import BadRequest, NetworkError
from telegram.request import BaseRequest, RequestData

from bot.telegram.answers import parse, scrub, tame
from bot.telegram.failures import MaybeSent, MaybeSentTimedOut, NotSent
from bot.telegram.http import CONNECT, POOL, READ, UPLOAD, Seconds, encoded

IDLE: Final = 30.0
"""Seconds an unused connection is kept: less than a server does, so that it is not cut under a request."""

_UNSEEN: Final = "client error (Connect)"  # hyper's words for: no byte of the request was written
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_JSON: Final = "application/json"
_DEFAULT: Final[Any] = BaseRequest.DEFAULT_NONE


class FastRequest(BaseRequest):
    """Calls through pyreqwest (Apache-2.0): a JSON body for plain calls, multipart when there are files.

    It has one clock per request, so a call is given connect + read seconds (and those of writing, for files).
    Connecting and waiting for the pool have clocks of their own, set here once for all: a value given with
    one call only moves the sum. A read timeout of None waits for ever.
    """

    __slots__ = ("_client", "_connect", "_deadline", "_pool", "_read", "_upload")

    def __init__(
        self,
        pool: int = 64,
        *,
        connect_timeout: float = CONNECT,
        read_timeout: float | None = READ,
        pool_timeout: float = POOL,
        upload_timeout: float = UPLOAD,
    ) -> None:
        self._connect = connect_timeout
        self._read = read_timeout
        self._upload = upload_timeout
        self._deadline = None if read_timeout is None else timedelta(seconds=connect_timeout + read_timeout)
        self._pool = (pool, pool_timeout)
        self._client: Client | None = self._build()

    @property
    def read_timeout(self) -> float | None:
        """Seconds a call waits for its answer unless it says otherwise."""
        return self._read

    async def initialize(self) -> None:
        """Open the client again after `shutdown`; it needs no network."""
        if self._client is None:
            self._client = self._build()

    async def shutdown(self) -> None:
        """Close the client; calls under way fail as `MaybeSent`."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

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
        client = self._client
        if client is None:
            raise NotSent("The HTTP client is closed")
        upload = request_data is not None and request_data.contains_files
        deadline = self._deadline
        if upload or read_timeout is not _DEFAULT or connect_timeout is not _DEFAULT:
            deadline = self._sum(connect_timeout, read_timeout, write_timeout if upload else 0.0)
        try:
            request = await _built(client, url, method, request_data, deadline)
        except Exception as error:
            raise BadRequest(f"The request cannot be built: {type(error).__name__}") from _scrubbed(error)
        try:
            response = await request.send()
            body = (await response.bytes()).to_bytes()
        except Exception as error:
            raise _sorted(error) from _scrubbed(error)
        return response.status, body if response.status < 300 else tame(body)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as a dict; raises `MaybeSent` when it is not a JSON object."""
        return parse(payload)

    def _build(self) -> Client:
        pool, wait = self._pool
        builder = (
            ClientBuilder()
            .max_connections(pool)
            .pool_timeout(timedelta(seconds=wait))
            .pool_idle_timeout(timedelta(seconds=IDLE))
            .pool_max_idle_per_host(pool)
            .connect_timeout(timedelta(seconds=self._connect))
            .follow_redirects(enable=False)
            .referer(enable=False)
            .user_agent(self.USER_AGENT)
        )
        try:
            return builder.build()
        except BuilderError as error:
            raise RuntimeError("pyreqwest cannot start: install ca-certificates, or choose httpx") from error

    def _sum(self, connect: Seconds, read: Seconds, write: Seconds) -> timedelta | None:
        """The one clock of a call from PTB's three."""
        read = self._read if read is _DEFAULT else read
        if read is None:
            return None
        connect = self._connect if connect is _DEFAULT or connect is None else connect
        write = self._upload if write is _DEFAULT or write is None else write
        return timedelta(seconds=connect + read + write)


def _sorted(error: Exception) -> NetworkError:
    """One of our errors for pyreqwest's.

    Not by its class: in 0.15 `ConnectError` also stands for an answer cut short and `ConnectTimeoutError` for
    one that never came. Only the causes tell that no connection was made.
    """
    causes = _causes(error)
    said = f"pyreqwest.{type(error).__name__}: {scrub(causes[-1]) if causes else ''}"
    if isinstance(error, PoolTimeoutError) or _UNSEEN in causes:
        return NotSent(said)
    return MaybeSentTimedOut(said) if isinstance(error, RequestTimeoutError) else MaybeSent(said)


def _causes(error: Exception) -> list[str]:
    if not isinstance(error, DetailedPyreqwestError):
        return []
    return [cause["message"] for cause in error.details["causes"] or ()]


def _scrubbed(error: Exception) -> Exception:
    """The same error without the URL, which pyreqwest writes in its text and its details."""
    if isinstance(error, DetailedPyreqwestError):
        told = " < ".join([error.message, *_causes(error)])
        error.details = {"causes": None}
        error.message = scrub(told)
        error.args = (error.message,)
    return error


async def _built(
    client: Client, url: str, method: str, data: RequestData | None, deadline: timedelta | None
) -> ConsumedRequest:
    builder = client.request(method, url)
    if deadline is not None:
        builder = builder.timeout(deadline)
    if data is None:
        return builder.build()
    if data.contains_files:
        return builder.multipart(await _form(data)).build()
    return builder.body_bytes(encoded(data.parameters)).header("Content-Type", _JSON).build()


async def _form(data: RequestData) -> FormBuilder:
    form = FormBuilder()
    for name, text in data.json_parameters.items():
        form = form.text(name, text)
    for name, (file_name, content, mime) in data.multipart_data.items():
        octets = content if isinstance(content, bytes) else await asyncio.to_thread(content.read)
        # pyreqwest lets a line break of a file name through into the part's header.
        part = PartBuilder.from_bytes(octets).file_name(_CONTROL.sub("_", file_name)).mime(mime)
        form = form.part(name, part)
    return form
