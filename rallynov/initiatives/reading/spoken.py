"""The words of a field's options in each language, as far as reading needs them; and whether all are there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rallynov.dialogue.hearing import Lexicon
from rallynov.dialogue.speech import FRENCH, SPEECHES, Speech
from rallynov.dialogue.understand import Option
from rallynov.dialogue.words import Term
from rallynov.initiatives.form import DossierForm, Field, Kind

YES, NO, ALL, NONE = "yes", "no", "all", "none"
_OPTION: Final = ("label", "synonyms")
_FIELD: Final = ("label", "ask", "hint", "short", "why", "mend")
_COLUMN: Final = ("label", "hint", "mend")


@dataclass(frozen=True, slots=True)
class Spoken:
    """What may be typed for the options of a field in one language, in the order in which they are shown.

    ``others`` are the ways of saying "all" and "none" where no option says so.
    """

    speech: Speech
    options: tuple[Option, ...]
    others: tuple[Option, ...] = ()


def spoken(field: Field, lexicon: Lexicon, language: str) -> tuple[Spoken, ...]:
    """Return the words of a field's options, in the person's language first."""
    languages = (language, *(other for other in lexicon.languages if other != language))
    return tuple(_in(field, lexicon, one) for one in languages)


def _in(field: Field, lexicon: Lexicon, language: str) -> Spoken:
    def option(key: str, section: str) -> Option:
        label = lexicon.word(Term(f"form:{section}:label"), language)
        return Option(key, label, lexicon.synonyms(f"form:{section}:synonyms", language))

    options = tuple(option(one, f"{field.id}.{one}") for one in field.options)
    if field.kind in {Kind.YESNO, Kind.MUST}:
        options = (option(YES, YES), option(NO, NO))
    others = (
        tuple(option(one, one) for one in (ALL, NONE))
        if field.kind is Kind.CHOICES or not field.required
        else ()
    )
    return Spoken(SPEECHES.get(language, FRENCH), options, others)


def bare(field: Field) -> tuple[Spoken, ...]:
    """Return the options of a field by their ids, where no words are given."""
    ids = field.options or (YES, NO)
    return (Spoken(FRENCH, tuple(Option(one, one) for one in ids), (Option(ALL, ALL), Option(NONE, NONE))),)


def check_form(form: DossierForm, lexicon: Lexicon) -> None:
    """Stop the start when a step, a field or an option has no words: the lexicon's error names the key."""
    for language in lexicon.languages:
        for key in _keys(form):
            if key.endswith(":synonyms"):
                lexicon.synonyms(key, language)
            else:
                lexicon.word(Term(key), language)


def _keys(form: DossierForm) -> Iterator[str]:
    yield from (f"form:month:{number}" for number in range(1, 13))
    yield from _each((YES, NO, ALL, NONE), _OPTION)
    yield from (f"form:step.{step.id}:title" for step in form.steps)
    for field in form.fields:
        yield from _each((field.id,), _FIELD)
        yield from _each((f"{field.id}.{option}" for option in field.options), _OPTION)
        yield from _each((f"{field.id}.{column.id}" for column in field.columns), _COLUMN)


def _each(sections: Iterator[str] | Sequence[str], names: Sequence[str]) -> Iterator[str]:
    return (f"form:{section}:{name}" for section in sections for name in names)
