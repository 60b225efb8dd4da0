"""Where a victim may die: ten points of a turn, found in the product by wrapping its functions from outside.

The product has no hook for tests. Each point is passed once a turn, or once a batch of turns.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import wraps
from typing import Any

from bot.telegram.calls import Api
from bot.telegram.poller import Poller
from bot.telegram.sender import TelegramTransport
from rallynov.delivery import inbox
from rallynov.delivery.sender import _Receipts
from rallynov.delivery.service import Delivery
from rallynov.delivery.turns import Turns

Passed = Callable[[], None]


def fuse(nth: int) -> Passed:
    """Kills the process, as ``kill -9`` does, the nth time that it is called."""
    left = nth

    def burn() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return burn


def before(owner: Any, name: str, passed: Passed, when: Callable[..., bool] = lambda *_: True) -> None:
    real = getattr(owner, name)

    @wraps(real)
    def wrapped(*args: Any, **named: Any) -> Any:
        if when(*args):
            passed()
        return real(*args, **named)

    setattr(owner, name, wrapped)


def after(owner: Any, name: str, passed: Passed) -> None:
    real = getattr(owner, name)

    @wraps(real)
    def wrapped(*args: Any, **named: Any) -> Any:
        result = real(*args, **named)
        passed()
        return result

    setattr(owner, name, wrapped)


def sent(passed: Passed) -> None:
    real = Api.call

    async def call(self: Api, method: str, /, **params: Any) -> Any:
        answer = await real(self, method, **params)
        if method == "sendMessage":
            passed()
        return answer

    Api.call = call  # type: ignore[method-assign]


def waits(turns: Turns, *_: object) -> bool:
    with turns._store.read() as tx:
        return inbox.next_try(tx) is not None


POINTS: dict[str, Callable[[Passed], None]] = {
    "fetched": lambda passed: before(Poller, "keep", passed),
    "storing": lambda passed: after(inbox, "move_cursor", passed),
    "stored": lambda passed: before(Poller, "acknowledge", passed),
    "deciding": lambda passed: before(Turns, "run", passed, waits),
    "decided": lambda passed: after(inbox, "done", passed),
    "committed": lambda passed: before(Delivery, "_spread", passed),
    "sending": lambda passed: before(TelegramTransport, "deliver", passed),
    "sent": sent,
    "answered": lambda passed: before(_Receipts, "add", passed),
    "receipted": lambda passed: after(_Receipts, "_finish", passed),
}
"""In the order of a turn: getUpdates answered; in the inbox's transaction; after its commit; before the turn's
transaction; in it, all written; after its commit; before sendMessage; the server has done it; its answer was read;
after the receipt's commit."""


def acknowledge_first() -> None:
    """Move the inbox's commit behind the acknowledgement: the fault that the tests must be able to see."""
    real = Poller.keep

    async def keep(self: Poller, raw: list[dict[str, Any]], offset: int | None) -> int | None:
        await self._api.call("getUpdates", offset=raw[-1]["update_id"] + 1, timeout=0, limit=1)
        return await real(self, raw, offset)

    Poller.keep = keep  # type: ignore[method-assign, assignment]


def finish_apart() -> None:
    """Move the end of an event out of the transaction that holds its effects: another fault to see."""
    real_done, real_spread = inbox.done, Delivery._spread
    handled: list[int] = []
    inbox.done = lambda _tx, seqs: handled.extend(seqs)

    def spread(self: Delivery, batch: Any) -> None:
        with self.store.write() as tx:
            real_done(tx, handled)
        real_spread(self, batch)

    Delivery._spread = spread  # type: ignore[method-assign]


FAULTS: dict[str, Callable[[], None]] = {"acknowledge first": acknowledge_first, "finish apart": finish_apart}
