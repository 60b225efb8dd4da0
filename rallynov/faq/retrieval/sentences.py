"""Long messages: their sentences, those that say something, and the several questions they may hold. Pure."""

from __future__ import annotations

import re
from itertools import pairwise
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
    start, found = 0, []
    for place in range(1, len(said) - 1):
        left, right = " ".join(said[start:place]), said[place + 1 :]
        if fold(said[place]) in words.joining and _joined(right, words) and _asked_in(left, words):
            found.append(left.rstrip(",") + ("" if left.endswith("?") else " ?"))
            start = place + 1
    return [*found, " ".join(said[start:])]


def _joined(right: list[str], words: Vocabulary) -> bool:
    """Return whether what follows "et" is a question: "que" and "qui" after it mostly go on with the sentence."""
    opening = fold(" ".join(right[:2])).split()
    return (
        opening[:1] not in _GOING_ON
        and _opens(opening, words)
        and any(map(words.tells, fold(" ".join(right)).split()))
    )


def _asked_in(left: str, words: Vocabulary) -> bool:
    said = fold(left).split()
    opened = any(_opens(said[place : place + 3], words) for place in range(len(said)))
    return opened and any(map(words.tells, said))
