"""Long work on the database in steps: each is one short transaction, so that what people wait for is written in between.

A step looks again at what it takes: whoever came back meanwhile is not who they were when the work began.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Delete, Update, func, select
from sqlalchemy.orm import InstrumentedAttribute

from rallynov.storage.store import Store

Step: TypeAlias = Callable[[Connection], None]
ROWS = 1000
"""Rows of a long table that one step looks at."""


async def apart(store: Store, steps: Iterable[Step]) -> None:
    """Take steps on the writer's thread, each in a transaction of its own; turns pass between."""
    for step in steps:
        await store.writing(_alone, store, step)


def _alone(store: Store, step: Step) -> None:
    with store.write() as tx:
        step(tx)


class Sweep:
    """Changes of a long table, from its first row to its last, by a key that grows."""

    def __init__(self, key: InstrumentedAttribute[int], changes: Sequence[Delete | Update]) -> None:
        self._key = key
        self._changes = changes
        self._last: int | None = None
        self._over = False
        self.counts = [0] * len(changes)
        """Rows that each change met."""

    def steps(self) -> Iterator[Step]:
        """Give the steps; each is to be taken before the next one is asked for."""
        while not self._over:
            yield self._step

    def _step(self, tx: Connection) -> None:
        beyond: list[ColumnElement[bool]] = [] if self._last is None else [self._key > self._last]
        some = select(self._key).where(*beyond).order_by(self._key).limit(ROWS).subquery()
        last: Any = tx.execute(select(func.max(some.c[self._key.key]))).scalar()
        if last is None:
            self._over = True
            return
        for n, change in enumerate(self._changes):
            self.counts[n] += tx.execute(change.where(*beyond, self._key <= last)).rowcount
        self._last = last
