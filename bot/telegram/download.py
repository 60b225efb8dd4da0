"""Files that people sent on Telegram, fetched when they are wanted, piece by piece, on connections of their own.

The address of a file holds the token: it is never kept, never logged, never in an error.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any, Protocol
from urllib.parse import quote

from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.telegram.calls import Api
from bot.telegram.failures import classify
from bot.telegram.http import Client, make_request
from rallynov.initiatives.attachments.fetching import GoneError, LaterError, Sink, TooHeavyError

AT_ONCE = 2
SECONDS = 60.0
"""How long one file may take to come."""
_PATH = re.compile(r"(?!/)(?!.*\.\.)[\w./ -]{1,300}", re.ASCII)
_TOO_BIG = "file is too big"


class Bodies(Protocol):
    """An HTTP client that gives a body piece by piece, whatever its size."""

    async def get(self, url: str, sink: Sink) -> int:
        """Write the body at a URL into a sink, when its status is 200; return the status."""

    async def close(self) -> None:
        """Close the connections."""


class Downloads:
    """The files of one bot."""

    def __init__(self, token: str, api: str, client: Client) -> None:
        request = make_request(client, AT_ONCE)
        self._api = Api(token, calls=request, updates=request, api=api)
        self._bodies = _bodies(type(request).__name__)
        self._base = f"{api.rstrip('/')}/file/bot{token}"

    async def fetch(self, file_id: str, sink: Sink) -> None:
        """Write a file into a sink; ``GoneError``, ``LaterError`` or ``TooHeavyError`` when it cannot be had."""
        try:
            told = await self._api.call("getFile", file_id=file_id)
        except RetryAfter as error:
            raise LaterError("flood", classify(error).retry_after) from None
        except (BadRequest, Forbidden) as error:
            if _TOO_BIG in str(error).lower():
                raise TooHeavyError(chat=True) from None
            raise GoneError(type(error).__name__) from None
        except TelegramError as error:
            raise LaterError(type(error).__name__) from None
        sink.expect(_size(told))
        await self._body(self._url(told), sink)

    async def _body(self, url: str, sink: Sink) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                status = await self._bodies.get(url, sink)
        except (TooHeavyError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise LaterError("no complete answer in time") from None
            raise
        except Exception as error:  # a client's own: its text may hold the URL
            raise LaterError(type(error).__name__) from None
        if status in {400, 403, 404, 410}:
            raise GoneError(f"status {status}")
        if status != 200:
            raise LaterError(f"status {status}")

    def _url(self, told: Any) -> str:
        path = told.get("file_path") if isinstance(told, dict) else None
        if not isinstance(path, str) or not _PATH.fullmatch(path):
            raise GoneError("no path")
        return f"{self._base}/{quote(path)}"

    async def close(self) -> None:
        """Close the connections; a file under way fails, and is fetched again later."""
        await self._bodies.close()
        await self._api.shutdown()


def _size(told: Any) -> int:
    size = told.get("file_size") if isinstance(told, dict) else None
    return size if isinstance(size, int) else 0


def _bodies(request: str) -> Bodies:
    """Choose the client that goes with the one for calls: pyreqwest knows every kind of proxy."""
    if request == "FastRequest":
        from bot.telegram.download_pyreqwest import Pyreqwest  # noqa: PLC0415  # megabytes that others do not need

        return Pyreqwest(AT_ONCE)
    from bot.telegram.download_httpx import Httpx  # noqa: PLC0415

    return Httpx(AT_ONCE)
