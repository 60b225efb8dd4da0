"""The Telegram door as a whole: the API client, and the role that reads updates and sends messages."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from fastapi import APIRouter
from telegram.error import TelegramError

from bot.telegram import webhook
from bot.telegram.calls import Api
from bot.telegram.http import Client, make_request
from bot.telegram.links import Links
from bot.telegram.parcels import Parcels
from bot.telegram.poller import DeafError, Poller, Time
from bot.telegram.sender import TelegramTransport
from bot.telegram.updates import CHANNEL
from rallynov.delivery import outbox
from rallynov.delivery.feed import Feed
from rallynov.delivery.leadership import Leadership
from rallynov.delivery.pacing import Pacer
from rallynov.delivery.sender import AT_ONCE, Sender
from rallynov.delivery.service import Delivery
from rallynov.papers.model import Papers
from rallynov.wording import Wording

log = structlog.get_logger("rallynov.telegram")
FREE = 30
"""Messages a second that Telegram takes from everybody; more are paid for, announcement by announcement."""
STUCK = 120.0
"""Seconds after which a poll loop that has not turned is taken for dead."""


@dataclass(frozen=True, slots=True)
class Account:
    """Which bot, and how to reach it; ``rate`` is in messages per second, for the whole bot."""

    token: str
    api: str
    client: Client = "auto"
    rate: int = 30
    webhook_url: str | None = None

    @property
    def bot_id(self) -> str:
        """The number of the bot."""
        return self.token.partition(":")[0]

    def __repr__(self) -> str:
        return f"Account({self.bot_id})"


@dataclass(frozen=True, slots=True)
class Resources:
    """What messages need beside the API: words, papers, the public address of the web door, and announcements."""

    wording: Wording
    papers: Papers
    web: str | None = None
    feed: Feed | None = None


class TelegramDoor:
    """Telegram, for one process: it reads and sends while it leads."""

    def __init__(
        self,
        account: Account,
        delivery: Delivery,
        owner: str,
        clock: Callable[[], datetime],
        resources: Resources,
    ) -> None:
        self._account = account
        self._delivery = delivery
        self._owner = owner
        self._clock = clock
        self._resources = resources
        self._api = Api(
            account.token,
            calls=make_request(account.client, AT_ONCE),
            updates=make_request(account.client, 2),
            api=account.api,
        )
        self._time = Time(asyncio.get_running_loop().time, clock, asyncio.sleep)
        self._poller = Poller(self._api, delivery, account.bot_id, self._time)
        role = f"telegram:{account.bot_id}"
        self._leadership = Leadership(delivery.store, role, owner, clock)
        self._leading = False
        self.username: str | None = None

    def router(self) -> APIRouter | None:
        """Return the webhook's route; None when updates are polled."""
        if self._account.webhook_url is None:
            return None
        return webhook.router(self._account.webhook_url, self._account.token, self._poller)

    async def run(self) -> None:
        """Read and send while this process leads; ends only by ``DeafError``, or when it is cancelled."""
        await self._api.initialize()
        try:
            await self._leadership.lead(self._lead)
        finally:
            await self._api.shutdown()

    async def _lead(self) -> None:
        pacer = Pacer(self._account.rate, self._account.rate)
        given = self._resources
        files = Parcels(given.papers, given.wording)
        links = Links(given.wording, given.web, self.link)
        transport = TelegramTransport(self._api, files, links, paid=self._account.rate > FREE)
        store, owner = self._delivery.store, self._owner
        sender = Sender(store, transport, pacer, self._clock, owner, feed=given.feed, leader=self._leadership)
        recovered = await self._delivery.store.writing(self._recover)
        if recovered:
            log.warning("messages_recovered", count=recovered)
        self._leading = True
        self._poller.last_look = self._time.monotonic()
        self._delivery.attach(sender, self._owner)
        greeting = asyncio.ensure_future(self._introduce())
        doing = asyncio.ensure_future(self._read()), asyncio.ensure_future(sender.over.wait())
        try:
            await asyncio.wait(doing, return_when=asyncio.FIRST_COMPLETED)
            if doing[0].done():
                await doing[0]
            raise DeafError(sender.stopped)
        finally:
            self._leading = False
            for task in (greeting, *doing):
                task.cancel()
            await asyncio.gather(greeting, *doing, return_exceptions=True)
            await self._delivery.detach(sender)
            files.close()

    async def _read(self) -> None:
        if self._account.webhook_url is None:
            await self._poller.run()
            return
        await webhook.register(self._api, self._account.webhook_url, self._account.token, self._time)
        await asyncio.Event().wait()

    async def _introduce(self) -> None:
        """Learn the bot's name for the links that we print; nothing waits for it."""
        with contextlib.suppress(TelegramError):
            self.username = self._poller.name = (await self._api.get_me()).username
            log.info("telegram_ready", bot=self.username)

    def _recover(self) -> int:
        with self._delivery.store.write() as tx:
            alone = self._delivery.store.is_sqlite
            return outbox.recover(tx, self._clock(), alone=alone, heir=CHANNEL)

    def link(self) -> str | None:
        """Return the public address of the bot, once Telegram has told its name."""
        return f"https://t.me/{self.username}" if self.username else None

    def trouble(self) -> str | None:
        """Say why updates do not come; None when they do, or when another process reads them."""
        if not self._leading or self._account.webhook_url is not None:
            return None
        last = self._poller.last_ok
        if last is None:
            return "no answer from Telegram since the start"
        silent = self._time.monotonic() - last
        return f"no answer from Telegram for {silent:.0f} s" if silent > 90 else None

    def stuck(self) -> bool:
        """Tell whether the poll loop has stopped turning without saying so."""
        polling = self._leading and self._account.webhook_url is None
        return polling and self._time.monotonic() - self._poller.last_look > STUCK
