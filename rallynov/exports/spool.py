"""Exports asked for in conversation or on a page: what was asked, how far it is, and its file, for an hour.

A folder of its own for each, for its owner's eyes alone: a request that is not settled is taken up again at the next start,
and a file is only ever found by whoever asked for it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from rallynov.exports.model import Outcome, Request

KEPT = timedelta(hours=1)
"""How long an export may be fetched: it is personal, and another is soon made."""
_LONGEST = 64
_REQUEST, _OUTCOME, _PROGRESS = "request.json", "outcome.json", "progress.json"


REQUESTS, OUTCOMES = TypeAdapter(Request), TypeAdapter(Outcome)


class Spool:
    """The folder of all of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, request: Request) -> bool:
        """Keep a request; False when it is known already."""
        place = self.place(request.id)
        if place is None or place.exists():
            return False
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.mkdir(mode=0o700)
        _write(place / _REQUEST, REQUESTS.dump_json(request))
        return True

    def settle(self, request: Request, outcome: Outcome) -> None:
        """Keep what became of a request; nothing when it was swept away meanwhile."""
        if (place := self.place(request.id)) and place.is_dir():
            _write(place / _OUTCOME, OUTCOMES.dump_json(outcome))

    def advance(self, request: Request, done: int, total: int) -> None:
        """Keep how far an export is."""
        if (place := self.place(request.id)) and place.is_dir():
            _write(place / _PROGRESS, orjson.dumps([done, total]))

    def request(self, name: str) -> Request | None:
        """Return a request."""
        return self._read(name, _REQUEST, REQUESTS)  # type: ignore[no-any-return]

    def outcome(self, name: str) -> Outcome | None:
        """Return what became of a request; None while it is under way."""
        return self._read(name, _OUTCOME, OUTCOMES)  # type: ignore[no-any-return]

    def progress(self, name: str) -> tuple[int, int]:
        """Return how far an export is: dossiers done, and in all; zeros before the first."""
        place = self.place(name)
        try:
            done, total = orjson.loads((place / _PROGRESS).read_bytes()) if place else (0, 0)
        except (OSError, ValueError):
            return 0, 0
        return int(done), int(total)

    def file(self, name: str) -> Path | None:
        """Return the file of a request, once it is there."""
        place, outcome = self.place(name), self.outcome(name)
        path = place / outcome.file if place and outcome and outcome.file else None
        return path if path and path.is_file() else None

    def of(self, person: str) -> list[Request]:
        """Return what somebody asked for, the newest first."""
        return sorted(
            (one for one in self._all() if one.person == person), key=lambda one: one.at, reverse=True
        )

    def waiting(self) -> list[Request]:
        """Return what is not settled, the oldest first."""
        return sorted((one for one in self._all() if self.outcome(one.id) is None), key=lambda one: one.at)

    def sweep(self, now: datetime) -> int:
        """Remove what has been there for long enough; return how many."""
        old = [one for one in self._all() if now - one.at >= KEPT]
        for one in old:
            self._remove(one.id)
        return len(old)

    def clear(self) -> None:
        """Remove everything: somebody who is in these files was erased."""
        for one in self._all():
            if self.outcome(one.id) is not None:
                self._remove(one.id)

    def place(self, name: str) -> Path | None:
        """Return the folder of a request; None for what is no id."""
        return self._folder / name if name.isascii() and name.isalnum() and len(name) <= _LONGEST else None

    def _remove(self, name: str) -> None:
        if place := self.place(name):
            shutil.rmtree(place, ignore_errors=True)

    def _all(self) -> Iterator[Request]:
        found = sorted(self._folder.iterdir()) if self._folder.is_dir() else []
        for one in found:
            if request := self.request(one.name):
                yield request

    def _read(self, name: str, what: str, adapter: Any) -> Any:
        place = self.place(name)
        try:
            return adapter.validate_json((place / what).read_bytes()) if place else None
        except (OSError, ValidationError):
            return None


def _write(path: Path, content: bytes) -> None:
    """Write a small file at once, for its owner alone."""
    beside = path.with_suffix(".new")
    beside.touch(mode=0o600)
    beside.write_bytes(content)
    beside.replace(path)
