"""From the texts of a FAQ to all that its index knows. numpy.

Everything is learned from the FAQ's own texts: which words are whose, and how sure a score makes one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rallynov.faq.retrieval.bm25 import Bm25
from rallynov.faq.retrieval.calibration import STRANGERS, Calibration, learn
from rallynov.faq.retrieval.features import Features, Floats, Ints, counted, known_shares
from rallynov.faq.retrieval.kernel import Fit, Postings, Ridge, fit
from rallynov.faq.retrieval.model import Text
from rallynov.faq.retrieval.reading import Reader
from rallynov.faq.retrieval.vocabulary import spelling, vocabulary

RARE: Final = 0.3
"""Weight of BM25 beside the regression."""

STRANGE: Final = 0.55
"""A question of which the FAQ knows less than this share is about something else…"""

PENALTY: Final = 1.0
"""…and loses this much confidence for each share that is missing."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What an index knows; `left_out`: the entry each text would be given if it were left out."""

    reader: Reader
    features: Features
    postings: Postings
    ridge: Ridge
    bm25: Bm25
    calibration: Calibration
    left_out: Ints


def confidence(
    learned: Floats | NDArray[np.float64], scores: Floats | NDArray[np.float64], share: float
) -> float:
    """Return how well the first entry fits, as the regression sees it, less what the question has of unknown."""
    return float(learned[scores.argmax()]) - PENALTY * max(0.0, STRANGE - share)


def learned_from(texts: Sequence[Text], language: str) -> Knowledge:
    """Learn a FAQ; it must have a text."""
    words = vocabulary(language)
    reader = Reader.of([text.words for text in texts], words, spelling(language), language)
    read = [reader.read(text.words) for text in texts]
    owners = _owners(texts)
    entries = int(owners.max()) + 1
    counts = [counted(said, reader.stem) for said in read]
    features = Features.of(counts)
    vectors = [features.vector(blocks) for blocks in counts]
    del counts  # 40 MB of small objects, before the matrices come
    postings = Postings.of(vectors, len(features.names))
    fitted = fit(postings.gram(), owners, entries)
    content = [Counter(reader.stem(word) for word in said if word not in words.empty) for said in read]
    bm25 = Bm25.of(content, owners, entries)
    fused = _fused(fitted, bm25, content, owners)
    calibration = _calibrated(fitted, fused, known_shares(vectors, owners, len(features.names)), owners)
    left_out = fused[0].argmax(1).astype(np.int32)
    return Knowledge(reader, features, postings, fitted.ridge, bm25, calibration, left_out)


def _owners(texts: Sequence[Text]) -> Ints:
    rank = {entry: place for place, entry in enumerate(dict.fromkeys(text.entry for text in texts))}
    return np.array([rank[text.entry] for text in texts], np.int32)


_Pair = tuple[NDArray[np.float64], NDArray[np.float64]]


def _fused(fitted: Fit, bm25: Bm25, content: Sequence[Counter[str]], owners: Ints) -> _Pair:
    """Return the scores each text gets when it is left out, and when its entry is."""
    text, entry = fitted.without_text.copy(), fitted.without_entry.copy()
    for row, (words, owner) in enumerate(zip(content, owners.tolist(), strict=True)):
        text[row] += RARE * bm25.scores(words.keys(), (words, owner))
        entry[row] += RARE * bm25.scores(words.keys())
    return text, entry


def _calibrated(fitted: Fit, fused: _Pair, shares: tuple[Floats, Floats], owners: Ints) -> Calibration:
    right = (fused[0].argmax(1) == owners).tolist()
    rows = zip(fitted.without_text, fused[0], shares[0].tolist(), strict=True)
    scores, outcome, weights = [confidence(*row) for row in rows], right, [1.0] * len(right)
    if fitted.without_entry.shape[1] > 1:  # a FAQ of one entry has no strangers
        rows = zip(fitted.without_entry, fused[1], shares[1].tolist(), strict=True)
        scores += [confidence(*row) for row in rows]
        outcome, weights = [*right, *[False] * len(right)], [*weights, *[STRANGERS] * len(right)]
    return learn(np.array(scores), np.array(outcome), np.array(weights))
