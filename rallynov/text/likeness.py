"""How alike two texts are: how many slips of the finger lie between them, and names near one that was typed.

rapidfuzz is loaded by the first look: a process where nobody types does not carry it.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from types import ModuleType


def slips(one: str, other: str) -> int:
    """Count the letters lacking, added, wrong or swapped between two words."""
    count: int = _rapidfuzz().distance.OSA.distance(one, other)
    return count


def likeness(one: str, other: str, least: float) -> float:
    """Return how alike two texts are, up to 100; 0 when it is under ``least``."""
    score: float = _rapidfuzz().fuzz.ratio(one, other, score_cutoff=least)
    return score


def alike(said: str, names: Collection[str], least: float) -> list[tuple[str, float]]:
    """Return the names that are at least so much like what was said, with how much, the likest first."""
    module = _rapidfuzz()
    found = module.process.extract(said, names, scorer=module.fuzz.ratio, score_cutoff=least, limit=None)
    return [(name, score) for name, score, _ in found]


@cache
def _rapidfuzz() -> ModuleType:
    import rapidfuzz  # noqa: PLC0415  # see above

    return rapidfuzz
