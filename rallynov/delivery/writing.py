"""Cycles as they are written: what came, what became of messages and the turns of whoever waits, in one transaction.

An event that fails is done alone, and what was received is kept. When the process before this one did not end well, an
event may have ended it: for a while, what comes is stored first, and what waits is counted as tried before it is, alone,
so that an event which ends every process is set aside.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from rallynov.delivery import endings, faults
from rallynov.delivery.cycle import Counts, Kept, Taken, begin_aside, record
from rallynov.delivery.turns import Batch, Turns
from rallynov.storage.store import Store

log = structlog.get_logger("rallynov.delivery")
WARY = 600.0
"""Seconds for which a death is feared."""
LATELY = 60.0
"""Seconds after which a cycle that could not be written says nothing of now: whoever failed tries again sooner."""
FEW = 20
"""Events that are done alone while it is."""


class Cycles:
    """The cycles of one process, one after the other on the writer thread."""

    def __init__(self, store: Store, turns: Turns, clock: Callable[[], datetime], counts: Counts) -> None:
        self._store = store
        self._turns = turns
        self._clock = clock
        self._counts = counts
        self._begun_at: float | None = None
        self._wary_until: float | None = None
        """Until when a death is feared; None as long as nobody looked how the process before ended."""
        self._failed: list[float] = []
        """When the first and the last of the cycles failed that could not be written, since one was."""
        self._left: list[int] = []
        """Events that waited when this process began and are not tried yet."""
        self._marked = False
        """Whether the end of this process is remembered: not beside the one that owns a SQLite file."""

    async def run(self, taken: Sequence[Taken], kept: Sequence[Kept], *, ending: bool) -> Batch:
        """Write one cycle, without turns when the process ends; raises when nothing of it was written."""
        self._begun_at = time.monotonic()
        try:
            batch = await self._store.writing(self._write, taken, kept, ending)
        except Exception:
            now = time.monotonic()
            lately = self._failed and now - self._failed[-1] < LATELY
            self._failed = [*(self._failed[:1] if lately else ()), now]
            raise
        finally:
            self._begun_at = None
        if taken or kept or batch.handled:
            self._failed.clear()
        return batch

    def unwritten(self) -> float:
        """Return for how many seconds no cycle could be written, though several were to be; 0 when one was since."""
        now = time.monotonic()
        several = len(self._failed) > 1 and now - self._failed[-1] < LATELY
        return now - self._failed[0] if several else 0.0

    def lasting(self) -> float:
        """Return for how many seconds the cycle under way has been waiting or written; 0 when none is."""
        begun = self._begun_at
        return 0.0 if begun is None else time.monotonic() - begun

    def _write(self, taken: Sequence[Taken], kept: Sequence[Kept], ending: bool) -> Batch:  # noqa: FBT001
        self._counts.batches += 1
        if self._wary_until is None and not ending:
            self._begin()
        if self._wary_until and not ending:
            return self._warily(taken, kept)
        since = time.thread_time()
        try:
            with self._store.write() as tx:
                record(tx, taken, kept, self._clock())
                batch = Batch() if ending else self._turns.within(tx)
                begin_aside(taken)
                return batch
        except Exception as error:
            if ending or faults.passing(error, since):
                raise
            log.warning("batch_failed", error=type(error).__name__)
        self._record(taken, kept)
        return self._turns.one_by_one(self._turns.waiting())

    def _begin(self) -> None:
        died, self._marked = False, not self._store.is_sqlite or self._store.owned
        if self._marked:
            with self._store.write() as tx:
                died = endings.died(tx)
                endings.begin(tx, self._clock())
        self._left = self._turns.waiting() if died else []
        self._wary_until = time.monotonic() + WARY if died else 0.0

    def end(self) -> None:
        """Remember that this process ended well; on the writer thread, after its last cycle."""
        if self._marked:
            with self._store.write() as tx:
                endings.end(tx)

    def _warily(self, taken: Sequence[Taken], kept: Sequence[Kept]) -> Batch:
        """Store first; then do alone what waited at the start, or the few who are there: a crowd cannot wait so long."""
        self._record(taken, kept)
        if self._wary_until and time.monotonic() > self._wary_until:
            self._wary_until = 0.0
        if self._left:
            return self._turns.one_by_one(self._left, counted=True)
        waiting = self._turns.waiting()
        return self._turns.one_by_one(waiting, counted=True) if len(waiting) <= FEW else self._turns.run()

    def _record(self, taken: Sequence[Taken], kept: Sequence[Kept]) -> None:
        with self._store.write() as tx:
            record(tx, taken, kept, self._clock())
            begin_aside(taken)
