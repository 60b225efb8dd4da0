"""The process: everything started in order, watched while it runs, ended within eight seconds."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import TypeAlias

import structlog
import uvicorn
import uvloop
from fastapi import FastAPI

from bot import lean
from bot.announcing import announcing
from bot.attaching import attaching
from bot.burying import buried
from bot.recurring import keep, ticking
from bot.settings import Settings
from bot.telegram.app import Account, Resources, TelegramDoor
from bot.telegram.poller import DeafError
from bot.watching import watch
from bot.web.app import create_app
from bot.web.door import Door, Probe
from bot.web.metrics import little_room, registry
from bot.wiring import Core, StartError, build, clock, new_token
from rallynov.announcements.archive import Archive
from rallynov.editions import service as editions
from rallynov.editions.model import SAMPLE
from rallynov.faq import learning
from rallynov.storage.notices import listening
from rallynov.storage.store import Store

log = structlog.get_logger("rallynov.run")
UNAVAILABLE, DEAF, CONFIG = 69, 70, 78
LONGEST = 7.5
"""Seconds that the shutdown may take in all."""
Limit: TypeAlias = Callable[[int], None]
"""Bounds the shutdown, which ends with this exit code."""


class _Server(uvicorn.Server):
    """uvicorn, with the signals left to us: the inbox and the outbox end after the pages."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture nothing."""
        yield


def _socket(settings: Settings, spare: int = 0) -> socket.socket:
    """Bind the web port; for the demonstration, one of the next ones when it is taken."""
    host, port = settings.web_host, settings.web_port
    for number in range(port, min(port + spare, 65_535) + 1):
        try:
            return socket.create_server((host, number), backlog=256)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise StartError(
                    f"L'adresse {host}, port {number}, ne peut pas être utilisée{_why(error)} : "
                    "voyez RALLYNOV_WEB_HOST et RALLYNOV_WEB_PORT.",
                    CONFIG,
                ) from None
    taken = f"Les ports {port} à {port + spare} sont déjà pris" if spare else f"Le port {port} est déjà pris"
    raise StartError(f"{taken} : choisissez-en un autre par RALLYNOV_WEB_PORT.", UNAVAILABLE)


def _why(error: OSError) -> str:
    told = {
        errno.EADDRNOTAVAIL: "cette machine n'a pas cette adresse",
        errno.EACCES: "ce port est réservé à l'administrateur de la machine",
    }
    return f" ({why})" if (why := told.get(error.errno or 0)) else ""


def serve(settings: Settings, store: Store) -> int:
    """Serve until a signal comes, or until updates cannot be had any more; return the exit code."""
    return _served(settings, store, _socket(settings), sample=False)


def serve_demo(settings: Settings, store: Store) -> int:
    """Serve the web chat with a sample edition, and say where to click."""
    editions.open_edition(store, SAMPLE, clock())
    return _served(settings, store, _socket(settings, spare=20), sample=True)


def _served(settings: Settings, store: Store, listening: socket.socket, *, sample: bool) -> int:
    lean.one_heap()

    async def work(limit: Limit) -> int:
        asked = _signals()
        async with _running(settings, store, sample=sample) as (core, telegram):
            app = _application(settings, core, telegram)
            if sample:
                _invite(settings, listening)
            return await _until_the_end(core, telegram, app, listening, asked, limit)

    with _limited() as limit, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work(limit))


@contextlib.contextmanager
def _limited() -> Iterator[Limit]:
    """Give what bounds the shutdown, threads included: the process ends even when one of them hangs."""
    timers: list[threading.Timer] = []

    def limit(code: int) -> None:
        timer = threading.Timer(LONGEST, os._exit, (code,))
        timer.daemon = True
        timer.start()
        timers.append(timer)

    yield limit
    for timer in timers:
        timer.cancel()


def _invite(settings: Settings, listening: socket.socket) -> None:
    host, port = listening.getsockname()[:2]
    print(  # noqa: T201  # the one thing this command is for
        f"\n  Rally'nov, édition exemple\n\n"
        f"  Ouvrez cette page dans votre navigateur : http://{host}:{port}/\n\n"
        f"  Entrer dans l'équipe, par un code à taper dans la conversation (autre terminal, même dossier) :\n"
        f"    uv run rallynov invite --demo --role coordinator\n\n"
        f"  Rien ne quitte cette machine ; les réponses sont dans {settings.data_dir.absolute()}.\n"
        f"  Pour arrêter : Ctrl-C.\n",
        flush=True,
    )


