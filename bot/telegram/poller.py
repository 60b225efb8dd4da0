"""Long polling that loses nothing: updates are stored before they are acknowledged.

PTB's ``Updater`` acknowledges what it has only queued in memory (a kill lost 9 to 10 of 10 fetched updates in
our trial), stops for good on a passing 401, and is blocked by one malformed update. Here the raw
``getUpdates`` is stored first; the offset of the next call is the acknowledgement.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import delete
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.telegram.calls import Api
from bot.telegram.retries import SLOWEST, asked, pause
from bot.telegram.updates import ALLOWED, CHANNEL, Parsed, parse
from rallynov.delivery import faults, inbox
from rallynov.delivery.cycle import Cursor
from rallynov.delivery.service import Delivery
from rallynov.delivery.tables import CursorRow

log = structlog.get_logger("rallynov.telegram")
POLL = 10
"""Seconds that Telegram holds a call when there is nothing new; with the client's patience, a connection that broke
in silence is noticed within 30 s."""
PATIENCE = 60.0
"""Seconds of refused token, or of conflicts, after which we are deaf, and say so by ending."""
QUIET = 60.0
"""Seconds without a conflict after which those before are forgotten: two readers share the updates, so each has success."""
FEW = 3
"""Conflicts that a restart may make, while the process before it ends."""
AGAIN = 600.0
"""Seconds within which a webhook that is back was set by somebody else, who is at work too."""
SILENT = 90.0
"""Seconds without an answer that are told to whoever asks how we are."""
RIVAL = "another process reads the updates of this bot"
HOOKED = "another process sets the webhook of this bot"
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
        self._offset: int | None = None
        self._known = False
        self._unstored = False
        self._refused_since: float | None = None
        self._conflicts: list[float] = []
        self._unhooked_at: float | None = None
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
        self._known = False
        while True:
            self.last_look = self._time.monotonic()
            try:
                await self._once()
                self._heard()
            except RetryAfter as error:
                await self._held(asked(error))
            except Conflict as error:
                await self._contested(error)
            except InvalidToken as error:
                await self._refused(error)
            except TelegramError as error:
                await self._failed(type(error).__name__)
            except Exception as error:  # the database is away: nothing was acknowledged, try again
                self._unstored = True
                why = {"error": type(error).__name__, "reason": faults.said(error)}
                await self._again("updates_not_stored", why)

    def trouble(self) -> str | None:
        """Say why updates do not come, or not all of them; None when they do."""
        now = self._time.monotonic()
        if len(self._conflicts) >= FEW and now - self._conflicts[-1] <= QUIET:
            return RIVAL
        if self.last_ok is None:
            return "no answer from Telegram since the start"
        silent = now - self.last_ok
        return f"no answer from Telegram for {silent:.0f} s" if silent > SILENT else None

    def _read_cursor(self) -> int | None:
        with self._delivery.store.read() as tx:
            return inbox.cursor(tx, self._cursor)

    def forget(self) -> None:
        """Forget how far was polled, on the database's thread: once a webhook has taken updates, it says nothing."""
        with self._delivery.store.write() as tx:
            tx.execute(delete(CursorRow).where(CursorRow.channel == self._cursor))

    async def _once(self) -> None:
        if not self._known:
            self._offset = await self._delivery.store.writing(self._read_cursor)
            self._known = True
        raw = await self._api.call(
            "getUpdates",
            offset=self._offset,
            timeout=POLL if self.last_ok is not None else 0,  # the first answer at once says that all is well
            limit=FULL,
            allowed_updates=list(ALLOWED),
        )
        if not isinstance(raw, list):  # a proxy's answer: not to be asked for again at once
            raise NetworkError("the answer holds no updates")
        self.last_ok = self._time.monotonic()
        if not raw:
            return
        self._offset = await self.keep(raw, self._offset)
        if CROWD < len(raw) < FULL:
            await self._time.sleep(GATHER)

    async def keep(self, raw: Sequence[object], offset: int | None) -> int | None:
        """Store updates and how far they reach in one transaction; only then is the next offset known."""
        parsed = self._parse(raw)
        reached = offset if parsed.next_offset is None else parsed.next_offset
        cursor = None if reached is None else Cursor(self._cursor, reached)
        await self._delivery.take(parsed.events, cursor, partial(self.acknowledge, parsed.presses))
        if parsed.next_offset is None:  # nothing in it had an id: it will come again, without haste
            await self._time.sleep(1.0)
        return reached

    async def receive(self, update: object) -> None:
        """Store an update that was posted; it says nothing of those before it, which may have been refused."""
        parsed = self._parse([update])
        await self._delivery.take(parsed.events, None, partial(self.acknowledge, parsed.presses))

    def _parse(self, raw: Sequence[object]) -> Parsed:
        parsed = parse(raw, self._bot_id, self._time.now(), self.name or "")
        if parsed.malformed:
            log.warning("updates_set_aside", count=parsed.malformed)
        return parsed

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
        if self._unstored:
            log.info("updates_are_stored_again")
        elif self._failures or self._refused_since is not None:
            log.info("telegram_is_back")
        self._unstored = False
        self._failures = 0
        self._refused_since = None

    async def _refused(self, error: TelegramError) -> None:
        now = self._time.monotonic()
        self._refused_since = now if self._refused_since is None else self._refused_since
        if now - self._refused_since > PATIENCE:
            raise DeafError(type(error).__name__)
        await self._failed(type(error).__name__, slowest=8.0)

    async def _contested(self, error: Conflict) -> None:
        """Remember a conflict, whatever succeeds next; take away a webhook left behind, never one that is set again."""
        now = self._time.monotonic()
        if self._conflicts and now - self._conflicts[-1] > QUIET:
            self._conflicts.clear()
        self._conflicts.append(now)
        if now - self._conflicts[0] > PATIENCE:
            raise DeafError(RIVAL)
        if len(self._conflicts) == FEW:
            log.error("another_reader", conflicts=FEW)
        if "webhook" in str(error).lower():
            await self._unhook(now)
        await self._failed(type(error).__name__, slowest=8.0)

    async def _unhook(self, now: float) -> None:
        """Take the webhook away, without what waits; what it took is ahead of what was polled: begin with the oldest."""
        since = self._unhooked_at
        if since is not None and now - since < AGAIN and self.last_ok is not None and self.last_ok > since:
            raise DeafError(HOOKED)
        with contextlib.suppress(TelegramError):
            await self._api.call("deleteWebhook", drop_pending_updates=False)
            self._unhooked_at, self._offset = now, None

    async def _held(self, wait: float) -> None:
        """Wait as long as Telegram asks; the watchdog is told that the loop turns again only then."""
        log.warning("telegram_unavailable", error="RetryAfter", wait=wait)
        self.last_look = self._time.monotonic() + wait
        await self._time.sleep(wait)

    async def _failed(self, why: str, slowest: float = SLOWEST) -> None:
        await self._again("telegram_unavailable", {"error": why}, slowest)

    async def _again(self, what: str, why: Mapping[str, str], slowest: float = SLOWEST) -> None:
        """Wait 1, 2, 4… seconds from the last try on; one line of log per try, never the text of an update."""
        spent = self._time.monotonic() - self.last_look  # a call that timed out was a wait already
        wait = max(1.0, pause(self._failures, slowest) - spent)
        self._failures += 1
        log.warning(what, **why, wait=wait)
        await self._time.sleep(wait)
