"""Where the announcements of a test come from, and who leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from delivery.stage import Stage

from rallynov.delivery import outbox
from rallynov.delivery.decisions import Klass
from rallynov.delivery.leadership import Leader
from rallynov.delivery.outbox import Outgoing, Part
from rallynov.delivery.rows import Rows


class Planned:
    """A broadcast to so many chats, from chat 1000 on, each with its row; what comes back is given out again when due."""

    def __init__(self, stage: Stage, many: int) -> None:
        self.stage = stage
        self.left = [
            Outgoing(f"n:{n}", "telegram", f"telegram:{1000 + n}", Klass.BULK, "{}") for n in range(many)
        ]
        self.asked: list[int] = []
        self.broke: list[tuple[str, str]] = []

    def fetch(self, to: Rows, most: int, leader: Leader) -> Sequence[Outgoing]:
        leader.fence(None)  # type: ignore[arg-type]
        if self.broke:
            return ()
        self.asked.append(most)
        with self.stage.store.write() as tx:
            back = outbox.claim(tx, to.channel, to.owner, self.stage.now(), most)
            fresh, self.left = self.left[: most - len(back)], self.left[most - len(back) :]
            outbox.add(tx, fresh, self.stage.now(), to.owner, frozenset())
        taken = [*back, *fresh]
        parts = (replace(one, part=Part("b", "c")) for one in taken)
        return list(parts)

    def broken(self, broadcast: str, reason: str, leader: Leader) -> None:
        self.broke.append((broadcast, reason))
        self.left = []


class Doubtful:
    """A leader that may be cut off."""

    sure = True

    def certain(self) -> bool:
        return self.sure

    def fence(self, tx: object) -> None:
        assert self.sure
