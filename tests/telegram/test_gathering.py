"""Polling under load: what many people say next is let come together, for one transaction."""

from typing import Any

import pytest
from conversation import Clock, core

from bot.telegram.poller import FULL, GATHER, Poller, Time
from rallynov.storage.store import Store


class Telegram:
    """Gives so many updates at once."""

    def __init__(self, count: int) -> None:
        self._count = count

    async def call(self, method: str, /, **params: Any) -> list[dict[str, Any]]:
        people = range(1, self._count + 1)
        return [{"update_id": n, "message": {"chat": {"id": n}, "text": "bonjour"}} for n in people]


@pytest.mark.parametrize(("count", "wait"), [(1, []), (20, [GATHER]), (FULL, [])])
async def test_after_many_the_next_ones_come_together(count: int, wait: list[float], sqlite: Store) -> None:
    """One person waits for nobody; when as many come as there may, more of them wait already."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    delivery = core(sqlite, Clock()).delivery
    delivery.start()
    poller = Poller(Telegram(count), delivery, "123456", Time(lambda: 0.0, Clock(), sleep))  # type: ignore[arg-type]
    await poller._once()
    assert poller._offset == count + 1
    assert waits == wait
    await delivery.close()
