"""BM25 of an entry, all its texts as one document, as a share of the best a question could get. numpy.

It counts what the regression smooths away: one rare word that only one entry has.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rallynov.faq.retrieval.features import Floats, Ints

_K, _B = 1.2, 0.25
_TOP: Final = _K + 1


class Bm25:
    """`held`: words by entries, how often."""

    def __init__(self, words: Sequence[str], held: Floats) -> None:
        self.words, self.held = words, held
        self._rank = {word: rank for rank, word in enumerate(words)}
        entries = held.shape[1]
        documents = (held > 0).sum(1)
        self._weights = np.log(1 + (entries - documents + 0.5) / (documents + 0.5))
        self._unknown = math.log(1 + (entries + 0.5) / 0.5)
        self._sizes = held.sum(0)
        self._mean = max(1.0, float(self._sizes.mean()))

    @classmethod
    def of(cls, texts: Sequence[Counter[str]], entries: Ints, count: int) -> Bm25:
        """Count the words of each entry."""
        rank = {
            word: place for place, word in enumerate(dict.fromkeys(word for text in texts for word in text))
        }
        held = np.zeros((len(rank), count), np.float32)
        for text, entry in zip(texts, entries.tolist(), strict=True):
            for word, times in text.items():
                held[rank[word], entry] += times
        return cls(list(rank), held)

    def known(self, words: AbstractSet[str]) -> int:
        """Return how many of these words the FAQ has."""
        return sum(word in self._rank for word in words)

    def scores(self, words: AbstractSet[str], without: tuple[Counter[str], int] | None = None) -> Floats:
        """Return each entry's score, 0 to 1; `without` takes one text (its words) out of its entry first."""
        known = np.array([self._rank[word] for word in sorted(words) if word in self._rank], np.int64)
        total = float(self._weights[known].sum()) + self._unknown * (len(words) - len(known))
        if not len(known):
            return np.zeros(self.held.shape[1], np.float32)
        held, sizes = self.held[known], self._sizes
        if without:
            text, entry = without
            held, sizes = held.copy(), sizes.copy()
            held[:, entry] -= [text[self.words[rank]] for rank in known]
            sizes[entry] -= sum(text.values())
        length = _K * (1 - _B + _B * sizes / self._mean)
        found: NDArray[np.float64] = self._weights[known] @ (held * _TOP / (held + length))
        return (found / (_TOP * total)).astype(np.float32)
