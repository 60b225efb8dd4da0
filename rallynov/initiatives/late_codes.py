"""Late codes as they are typed: what the dialogue of codes makes of one that no person made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from rallynov.editions import late
from rallynov.editions.model import Edition
from rallynov.people.model import Purpose, Standing, TypedCode


class LateCodes:
    """The late codes of an edition, looked up when a code is typed that people do not know."""

    def __init__(self, edition: Edition, clock: Callable[[], datetime]) -> None:
        self._edition = edition
        self._clock = clock

    def __call__(self, tx: Connection, typed: Mapping[str, str]) -> Mapping[str, TypedCode]:
        """Return what codes open, by who typed each: of more people than a code has uses, the first have it."""
        digests = {person: late.digest_of(code) for person, code in typed.items()}
        known = late.find(tx, self._edition.slug, sorted(set(digests.values())))
        if not known:
            return {}
        again = late.users(tx, list(known))
        left = {digest: code.left for digest, code in known.items()}
        found = {}
        for person, code in typed.items():
            digest = digests[person]
            if digest not in known:
                continue
            new = (person, digest) not in again
            left[digest] -= new
            found[person] = self._standing(code, known[digest], used_up=new and left[digest] < 0)
        return found

    def _standing(self, code: str, late_code: late.LateCode, *, used_up: bool) -> TypedCode:
        if self._clock() > late_code.until:
            return TypedCode(code, Standing.EXPIRED)
        if used_up:
            return TypedCode(code, Standing.USED)
        ref = f"late:{int(late_code.until.timestamp())}"
        return TypedCode(code, Standing.VALID, Purpose.LATE, "", ref)
