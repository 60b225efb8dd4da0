"""Long messages: their sentences, those that say something, and the several questions they may hold. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from rallynov.faq.retrieval.vocabulary import Vocabulary, vocabulary
from rallynov.text.folding import fold

LONG: Final = 20
"""Words from which a message is read sentence by sentence."""

_READ: Final = 4_000  # characters: nobody's question starts later
_SENTENCES: Final = 12
_MARK: Final = re.compile(r"\?(?=[^\s?!])")
_GOING_ON: Final[tuple[list[str], ...]] = (
    [],
    ["que"],
    ["qui"],
    ["ou"],
    ["that"],
    ["which"],
    ["who"],
    ["are"],
    ["is"],
    ["do"],
    ["have"],
    ["can"],
)
_AT_MOST: Final = 4  # questions answered in one go
_JOINS: Final = 60  # parts of one sentence: nobody joins more questions
_LENGTHS: Final = (1, 2, 3)  # words of what opens a question
_NOWHERE: Final = 1_000_000
_ENDS: Final = re.compile(r"(?<=[.!?;…])\s+|\n+|\s[:–—]\s|(?<=\w):\s")


def parts(text: str, words: Vocabulary) -> tuple[list[str], list[str]]:
    """Return what of a message to look up, and what to look up when that leads nowhere.

    A short message is looked up whole. Of a long one, the questions, alone and after the sentence that leads to each
    ("Je suis une association. Puis-je participer ?"); then every sentence that says something, and last all of them.
    """
    text = text[:_READ]
    if len(fold(text).split()) <= LONG:
        return [text], []
    sentences = [part.strip() for part in _ENDS.split(text) if part and part.strip()][:_SENTENCES]
    telling = [part for part in sentences if _says(part, words)] or sentences or [text]
    asked = [part for part in telling if asks(part, words)]
    led = [f"{one} {two}" for one, two in pairwise(telling) if two in asked]
    rest = [part for part in telling if part not in asked]
    whole = [" ".join(telling)] if len(telling) > 1 else []
    return ([*asked, *led], [*rest, *whole]) if asked else ([*rest, *whole], [])


def asks(sentence: str, words: Vocabulary) -> bool:
    """Return whether a sentence is a question, by its mark or by the words that open it."""
    return sentence.rstrip().endswith("?") or _opens(fold(sentence).split(), words)


def _opens(said: list[str], words: Vocabulary) -> bool:
    return any(tuple(said[: len(opening)]) == opening for opening in words.asking)


def _says(sentence: str, words: Vocabulary) -> bool:
    return any(map(words.tells, fold(sentence).split()))


def questions(text: str, *, language: str = "fr") -> tuple[str, ...]:
    """Return the questions of a message in their order, at most four; the message itself when it holds one or none.

    "Quelle est la date limite et comment déposer ?" holds two. What is said around several questions is left out: where
    one of them is understood and another is not, the other may have been but talk.
    """
    words = vocabulary(language)
    sentences = [part.strip() for part in _ENDS.split(_MARK.sub("? ", text[:_READ])) if part and part.strip()]
    asked = [question for sentence in sentences for question in _parted(sentence, words)]
    said = list(
        dict.fromkeys(question for question in asked if asks(question, words) and _says(question, words))
    )
    return tuple(said[:_AT_MOST]) if len(said) > 1 else (text,)


def _parted(sentence: str, words: Vocabulary) -> list[str]:
    """Part "quand et comment déposer ?" nowhere, "quelle est la date et comment déposer ?" before its "et"."""
    said = sentence.split()
    heard = _Heard.of(said, words)
    start, found = 0, []
    for place in range(1, len(said) - 1):
        if heard.joins(place, words) and heard.asked(start, place):
            left = " ".join(said[start:place])
            found.append(left.rstrip(",") + ("" if left.endswith("?") else " ?"))
            start = place + 1
            if len(found) == _JOINS:
                break
    return [*found, " ".join(said[start:])]


@dataclass(frozen=True, slots=True)
class _Heard:
    """A sentence folded once, and for each place in it where the next question opens and the next telling word is.

    Asked anew of every "et", the rest of a long message would be read a thousand times.
    """

    folded: Sequence[list[str]]  # of each word as typed: « est-ce » is two
    starts: Sequence[int]  # where each begins among the folded words, and where they end
    opened: Sequence[int]  # from a folded word on, where the first question word is whole
    telling: Sequence[int]  # from a folded word on, the first that tells something

    @classmethod
    def of(cls, said: Sequence[str], words: Vocabulary) -> _Heard:
        folded = [fold(word).split() for word in said]
        flat = [word for some in folded for word in some]
        opened, telling = [_NOWHERE], [_NOWHERE]
        for at in range(len(flat) - 1, -1, -1):
            whole = (at + n for n in _LENGTHS if tuple(flat[at : at + n]) in words.asking)
            opened.append(min(opened[-1], next(whole, _NOWHERE)))
            telling.append(at if words.tells(flat[at]) else telling[-1])
        return cls(folded, [0, *accumulate(map(len, folded))], opened[::-1], telling[::-1])

    def joins(self, place: int, words: Vocabulary) -> bool:
        """Return whether a word is an "et" before a question: "que" and "qui" after it mostly go on with the sentence."""
        if " ".join(self.folded[place]) not in words.joining:
            return False
        opening = [word for some in self.folded[place + 1 : place + 3] for word in some]
        return (
            opening[:1] not in _GOING_ON
            and _opens(opening, words)
            and self.telling[self.starts[place + 1]] < _NOWHERE
        )

    def asked(self, start: int, end: int) -> bool:
        """Return whether a question is put between two words, the last left out."""
        first, last = self.starts[start], self.starts[end]
        return self.opened[first] <= last and self.telling[first] < last
