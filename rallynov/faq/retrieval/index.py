"""The index of a FAQ: built from its texts, asked with what people type, kept as bytes. numpy.

Import it where the FAQ is first needed: numpy costs a tenth of a second and 25 MB.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from rallynov.faq.retrieval.features import Floats, counted
from rallynov.faq.retrieval.learning import RARE, Knowledge, confidence, learned_from
from rallynov.faq.retrieval.likeness import group, likeness
from rallynov.faq.retrieval.model import (
    FEW_TEXTS,
    POSSIBLE,
    Found,
    Missed,
    Ranking,
    Rivals,
    Text,
    Thin,
    Trouble,
)
from rallynov.faq.retrieval.sentences import parts
from rallynov.faq.retrieval.storing import fingerprint, restored, stored
from rallynov.text.folding import fold

CONTEXT: Final = 0.4
"""Weight, beside the question that a long message puts, of all that the message says."""

_SHOWN: Final = 5
_EXACT: Final = 400  # characters: no text of a FAQ is longer


@dataclass(frozen=True, slots=True)
class _Seen:
    """One part of a message, looked up."""

    part: str
    learned: Floats
    scores: Floats
    share: float
    probability: float
    known: int

    def within(self, message: _Seen, knows: Knowledge) -> _Seen:
        """Return the same part, its entries put in order by what the whole message says too."""
        scores = self.scores + CONTEXT * message.scores
        sure = confidence(self.learned, scores, self.share)
        return replace(self, scores=scores, probability=knows.calibration.probability(sure))


class Index:
    """Which entries answer a question. Never changes: a changed FAQ is another index."""

    def __init__(self, texts: Sequence[Text], knowledge: Knowledge | None, language: str) -> None:
        self.texts, self.language = tuple(texts), language
        self.entries = tuple(dict.fromkeys(text.entry for text in texts))
        self._knows = knowledge
        self._exact = {fold(text.words): text.entry for text in reversed(texts)}

    @classmethod
    def build(cls, texts: Sequence[Text], *, language: str = "fr") -> Index:
        """Learn a FAQ: about a second for 1,500 texts. A FAQ without a text finds nothing."""
        return cls(texts, learned_from(texts, language) if texts else None, language)

    @classmethod
    def read(cls, content: bytes, texts: Sequence[Text], *, language: str = "fr") -> Index | None:
        """Return the index that `stored` kept of these very texts; ``None`` when it must be built again."""
        knowledge = restored(content, fingerprint(texts, language=language), language) if texts else None
        return cls(texts, knowledge, language) if knowledge else None

    def stored(self) -> bytes:
        """Return the index as bytes, keyed by its texts; empty when it has none."""
        return stored(self._knows, fingerprint(self.texts, language=self.language)) if self._knows else b""

    def rank(self, words: str) -> Ranking:
        """Return the entries nearest to what was typed, however long, whatever it holds."""
        if self._knows is None or not (seen := self._read(words, self._knows)):
            return Ranking((), 0.0, exact=False, known=0)
        order = np.argsort(-seen.scores, kind="stable")[:_SHOWN]
        found = tuple(Found(self.entries[place], float(seen.scores[place])) for place in order.tolist())
        if (entry := self._exact.get(fold(words[:_EXACT]))) is None:
            return Ranking(found, seen.probability, exact=False, known=seen.known, words=seen.part)
        first = Found(entry, max(1.0, found[0].score))
        others = tuple(one for one in found if one.entry != entry)[: _SHOWN - 1]
        return Ranking((first, *others), 1.0, exact=True, known=seen.known, words=words)

    def _read(self, words: str, knows: Knowledge) -> _Seen | None:
        asked, said = parts(words, knows.reader.vocabulary)
        best = _likeliest(asked, knows)
        if not said:
            return best
        if best is None or best.probability < POSSIBLE:
            rest = _likeliest(said, knows)
            if best is None or (rest and rest.probability > best.probability):
                return rest
        whole = _see(said[-1], knows)
        return best.within(whole, knows) if whole else best

    def group(self, texts: Sequence[str]) -> tuple[tuple[int, ...], ...]:
        """Return the places of texts that ask alike, the largest group first: see `likeness.group`."""
        return group(texts, language=self.language)

    def likeness(self, one: str, other: str) -> float:
        """Return how alike two questions are, 0 to 1: see `likeness.likeness`."""
        return likeness(one, other, language=self.language)

    def trouble(self) -> Trouble:
        """Return what the coordinator may mend."""
        if self._knows is None:
            return Trouble()
        led = [self.entries[place] for place in self._knows.left_out.tolist()]
        missed = [
            Missed(text, entry) for text, entry in zip(self.texts, led, strict=True) if entry != text.entry
        ]
        pairs = Counter(tuple(sorted((one.text.entry, one.instead))) for one in missed)
        rivals = (Rivals(one, other, times) for (one, other), times in pairs.most_common() if times > 1)
        sizes = Counter(text.entry for text in self.texts)
        thin = (Thin(entry, size) for entry, size in sizes.items() if size < FEW_TEXTS)
        return Trouble(tuple(missed), tuple(rivals), tuple(thin))


def _likeliest(parts_: Iterable[str], knows: Knowledge) -> _Seen | None:
    seen = (_see(part, knows) for part in parts_)
    return max((one for one in seen if one), key=lambda one: one.probability, default=None)


def _see(part: str, knows: Knowledge) -> _Seen | None:
    """Look up one part; ``None`` when it holds nothing that the FAQ ever met."""
    said = knows.reader.read(part)
    vector = knows.features.vector(counted(said, knows.reader.stem))
    if not len(vector.features):
        return None
    content = knows.reader.content(said)
    learned = knows.ridge.scores(knows.postings.likeness(vector))
    scores = learned + RARE * knows.bm25.scores(content)
    telling = {knows.reader.stem(word) for word in said if knows.reader.vocabulary.tells(word)}
    share = vector.share
    probability = knows.calibration.probability(confidence(learned, scores, share))
    return _Seen(part, learned, scores, share, probability, knows.bm25.known(telling))
