"""Where a victim may die: ten points of a turn, found in the product by wrapping its functions from outside.

The product has no hook for tests. Each point is passed once a turn, or once a batch of turns.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from fastapi import Response

from bot.telegram.calls import Api
from bot.telegram.poller import Poller
from bot.telegram.sender import TelegramTransport
from rallynov.announcements.announcer import Announcer
from rallynov.announcements.fanout import Fanout
from rallynov.announcements.releasing import Releases
from rallynov.delivery import bulk, inbox
from rallynov.delivery.decider import Decider
from rallynov.delivery.inbox import Incoming, Waiting
from rallynov.delivery.receipts import Receipts
from rallynov.delivery.service import Delivery
from rallynov.delivery.turns import Batch
from rallynov.initiatives.attachments import intake, waiting
from rallynov.initiatives.attachments.closing import Closing
from rallynov.initiatives.attachments.fetching import Sink
from rallynov.initiatives.attachments.folder import Folder

Passed = Callable[[], None]


def fuse(nth: int, how: int = signal.SIGKILL) -> Passed:
    """Kills the process, as ``kill -9`` does, the nth time that it is called; or has it stop where it is (SIGSTOP)."""
    left = nth

    def burn() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), how)

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


def behind(owner: Any, name: str, passed: Passed, when: Callable[..., bool] = lambda *_: True) -> None:
    """As ``after``, for a coroutine."""
    real = getattr(owner, name)

    @wraps(real)
    async def wrapped(*args: Any, **named: Any) -> Any:
        result = await real(*args, **named)
        if when(*args):
            passed()
        return result

    setattr(owner, name, wrapped)


def _decided(_delivery: Delivery, batch: Batch) -> bool:
    return batch.claimed


def _sends(_api: Api, method: str, *_: object) -> bool:
    return method == "sendMessage"


POINTS: dict[str, Callable[[Passed], None]] = {
    "fetched": lambda passed: before(Poller, "keep", passed),
    "storing": lambda passed: after(inbox, "move_cursor", passed),
    "deciding": lambda passed: before(Decider, "decide", passed),
    "decided": lambda passed: after(inbox, "done", passed),
    "committed": lambda passed: before(Delivery, "_spread", passed, _decided),
    "stored": lambda passed: before(Poller, "acknowledge", passed),
    "sending": lambda passed: before(TelegramTransport, "deliver", passed),
    "sent": lambda passed: behind(Api, "call", passed, _sends),
    "answered": lambda passed: before(Receipts, "add", passed),
    "receipted": lambda passed: behind(Receipts, "_commit", passed),
}
"""In the order of a turn: getUpdates answered; in the transaction, updates written; about to decide; all effects
written; after the commit, nothing handed to the sender; about to acknowledge; before sendMessage; the server has done
it; its outcome is known; after the receipt's commit."""

FILE_POINTS: dict[str, Callable[[Passed], None]] = {
    "taken": lambda passed: after(waiting, "claim", passed),
    "fetching": lambda passed: before(Sink, "write", passed),
    "looking": lambda passed: before(intake, "examine", passed),
    "looked": lambda passed: before(Closing, "keep", passed),
    "renamed": lambda passed: after(Folder, "keep", passed),
    "told": lambda passed: after(Closing, "_tell", passed),
    "closed": lambda passed: after(Closing, "keep", passed),
}
"""In the order of a file: claimed, not yet committed; a piece of it comes; about to be examined, and to be stored; it lies
in its place, its row does not say so; the message is written, nothing is committed; committed, nothing tidied up."""

NEWS_POINTS: dict[str, Callable[[Passed], None]] = {
    "planning": lambda passed: after(Fanout, "plan", passed),
    "planned": lambda passed: after(Announcer, "step", passed),
    "releasing": lambda passed: after(bulk, "release", passed),
    "released": lambda passed: after(Releases, "fetch", passed),
}
"""In the order of an announcement: a chunk of recipients is written, then committed; some are marked as being sent, then
committed and not in hand."""

HOOK = "/telegram/hook"
"""Where the webhook of a victim is."""


def _answers(path: str) -> Callable[..., bool]:
    return lambda _response, scope, *_: scope["path"] == path


def _typed(_delivery: Delivery, events: Sequence[Incoming], *_: object) -> bool:
    return any(event.channel == "web" for event in events)


HOOK_POINTS: dict[str, Callable[[Passed], None]] = {
    "posted": lambda passed: before(Poller, "receive", passed),
    "noting": lambda passed: after(inbox, "store", passed),
    "noted": lambda passed: behind(Poller, "receive", passed),
    "thanked": lambda passed: behind(Response, "__call__", passed, _answers(HOOK)),
}
"""In the order of an update that is posted: read, not stored; written, not committed; stored, not answered; answered."""

UNBEARABLE = "mot insupportable"


def _unbearable(_decider: Decider, _tx: object, waiting: Sequence[Waiting], *_: object) -> bool:
    return any(UNBEARABLE in event.payload for event in waiting)


UNBEARABLE_POINTS: dict[str, Callable[[Passed], None]] = {
    "unbearable": lambda passed: before(Decider, "decide", passed, _unbearable)
}
"""About to decide on some words."""

FORM_POINTS: dict[str, Callable[[Passed], None]] = {
    "form read": lambda passed: before(Delivery, "take", passed, _typed),
    "form noting": lambda passed: after(inbox, "store", passed),
    "form noted": lambda passed: behind(Delivery, "take", passed, _typed),
    "form answered": lambda passed: behind(Response, "__call__", passed, _answers("/say")),
}
"""The same of a form of the web chat."""


def acknowledge_first() -> None:
    """Move the inbox's commit behind the acknowledgement: the fault that the tests must be able to see."""
    real = Poller.keep

    async def keep(self: Poller, raw: list[dict[str, Any]], offset: int | None) -> int | None:
        await self._api.call("getUpdates", offset=raw[-1]["update_id"] + 1, timeout=0, limit=1)
        return await real(self, raw, offset)

    Poller.keep = keep  # type: ignore[method-assign, assignment]


def thank_first() -> None:
    """Answer 200 to what is posted before it is stored: the same fault, for the webhook."""
    real = Poller.receive
    later: set[asyncio.Future[None]] = set()

    async def receive(self: Poller, update: object) -> None:
        later.add(asyncio.ensure_future(real(self, update)))

    Poller.receive = receive  # type: ignore[method-assign]


FAULTS: dict[str, Callable[[], None]] = {
    "acknowledge first": acknowledge_first,
    "thank first": thank_first,
}
