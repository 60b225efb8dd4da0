"""Texts as sparse vectors: stems, pairs of stems, pieces of words, weighted by how rare they are. numpy."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rallynov.faq.retrieval.reading import Stems

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

_PIECES: Final = (2, 5)  # letters in a piece of a word, its borders counted
_BLOCKS: Final = 2


def counted(words: Sequence[str], stem: Stems) -> tuple[Counter[str], Counter[str]]:
    """Return how often each stem and pair of stems, then each piece of a word (marked `#`), stands in a text."""
    stems = [stem(word) for word in words]
    whole = Counter(stems)
    whole.update(f"{one}_{two}" for one, two in pairwise(stems))
    pieces: Counter[str] = Counter()
    for word in words:
        bounded = f" {word} "
        for size in range(_PIECES[0], _PIECES[1] + 1):
            if size >= len(bounded):
                pieces[f"#{bounded}"] += 1
                break
            pieces.update(f"#{bounded[at : at + size]}" for at in range(len(bounded) - size + 1))
    return whole, pieces


@dataclass(frozen=True, slots=True)
class Vector:
    """The known features of a text; `values` has a norm under one when the text holds unknown ones."""

    features: Ints
    values: Floats

    @property
    def share(self) -> float:
        """Return how much of the text is known, 0 to 1."""
        return float(self.values @ self.values)


class Features:
    """The features of a FAQ's texts. A feature it never met counts in a text's norm at the highest weight.

    So a question about something else resembles nothing, whatever little words it shares.
    """

    def __init__(self, names: Sequence[str], weights: Floats, unknown: float) -> None:
        self.names, self.weights, self.unknown = names, weights, unknown
        self._rank = {name: rank for rank, name in enumerate(names)}
        self._weight = dict(zip(names, weights.tolist(), strict=True))

    @classmethod
    def of(cls, texts: Sequence[tuple[Counter[str], Counter[str]]]) -> Features:
        """Weigh the features of all texts of a FAQ."""
        held: Counter[str] = Counter()
        for blocks in texts:
            for block in blocks:
                held.update(block.keys())
        total = len(texts)
        weights = [math.log((1 + total) / (1 + texts_)) + 1 for texts_ in held.values()]
        return cls(list(held), np.array(weights, np.float32), math.log(1 + total) + 1)

    def vector(self, blocks: tuple[Counter[str], Counter[str]]) -> Vector:
        """Return a text's vector: each of its two blocks has the same share in it."""
        features: list[int] = []
        values: list[float] = []
        for block in blocks:
            weighed = [
                (name, (1 + math.log(count)) * self._weight.get(name, self.unknown))
                for name, count in block.items()
            ]
            norm = math.sqrt(_BLOCKS * sum(value * value for _, value in weighed)) or 1.0
            for name, value in weighed:
                if (rank := self._rank.get(name)) is not None:
                    features.append(rank)
                    values.append(value / norm)
        return Vector(np.array(features, np.int32), np.array(values, np.float32))


def known_shares(vectors: Sequence[Vector], owners: Ints, features: int) -> tuple[Floats, Floats]:
    """Return how much of each text would be known without it, and without all the texts of its entry."""
    held = np.bincount(np.concatenate([vector.features for vector in vectors]), minlength=features)
    alone = np.array(
        [
            vector.values[held[vector.features] > 1] @ vector.values[held[vector.features] > 1]
            for vector in vectors
        ],
        np.float32,
    )
    apart = np.zeros(len(vectors), np.float32)
    for owner in range(int(owners.max()) + 1):
        its = np.flatnonzero(owners == owner).tolist()
        inside = np.bincount(np.concatenate([vectors[row].features for row in its]), minlength=features)
        for row in its:
            values = vectors[row].values[(held - inside)[vectors[row].features] > 0]
            apart[row] = values @ values
    return alone, apart
