"""The process: everything started in order, watched while it runs, ended within eight seconds."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import AsyncIterator, Iterator

import structlog
import uvicorn
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from bot.settings import Settings
from bot.telegram.app import Account, TelegramDoor
from bot.telegram.poller import DeafError
from bot.ticker import Ticker
from bot.web.app import create_app
from bot.web.door import Door
from bot.wiring import Core, build, clock, new_token
from rallynov.delivery import outbox
from rallynov.editions import service as editions
from rallynov.editions.model import SAMPLE
from rallynov.privacy.service import purge
from rallynov.storage import schema
from rallynov.storage.notices import Listener
from rallynov.storage.store import Store

log = structlog.get_logger("rallynov.run")
DEAF = 70
WATCH = 5.0
"""Seconds between two looks of the watchdog."""


class _Server(uvicorn.Server):
    """uvicorn, with the signals left to us: the inbox and the outbox end after the pages."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture nothing."""
        yield


def _socket(settings: Settings, spare: int = 0) -> socket.socket:
    """Bind the web port; for the demonstration, one of the next ones when it is taken."""
    for port in range(settings.web_port, settings.web_port + spare + 1):
        try:
            return socket.create_server((settings.web_host, port), backlog=256)
        except OSError:
            if port == settings.web_port + spare:
                raise
    raise AssertionError("unreachable")


async def serve(settings: Settings, store: Store) -> int:
    """Serve until a signal comes, or until updates cannot be had any more; return the exit code."""
    try:
        listening = _socket(settings)
    except OSError as error:
        log.error("port_taken", host=settings.web_host, port=settings.web_port, error=error.strerror)
        return 69
    async with _running(settings, store) as (core, telegram):
        return await _until_the_end(core, telegram, _application(settings, core, telegram), listening)


async def serve_demo(settings: Settings, store: Store) -> int:
    """Serve the web chat with a sample edition, and say where to click."""
    editions.open_edition(store, SAMPLE, clock())
    listening = _socket(settings, spare=20)
    host, port = listening.getsockname()[:2]
    print(  # noqa: T201  # the one thing this command is for
        f"\n  Rally'nov, édition exemple\n\n"
        f"  Ouvrez cette page dans votre navigateur : http://{host}:{port}/\n\n"
        f"  Rien ne quitte cette machine ; les réponses sont dans {settings.data_dir.absolute()}.\n"
        f"  Dans un terminal : rallynov chat.   Pour arrêter : Ctrl-C.\n",
        flush=True,
    )
    async with _running(settings, store) as (core, telegram):
        return await _until_the_end(core, telegram, _application(settings, core, telegram), listening)


@contextlib.asynccontextmanager
async def _running(settings: Settings, store: Store) -> AsyncIterator[tuple[Core, TelegramDoor | None]]:
    core = build(settings, store)
    if store.is_sqlite:
        await store.writing(_recover, core)
    core.delivery.start()
    listener = None if store.is_sqlite else Listener(store, core.delivery.hear)
    ticker = _ticking(core)
    telegram = None
    if settings.telegram_token is not None:
        account = Account(
            settings.token,
            settings.telegram_api,
            settings.telegram_client,
            settings.telegram_rate,
            settings.webhook_url,
        )
        telegram = TelegramDoor(account, core.delivery, core.owner, clock)
    try:
        if listener:
            listener.start()
        yield core, telegram
    finally:
        ticker.close()
        await core.delivery.close()
        if listener:
            await asyncio.to_thread(listener.close)
        await asyncio.to_thread(store.close)


def _recover(core: Core) -> None:
    with core.store.write() as tx:
        outbox.recover(tx, clock(), alone=True)


def _ticking(core: Core) -> Ticker:
    def keep() -> None:
        with core.store.write() as tx:
            blanked, erased = purge(tx, clock())
            if not core.store.is_sqlite:
                outbox.recover(tx, clock(), alone=False)
        if blanked or erased:
            log.info("retention_applied", payloads=blanked, people=erased)

    async def often() -> None:
        await core.store.writing(keep)
        await asyncio.to_thread(schema.forget_copies, core.store, clock())

    ticker = Ticker()
    ticker.every(60, often)
    ticker.start()
    return ticker


def _application(settings: Settings, core: Core, telegram: TelegramDoor | None) -> FastAPI:
    door = Door(
        delivery=core.delivery,
        wording=core.wording,
        edition=core.edition.title,
        operator=settings.operator,
        contact=settings.contact,
        clock=clock,
        new_token=new_token,
        registry=CollectorRegistry(),
        secure=(settings.web_url or "").startswith("https://"),
        probes={"telegram": telegram.trouble} if telegram else {},
        routers=[router] if telegram and (router := telegram.router()) else [],
        telegram_link=telegram.link if telegram else lambda: None,
    )
    return create_app(door)


async def _until_the_end(
    core: Core, telegram: TelegramDoor | None, app: FastAPI, listening: socket.socket
) -> int:
    """Run the doors until one of them ends or a signal comes."""
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )
    server = _Server(config)
    pages = loop.create_task(server.serve(sockets=[listening]))
    tasks = {pages, loop.create_task(asked.wait()), loop.create_task(_watch(telegram))}
    if telegram:
        tasks.add(loop.create_task(telegram.run()))
    gc.collect()
    gc.set_threshold(20_000, 20, 50)  # a turn makes hundreds of small values: look less often
    gc.freeze()  # what the start made lives as long as the process: no need to look through it again
    log.info("started", port=listening.getsockname()[1], telegram=telegram is not None, owner=core.owner[:8])
    ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    code = next((_code(task) for task in ended if _code(task)), 0)
    log.info("ending", code=code)
    server.should_exit = True
    for task in tasks - {pages}:
        task.cancel()
    await asyncio.wait(tasks, timeout=7)
    return code


def _code(task: asyncio.Task[object]) -> int:
    error = None if task.cancelled() else task.exception()
    if isinstance(error, DeafError):
        log.error("deaf", reason=str(error))
        return DEAF
    if error is not None:
        log.error("door_failed", error=type(error).__name__)
        return 1
    return 0


async def _watch(telegram: TelegramDoor | None) -> None:
    """End the process when the poll loop has stopped turning: better restarted than deaf."""
    while telegram is None or not telegram.stuck():
        await asyncio.sleep(WATCH)
    raise DeafError("the poll loop is stuck")
