"""What a typed text means among a list of choices, or as a verb of navigation.

Two certainties are answers: the number of a choice, its words. A guess is a question ("Vouliez-vous
dire… ?"): a typo, half a label, a word that several choices share. No guess crosses a negation ("pas en
place"), and a long sentence is left to people.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rallynov.dialogue.said import bared, denies, folded, letters, name_of, unhedged, unstretched
from rallynov.dialogue.speech import FRENCH, Speech
from rallynov.text import likeness, slips

MAX_WORDS: Final = 8
"""A longer text is a story, not a choice: only the whole label is understood."""

_MAX_CHARACTERS: Final = 300
_MAX_NEAR: Final = 3
_QUANTITY: Final = 6  # words of a label that tells a quantity; a longer one is a title or a question
_MIN_LETTERS: Final = 4  # shorter words resemble too many others: "besancon" is 72 % like "non"
_CUTOFF: Final = 80.0  # one wrong letter in five
_MARGIN: Final = 10.0  # what is that much less alike than the best is not worth asking


@dataclass(frozen=True, slots=True)
class Option:
    """One choice as the person sees it; `synonyms` are other ways of typing it, the surest first."""

    key: str
    label: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exact:
    """The choice, without a doubt."""

    key: str


@dataclass(frozen=True, slots=True)
class Near:
    """One to three choices to ask about, the likeliest first."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Nothing:
    """No choice can be read in the text."""


class Verb(StrEnum):
    """What can be asked for anywhere; the value is the key of its phrases in a language's file."""

    BACK = "back"
    SKIP = "skip"
    PAUSE = "pause"
    HELP = "help"
    UNCLEAR = "unclear"
    FULL_HELP = "full_help"
    WHY = "why"
    MENU = "menu"
    RECAP = "recap"
    RESULT = "result"
    RESUME = "resume"
    PERSON = "person"
    RESTART = "restart"
    ERASE = "erase"
    LANGUAGE = "language"
    SHEETS = "sheets"
    ELSEWHERE = "elsewhere"
    COLLEAGUES = "colleagues"
    REPORT = "report"
    TRIAGE = "triage"
    DOSSIER = "dossier"
    STATUS = "status"
    SUBMIT = "submit"
    FAQ = "faq"
    QUESTION = "question"
    STOP = "stop"
    NEWS = "news"
    STAGES = "stages"


def understand(
    text: str, options: Sequence[Option], *, numbered: bool = True, speech: Speech = FRENCH
) -> Exact | Near | Nothing:
    """What `text` chooses among `options`, given in the order in which they are shown.

    `Exact` for a position (from 1; `numbered=False` where no numbers are shown), a label, a synonym, or an
    unambiguous beginning of a label from 4 letters; `Near` for what has to be asked; else `Nothing`. A
    synonym of several options is asked, in their order: of more than three, those that list it earliest. What
    is hedged ("je crois") is asked too. Never raises; expects a clean text.
    """
    said = folded(text, speech) if len(text) <= _MAX_CHARACTERS else ""
    bare = bared(said, speech)
    for version in dict.fromkeys((said, bare, unstretched(bare))):
        if version and (whole := _whole(version, options, speech)):
            return whole
    numbered = numbered and not _NOT_A_PLACE.search(text)
    for version in dict.fromkeys((said, bare)):
        if (sure := unhedged(version, speech)) == version:
            continue
        read = understand(sure, options, numbered=numbered, speech=speech)
        return Near((read.key,)) if isinstance(read, Exact) else read
    if numbered and (placed := _placed(said, bare, options, speech)):
        return placed
    if len(bare.split()) > MAX_WORDS or letters(bare) < _MIN_LETTERS:
        return Nothing()
    return (
        _begun(bare, options, speech)
        or _held(bare, options, speech)
        or _alike(bare, options, speech)
        or Nothing()
    )


def spelled(text: str, options: Sequence[Option], speech: Speech = FRENCH) -> bool:
    """Whether `text`, as it is, is a label or a synonym: nothing around it had to be left out."""
    said = folded(text, speech)
    return any(said in _named(option, speech) for option in options)


