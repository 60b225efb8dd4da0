"""Kernel ridge regression from texts to entries, with exact leave-one-out scores. numpy.

Scores of a question: its likeness to each text, times what the regression learned of that text. Leaving a text (or all
the texts of an entry) out needs no second regression: closed forms give the same scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rallynov.faq.retrieval.features import Floats, Ints, Vector

RIDGE: Final = 0.3
"""How much the regression is held back; flat between 0.2 and 1."""

BALANCE: Final = 0.7
"""Exponent of the weight of entries with fewer texts than the mean: a new entry must be found too."""

_BLOCK: Final = 1024  # features multiplied at once


@dataclass(frozen=True, slots=True)
class Postings:
    """The texts' vectors, by feature: `texts[starts[f]:starts[f + 1]]` hold feature f, as much as `values` says."""

    starts: Ints
    texts: Ints
    values: Floats
    count: int

    @classmethod
    def of(cls, vectors: Sequence[Vector], features: int) -> Postings:
        """Turn rows into columns."""
        rows = np.repeat(
            np.arange(len(vectors), dtype=np.int32), [len(vector.features) for vector in vectors]
        )
        columns = np.concatenate([vector.features for vector in vectors])
        values = np.concatenate([vector.values for vector in vectors])
        order = np.argsort(columns, kind="stable")
        starts = np.zeros(features + 1, np.int32)
        np.cumsum(np.bincount(columns, minlength=features), out=starts[1:])
        return cls(starts, rows[order], values[order], len(vectors))

    def likeness(self, vector: Vector) -> Floats:
        """Return the cosine of a vector with each text."""
        first = self.starts[vector.features]
        sizes = self.starts[vector.features + 1] - first
        total = int(sizes.sum())
        if not total:
            return np.zeros(self.count, np.float32)
        ends = np.cumsum(sizes)
        at = np.arange(total) + np.repeat(first - (ends - sizes), sizes)
        weighed = self.values[at] * np.repeat(vector.values, sizes)
        return np.bincount(self.texts[at], weighed, self.count).astype(np.float32)

    def gram(self) -> Floats:
        """Return the cosines of all texts with each other, by blocks of features: no more memory than needed."""
        columns = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        shared = np.diff(self.starts)[columns] > 1
        rank = np.cumsum(np.diff(self.starts) > 1) - 1
        rows, columns, values = self.texts[shared], rank[columns[shared]], self.values[shared]
        made = np.zeros((self.count, self.count), np.float32)
        for low in range(0, int(rank[-1]) + 1 if len(rank) else 0, _BLOCK):
            here = slice(*np.searchsorted(columns, (low, low + _BLOCK)))
            block = np.zeros((self.count, _BLOCK), np.float32)
            block[rows[here], columns[here] - low] = values[here]
            made += block @ block.T
        np.fill_diagonal(made, np.bincount(self.texts, self.values**2, self.count))
        return made


@dataclass(frozen=True, slots=True)
class Ridge:
    """What was learned (`dual`, texts by entries; `level`, each entry's score when nothing is known)."""

    dual: Floats
    level: float

    def scores(self, likeness: Floats) -> Floats:
        """Return the score of each entry."""
        # einsum, not @: BLAS starts threads for this, and waits 10 ms for them when the cores are busy
        scores: Floats = self.level + np.einsum("i,ij->j", likeness, self.dual)
        return scores


@dataclass(frozen=True, slots=True)
class Fit:
    """A regression, and the scores its own texts get when they are left out, or their whole entry is."""

    ridge: Ridge
    without_text: NDArray[np.float64]
    without_entry: NDArray[np.float64]


def fit(gram: Floats, entries: Ints, count: int) -> Fit:
    """Learn which entry each text belongs to."""
    texts = len(entries)
    sizes = np.bincount(entries, minlength=count)
    weights = (sizes.mean() / sizes[entries]) ** BALANCE
    level = 1 / count
    wanted = np.full((texts, count), -level)
    wanted[np.arange(texts), entries] += 1
    held_back = gram.astype(np.float64)
    del gram
    held_back[np.diag_indices(texts)] += RIDGE / weights
    inverse = np.linalg.inv(held_back)
    del held_back
    dual = inverse @ wanted
    without_text = wanted - dual / np.diag(inverse)[:, None] + level
    without_entry = np.empty_like(wanted)
    for entry in range(count):
        its = np.flatnonzero(entries == entry)
        without_entry[its] = wanted[its] - np.linalg.solve(inverse[np.ix_(its, its)], dual[its]) + level
        without_entry[its, entry] = -np.inf
    return Fit(Ridge(dual.astype(np.float32), level), without_text, without_entry)
