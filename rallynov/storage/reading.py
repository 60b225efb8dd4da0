"""Short reads of pages: those asked for at the same time share a thread's hop and one transaction.

Under load a read costs less than handing it to a thread and opening a transaction for it, so whoever asks while others are
read waits for the next group. They have threads of their own: a long table of the desk keeps no conversation waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection

T = TypeVar("T")
Work = Callable[[Connection], Any]
Begin = Callable[[], AbstractContextManager[Connection]]
GROUP = 32
"""Reads in one transaction: what is read early in a group waits for the rest of it."""
log = structlog.get_logger("rallynov.storage")


class Readings:
    """The reads of this process, on ``threads`` threads; used from one event loop at a time."""

    def __init__(self, begin: Begin, threads: int) -> None:
        self._begin = begin
        self._pool = ThreadPoolExecutor(threads, "reader")
        self._free = threads
        self._asked: list[tuple[Work, asyncio.Future[Any]]] = []

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
        if not self._free or not self._asked:
            return
        self._free -= 1
        group, self._asked = self._asked[:GROUP], self._asked[GROUP:]
        reading = asyncio.get_running_loop().run_in_executor(
            self._pool, self._read, [work for work, _ in group]
        )
        reading.add_done_callback(lambda done: self._ended([answer for _, answer in group], done))

    def _ended(self, answers: Sequence[asyncio.Future[Any]], done: asyncio.Future[list[Any]]) -> None:
        """Answer those who asked, and begin the next group."""
        self._free += 1
        error = asyncio.CancelledError() if done.cancelled() else done.exception()
        found = [error] * len(answers) if error else done.result()
        for answer, one in zip(answers, found, strict=True):
            if answer.done():  # whoever asked has gone
                continue
            if isinstance(one, BaseException):
                answer.set_exception(one)
            else:
                answer.set_result(one)
        self._next()

    def _read(self, works: Sequence[Work]) -> list[Any]:
        """Read a group in one transaction; when one of them fails, each in its own."""
        try:
            with self._begin() as tx:
                return [work(tx) for work in works]
        except Exception as error:
            if len(works) == 1:
                return [error]
            log.info("readings_apart", error=type(error).__name__)
        return [one for work in works for one in self._read([work])]
