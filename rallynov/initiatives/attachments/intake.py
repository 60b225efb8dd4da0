"""The worker of files: each that waits is fetched, examined, and kept or refused; whoever sent it is told.

What is due is in the table. A process may die anywhere: its files are taken again once their lease is over, and what it
left on the disk is swept away.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from rallynov.initiatives.attachments import names, sweeping, waiting
from rallynov.initiatives.attachments.closing import Closing
from rallynov.initiatives.attachments.examiner import examine
from rallynov.initiatives.attachments.fetching import Fetch, GoneError, LaterError, Sink, TooHeavyError
from rallynov.initiatives.attachments.kinds import ENDINGS, Examined, Refused, Why
from rallynov.initiatives.attachments.scan import AwayError, Clamd
from rallynov.initiatives.attachments.waiting import Job
from rallynov.storage.store import Store

log = structlog.get_logger("rallynov.attachments")
AT_ONCE = 2
IDLE = 1.0
"""Seconds between two looks at the table."""
SWEEP = 60.0
LONGEST = 150.0
"""Seconds that one file may take in all; less than its lease."""
SLOWEST = timedelta(minutes=10)
"""Longest wait between two tries."""
GIVEN_UP = timedelta(hours=24)
"""How long a file that cannot be fetched is tried for."""
TRIES = 3
"""Tries of what fails by our fault, or whose holder says that it is not there."""


@dataclass(frozen=True, slots=True)
class Means:
    """What the worker works with: who holds files, and an antivirus when there is one."""

    sources: Mapping[str, Fetch]
    antivirus: Clamd | None = None
    clock: Callable[[], datetime] = field(kw_only=True)


class Intake:
    """The files that wait, in this process."""

    def __init__(self, store: Store, closing: Closing, means: Means) -> None:
        self._store = store
        self._closing = closing
        self._means = means
        self._folder = closing.folder
        self._most = closing.form.file_bytes
        self._schemes = tuple(means.sources)
        self._doing: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Work for ever; on SQLite, where one process runs, what another left is taken up at once."""
        if self._store.is_sqlite:
            await self._begin()
        sweeping_ = asyncio.get_running_loop().create_task(self._sweep())
        try:
            while True:
                try:
                    await self._look()
                except Exception as error:  # the database is away: the rows wait
                    log.error("attachments_not_read", error=type(error).__name__)
                await self._pause()
        finally:
            for task in (sweeping_, *self._doing):
                task.cancel()
            await asyncio.gather(sweeping_, *self._doing, return_exceptions=True)

    async def _begin(self) -> None:
        try:
            await self._store.writing(self._take_up)
            await asyncio.to_thread(self._folder.clear_work)
        except Exception as error:
            log.error("attachments_not_taken_up", error=type(error).__name__)

    def _take_up(self) -> None:
        with self._store.write() as tx:
            waiting.take_up(tx)

    async def _pause(self) -> None:
        """Wait a moment, or until one of those under way has ended."""
        if self._doing:
            await asyncio.wait(self._doing, timeout=IDLE, return_when=asyncio.FIRST_COMPLETED)
        else:
            await asyncio.sleep(IDLE)

    async def _look(self) -> None:
        """Take what is due, as much as is worked on at a time."""
        while len(self._doing) < AT_ONCE and await asyncio.to_thread(self._due):
            job = await self._store.writing(self._claim)
            if job is None:
                return
            task = asyncio.get_running_loop().create_task(self.do(job))
            self._doing.add(task)
            task.add_done_callback(self._doing.discard)

    def _due(self) -> bool:
        with self._store.read() as tx:
            return waiting.due(tx, self._means.clock(), self._schemes)

    def _claim(self) -> Job | None:
        with self._store.write() as tx:
            return waiting.claim(tx, self._means.clock(), self._schemes)

    async def do(self, job: Job) -> None:
        """Bring one file to its end, or put it off."""
        try:
            async with asyncio.timeout(LONGEST):
                await self._through(job)
        except asyncio.CancelledError:
            await self._store.writing(self._postpone, job, timedelta())
            raise
        except GoneError:
            await self._again(job, Refused(Why.GONE), most=TRIES)
        except (LaterError, TimeoutError) as error:
            await self._again(job, Refused(Why.FAILED), wait=getattr(error, "seconds", None))
        except OSError as error:  # our disk, or no process to be had
            log.error("attachment_not_stored", attachment=job.id, errno=error.errno)
            await self._again(job, Refused(Why.FAILED))
        except Exception as error:  # its text may hold anything: its type is logged
            log.error("attachment_failed", attachment=job.id, error=type(error).__name__)
            await self._again(job, Refused(Why.FAILED), most=TRIES)

    async def _through(self, job: Job) -> None:
        raw = self._folder.work(f"{job.id}-{job.attempts}")
        clean = self._folder.work(f"{job.id}-{job.attempts}-clean")
        try:
            seen = await self._fetched(job, raw) or named(job.name, await examine(raw, clean))
            scanned = False
            if isinstance(seen, Examined):
                seen, scanned = await self._scanned(job, clean, seen)
            await self._end(job, seen, clean, scanned=scanned)
        finally:
            for path in (raw, clean):
                path.unlink(missing_ok=True)

    async def _fetched(self, job: Job, raw: Path) -> Refused | None:
        scheme, ref = job.source
        try:
            with Sink(raw, self._most) as sink:
                await self._means.sources[scheme](ref, sink)
        except TooHeavyError as error:
            why = Why.TOO_HEAVY_FOR_CHAT if error.chat and self._most > error.size else Why.TOO_HEAVY
            return Refused(why, size=error.size)
        return None

    async def _scanned(self, job: Job, clean: Path, seen: Examined) -> tuple[Examined | Refused, bool]:
        """Ask the antivirus; one that does not answer is asked again a few times, then the file is kept without."""
        if seen.size > self._most:
            return Refused(Why.TOO_HEAVY, size=seen.size), False
        if self._means.antivirus is None:
            return seen, False
        try:
            found = await self._means.antivirus.scan(clean)
        except AwayError as error:
            log.warning("antivirus_away", error=str(error))
            if job.attempts <= TRIES:
                raise LaterError("antivirus") from error
            return seen, False
        return (Refused(Why.VIRUS, found=found), True) if found else (seen, True)

    async def _end(self, job: Job, seen: Examined | Refused, clean: Path, *, scanned: bool) -> None:
        now = self._means.clock()
        if isinstance(seen, Refused):
            await self._store.writing(self._closing.refuse, job, seen, now)
        else:
            await self._store.writing(self._closing.keep, job, seen, clean, now, scanned=scanned)
        scheme, ref = job.source
        if scheme == "web":
            self._folder.forget(ref)

    async def _again(self, job: Job, ending: Refused, *, most: int = 0, wait: float | None = None) -> None:
        """Put a file off; give it up after so many tries, or a day."""
        over = (most and job.attempts >= most) or self._means.clock() - job.created_at > GIVEN_UP
        with contextlib.suppress(Exception):  # the database is away: the lease will be over
            if over:
                await self._end(job, ending, Path(), scanned=False)
                return
            slow = min(SLOWEST, timedelta(seconds=2 ** min(job.attempts, 12)))
            pause = slow if wait is None else timedelta(seconds=max(1.0, wait))
            log.info(
                "attachment_put_off", attachment=job.id, attempts=job.attempts, seconds=pause.total_seconds()
            )
            await self._store.writing(self._postpone, job, pause)

    def _postpone(self, job: Job, pause: timedelta) -> None:
        with self._store.write() as tx:
            waiting.postpone(tx, job, self._means.clock() + pause)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP)
            try:
                swept = await asyncio.to_thread(
                    sweeping.sweep, self._store, self._folder, self._means.clock()
                )
                if swept:
                    log.info("files_swept", files=swept)
            except sweeping.StrangeFolderError:
                log.error("folder_of_another_database")  # RALLYNOV_DATA_DIR: nothing is swept
            except Exception as error:
                log.error("files_not_swept", error=type(error).__name__)


def named(name: str, seen: Examined | Refused) -> Examined | Refused:
    """Compare what a file is with what its name says."""
    told = names.ending(name)
    if isinstance(seen, Examined) and names.disguises(name, seen.kind):
        return Refused(Why.DISGUISED, found=str(seen.kind), told=told)
    if isinstance(seen, Refused) and seen.why is Why.UNLISTED and told in ENDINGS:
        return Refused(Why.DISGUISED, found=seen.found, told=told)
    return seen
