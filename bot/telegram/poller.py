"""Long polling that loses nothing: updates are stored before they are acknowledged.

PTB's ``Updater`` acknowledges what it has only queued in memory (a kill lost 9 to 10 of 10 fetched updates in
our trial), stops for good on a passing 401, and is blocked by one malformed update. Here the raw
``getUpdates`` is stored first; the offset of the next call is the acknowledgement.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.telegram.calls import Api
from bot.telegram.updates import ALLOWED, CHANNEL, parse
from rallynov.delivery import inbox
from rallynov.delivery.cycle import Cursor
from rallynov.delivery.service import Delivery

log = structlog.get_logger("rallynov.telegram")
POLL = 10
"""Seconds that Telegram holds a call when there is nothing new; with the client's patience, a connection that broke
in silence is noticed within 30 s."""
SLOWEST = 30.0
"""Longest wait in seconds between two tries."""
PATIENCE = 60.0
"""Seconds of refused token or conflict after which we are deaf, and say so by ending."""
FULL = 100
CROWD = 3
"""Updates beyond which many people talk to us."""
GATHER = 0.001
"""Seconds that what many say next has to come together, while their answers leave: one commit is then for all of it."""


class DeafError(Exception):
    """Updates cannot be had any more: the process must end rather than live on deaf."""


@dataclass(frozen=True, slots=True)
class Time:
    """Time as the poller needs it: monotonic seconds, the moment in UTC, and waiting."""

    monotonic: Callable[[], float]
    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]


class Poller:
    """Reads one bot's updates into the inbox."""

    def __init__(self, api: Api, delivery: Delivery, bot_id: str, time: Time) -> None:
        self._api = api
        self._delivery = delivery
        self._bot_id = bot_id
        self._time = time
        self._cursor = f"{CHANNEL}:{bot_id}"
        self._failures = 0
        self._refused_since: float | None = None
        self._answers: set[asyncio.Task[None]] = set()
        self.name: str | None = None
        """The bot's name, once it is known: commands of groups that name another bot are not ours."""
        self.last_ok: float | None = None
        """When Telegram last answered, in monotonic seconds."""
        self.last_look: float = time.monotonic()
        """When the loop last turned, whether Telegram answered or not."""

    async def run(self) -> None:
        """Poll for ever; ``DeafError`` once the token is refused, or another reader insists, for
        ``PATIENCE``.
        """
        offset = await self._delivery.store.writing(self._read_cursor)
        while True:
            self.last_look = self._time.monotonic()
            try:
                offset = await self._once(offset)
                self._heard()
            except RetryAfter as error:
                await self._held(_seconds(error))
            except (InvalidToken, Conflict) as error:
                await self._refused(error)
            except TelegramError as error:
                await self._failed(type(error).__name__)
            except Exception as error:  # the database is away: nothing was acknowledged, try again
                await self._failed(type(error).__name__)

    def _read_cursor(self) -> int | None:
        with self._delivery.store.read() as tx:
            return inbox.cursor(tx, self._cursor)

    async def _once(self, offset: int | None) -> int | None:
        raw = await self._api.call(
            "getUpdates",
            offset=offset,
            timeout=POLL if self.last_ok is not None else 0,  # the first answer at once says that all is well
            limit=FULL,
            allowed_updates=list(ALLOWED),
        )
        if not isinstance(raw, list):  # a proxy's answer: not to be asked for again at once
            raise NetworkError("the answer holds no updates")
        if not raw:
            return offset
        reached = await self.keep(raw, offset)
        if CROWD < len(raw) < FULL:
            await self._time.sleep(GATHER)
        return reached

    async def keep(self, raw: Sequence[object], offset: int | None) -> int | None:
        """Store updates and how far they reach in one transaction; only then is the next offset known."""
        parsed = parse(raw, self._bot_id, self._time.now(), self.name or "")
        reached = offset if parsed.next_offset is None else parsed.next_offset
        cursor = None if reached is None else Cursor(self._cursor, reached)
        await self._delivery.take(parsed.events, cursor, partial(self.acknowledge, parsed.presses))
        if parsed.malformed:
            log.warning("updates_set_aside", count=parsed.malformed)
        if parsed.next_offset is None:  # nothing in it had an id: it will come again, without haste
            await self._time.sleep(1.0)
        return reached

    def acknowledge(self, presses: Sequence[str]) -> None:
        """Answer pressed buttons, best effort and while they are committed: the little clock on the button stops."""
        for press in presses:
            if self._api.tell("answerCallbackQuery", callback_query_id=press):
                continue
            answer = asyncio.get_running_loop().create_task(self._answer(press))
            self._answers.add(answer)
            answer.add_done_callback(self._answers.discard)

    async def _answer(self, press: str) -> None:
        with contextlib.suppress(TelegramError):
            await self._api.call("answerCallbackQuery", callback_query_id=press)

    def _heard(self) -> None:
        if self._failures or self._refused_since is not None:
            log.info("telegram_is_back")
        self.last_ok = self._time.monotonic()
        self._failures = 0
        self._refused_since = None

    async def _refused(self, error: TelegramError) -> None:
        now = self._time.monotonic()
        self._refused_since = now if self._refused_since is None else self._refused_since
        if now - self._refused_since > PATIENCE:
            raise DeafError(type(error).__name__)
        if isinstance(error, Conflict) and "webhook" in str(error).lower():
            with contextlib.suppress(TelegramError):
                await self._api.call("deleteWebhook", drop_pending_updates=False)
        await self._failed(type(error).__name__, slowest=8.0)

    async def _held(self, seconds: float) -> None:
        """Wait as long as Telegram asks; the watchdog is told that the loop turns again only then."""
        wait = max(1.0, seconds)
        log.warning("telegram_unavailable", error="RetryAfter", wait=wait)
        self.last_look = self._time.monotonic() + wait
        await self._time.sleep(wait)

    async def _failed(self, why: str, slowest: float = SLOWEST) -> None:
        """Wait 1, 2, 4… seconds from the last try on; one line of log per try, never the text of an update."""
        spent = self._time.monotonic() - self.last_look  # a call that timed out was a wait already
        wait = max(1.0, min(slowest, 2.0 ** min(self._failures, 6)) - spent)
        self._failures += 1
        log.warning("telegram_unavailable", error=why, wait=wait)
        await self._time.sleep(wait)


def _seconds(error: RetryAfter) -> float:
    after = error.retry_after
    return float(after) if isinstance(after, int) else after.total_seconds()
