"""A process that is the product, its web pages only when a port is ordered, made to die: a nursery forks a victim an order.

The nursery imports and builds the product once and has no thread, so a victim starts in milliseconds. It reads one order
a line (JSON) and answers with two lines: the victim's process id, then how it ended.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
import time
import traceback
from datetime import UTC, datetime, timedelta
from importlib import import_module
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import uvloop
from points import FAULTS, FILE_POINTS, FORM_POINTS, HOOK_POINTS, NEWS_POINTS, POINTS, UNBEARABLE_POINTS, fuse

from bot import announcing, logs, recurring, run, wiring
from bot.run import _running
from bot.settings import Settings
from rallynov.storage import schema
from rallynov.storage.store import Store

ORDERS, OUT, LOG = 0, 1, 2


async def live(settings: Settings, store: Store) -> int:
    """Run until SIGTERM, as ``bot.run`` does."""
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, asked.set)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    async with _running(settings, store) as (_core, telegram):
        assert telegram
        tasks = {loop.create_task(asked.wait()), loop.create_task(telegram.run())}
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=7)
    return 0 if asked.is_set() and all(task.exception() is None for task in ended) else 1


def victim(order: dict[str, Any]) -> int:
    """Build the product on a database, with its fuse, and serve."""
    os.dup2(LOG, OUT)
    threading.Thread(target=_outlive_nobody, daemon=True).start()
    logs.configure("console")
    if order.get("fault"):
        FAULTS[order["fault"]]()
    if order.get("point"):
        known = {
            **POINTS,
            **FILE_POINTS,
            **NEWS_POINTS,
            **HOOK_POINTS,
            **FORM_POINTS,
            **UNBEARABLE_POINTS,
        }
        known[order["point"]](fuse(order["nth"], order.get("how", signal.SIGKILL)))
    for module, constants in order.get("constants", {}).items():
        for name, value in constants.items():
            known = getattr(import_module(module), name)
            setattr(import_module(module), name, type(known)(**value) if isinstance(value, dict) else value)
    shift(timedelta(seconds=order.get("shift", 0)))
    settings = Settings(
        _env_file=None,
        telegram_rate=order.get("rate", 30),
        telegram_token=order["token"],
        telegram_api=order["api"],
        database_url=order["database"],
        data_dir=order.get("data", "donnees"),
        web_port=order.get("port", 0),
        webhook_url=order.get("webhook"),
    )
    store = Store(settings.database)
    store.own()
    schema.migrate(store)
    if "port" in order:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        return run.serve(settings, store)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(live(settings, store))


def shift(by: timedelta) -> None:
    """Move the clock of the product: announcements leave in working hours alone."""

    def clock() -> datetime:
        return datetime.fromtimestamp(time.time(), UTC) + by

    for module in (wiring, run, recurring, announcing):
        module.clock = clock  # type: ignore[attr-defined]
    wiring.build.__defaults__ = (clock,)


def _outlive_nobody() -> None:
    """End when the tests have gone: no order comes while a victim lives, so this read ends with them."""
    os.read(ORDERS, 1)
    os._exit(3)


def _born(order: dict[str, Any]) -> NoReturn:
    code = 1
    try:
        code = victim(order)
    except BaseException:  # whatever happens, this process is not a second nursery
        traceback.print_exc()
    os._exit(code)


def warm() -> None:
    """Read every content and word file once, for all victims."""
    logs.configure("console")
    with TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/rallynov.db")
        schema.migrate(store)
        wiring.build(Settings(_env_file=None, data_dir=folder), store)
        store.close()
    assert threading.active_count() == 1, "a fork has one thread alone"


def nurse() -> None:
    """Fork victims, one at a time, until there are no more orders."""
    warm()
    for line in sys.stdin:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        pid = os.fork()
        if pid == 0:
            _born(json.loads(line))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        os.write(OUT, f"{pid}\n".encode())
        _, status = os.waitpid(pid, 0)
        os.write(OUT, f"{os.waitstatus_to_exitcode(status)}\n".encode())


if __name__ == "__main__":
    nurse()
