"""What a sender needs of a channel that is called: the only part of sending that knows it."""

from __future__ import annotations

from typing import Protocol

from rallynov.delivery.decisions import Failure, Sent
from rallynov.delivery.outbox import Outgoing


class Transport(Protocol):
    """A channel that is called."""

    @property
    def channel(self) -> str:
        """Name of the channel, as in addresses."""

    def chat(self, address: str) -> int:
        """Return the number that the pacer knows an address by."""

    async def deliver(self, message: Outgoing, *, plain: bool) -> Sent | Failure:
        """Make the call. Never raises: whatever happens is an outcome."""

    async def freeze(self, message: Outgoing) -> Sent | Failure:
        """Change the card that a message has answered: called after an outcome that is ``answered``. Never raises."""
