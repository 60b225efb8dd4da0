"""From what was typed to words: SMS forms opened, synonyms read as one, typos mended, stems. Pure.

`Reader` knows the words of one FAQ; it mends towards those alone, and only what is a good word nowhere.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import snowballstemmer
from rapidfuzz import process
from rapidfuzz.distance import OSA

from rallynov.faq.retrieval.vocabulary import Spelling, Vocabulary
from rallynov.text.folding import fold

_MENDED: Final = 4  # shorter words resemble too many others
_TWO_FAULTS: Final = 7  # letters from which two faults are mended
_AT_MOST: Final = 40  # unknown words mended in one text: a wall of gibberish costs no more
_LONGEST: Final = 30  # letters of a word; what is longer is a link or a paste
_STRETCHED: Final = re.compile(r"([a-z])\1{2,}")
_STEMMERS: Final = {"fr": "french", "en": "english"}


class Stems:
    """The stems of a language, remembered; a language without a stemmer keeps its words whole."""

    def __init__(self, language: str) -> None:
        name = _STEMMERS.get(language)
        self._stemmer = snowballstemmer.stemmer(name) if name else None
        self._known: dict[str, str] = {}

    def __call__(self, word: str) -> str:
        """Return the stem of a folded word."""
        if (found := self._known.get(word)) is None:
            found = self._stemmer.stemWord(word) if self._stemmer else word
            if len(self._known) < 50_000:  # what strangers type must not fill the memory
                self._known[word] = found
        return found


def words_of(text: str, vocabulary: Vocabulary) -> list[str]:
    """Return the words of a text: folded, SMS forms opened, each synonym in its first form."""
    plain: list[str] = []
    for word in _STRETCHED.sub(r"\1", fold(text)).split():
        plain.extend(vocabulary.short.get(word, (word[:_LONGEST],)))
    return _one_form(plain, vocabulary)


def _one_form(words: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    read: list[str] = []
    at = 0
    while at < len(words):
        for size in range(min(vocabulary.longest, len(words) - at), 0, -1):
            if (form := _phrase(words[at : at + size], vocabulary)) is not None:
                read.extend(form)
                at += size
                break
        else:
            read.append(words[at])
            at += 1
    return read


def _phrase(words: Sequence[str], vocabulary: Vocabulary) -> tuple[str, ...] | None:
    """Return what a run of words is read as; a plural is read as its singular when only that is listed."""
    run = tuple(words)
    if (form := vocabulary.phrases.get(run)) is None:
        form = vocabulary.phrases.get(
            tuple(word[:-1] if len(word) > 3 and word[-1] == "s" else word for word in run)
        )
    return form


class Reader:
    """Reads texts as the FAQ's own were read; `known` counts the words of its texts."""

    def __init__(
        self, vocabulary: Vocabulary, spelling: Spelling, language: str, known: Counter[str]
    ) -> None:
        self.vocabulary, self.stem, self.known = vocabulary, Stems(language), known
        self._spelling = spelling
        self._good = self._meant(vocabulary) | known.keys()
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in sorted(self._good):
            if len(word) >= _MENDED - 1 and not word.isdecimal():
                self._by_length[len(word)].append(word)
        self._mended: dict[str, str] = {}

    @classmethod
    def of(cls, texts: Iterable[str], vocabulary: Vocabulary, spelling: Spelling, language: str) -> Reader:
        """Return the reader of a FAQ whose texts these are."""
        known = Counter(word for text in texts for word in words_of(text, vocabulary))
        return cls(vocabulary, spelling, language, known)

    def _meant(self, vocabulary: Vocabulary) -> set[str]:
        """Return the words of the synonyms of what the FAQ says: they are mended too."""
        read = vocabulary.phrases.items()
        return {word for form, first in read if all(one in self.known for one in first) for word in form}

    def read(self, text: str) -> list[str]:
        """Return the words of a text, typos mended."""
        words = words_of(text, self.vocabulary)
        strange = list(dict.fromkeys(word for word in words if self._strange(word)))[:_AT_MOST]
        if not strange:
            return words
        mended = {word: self._mend(word) for word in strange}
        return _one_form([mended.get(word, word) for word in words], self.vocabulary)

    def content(self, words: Iterable[str]) -> set[str]:
        """Return the stems of the words that have a meaning of their own."""
        return {self.stem(word) for word in words if word not in self.vocabulary.empty}

    def _strange(self, word: str) -> bool:
        if len(word) < _MENDED or word in self._good or word in self.vocabulary.empty or not word.isalpha():
            return False
        return word not in self._spelling

    def _mend(self, word: str) -> str:
        if (found := self._mended.get(word)) is None:
            found = self._nearest(word)
            if len(self._mended) < 10_000:
                self._mended[word] = found
        return found

    def _nearest(self, word: str) -> str:
        """Return the FAQ's only nearest word, or the word itself when none is near or two that differ are."""
        reach = 1 if len(word) < _TWO_FAULTS else 2
        around = [
            w
            for size in range(len(word) - reach, len(word) + reach + 1)
            for w in self._by_length.get(size, ())
        ]
        near = process.extract(word, around, scorer=OSA.distance, score_cutoff=reach, limit=8)
        if not near:
            return word
        best = [found for found, faults, _ in near if faults == near[0][1]]
        if len({self.stem(found) for found in best}) > 1:  # a first letter is seldom mistyped
            best = [found for found in best if found[0] == word[0]]
        if len({self.stem(found) for found in best}) != 1:
            return word
        return max(best, key=lambda found: (self.known[found], found))
