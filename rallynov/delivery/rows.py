"""The outbox as one sender sees it: rows claimed, kept, given back. Synchronous: run on the writer thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from rallynov.delivery import leases, outbox
from rallynov.delivery.outbox import Outgoing
from rallynov.storage.store import Store

CLAIM = 200
"""Messages taken from the outbox at a time."""


class Rows:
    """The rows of one channel that one process sends; each call is one transaction."""

    def __init__(self, store: Store, channel: str, owner: str, clock: Callable[[], datetime]) -> None:
        self._store = store
        self.channel = channel
        self.owner = owner
        self._clock = clock

    def claim(self, but: Sequence[str] = (), *, bulk: bool = True) -> list[Outgoing]:
        """Mark what waits as ``sending`` from here, ``CLAIM`` messages at most, ``but`` for these addresses; without
        ``bulk``, no announcements.
        """
        with self._store.write() as tx:
            return outbox.claim(tx, self.channel, self.owner, self._clock(), CLAIM, but=but, bulk=bulk)

    def renew(self) -> None:
        """Keep what is being sent from here."""
        with self._store.write() as tx:
            leases.renew(tx, self.owner, self._clock())

    def release(self, keys: Sequence[str]) -> None:
        """Give back what was not tried."""
        if keys:
            with self._store.write() as tx:
                leases.release(tx, self.owner, keys)

    def put_back(self, waiting: Sequence[tuple[Outgoing, float]]) -> None:
        """Give back what was tried and must wait, so many seconds each."""
        now = self._clock()
        until = [(message, now + timedelta(seconds=seconds)) for message, seconds in waiting]
        with self._store.write() as tx:
            leases.put_back(tx, self.owner, until)

    def doubt(self, message: Outgoing) -> bool:
        """Remember that a message may have arrived; tell whether it is still ours."""
        with self._store.write() as tx:
            return leases.doubt(tx, self.owner, message)
