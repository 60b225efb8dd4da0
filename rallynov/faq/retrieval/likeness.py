"""How alike two questions are, whatever the FAQ knows, and groups of questions that ask the same. numpy.

For the coordinator's list of unanswered questions; nothing is decided on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rallynov.faq.retrieval.features import Features, Floats, counted
from rallynov.faq.retrieval.kernel import Postings
from rallynov.faq.retrieval.reading import Stems, words_of
from rallynov.faq.retrieval.vocabulary import vocabulary

ALIKE: Final = 0.25
"""Mean cosine from which two groups are one: on the development sets about half of its pairs then ask the same."""

GROUPED: Final = 600
"""Questions grouped at most; each of those after is a group of its own. 600 take half a second."""

_READ: Final = 600  # characters of a question


def likeness(one: str, other: str, *, language: str = "fr") -> float:
    """Return how alike two questions are, 0 to 1: the cosine of their telling words and of these words' pieces."""
    return float(_alike([one, other], language)[0, 1])


def group(texts: Sequence[str], *, language: str = "fr") -> tuple[tuple[int, ...], ...]:
    """Return the places of texts that ask alike, group by group, the largest first, then in order of arrival."""
    first = texts[:GROUPED]
    groups = [[place] for place in range(len(first))]
    alike = _alike(first, language) if len(first) > 1 else np.zeros((len(first), len(first)), np.float32)
    np.fill_diagonal(alike, -1)
    sizes = np.ones(len(first))
    while len(first) > 1:
        one, other = sorted(divmod(int(alike.argmax()), len(first)))
        if alike[one, other] < ALIKE:
            break
        merged = (alike[one] * sizes[one] + alike[other] * sizes[other]) / (sizes[one] + sizes[other])
        merged[[one, other]] = -1
        alike[one], alike[:, one] = merged, merged
        alike[other], alike[:, other] = -1, -1
        sizes[one] += sizes[other]
        groups[one] += groups[other]
        groups[other] = []
    made = [tuple(sorted(places)) for places in groups if places]
    made += [(place,) for place in range(len(first), len(texts))]
    return tuple(sorted(made, key=lambda places: (-len(places), places)))


def _alike(texts: Sequence[str], language: str) -> NDArray[np.float32]:
    words, stem = vocabulary(language), Stems(language)
    read = [words_of(text[:_READ], words) for text in texts]
    telling = [[word for word in said if words.tells(word)] or said for said in read]
    counts = [counted(said, stem) for said in telling]
    features = Features.of(counts)
    gram: Floats = Postings.of([features.vector(one) for one in counts], len(features.names)).gram()
    return np.clip(gram, 0, 1)
