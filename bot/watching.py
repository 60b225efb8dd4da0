"""The watchdog: a process that has stopped turning ends, since it is better restarted than deaf or mute.

The loop that should look may itself hang. When it waits, a thread sees that it looks no more; when a search holds that
thread up too, the kernel has counted the time of a processor that it took. A process that was stopped, and goes on, did
neither run that thread nor take any time: it is not taken for a hung one.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.telegram.app import TelegramDoor
from bot.telegram.poller import DeafError
from rallynov.delivery.service import Delivery

WATCH = 5.0
"""Seconds between two looks."""
LOOKS = 2
"""Looks that must find the same before the process ends: one that was stopped is not taken for a hung one."""
HUNG = 180.0
"""Seconds without a look, waited or worked, after which the process ends, whatever it is doing."""


async def watch(delivery: Delivery, telegram: TelegramDoor | None) -> None:
    """End the process, by ``DeafError``, when the poll loop or the writer has stopped turning."""
    doubts = 0
    with watched() as looked:
        while doubts < LOOKS:
            looked()
            await asyncio.sleep(WATCH)
            poll, write = telegram is not None and telegram.stuck(), delivery.stuck()
            doubts = doubts + 1 if poll or write else 0
    raise DeafError("the poll loop is stuck" if poll else "the writer is stuck")


@contextmanager
def watched() -> Iterator[Callable[[], None]]:
    """Give what is to be called again and again: ``HUNG`` seconds without it end the process, which says where it stood.

    It ends with exit code 1 when it waited, and by SIGPROF when it worked.
    """
    seen, over = threading.Event(), threading.Event()

    def looked() -> None:
        seen.set()
        signal.setitimer(signal.ITIMER_PROF, HUNG)
        if os.getpid() == 1:  # the kernel lets no signal end the first process of a container
            faulthandler.dump_traceback_later(HUNG, exit=True)

    faulthandler.register(signal.SIGPROF, chain=True)
    thread = threading.Thread(target=_count, args=(seen, over), name="watchdog", daemon=True)
    thread.start()
    try:
        yield looked
    finally:
        over.set()
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.unregister(signal.SIGPROF)


def _count(seen: threading.Event, over: threading.Event) -> None:
    """Count waits without a look: a process that is stopped waits once, however long."""
    unseen = 0.0
    while not over.wait(WATCH):
        unseen = 0.0 if seen.is_set() else unseen + WATCH
        seen.clear()
        if unseen >= HUNG:
            faulthandler.dump_traceback()
            os._exit(1)
