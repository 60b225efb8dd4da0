"""Bodies through httpx, which our own connections and PTB's go with: they hold a whole answer in memory, this does not."""

import logging
from functools import cached_property

import httpx

from bot.telegram.http import CONNECT, POOL, READ
from rallynov.initiatives.attachments.fetching import Sink


class Httpx:
    """Bodies through httpx; proxies are the environment's, redirects are not followed."""

    def __init__(self, pool: int) -> None:
        logging.getLogger("httpx").setLevel(logging.WARNING)  # at INFO it writes every URL, and so the token
        self._pool = pool

    @cached_property
    def _client(self) -> httpx.AsyncClient:
        """Made for the first file: it reads all certificates, megabytes that others do not need."""
        return httpx.AsyncClient(
            limits=httpx.Limits(max_connections=self._pool, max_keepalive_connections=0),
            timeout=httpx.Timeout(READ, connect=CONNECT, pool=POOL),
            headers={"Accept-Encoding": "identity"},
        )

    async def get(self, url: str, sink: Sink) -> int:
        """Write the body at a URL into a sink, as it comes, when its status is 200; return the status."""
        async with self._client.stream("GET", url) as response:
            if response.status_code == httpx.codes.OK:
                async for piece in response.aiter_raw():
                    sink.write(piece)
            return response.status_code

    async def close(self) -> None:
        """Close the connections."""
        if "_client" in vars(self):
            await self._client.aclose()
