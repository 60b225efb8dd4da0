"""The Telegram door as a whole: the API client, and the role that reads updates and sends messages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count

import structlog
from fastapi import APIRouter
from telegram.error import RetryAfter, TelegramError

from bot.telegram import webhook
from bot.telegram.calls import Api
from bot.telegram.hook import Hook
from bot.telegram.http import Client, make_request
from bot.telegram.links import Links
from bot.telegram.parcels import Parcels
from bot.telegram.poller import DeafError, Poller, Time
from bot.telegram.retries import asked, pause, until_stored
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
"""Seconds after which a loop that has not turned is taken for dead."""


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
        url = account.webhook_url
        self._hook = Hook(self._api, url, account.token, self._time) if url is not None else None
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
        greeting = asyncio.ensure_future(self._introduce())
        try:
            await self._leadership.lead(self._lead)
        finally:
            greeting.cancel()
            await asyncio.gather(greeting, return_exceptions=True)
            await self._api.shutdown()

    async def _lead(self) -> None:
        pacer = Pacer(self._account.rate, self._account.rate)
        given = self._resources
        files = Parcels(given.papers, given.wording)
        links = Links(given.wording, given.web, self.link)
        transport = TelegramTransport(self._api, files, links, paid=self._account.rate > FREE)
        store, owner = self._delivery.store, self._owner
        sender = Sender(store, transport, pacer, self._clock, owner, feed=given.feed, leader=self._leadership)
        self._leading = True
        try:
            await self._prepare()
            self._delivery.attach(sender, self._owner)
            await self._work(sender)
        finally:
            self._leading = False
            await self._delivery.detach(sender)
            files.close()

    async def _prepare(self) -> None:
        """Take up what a crash left; a database that is away for a moment is asked again."""
        store, sleep = self._delivery.store, self._time.sleep
        if recovered := await until_stored(store, self._recover, sleep, self._turned):
            log.warning("messages_recovered", count=recovered)
        if self._hook is not None:
            await until_stored(store, self._poller.forget, sleep, self._turned)
        self._turned()

    def _turned(self) -> None:
        self._reader.last_look = self._time.monotonic()

    async def _work(self, sender: Sender) -> None:
        """Read updates until that ends, or the sender gives up."""
        doing = asyncio.ensure_future(self._reader.run()), asyncio.ensure_future(sender.over.wait())
        try:
            await asyncio.wait(doing, return_when=asyncio.FIRST_COMPLETED)
            if doing[0].done():
                await doing[0]
            raise DeafError(sender.stopped)
        finally:
            for task in doing:
                task.cancel()
            await asyncio.gather(*doing, return_exceptions=True)

    @property
    def _reader(self) -> Hook | Poller:
        """What has updates come."""
        return self._hook or self._poller

    async def _introduce(self) -> None:
        """Learn the bot's name for the links that we print, asking until it is told; nothing waits for it."""
        for failures in count():
            wait = pause(failures)
            try:
                told = await self._api.call("getMe")
            except RetryAfter as error:
                wait = asked(error)
            except TelegramError as error:
                log.warning("name_not_told", error=type(error).__name__, wait=wait)
            else:
                if isinstance(told, dict) and isinstance(name := told.get("username"), str):
                    self.username = self._poller.name = name
                    log.info("telegram_ready", bot=name)
                    return
            await self._time.sleep(wait)

    def _recover(self) -> int:
        with self._delivery.store.write() as tx:
            alone = self._delivery.store.is_sqlite
            return outbox.recover(tx, self._clock(), alone=alone, heir=CHANNEL)

    def link(self) -> str | None:
        """Return the public address of the bot, once Telegram has told its name."""
        return f"https://t.me/{self.username}" if self.username else None

    def trouble(self) -> str | None:
        """Say why updates do not come; None when they do, or when another process reads them."""
        return self._reader.trouble() if self._leading else None

    def stuck(self) -> bool:
        """Tell whether what has updates come has stopped turning without saying so."""
        return self._leading and self._time.monotonic() - self._reader.last_look > STUCK
