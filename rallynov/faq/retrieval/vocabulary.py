"""What a language brings to the reading of questions: `synonyms.toml` and the list of its good words.

Both are files of this package; a broken one stops the start, named. Word lists: see `words/README.md`.
"""

from __future__ import annotations

import gzip
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from rallynov.text.folding import fold

_FILE = "synonyms.toml"


class VocabularyError(ValueError):
    """A file of words that cannot be used; the message names the file and the place in it."""


class _Language(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    synonyms: tuple[tuple[str, ...], ...] = ()
    short: dict[str, str] = {}
    empty: str = ""
    courtesy: str = ""
    asking: str = ""
    joining: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one language, folded; `phrases` leads from the words of a form to those it is read as."""

    phrases: Mapping[tuple[str, ...], tuple[str, ...]]
    longest: int
    short: Mapping[str, tuple[str, ...]]
    empty: frozenset[str]
    courtesy: frozenset[str]
    asking: frozenset[tuple[str, ...]]
    joining: frozenset[str]
    signature: str  # of the file: a kept index is of these words only

    def tells(self, word: str) -> bool:
        """Return whether a folded word has a meaning of its own: "siret" does, "quand" and "merci" do not."""
        return not (word in self.empty or word in self.courtesy or (word,) in self.asking)


def _words(text: str) -> tuple[str, ...]:
    return tuple(fold(text).split())


def parse(text: str, language: str) -> Vocabulary:
    """Read one language of a file of words; an unknown language has no words. `VocabularyError` names the fault."""
    try:
        spoken = TypeAdapter(dict[str, _Language]).validate_python(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise VocabularyError(f"{_FILE}: {error}") from error
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        raise VocabularyError(f"{_FILE}: {place}: {error.errors()[0]['msg']}") from error
    found = spoken.get(language, _Language())
    phrases = _phrases(found.synonyms, language)
    return Vocabulary(
        phrases,
        max(map(len, phrases), default=1),
        {fold(key): _words(value) for key, value in found.short.items()},
        frozenset(_words(found.empty)),
        frozenset(_words(found.courtesy)),
        frozenset(_words(opening) for opening in found.asking.split()),
        frozenset(_words(found.joining)),
        sha256(text.encode()).hexdigest(),
    )


def _phrases(groups: Iterable[tuple[str, ...]], language: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return what each form is read as; a form may stand in one group only, or two readings would fight."""
    read: dict[tuple[str, ...], tuple[str, ...]] = {}
    for group in groups:
        forms = [_words(form) for form in group]
        if len(forms) < 2 or not all(forms):
            raise VocabularyError(
                f"{_FILE}: {language}.synonyms: {list(group)} needs two forms or more, none empty"
            )
        for form in forms:
            if read.setdefault(form, forms[0]) != forms[0]:
                raise VocabularyError(
                    f"{_FILE}: {language}.synonyms: « {' '.join(form)} » stands in two groups"
                )
    return read


@cache
def vocabulary(language: str) -> Vocabulary:
    """Return the product's own words of a language."""
    return parse(files(__package__).joinpath(_FILE).read_text("utf-8"), language)


class Spelling:
    """Good words of a language, of four letters or more, folded: what is among them is never a typo.

    One sorted text searched by halves: 330,000 words in 4 MB, where a set would take 40.
    """

    __slots__ = ("_all",)

    def __init__(self, words: Iterable[str]) -> None:
        self._all = b"\n" + "".join(f"{word}\n" for word in sorted(words)).encode()

    @classmethod
    def packed(cls, content: bytes, name: str) -> Spelling:
        """Open a list, one word a line, sorted, gzipped; `VocabularyError` names the file that cannot be."""
        made = cls(())
        try:
            made._all = b"\n" + gzip.decompress(content)
        except (OSError, EOFError) as error:
            raise VocabularyError(f"{name}: {error}") from error
        return made

    def __len__(self) -> int:
        return self._all.count(b"\n") - 1

    def __contains__(self, word: str) -> bool:
        wanted, low, high = word.encode(), 0, len(self._all) - 1
        while low < high:  # `low` and `high` are always line ends
            start = self._all.rfind(b"\n", low, (low + high) // 2 + 1) + 1
            end = self._all.index(b"\n", start)
            found = self._all[start:end]
            if found == wanted:
                return True
            if found < wanted:
                low = end
            else:
                high = start - 1
        return False


@cache
def spelling(language: str) -> Spelling:
    """Return the good words of a language; empty when we have no list of them."""
    name = f"{language}.txt.gz"
    file = files(__package__).joinpath("words", name)
    return Spelling.packed(file.read_bytes(), f"words/{name}") if file.is_file() else Spelling(())
