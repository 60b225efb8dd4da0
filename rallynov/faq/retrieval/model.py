"""What goes into the index and what comes out of it. Pure, and imports nothing heavy: numpy is for `index` alone."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

SURE: Final = 0.6
"""From this probability on the answer is given at once: about one direct answer in fifteen is then wrong."""

POSSIBLE: Final = 0.15
"""From this probability on the entries found are worth asking about."""

FEW_TEXTS: Final = 4
"""An entry with fewer ways of asking is missed one time out of three."""

_WORDS_TO_ANSWER: Final = 2  # "Je suis malade ?" knows one word of the FAQ: too little to answer on


class Text(NamedTuple):
    """One way of asking for one entry; `entry` is its slug."""

    entry: str
    words: str


@dataclass(frozen=True, slots=True)
class Found:
    """An entry and how well it fits; scores are comparable within one ranking only."""

    entry: str
    score: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """The entries nearest to a question, best first, at most five; none when no word is known.

    `probability`: that `found[0]` is the right one, learned from the FAQ's own texts. `exact`: the question is one of
    the texts, but for case, accents and punctuation; the probability is then 1. `known`: how many different words
    with a meaning of their own the question shares with the FAQ. `words`: the part of a long message that was
    understood.
    """

    found: tuple[Found, ...]
    probability: float
    exact: bool
    known: int
    words: str = ""


class Verdict(StrEnum):
    """What to do with a ranking: answer, ask "did you mean…", or say that one does not know."""

    ANSWER = "answer"
    SUGGEST = "suggest"
    UNKNOWN = "unknown"


def judge(ranking: Ranking) -> Verdict:
    """Return what a ranking is worth; one known word never suffices to answer, unless the text is one of the FAQ's."""
    if not ranking.found:
        return Verdict.UNKNOWN
    if ranking.exact or (ranking.probability >= SURE and ranking.known >= _WORDS_TO_ANSWER):
        return Verdict.ANSWER
    return Verdict.SUGGEST if ranking.probability >= POSSIBLE else Verdict.UNKNOWN


@dataclass(frozen=True, slots=True)
class Missed:
    """A text that the rest of the FAQ would not lead to its own entry, and the entry it would lead to."""

    text: Text
    instead: str


@dataclass(frozen=True, slots=True)
class Rivals:
    """Two entries whose texts are taken for each other, and how many of them are."""

    one: str
    other: str
    texts: int


@dataclass(frozen=True, slots=True)
class Thin:
    """An entry that has too few ways of asking to be found."""

    entry: str
    texts: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the coordinator may mend: texts missed when left out, pairs that fight (worst first), thin entries."""

    missed: tuple[Missed, ...] = ()
    rivals: tuple[Rivals, ...] = ()
    thin: tuple[Thin, ...] = ()
