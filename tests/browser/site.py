"""The product served on this machine for a browser: its own thread, its own loop, its own database."""

from __future__ import annotations

import asyncio
import socket
import threading
from pathlib import Path

import uvicorn
from playwright.sync_api import Page, expect
from prometheus_client import CollectorRegistry
from sqlalchemy import func, select

from bot.settings import Settings
from bot.telegram.app import Account, Resources, TelegramDoor
from bot.web.app import create_app
from bot.web.door import Door
from bot.wiring import Core, build, clock, new_token
from rallynov.announcements.archive import Archive
from rallynov.delivery.tables import InboxRow
from rallynov.storage import schema
from rallynov.storage.store import Store

TOKEN = "123456789:TESTTOKEN"  # noqa: S105  # the loopback server takes any


class Site:
    """A running web door, and a Telegram door on a loopback Bot API when it is given; ``url`` is its first page."""

    def __init__(self, folder: Path, telegram: str = "") -> None:
        self._folder, self._telegram = folder, telegram
        self.store = Store(f"sqlite:///{folder / 'rallynov.db'}")
        schema.migrate(self.store)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        self._server: uvicorn.Server | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._ready.wait(60)

    async def _serve(self) -> None:
        core = self.core = build(Settings(_env_file=None, data_dir=self._folder), self.store, clock)
        core.delivery.start()
        chatting = asyncio.create_task(self._chat(core)) if self._telegram else None
        app = create_app(
            Door(
                delivery=core.delivery,
                wording=core.wording,
                edition="Rallye exemple",
                operator="Association exemple",
                contact="bonjour@exemple.fr",
                clock=clock,
                new_token=new_token,
                registry=CollectorRegistry(),
                papers=core.papers,
                shelves=core.shelves,
                steps=core.steps,
                dossiers=core.dossiers,
                counter=core.counter,
                bureau=core.bureau,
                workshop=core.office.workshop,
                stages=core.stages,
                archive=Archive(core.store, core.edition, core.stages),
                faq=core.faq,
                telegram_link=lambda: "https://t.me/rallye_exemple_bot",
                folder=core.closing.folder,
            )
        )
        config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._ready.set()
        await self._server.serve(sockets=[self._socket])
        if chatting:
            chatting.cancel()
            await asyncio.gather(chatting, return_exceptions=True)
        await core.delivery.close()

    async def _chat(self, core: Core) -> None:
        """Be on Telegram too."""
        resources = Resources(core.wording, core.papers, self.url)
        account = Account(TOKEN, self._telegram)
        await TelegramDoor(account, core.delivery, core.owner, clock, resources).run()

    def heard(self, words: str) -> int:
        """Count the events that hold some words."""
        with self.store.read() as tx:
            found = select(func.count()).where(InboxRow.payload.contains(words, autoescape=True))
            return tx.execute(found).scalar() or 0

    def events(self) -> int:
        """Count all events."""
        return self.heard("")

    def close(self) -> None:
        assert self._server is not None
        self._server.should_exit = True
        self._thread.join()
        self.store.close()


def begin(page: Page) -> None:
    """Come to the first question."""
    page.click("#answers .choices button")
    expect(page.locator("#journal .me")).to_have_count(1)
    page.click("#answers .choices button")
    expect(page.locator("#fin article")).to_contain_text("Question 1 sur 23")
