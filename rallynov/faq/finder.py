"""The index as the dialogue asks it: its ranking, its cutting of messages, its groups. Imported when needed alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from rallynov.faq.model import Entry
from rallynov.faq.retrieval.index import Index
from rallynov.faq.retrieval.model import Ranking, Text
from rallynov.faq.retrieval.sentences import questions
from rallynov.text import fold


class IndexFinder:
    """One language's index; the same words always give the same answer."""

    def __init__(self, index: Index, language: str) -> None:
        self._index = index
        self._language = language
        self._grouped = lru_cache(maxsize=1)(self._group)  # what the team looks at, drawn again at each press

    def rank(self, words: str) -> Ranking:
        """Return the entries nearest to a question."""
        return self._index.rank(words)

    def split(self, words: str) -> Sequence[str]:
        """Return the questions that one message holds."""
        return questions(words, language=self._language)

    def group(self, texts: Sequence[str]) -> Sequence[Sequence[int]]:
        """Return positions grouped by likeness, the largest group first."""
        return self._grouped(tuple(texts))

    def _group(self, texts: tuple[str, ...]) -> Sequence[Sequence[int]]:
        return self._index.group(texts)


def texts_of(entries: Mapping[str, Entry]) -> tuple[Text, ...]:
    """Return every way of asking for every entry, once."""
    texts: dict[tuple[str, str], Text] = {}
    for slug, entry in entries.items():
        for words in entry.texts:
            texts.setdefault((slug, fold(words)), Text(slug, words))
    return tuple(texts.values())
