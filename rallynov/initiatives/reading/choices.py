"""One choice, several choices, yes or no: by number or by words, typos asked about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rallynov.dialogue.understand import Exact, Near, Nothing, Option, understand
from rallynov.dialogue.words import Typed, plural, say
from rallynov.initiatives.form import Field, Json
from rallynov.initiatives.reading.confirm import confirm, which
from rallynov.initiatives.reading.result import Doubt, Given, Reading, Refusal, Value, mend
from rallynov.initiatives.reading.spoken import ALL, NONE, YES, Spoken, bare
from rallynov.text import clean_text, fold

_PARTS = re.compile(r"[,;/+&|\n•]|\s[-–]\s")
_JOINTS = re.compile(r"\s(?:et|and|puis|then|ainsi que|as well as)\s", re.IGNORECASE)
_EXCEPT = re.compile(
    r"^(.*?),?\s(?:sauf|excepté|excepte|hormis|except|but|à part|a part)\s+(.+)$", re.IGNORECASE | re.DOTALL
)
_SPAN = re.compile(r"^\D{0,12}?(\d{1,2})\s*(?:-|–|à|a|to|au)\s*(\d{1,2})\D{0,3}$")
_SPAN_WITHIN = re.compile(r"(?<![-–\d])\d{1,2}\s*[-–]\s*\d{1,2}(?!\s*[-–\d])")
_BETWEEN: Final = frozenset(
    ("et", "and", "puis", "then", "n", "no", "numero", "number", "la", "le", "les", "the", "plus", "avec")
)
_LONGEST: Final = 600
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class _Picked:
    """What was chosen; ``others`` are other readings of what was not sure, ``unknown`` is what is no option."""

    keys: tuple[str, ...]
    sure: bool = True
    others: tuple[str, ...] = ()
    unknown: str = ""


def read_choice(field: Field, typed: str, given: Given) -> Reading:
    """Read one option, by its number or its words."""
    read = _one(clean_text(typed), given.said or bare(field))
    match read:
        case Exact(key):
            return Value(key)
        case Near(keys):
            return which(keys) if len(keys) > 1 else confirm(field, keys[0])
        case Nothing():
            return mend(field)


def read_yesno(field: Field, typed: str, given: Given) -> Reading:
    """Read yes or no, as a boolean."""
    read = _one(clean_text(typed), given.said or bare(field))
    return Value(read.key == YES) if isinstance(read, Exact) else mend(field)


def read_must(field: Field, typed: str, given: Given) -> Reading:
    """Read a box that has to be ticked: yes alone is a value."""
    read = _one(clean_text(typed), given.said or bare(field))
    if isinstance(read, Exact) and read.key == YES:
        return Value(value=True)
    if isinstance(read, Exact):
        return Refusal(say("This box is needed to submit. Answer yes when you agree, or leave it for later."))
    return mend(field)


def read_choices(field: Field, typed: str, given: Given) -> Reading:
    """Read several options: numbers, words, all, none, all but some. An option "all" or "none" excludes the rest."""
    text = clean_text(typed)
    if not text or len(text) > _LONGEST:
        return mend(field)
    picked = _picked(field, text, given.said or bare(field))
    if picked.unknown:
        cut = picked.unknown if len(picked.unknown) <= _SHOWN else picked.unknown[:_SHOWN] + "…"
        return Refusal(
            say("“{typed}” is not in the list. Choose by the numbers, for example 1 2.", typed=Typed(cut))
        )
    return _checked(field, picked)


def said_none(typed: str, said: Sequence[Spoken]) -> bool:
    """Tell whether what was typed says that there is none: « aucun », « je n'en ai pas »."""
    text = clean_text(typed)
    return 0 < len(text) <= _SHOWN and _quantity(text, said) == NONE


def _one(text: str, said: Sequence[Spoken]) -> Exact | Near | Nothing:
    """Read one option: in the person's language; what is not sure there may be the very words of another."""
    if len(text) > _LONGEST or not said:
        return Nothing()
    own = understand(text, said[0].options, speech=said[0].speech)
    if isinstance(own, Exact):
        return own
    abroad = (_named(text, spoken.options) for spoken in said[1:])
    return next((Exact(key) for key in abroad if key), own)


def _named(text: str, options: Sequence[Option]) -> str:
    """Return the option whose very words these are, "" when there is none, or several."""
    words = fold(text)
    found = {one.key for one in options if words in (fold(name) for name in (one.label, *one.synonyms))}
    return found.pop() if len(found) == 1 else ""


