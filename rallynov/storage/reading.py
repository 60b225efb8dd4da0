"""Short reads of pages: those asked for at the same time share a thread's hop and one transaction.

Under load a read costs less than handing it to a thread and opening a transaction for it, so whoever asks while others are
read waits for the next group. They have threads of their own: a long table of the desk keeps no conversation waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from threading import BoundedSemaphore
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

T = TypeVar("T")
Work = Callable[[Connection], Any]
Begin = Callable[[], AbstractContextManager[Connection]]
Asked = tuple[Work, "asyncio.Future[Any]"]
GROUP = 32
"""Reads in one transaction: what is read early in a group waits for the rest of it."""
log = structlog.get_logger("rallynov.storage")


class Readings:
    """The reads of this process, on ``threads`` threads."""

    def __init__(self, begin: Begin, threads: int) -> None:
        self._begin = begin
        self._pool = ThreadPoolExecutor(threads, "reader")
        self._places = BoundedSemaphore(threads)
        self._asked: list[Asked] = []

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run a read beside those asked for meanwhile; raises what it raises."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._asked.append((work, answer))
        self._next()
        return await answer

    def close(self) -> None:
        """End the threads, after what they are at."""
        self._pool.shutdown(wait=True)

    def _next(self) -> None:
        if self._asked and self._places.acquire(blocking=False):
            group, self._asked = self._asked[:GROUP], self._asked[GROUP:]
            self._pool.submit(self._run, group)

    def _run(self, group: Sequence[Asked]) -> None:
        """Read a group, and have its loop answer; the place is given back whether or not that loop still turns."""
        try:
            found = self._read([work for work, _ in group])
        finally:
            self._places.release()
        _, answer = group[0]
        with suppress(RuntimeError):  # the loop has ended: nobody waits
            answer.get_loop().call_soon_threadsafe(self._ended, group, found)

    def _ended(self, group: Sequence[Asked], found: Sequence[Any]) -> None:
        """Answer those who asked, and begin the next group."""
        for (_, answer), one in zip(group, found, strict=True):
            if answer.done():  # whoever asked has gone
                continue
            if isinstance(one, BaseException):
                answer.set_exception(one)
            else:
                answer.set_result(one)
        self._next()

    def _read(self, works: Sequence[Work]) -> list[Any]:
        """Read a group in one transaction; when one of them fails, each in its own.

        A database that is away is so for all of them: it is not asked again for each.
        """
        begun = False
        try:
            with self._begin() as tx:
                begun = True
                return [work(tx) for work in works]
        except Exception as error:
            away = not begun or (isinstance(error, DBAPIError) and error.connection_invalidated)
            if away or len(works) == 1:
                return [error] * len(works)
            log.info("readings_apart", error=type(error).__name__)
        return [one for work in works for one in self._read([work])]
