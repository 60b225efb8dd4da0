"""What was said as it is compared: folded, and bared of the words around it that say nothing."""

import re
from functools import lru_cache

from rallynov.dialogue.speech import Speech
from rallynov.text import fold

_APOSTROPHE = re.compile(r"(?<=\w)['’ʼ](?=\w)")
_LOOKS = re.compile(
    "[\U0001f3fb-\U0001f3ff\ufe0e\ufe0f]|\u200d[\u2640\u2642]"
)  # skin, kind and colour of a sign


def folded(text: str, speech: Speech) -> str:
    """`text` folded; as it is, less spaces and repetitions, when it has no letter (`"? ?"` gives `"?"`)."""
    return _folded(text, joins=speech.joins)


def name_of(text: str, speech: Speech) -> str:
    """`text`, of a file, folded: the words of the files come back at every message."""
    return _kept(text, joins=speech.joins)


def _folded(text: str, *, joins: bool) -> str:
    text = _APOSTROPHE.sub("", text) if joins else text
    return fold(text) or re.sub(r"(.)\1+", r"\1", _LOOKS.sub("", "".join(text.split())))


_kept = lru_cache(maxsize=8192)(_folded)  # what people type never enters a cache: it is theirs


def unstretched(said: str) -> str:
    """`said` without a letter held down: "ouiiii"."""
    return re.sub(r"([a-z])\1{2,}", r"\1", said)


def bared(said: str, speech: Speech) -> str:
    """`said` without the words around it that say nothing; never empty when `said` is not."""
    before = ""
    while said != before:
        before = said
        for opening in speech.openings:
            said = said.removeprefix(opening + " ")
        for closing in speech.closings:
            said = said.removesuffix(" " + closing)
        first, _, rest = said.partition(" ")
        # "oui, en place", "non, pas encore": said twice. "oui, pas encore" is no such thing.
        if rest and first == (speech.no if denies(rest, speech) else speech.yes):
            said = rest
    return said


def unhedged(said: str, speech: Speech) -> str:
    """`said` without what leaves a doubt around it: "plutôt 4", "en place, je crois"; never empty when `said` is not."""
    for hedge in speech.hedges:
        said = said.removeprefix(hedge + " ").removesuffix(" " + hedge)
    return said


def letters(said: str) -> int:
    """How many letters and figures are said."""
    return len(said.replace(" ", ""))


def denies(said: str, speech: Speech) -> bool:
    """Whether a word of `said` turns it into its contrary."""
    return not speech.denials.isdisjoint(said.split())
