"""Where a sender's announcements come from: a few at a time, when their turn has come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rallynov.delivery.leadership import Leader
from rallynov.delivery.outbox import Outgoing
from rallynov.delivery.rows import Rows


class Feed(Protocol):
    """What a sender asks for announcements; synchronous, on the writer thread."""

    def fetch(self, rows: Rows, most: int, leader: Leader) -> Sequence[Outgoing]:
        """Mark messages as ``sending`` from there and return them, ``most`` at most; none: ask again in a while."""

    def broken(self, broadcast: str, reason: str, leader: Leader) -> None:
        """Stop a broadcast whose content the channel refuses."""


class Alone:
    """The leadership of a process that has no other beside it."""

    def certain(self) -> bool:
        """Tell that nobody else leads."""
        return True

    def fence(self, tx: object) -> None:
        """Let every transaction pass."""