def _picked(field: Field, text: str, said: Sequence[Spoken]) -> _Picked:
    whole = _one(text, said)
    if isinstance(whole, Exact):
        return _Picked((whole.key,))
    quantity = _quantity(text, said)
    if quantity:
        return _Picked(_all(field) if quantity == ALL else _none(field))
    if (but := _EXCEPT.match(text)) and _quantity(but[1], said) == ALL:
        left = _several(field, but[2], said)
        if {ALL, NONE}.intersection(left.keys):
            return _Picked((), unknown=but[2])
        return left if left.unknown else _Picked(_single(field, set(left.keys)), sure=left.sure)
    return _several(field, text, said)


def _quantity(text: str, said: Sequence[Spoken]) -> str:
    """Return "all" or "none" when that is what was said."""
    return next((key for spoken in said if (key := _named(text, spoken.others))), "")


def _single(field: Field, without: set[str]) -> tuple[str, ...]:
    return tuple(one for one in field.options if one not in {ALL, NONE} | without)


def _all(field: Field) -> tuple[str, ...]:
    return (ALL,) if ALL in field.options else _single(field, set())


def _none(field: Field) -> tuple[str, ...]:
    return (NONE,) if NONE in field.options else ()


def _several(field: Field, text: str, said: Sequence[Spoken]) -> _Picked:
    if span := _SPAN.match(text):
        return _spanned(field, text, int(span[1]), int(span[2]))
    if numbers := _numbers(text):
        wrong = next((one for one in numbers if not 1 <= one <= len(field.options)), None)
        if wrong is not None:
            return _Picked((), unknown=str(wrong))
        return _Picked(tuple(field.options[one - 1] for one in numbers))
    whole = _Picked(())
    for part in filter(None, (one.strip(" .") for one in _PARTS.split(text))):
        for piece in _pieces(part, said):
            span = _SPAN.match(piece)
            read = _spanned(field, piece, int(span[1]), int(span[2])) if span else _picked_one(piece, said)
            if read.unknown:
                return read
            whole = _Picked(whole.keys + read.keys, whole.sure and read.sure, whole.others + read.others)
    return whole if whole.keys else _Picked((), unknown=text)


def _spanned(field: Field, text: str, first: int, last: int) -> _Picked:
    """Read "1-3" or "1 à 3": asked, for it may be one and three."""
    if 1 <= first < last <= len(field.options):
        return _Picked(field.options[first - 1 : last], sure=False)
    return _Picked((), unknown=text)


def _picked_one(text: str, said: Sequence[Spoken]) -> _Picked:
    match _one(text, said):
        case Exact(key):
            return _Picked((key,))
        case Near(keys):
            return _Picked(keys[:1], sure=False, others=keys[1:])
        case Nothing():
            return _Picked((), unknown=text)


def _numbers(text: str) -> list[int]:
    """Return the numbers of a text that holds nothing else; none where "1-4" stands among them."""
    if _SPAN_WITHIN.search(text):
        return []
    words = [word for word in fold(text).split() if word not in _BETWEEN]
    return [int(word) for word in words] if all(word.isdecimal() and len(word) <= 3 for word in words) else []


def _pieces(part: str, said: Sequence[Spoken]) -> Iterator[str]:
    """Give a part whole, else what "and" joins in it, else its words, when each is an option."""
    if isinstance(_one(part, said), Exact):
        yield part
        return
    for joined in _JOINTS.split(part):
        words = joined.split()
        apart = len(words) > 1 and not isinstance(_one(joined, said), Exact)
        yield from (
            words if apart and all(isinstance(_one(word, said), Exact) for word in words) else (joined,)
        )


def _checked(field: Field, picked: _Picked) -> Reading:
    chosen = set(picked.keys)
    if chosen & {ALL, NONE} and len(chosen) > 1:
        if NONE in chosen:
            return Refusal(say("You chose none, and something else as well. Choose one or the other."))
        chosen, picked = {ALL}, replace(picked, sure=False)
    keys: list[Json] = [one for one in field.options if one in chosen]
    if len(keys) < (field.least or 0):
        return mend(field)
    if field.most is not None and len(keys) > field.most:
        return Refusal(
            plural(
                "One choice at most, and you gave {given}. Choose again, and keep the one that counts most.",
                "{n} choices at most, and you gave {given}. Choose again, and keep those that count most.",
                field.most,
                given=len(keys),
            )
        )
    if picked.sure:
        return Value(keys)
    return _asked(field, keys, picked)


def _asked(field: Field, keys: list[Json], picked: _Picked) -> Doubt:
    """Ask about what was guessed; another reading of the only part replaces it."""
    if len(keys) == 1 and picked.others:
        others: list[Json] = [[one] for one in picked.others]
        return which((keys, *others))
    return confirm(field, keys)
