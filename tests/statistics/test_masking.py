"""Masked counts cannot be computed: by whoever knows the total, the rule, and every count that is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rallynov.masking import LEAST, masked

COUNTS = st.lists(st.integers(0, 40) | st.integers(0, 6), min_size=2, max_size=12)


def worlds(counts: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every column that would be published exactly as this one, with the same total."""
    shown, total = masked(counts), sum(counts)
    hidden = [at for at, one in enumerate(shown) if one is None]
    rest = total - sum(one for one in shown if one is not None)
    for values in product(range(rest + 1), repeat=len(hidden)):
        if sum(values) == rest:
            world = list(counts)
            for at, value in zip(hidden, values, strict=True):
                world[at] = value
            if masked(world) == shown:
                yield tuple(world)


@pytest.mark.parametrize("cells", [2, 3])
def test_no_masked_count_can_be_told_whatever_is_known_beside_it(cells: int) -> None:
    seen = 0
    for counts in product(range(9 if cells == 3 else 15), repeat=cells):
        shown = masked(counts)
        if None not in shown:
            continue
        seen += 1
        found = list(worlds(counts))
        assert counts in found
        for at, one in enumerate(shown):
            if one is None:
                assert len({world[at] for world in found}) > 1, (counts, shown)
    assert seen > 60


@given(COUNTS)
def test_no_small_count_is_shown_and_none_is_masked_alone(counts: list[int]) -> None:
    shown = masked(counts)
    assert len(shown) == len(counts)
    assert all(one in {None, count} for one, count in zip(shown, counts, strict=True))
    assert not [one for one in shown if one is not None and 0 < one < LEAST]
    hidden = [count for one, count in zip(shown, counts, strict=True) if one is None]
    if any(0 < count < LEAST for count in counts):
        assert len(hidden) >= 2
        assert len(set(hidden)) >= 2 or len(hidden) == len(counts)
    else:
        assert hidden == []


@given(COUNTS, st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_what_is_masked_may_be_exchanged_without_a_trace(counts: list[int], chance: object) -> None:
    """The proof of the rule: any exchange of the masked counts is published as the very same column."""
    shown = masked(counts)
    hidden = [at for at, one in enumerate(shown) if one is None]
    values = [counts[at] for at in hidden]
    chance.shuffle(values)  # type: ignore[attr-defined]
    other = list(counts)
    for at, value in zip(hidden, values, strict=True):
        other[at] = value
    assert masked(other) == shown


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((0, 0, 0), (0, 0, 0)),
        ((12, 30, 5), (12, 30, 5)),
        ((3, 12, 30), (None, None, 30)),
        ((3, 12, 12, 30), (None, None, None, 30)),
        ((2, 3, 12, 30, 0), (None, None, None, 30, 0)),
        ((3, 0, 0), (None, None, None)),
        ((4, 4), (None, None)),
        ((3, 5, 0), (None, None, None)),
    ],
)
def test_examples(counts: tuple[int, ...], shown: tuple[int | None, ...]) -> None:
    assert masked(counts) == shown
