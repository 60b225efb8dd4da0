"""How the focus of a place is written where one works on a thing: ``<thing>/<view>:<target>@<seen>``. Pure.

All but the thing may be missing. ``seen`` is the mark or version of what the person has before their eyes: what is
decided there is compared with what now stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WRITTEN = re.compile(
    r"(?P<thing>[^:/@]+)(?:/(?P<view>[a-z]+))?(?::(?P<target>[^@]*))?(?:@(?P<seen>\d+))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Focus:
    """A focus in its parts; ``thing`` is an id, ``seen`` None where nothing was noted."""

    thing: str
    view: str = ""
    target: str = ""
    seen: int | None = None

    def __str__(self) -> str:
        view = f"/{self.view}" if self.view else ""
        target = f":{self.target}" if self.target else ""
        seen = "" if self.seen is None else f"@{self.seen}"
        return f"{self.thing}{view}{target}{seen}"


def read_focus(written: str) -> Focus | None:
    """Read a focus; None when it names no thing, or is not of this form."""
    found = _WRITTEN.fullmatch(written)
    if found is None:
        return None
    seen = int(found["seen"]) if found["seen"] else None
    return Focus(found["thing"], found["view"] or "", found["target"] or "", seen)
