"""Numbers as people write them: in figures or in letters, exact or about, in French and in English. Data and one sum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final


def _counted(words: str, first: int = 0) -> dict[str, int]:
    return {word: n for n, word in enumerate(words.split(), first)}


def words_of(text: str) -> frozenset[str]:
    """Return the words of a list written as one text."""
    return frozenset(text.split())


_UNITS: Final = {
    **_counted(
        "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
    ),
    **_counted("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen", 1),
    **_counted("sixteen seventeen eighteen nineteen", 16),
    "une": 1,
}
_TENS: Final = {
    "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70,
    "huitante": 80, "octante": 80, "nonante": 90, "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_HUNDREDS: Final = frozenset(("cent", "cents", "hundred", "hundreds"))
TIMES: Final = {
    "mille": 1000, "thousand": 1000, "k": 1000, "keur": 1000, "million": 10**6, "millions": 10**6, "m": 10**6, "meur": 10**6,
}  # fmt: skip
"""What multiplies the number before it."""
ABOUT: Final = {
    "dizaine": 10, "dizaines": 10, "douzaine": 12, "douzaines": 12, "quinzaine": 15, "vingtaine": 20, "trentaine": 30,
    "quarantaine": 40, "cinquantaine": 50, "soixantaine": 60, "centaine": 100, "centaines": 100, "millier": 1000,
    "milliers": 1000, "dozen": 12, "dozens": 12,
}  # fmt: skip
"""Numbers that are never exact, and what they are worth."""
HEDGES: Final = words_of(
    "environ env approximativement approx presque quasiment autour vers peu pres plus moins entre jusqu maximum"
    " minimum max min estimation estime about around roughly nearly almost over under least most up some"
    " approximately estimated circa ca so"
)
"""What says that a number is not exact."""
NOTHING: Final = frozenset(
    ("zero", "aucun", "aucune", "personne", "rien", "neant", "none", "nobody", "nothing", "nil")
)
_AND: Final = frozenset(("et", "and"))


def in_letters(words: Sequence[str]) -> int | None:
    """Return the number that folded words write, None when they write none: ("quarante", "deux") is 42."""
    if not words or all(word in _AND for word in words):
        return None
    total, current = 0, 0
    for word in words:
        if word in _AND:
            continue
        if word in {"mille", "thousand", "million", "millions"}:
            total, current = total + (current or 1) * TIMES[word], 0
        elif (added := _added(current, word)) is None:
            return None
        else:
            current = added
    return total + current


def _added(current: int, word: str) -> int | None:
    """Return what a number below a thousand becomes with one word more; None when they do not go together."""
    if word in _HUNDREDS:
        return (current or 1) * 100 if current < 10 else None
    if word in {"vingt", "vingts"} and current % 100 == 4:
        return current + 76  # quatre-vingts
    value = _UNITS.get(word, _TENS.get(word))
    if value is None:
        return None
    if value < 10:
        return current + value if current % 10 == 0 else None
    room = current % 100 == 0 or (value < 20 and current % 100 in {60, 80})  # soixante-dix, quatre-vingt-onze
    return current + value if room else None
