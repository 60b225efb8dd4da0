"""Bodies through pyreqwest, for those whose calls go through it: behind a proxy, as a rule."""

from datetime import timedelta

from pyreqwest.client import ClientBuilder
from pyreqwest.exceptions import BuilderError

from bot.telegram.http import CONNECT, POOL
from rallynov.initiatives.attachments.fetching import Sink


class Pyreqwest:
    """Bodies through pyreqwest; redirects are not followed."""

    def __init__(self, pool: int) -> None:
        try:
            self._client = (
                ClientBuilder()
                .max_connections(pool)
                .pool_timeout(timedelta(seconds=POOL))
                .connect_timeout(timedelta(seconds=CONNECT))
                .follow_redirects(enable=False)
                .referer(enable=False)
                .build()
            )
        except BuilderError as error:
            raise RuntimeError("pyreqwest cannot start: install ca-certificates, or choose httpx") from error

    async def get(self, url: str, sink: Sink) -> int:
        """Write the body at a URL into a sink, as it comes, when its status is 200; return the status."""
        async with self._client.get(url).build_streamed() as response:
            if response.status == 200:
                while piece := await response.body_reader.read_chunk():
                    sink.write(piece.to_bytes())
            return response.status

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
