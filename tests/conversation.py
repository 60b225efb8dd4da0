"""The player of conversations: says, presses, and reads what is shown, through the real inbox, turns and
outbox.

State is saved and read again between any two turns: every turn begins from the database alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot import plain
from bot.settings import Settings
from bot.wiring import Core, build
from rallynov.delivery import inbox
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.message import Message, load
from rallynov.delivery.tables import OutboxRow
from rallynov.storage.store import Store

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands still until it is moved; each look takes a millisecond."""

    at: datetime = START

    def __call__(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at

    def pass_(self, **amount: float) -> None:
        """Let time pass."""
        self.at += timedelta(**amount)


def core(store: Store, clock: Callable[[], datetime] | None = None) -> Core:
    """Build the product on a migrated database, with a clock of the tests."""
    return build(Settings(_env_file=None), store, clock or Clock())


@dataclass
class Talk:
    """One person's conversation on the web's channel."""

    core: Core
    clock: Clock
    address: str = "web:someone"
    ids: Iterator[int] = field(default_factory=itertools.count)
    seen: int = 0

    def say(self, text: str) -> Message:
        """Type something; return the last message shown."""
        return self.send(plain.text_payload(text))

    def press(self, key: str) -> Message:
        """Press a button of the last message, by its key or its words."""
        shown = self.last
        found = next((k for k, label in (*shown.choices, *shown.actions) if key in {k, label}), None)
        assert found is not None, f"{key!r} is not among {[*shown.choices, *shown.actions]}"
        return self.send(plain.press_payload(shown.token(found)))

    def send(self, payload: str, external_id: str | None = None) -> Message:
        """Let an event come in and be handled."""
        event = Incoming(
            "web", external_id or f"{self.address}:{next(self.ids)}", self.address, payload, self.clock()
        )
        with self.core.store.write() as tx:
            inbox.store(tx, [event])
        self.core.turns.run()
        return self.last

    @property
    def messages(self) -> list[Message]:
        """Everything that was shown, in order."""
        mine = select(OutboxRow.body).where(OutboxRow.address == self.address).order_by(OutboxRow.id)
        with self.core.store.read() as tx:
            return [load(body) for body in tx.execute(mine).scalars()]

    @property
    def last(self) -> Message:
        """The last message shown."""
        return self.messages[-1]
