"""Delivery of updates to a webhook on this machine: several at once, each tried until it answers 2xx.

Those of one chat come one after the other, as the real server brings them.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from .chats import now
from .faults import Refused
from .updates import Updates, Waiting

PAUSE = 0.02
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Hook:
    """Where updates go, as setWebhook said."""

    url: str
    secret: str = ""
    at_once: int = 40


def hook_of(params: dict[str, Any]) -> Hook | None:
    """Read the parameters of setWebhook; an empty url takes the webhook away."""
    url = str(params.get("url") or "")
    if url and urlsplit(url).hostname not in ("127.0.0.1", "localhost"):
        raise Refused(400, "Bad Request: bad webhook: this server only speaks to its own machine")
    return (
        Hook(url, str(params.get("secret_token") or ""), int(params.get("max_connections") or 40))
        if url
        else None
    )


class Webhook:
    """The tasks that deliver; `done` is called after each try, `reply` with a method given as an answer."""

    def __init__(
        self, updates: Updates, done: Callable[[Waiting, bool], None], reply: Callable[[dict[str, Any]], None]
    ) -> None:
        self.hook: Hook | None = None
        self.last_error = ""
        self.failed_at = 0
        self._updates, self._done, self._reply = updates, done, reply
        self._in_flight: dict[int, asyncio.Task[None]] = {}

    def pump(self) -> None:
        """Start the delivery of what waits, as far as the webhook takes it."""
        if self.hook is None:
            return
        busy: set[int] = set()
        for one in self._updates.pending:
            if len(self._in_flight) >= self.hook.at_once:
                return
            chat = _chat(one.raw)
            free = chat is None or chat not in busy
            if chat is not None:
                busy.add(chat)
            if free and one.update_id not in self._in_flight:
                self._in_flight[one.update_id] = asyncio.create_task(self._deliver(self.hook, one))

    async def close(self) -> None:
        """Stop every delivery."""
        tasks = list(self._in_flight.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _deliver(self, hook: Hook, one: Waiting) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                status, body = await _post(hook, one.raw)
            error = "" if 200 <= status < 300 else f"Wrong response from the webhook: {status}"
        except (OSError, ValueError, IndexError, TimeoutError) as failure:
            error, body = f"Connection failed: {failure!r}", b""
        if error:
            self.last_error, self.failed_at = error, now()
        self._done(one, not error)
        if error:
            await asyncio.sleep(PAUSE)
        elif body[:1] == b"{" and "method" in (answer := orjson.loads(body)):
            self._reply(answer)
        del self._in_flight[one.update_id]
        self.pump()


def _chat(raw: bytes) -> int | None:
    """Give the chat of an update; None when it tells none."""
    try:
        update = orjson.loads(raw)
        told = update.get("message") or update["callback_query"]["message"]
        return int(told["chat"]["id"])
    except (ValueError, TypeError, LookupError, AttributeError):
        return None


async def _post(hook: Hook, raw: bytes) -> tuple[int, bytes]:
    to = urlsplit(hook.url)
    reader, writer = await asyncio.open_connection("127.0.0.1", to.port or 80)
    secret = f"X-Telegram-Bot-Api-Secret-Token: {hook.secret}\r\n" if hook.secret else ""
    target = (to.path or "/") + (f"?{to.query}" if to.query else "")
    head = (
        f"POST {target} HTTP/1.1\r\nHost: {to.netloc}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(raw)}\r\n{secret}Connection: close\r\n\r\n"
    )
    try:
        writer.write(head.encode() + raw)
        answer = await reader.read()
    finally:
        writer.close()
    first, _, body = answer.partition(b"\r\n\r\n")
    return int(first.split(b" ")[1]), body