def verb(
    text: str, phrases: Mapping[str, Sequence[str]], *, typos: bool = True, speech: Speech = FRENCH
) -> Verb | None:
    """The verb of navigation that `text` is, whole, or None.

    `phrases` gives the ways of typing each verb, by the verb's value; ValueError when one is no verb. One
    wrong, missing, added or swapped letter inside a word of 5 letters or more is forgiven, unless `typos` is
    False (where any word can be an answer). The number of a question ("revenir à la question 3") is left out.
    None when a typo could be two verbs.
    """
    said = _OF_A_QUESTION.sub("", folded(text, speech)) if len(text) <= _MAX_CHARACTERS else ""
    meanings = ((Verb(key), ways) for key, ways in phrases.items())
    spoken = [(meant, name_of(way, speech)) for meant, ways in meanings for way in ways]
    bare = bared(said, speech)
    if not said or len(bare.split()) > MAX_WORDS:
        return None
    for version in (said, bare):
        for meant, phrase in spoken:
            if phrase == version:
                return meant
    slips = {meant for meant, phrase in spoken if typos and _is_slip(bare, phrase)}
    return slips.pop() if len(slips) == 1 else None


def of_question(text: str, speech: Speech = FRENCH) -> tuple[str, int]:
    """The words that name a question by its number, without it, and the number: ("retour a la question", 3); ("", 0)
    for any other text.
    """
    said = bared(folded(text, speech), speech) if len(text) <= _MAX_CHARACTERS else ""
    found = _OF_A_QUESTION.search(said)
    return (said[: found.start()], int(found[1])) if found else ("", 0)


_OF_A_QUESTION = re.compile(r"(?<=\bquestion) (?:n |no |numero |number )?([0-9]{1,2})$")
# A quantity, a sign, a decimal: a figure that is not the number of a choice.
_NOT_A_PLACE = re.compile(r"^\s*[-−–+<>=~]|[%‰€$£]|\d[.,]\d")


def _near(keys: Iterable[str]) -> Near | None:
    found = tuple(dict.fromkeys(keys))[:_MAX_NEAR]
    return Near(found) if found else None


def _names(options: Sequence[Option], like: str, speech: Speech) -> Iterator[tuple[str, Option]]:
    """Labels and synonyms that can be guessed: long enough, and denying when `like` does."""
    denied = denies(like, speech)
    for option in options:
        for name in _named(option, speech):
            if letters(name) >= _MIN_LETTERS and denies(name, speech) == denied:
                yield name, option


def _named(option: Option, speech: Speech) -> list[str]:
    return [name_of(name, speech) for name in (option.label, *option.synonyms)]


def _whole(said: str, options: Sequence[Option], speech: Speech) -> Exact | Near | None:
    labelled = [option.key for option in options if name_of(option.label, speech) == said]
    if len(labelled) == 1:
        return Exact(labelled[0])
    ranks = {o.key: names.index(said) for o in options if said in (names := _named(o, speech))}
    first = sorted(ranks, key=ranks.__getitem__)[:_MAX_NEAR]
    return Exact(first[0]) if len(first) == 1 else _near(key for key in ranks if key in first)


def _placed(said: str, bare: str, options: Sequence[Option], speech: Speech) -> Exact | Near | Nothing | None:
    """A choice by its number; None when `bare`, what matters of `said`, is no number."""
    words = bare.split()
    while words and (words[0] in speech.articles or words[0] in speech.pointers):
        words.pop(0)
    if len(words) == 2 and words[1] in speech.nouns and _is_rank(words[0], speech):
        words.pop()
    figures = [n for word in words if (n := _figure(word, speech))]
    keys = [options[n - 1].key for n in figures if n <= len(options)]
    if len(figures) == len(words) == 1 and (keys or words[0].isdecimal()):
        sure = not speech.pointers.isdisjoint(said.split())
        return Exact(keys[0]) if keys and sure else _pointed(str(figures[0]), keys, options, speech)
    if len(figures) == 2 and all(word in speech.either or _figure(word, speech) for word in words):
        return _begun(bare, options, speech) or _near(keys) or Nothing()
    if figures and words[0].isdecimal() and keys:
        return _numbered(keys[0], " ".join(words[1:]), options, speech)
    return None


