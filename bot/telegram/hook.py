"""Our webhook as Telegram holds it: set, looked at every minute, set again when somebody took it away.

Telegram tells nobody that it posts elsewhere, or that what it posts does not arrive: who does not ask lives on deaf.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from bot.telegram.calls import Api
from bot.telegram.poller import AGAIN, HOOKED, PATIENCE, RIVAL, DeafError, Time
from bot.telegram.retries import asked, pause
from bot.telegram.updates import ALLOWED
from bot.telegram.webhook import secret

log = structlog.get_logger("rallynov.telegram")
LOOK = 60.0
"""Seconds between two looks at what Telegram holds."""
SILENT = 150.0
"""Seconds without an answer to a look that are told to whoever asks how we are: a look, and its tries."""
RECENT = 300.0
"""Age in seconds of a failure of Telegram's that still tells why updates wait."""


class Hook:
    """The webhook of one bot, set and kept by the process that leads."""

    def __init__(self, api: Api, url: str, token: str, time: Time) -> None:
        self._api = api
        self._url = url
        self._secret = secret(token)
        self._time = time
        self._since = self._heard_at = time.monotonic()
        self._set = False
        self._lost_at: float | None = None
        self._waiting = 0
        self._failing = ""
        self.last_look: float = time.monotonic()
        """When the loop last turned, whether Telegram answered or not."""

    async def run(self) -> None:
        """Set the webhook and look after it, for ever; ``DeafError`` once Telegram refuses it, or somebody else insists."""
        await self._register()
        while True:
            await self._time.sleep(LOOK)
            held = await self._ask("getWebhookInfo")
            if not isinstance(held, dict):  # a proxy's answer
                continue
            if _place(held.get("url")) == _place(self._url):
                self._compare(held)
            else:
                self._lost(held)
                await self._register()

    def trouble(self) -> str | None:
        """Say why updates do not come; None when they do."""
        now = self._time.monotonic()
        if not self._set:
            return f"the webhook is not registered since {now - self._since:.0f} s"
        if now - self._heard_at > SILENT:
            return f"no answer from Telegram for {now - self._heard_at:.0f} s"
        return f"Telegram cannot reach the webhook: {self._failing}" if self._failing else None

    async def _register(self) -> None:
        self._set, self._since = False, self._time.monotonic()
        await self._ask(
            "setWebhook",
            url=self._url,
            secret_token=self._secret,
            allowed_updates=list(ALLOWED),
            max_connections=40,
        )
        self._set, self._waiting, self._failing = True, 0, ""
        log.info("webhook_set")

    def _lost(self, held: Mapping[str, Any]) -> None:
        """Say that the webhook is no longer ours; ``DeafError`` when that happens a second time."""
        now, since = self._time.monotonic(), self._lost_at
        elsewhere = bool(held.get("url"))
        if since is not None and now - since < AGAIN:
            raise DeafError(HOOKED if elsewhere else RIVAL)
        self._lost_at = now
        log.error("webhook_lost", elsewhere=elsewhere, waiting=held.get("pending_update_count"))

    def _compare(self, held: Mapping[str, Any]) -> None:
        """Tell whether updates wait, no fewer than a look ago, because Telegram fails to bring them."""
        waiting, failed_at = held.get("pending_update_count") or 0, held.get("last_error_date") or 0
        recent = self._time.now().timestamp() - failed_at < RECENT
        failing = str(held.get("last_error_message", "")) if recent and 0 < self._waiting <= waiting else ""
        if failing and not self._failing:
            log.error("webhook_fails", waiting=waiting, error=failing)
        elif self._failing and not failing:
            log.info("webhook_is_back")
        self._waiting, self._failing = waiting, failing

    async def _ask(self, method: str, **params: Any) -> Any:
        """Call until Telegram answers; ``DeafError`` with its sentence once it refuses what is asked, or the token."""
        failures = -1
        refused_since: float | None = None
        while True:
            failures += 1
            now = self.last_look = self._time.monotonic()
            try:
                answer = await self._api.call(method, **params)
            except BadRequest as error:
                raise DeafError(f"Telegram refuses {method}: {error.message}") from error
            except RetryAfter as error:
                await self._failed(error, asked(error))
            except InvalidToken as error:
                refused_since = now if refused_since is None else refused_since
                if now - refused_since > PATIENCE:
                    raise DeafError(type(error).__name__) from error
                await self._failed(error, pause(failures, 8.0))
            except TelegramError as error:
                refused_since = None
                await self._failed(error, pause(failures))
            else:
                self._heard_at = self._time.monotonic()
                return answer

    async def _failed(self, error: TelegramError, wait: float) -> None:
        """Wait; the watchdog is told that the loop turns again only then."""
        log.warning("telegram_unavailable", error=type(error).__name__, wait=wait)
        self.last_look = self._time.monotonic() + wait
        await self._time.sleep(wait)


def _place(url: object) -> tuple[str, str, str]:
    """Return where a URL leads, however it is written."""
    parts = urlsplit(str(url or ""))
    return parts.netloc.casefold().removesuffix(":443"), parts.path or "/", parts.query
