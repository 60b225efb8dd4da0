"""The communes of the four départements, found by name or postcode as people type them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rallynov.text import alike, fold

DEPARTEMENTS: Final = {
    "25": "doubs", "39": "jura", "70": "haute saone", "90": "territoire de belfort",
}  # fmt: skip
"""The départements of the rally, by number."""

_IN_FULL: Final = {
    "st": "saint", "ste": "sainte", "s": "sur", "ss": "sous", "lez": "les", "gd": "grand", "pt": "petit", "fg": "faubourg",
}  # fmt: skip
_ARTICLES: Final = frozenset(("l", "le", "la", "les"))
# "besac" is 77 % like "besancon": asked beside its département alone.
_LIKELY: Final = 84.0
_LIKELY_HERE: Final = 70.0
_BEGINNING: Final = 5
_MARGIN: Final = 6.0


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of today. ``postcodes`` holds one at least; ``former`` names those that it took in."""

    insee: str
    name: str
    postcodes: tuple[str, ...]
    former: tuple[str, ...] = ()

    @property
    def departement(self) -> str:
        """Two figures; a postcode may be that of the département beside it."""
        return self.insee[:2]


class Places:
    """All communes; nothing is found outside the table."""

    def __init__(self, communes: Iterable[Commune]) -> None:
        self._all: Sequence[Commune] = tuple(communes)
        self._names: dict[str, list[Commune]] = {}
        self._former: dict[str, list[Commune]] = {}
        self._codes: dict[str, list[Commune]] = {}
        for commune in self._all:
            _index(self._names, commune.name, commune)
            for name in commune.former:
                _index(self._former, name, commune)
            for postcode in commune.postcodes:
                self._codes.setdefault(postcode, []).append(commune)

    def at(self, postcode: str) -> Sequence[Commune]:
        """Return the communes of a postcode."""
        return self._codes.get(postcode, ())

    def called(self, name: str) -> Sequence[Commune]:
        """Return the communes of this very name, an article or an accent more or less."""
        return _found(self._names, name)

    def once(self, name: str) -> Sequence[Commune]:
        """Return the communes that took in one of this name."""
        return _found(self._former, name)

    def begun(self, name: str) -> Sequence[Commune]:
        """Return the communes whose name begins with these words and goes on."""
        return self._beginning(plain(name) + " ")

    def like(self, name: str, among: Sequence[Commune] = ()) -> Sequence[Commune]:
        """Return the communes whose name begins so or resembles this one, the likeliest first.

        ``among`` limits them, and less likeness is then enough.
        """
        said, here = plain(name), set(among)
        begun = self.begun(name) or (self._beginning(said) if len(said) >= _BEGINNING else ())
        if found := [one for one in begun if not here or one in here]:
            return found
        scores: dict[Commune, float] = {}
        for one, score in self._scored(said, _LIKELY_HERE if here else _LIKELY):
            if not here or one in here:
                scores[one] = max(score, scores.get(one, 0))
        best = max(scores.values(), default=0)
        return sorted((one for one in scores if scores[one] >= best - _MARGIN), key=lambda one: -scores[one])

    def _beginning(self, start: str) -> Sequence[Commune]:
        found = (one for name, those in self._names.items() if name.startswith(start) for one in those)
        return tuple(dict.fromkeys(found))

    def _scored(self, said: str, least: float) -> Iterator[tuple[Commune, float]]:
        """Give the communes whose name, of today or former, is at least so much like this one."""
        for names in (self._names, self._former):
            for known, score in alike(said, names.keys(), least):
                for one in names[known]:
                    yield one, score

    def within(self, departement: str) -> Sequence[Commune]:
        """Return the communes of a département."""
        return [one for one in self._all if one.departement == departement]


def plain(name: str) -> str:
    """Return a name as it is compared: folded, "St" in full."""
    return " ".join(_IN_FULL.get(word, word) for word in fold(name).split())


def _bare(said: str) -> str:
    first, _, rest = said.partition(" ")
    return rest if rest and first in _ARTICLES else said


def _index(index: dict[str, list[Commune]], name: str, commune: Commune) -> None:
    for key in dict.fromkeys((plain(name), _bare(plain(name)))):
        index.setdefault(key, []).append(commune)


def _found(index: Mapping[str, list[Commune]], name: str) -> Sequence[Commune]:
    said = plain(name)
    return index.get(said) or index.get(_bare(said)) or ()
