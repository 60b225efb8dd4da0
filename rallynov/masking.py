"""Small counts masked, so that none of them can be computed from what is shown. Pure.

A count from 1 to 4 is masked, and with it the smallest of the others, all equal ones together. What is masked then holds two
different values at least, and any exchange of them gives the very same table: whoever knows the total, and even this rule,
cannot tell which is which. A 0 is shown: it tells of nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

LEAST = 5
"""The smallest count that may be shown of people or dossiers that something is said of."""


def masked(counts: Sequence[int]) -> tuple[int | None, ...]:
    """Return the counts of one column, whose sum may be known, with None where they are masked.

    Where nothing but zeros would be left to see, all of the column is masked, its zeros too.
    """
    small = {at for at, count in enumerate(counts) if few(count)}
    if not small:
        return tuple(counts)
    beside = min((count for count in counts if count >= LEAST), default=0)
    shown = [None if at in small or count == beside else count for at, count in enumerate(counts)]
    return tuple(shown) if any(shown) else (None,) * len(counts)


def few(count: int) -> bool:
    """Tell whether a count is of so few that it is not shown."""
    return 0 < count < LEAST


def split(whole: int, part: int) -> tuple[int | None, int | None]:
    """Return a count and one that is a part of it; the first is masked when it, the part or the rest is small.

    The rest may be told elsewhere: it is the whole that would give the part away, or the part the rest.
    """
    hidden = few(whole) or few(part) or few(whole - part)
    return (None if hidden else whole), (None if few(part) else part)


def enough(many: int) -> bool:
    """Tell whether something may be said of so many, taken together."""
    return many >= LEAST