def _pointed(
    figure: str, keys: Sequence[str], options: Sequence[Option], speech: Speech
) -> Exact | Near | Nothing:
    """A figure alone. Among short labels with figures ("1-2", "3-5 salariés") it may be a quantity: asked."""
    labels = {o.key: name_of(o.label, speech).split() for o in options}
    short = {key: words for key, words in labels.items() if len(words) <= _QUANTITY}
    figured = [key for key, words in short.items() if any(word.isdecimal() for word in words)]
    spelled = [key for key in figured if figure in labels[key]]
    if keys and (not figured or spelled == keys):
        return Exact(keys[0])
    return _near([*spelled, *keys]) or Nothing()


def _numbered(place: str, rest: str, options: Sequence[Option], speech: Speech) -> Exact | Near | Nothing:
    """A number and words: an answer when they agree, a question when they do not."""
    read = understand(rest, options, numbered=False, speech=speech)
    return Near((place, read.key)) if isinstance(read, Exact) and read.key != place else read


def _figure(word: str, speech: Speech) -> int:
    """The number a word writes, 0 when none."""
    digits = re.fullmatch(rf"(?:n|no)?([0-9]{{1,2}}){speech.ordinal}?", word)
    return int(digits[1]) if digits else speech.figures.get(word, 0) or speech.ordinals.get(word, 0)


def _is_rank(word: str, speech: Speech) -> bool:
    """Whether a word is a rank ("deuxième", "2e") and no quantity."""
    return word in speech.ordinals or bool(re.fullmatch(rf"[0-9]{{1,2}}{speech.ordinal}", word))


def _begun(said: str, options: Sequence[Option], speech: Speech) -> Exact | Near | None:
    """Labels that begin with `said`; the only one is sure when no word but a first is left half."""
    found = [
        o
        for o in options
        if (name := name_of(o.label, speech)).startswith(said)
        and denies(name, speech) == denies(said, speech)
    ]
    if len(found) == 1 and (" " not in said or name_of(found[0].label, speech).startswith(said + " ")):
        return Exact(found[0].key)
    return _near(option.key for option in found)


def _held(said: str, options: Sequence[Option], speech: Speech) -> Near | None:
    """Names held in `said`, the longest first and each word once; else labels that hold `said`."""
    left, found = f" {said} ", []
    for name, option in sorted(_names(options, said, speech), key=lambda pair: -len(pair[0])):
        if f" {name} " in left:
            left = left.replace(f" {name} ", " / ")
            found.append(option.key)
    holding = [o.key for name, o in _names(options, said, speech) if f" {said} " in f" {name} "]
    keys = dict.fromkeys(found or holding)
    return _near(keys) if len(keys) <= _MAX_NEAR else None


def _alike(said: str, options: Sequence[Option], speech: Speech) -> Near | None:
    """Names that differ by a typo or two."""
    scores: dict[str, float] = {}
    for name, option in _names(options, said, speech):
        score = likeness(said, name, _CUTOFF)
        scores[option.key] = max(score, scores.get(option.key, 0))
    best = max(scores.values(), default=0)
    ranked = sorted(scores, key=scores.__getitem__, reverse=True)
    return _near(key for key in ranked if best and scores[key] >= max(_CUTOFF, best - _MARGIN))


def _is_slip(said: str, phrase: str) -> bool:
    """Whether one long word differs by one edit that leaves its first and last letters."""
    if abs(len(said) - len(phrase)) > 1:
        return False
    words, meant = said.split(), phrase.split()
    wrong = [pair for pair in zip(words, meant, strict=False) if pair[0] != pair[1]]
    if len(words) != len(meant) or len(wrong) != 1:
        return False
    typed, right = wrong[0]
    # "barrière" is not "arrière", "humains" is not "humain": ends tell words apart, fingers slip inside.
    return len(right) >= 5 and typed[0] == right[0] and typed[-1] == right[-1] and slips(typed, right) == 1
