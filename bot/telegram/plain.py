"""PTB's own request object, through httpx, with errors that say whether a request left.

It trusts certifi's certificate authorities, or those of `SSL_CERT_FILE`.
"""

import logging
from typing import Any, Self

import httpx
from telegram.error import BadRequest, NetworkError, TelegramError
from telegram.request import HTTPXRequest

from bot.telegram.answers import parse, tame
from bot.telegram.failures import MaybeSent, MaybeSentTimedOut, NotSent
from bot.telegram.http import CONNECT, POOL, READ, UPLOAD


class PlainRequest(HTTPXRequest):
    """PTB's own request through httpx, raising `NotSent` and `MaybeSent…` as `FastRequest` does."""

    __slots__ = ()

    @classmethod
    def of(cls, pool: int) -> Self:
        """A request object with at most `pool` connections, and the waits of the other clients."""
        logging.getLogger("httpx").setLevel(logging.WARNING)  # at INFO it writes every URL, and so the token
        return cls(
            connection_pool_size=pool,
            connect_timeout=CONNECT,
            read_timeout=READ,
            write_timeout=READ,
            pool_timeout=POOL,
            media_write_timeout=UPLOAD,
        )

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Send one request as `HTTPXRequest` does; raises what `FastRequest.do_request` raises."""
        if self._client.is_closed:
            raise NotSent("The HTTP client is closed")
        try:
            status, body = await super().do_request(*args, **kwargs)
        except TelegramError as error:
            cause = error.__cause__
            raise _sorted_httpx(cause) from cause
        except (UnicodeEncodeError, TypeError) as error:
            raise BadRequest(f"The request cannot be built: {type(error).__name__}") from error
        except Exception as error:  # anyio's and ssl's own now and then escape httpx
            raise MaybeSent(f"httpx: {type(error).__name__}") from error
        return status, body if status < 300 else tame(body)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as a dict; raises `MaybeSent` when it is not a JSON object."""
        return parse(payload)


def _sorted_httpx(cause: BaseException | None) -> NetworkError:
    said = f"httpx.{type(cause).__name__}"
    if isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError):
        return NotSent(said)
    return MaybeSentTimedOut(said) if isinstance(cause, httpx.TimeoutException) else MaybeSent(said)
