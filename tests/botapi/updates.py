"""The updates a bot has not confirmed yet, in the order they happened."""

from dataclasses import dataclass
from typing import Any

import orjson

FIRST_UPDATE = 700_000_001


@dataclass(slots=True)
class Waiting:
    """One update as the bytes the bot will read. `anonymous`: it tells no update_id, so it is shown once."""

    update_id: int
    raw: bytes
    anonymous: bool = False
    shown: bool = False


class Updates:
    """A queue that forgets what an offset confirms. `confirmed`: the highest offset ever received."""

    def __init__(self) -> None:
        self.pending: list[Waiting] = []
        self.confirmed = 0
        self._next_id = FIRST_UPDATE

    def add(self, update: dict[str, Any]) -> int:
        """Add an update under the next id, which stands first in it as in real ones."""
        update_id = self._take_id()
        self.pending.append(Waiting(update_id, orjson.dumps({"update_id": update_id, **update})))
        return update_id

    def add_raw(self, value: Any) -> int:
        """Add a value exactly as it is (bytes: even what is no JSON)."""
        told = value.get("update_id") if isinstance(value, dict) else None
        named = isinstance(told, int) and not isinstance(told, bool)
        update_id = told if isinstance(told, int) and named else self._take_id()
        self._next_id = max(self._next_id, update_id + 1)
        raw = value if isinstance(value, bytes) else orjson.dumps(value)
        self.pending.append(Waiting(update_id, raw, anonymous=not named))
        return update_id

    def confirm(self, offset: int) -> None:
        """Forget what the offset confirms: everything below it, or all but the last -offset when negative."""
        self.pending = [one for one in self.pending if not (one.anonymous and one.shown)]
        if offset < 0:
            self.pending = self.pending[offset:]
        else:
            self.confirmed = max(self.confirmed, offset)
            self.pending = [one for one in self.pending if one.update_id >= offset]

    def forget(self, one: Waiting) -> None:
        """Forget one update, delivered to a webhook."""
        self.pending.remove(one)
        self.confirmed = max(self.confirmed, one.update_id + 1)

    def batch(self, limit: int) -> bytes:
        """Give the answer of getUpdates; the updates stay until confirmed."""
        chosen = self.pending[:limit]
        for one in chosen:
            one.shown = True
        return b'{"ok":true,"result":[' + b",".join(one.raw for one in chosen) + b"]}"

    def _take_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1