@contextlib.asynccontextmanager
async def _running(
    settings: Settings, store: Store, *, sample: bool = False
) -> AsyncIterator[tuple[Core, TelegramDoor | None]]:
    """Start everything but the pages; what was started ends in the opposite order, whatever happens."""
    async with contextlib.AsyncExitStack() as ending:
        ending.push_async_callback(asyncio.to_thread, store.close)
        core = build(settings, store, sample=sample)
        await ending.enter_async_context(buried(settings, store))
        telegram = _telegram(settings, core) if settings.telegram_token is not None else None
        core.press.naming.bot = telegram.link if telegram else core.press.naming.bot
        ending.push_async_callback(asyncio.to_thread, listening(store, heard_by(core)))
        ending.push_async_callback(core.delivery.close)
        core.delivery.start()
        core.librarian.start()
        ending.callback(core.librarian.close)
        ending.callback(core.office.open(core.delivery))
        await ending.enter_async_context(attaching(settings, core))
        await ending.enter_async_context(announcing(core))
        ending.callback(ticking(core).close)
        first = asyncio.get_running_loop().create_task(keep(core))
        ending.callback(first.cancel)
        yield core, telegram


def heard_by(core: Core) -> Callable[[str], None]:
    """Give what was told to whoever it is for."""

    def heard(notice: str) -> None:
        if notice == learning.NOTICE:
            core.librarian.wake()
        else:
            core.delivery.hear(notice)

    return heard


def _telegram(settings: Settings, core: Core) -> TelegramDoor:
    account = Account(
        settings.token,
        settings.telegram_api,
        settings.telegram_client,
        settings.telegram_rate,
        settings.webhook_url,
    )
    resources = Resources(core.wording, core.papers, settings.web_url, core.announcer.releases)
    try:
        return TelegramDoor(account, core.delivery, core.owner, clock, resources)
    except RuntimeError:
        raise StartError(
            "Aucune autorité de certification n'est connue de cette machine : installez le paquet "
            "ca-certificates, ou réglez RALLYNOV_TELEGRAM_CLIENT=httpx.",
            CONFIG,
        ) from None


def _probes(settings: Settings, core: Core, telegram: TelegramDoor | None) -> dict[str, Probe]:
    probes: dict[str, Probe] = {
        "worker": core.delivery.trouble,
        "disk": partial(little_room, settings.data_dir),
    }
    if telegram:
        probes["telegram"] = telegram.trouble
    return probes


def _application(settings: Settings, core: Core, telegram: TelegramDoor | None) -> FastAPI:
    door = Door(
        delivery=core.delivery,
        wording=core.wording,
        edition=core.edition.title,
        operator=settings.operator,
        contact=settings.contact,
        director=settings.director,
        host=settings.host,
        clock=clock,
        new_token=new_token,
        registry=registry(settings.data_dir, clock),
        secure=(settings.web_url or "").startswith("https://"),
        probes=_probes(settings, core, telegram),
        routers=[router] if telegram and (router := telegram.router()) else [],
        telegram_link=telegram.link if telegram else lambda: None,
        papers=core.papers,
        shelves=core.shelves,
        steps=core.steps,
        base=settings.web_url or "",
        counter=core.counter,
        folder=core.closing.folder,
        heaviest=core.closing.form.file_bytes,
        dossiers=core.dossiers,
        bureau=core.bureau,
        stages=core.stages,
        archive=Archive(core.store, core.edition, core.stages),
        faq=core.faq,
        statistics=core.office.statistics,
        workshop=core.office.workshop,
    )
    return create_app(door)


def _signals() -> asyncio.Event:
    """Return an event that is set when the process is told to end."""
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    return asked


async def _until_the_end(
    core: Core,
    telegram: TelegramDoor | None,
    app: FastAPI,
    listening: socket.socket,
    asked: asyncio.Event,
    limit: Limit,
) -> int:
    """Run the doors until one of them ends, or the worker does, or a signal comes."""
    loop = asyncio.get_running_loop()
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )
    server = _Server(config)
    pages = loop.create_task(server.serve(sockets=[listening]))
    tasks = {pages, loop.create_task(asked.wait()), loop.create_task(watch(core.delivery, telegram))}
    if telegram:
        tasks.add(loop.create_task(telegram.run()))
    lean.settle()
    log.info("started", port=listening.getsockname()[1], telegram=telegram is not None, owner=core.owner[:8])
    workers = set(core.delivery.tasks)
    ended, _ = await asyncio.wait(tasks | workers, return_when=asyncio.FIRST_COMPLETED)
    code = next((code for task in ended - workers if (code := _code(task))), 0)
    if ended & workers and not asked.is_set():
        log.error("worker_ended")
        code = DEAF
    limit(code)
    log.info("ending", code=code)
    server.should_exit = True
    for task in tasks - {pages}:
        task.cancel()
    await asyncio.wait(tasks, timeout=5)
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
