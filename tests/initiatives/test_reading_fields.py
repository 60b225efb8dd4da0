"""Every field of the form: what is accepted, and what is refused in words that say how to mend it."""

import re
from datetime import date
from typing import Any

import pytest
from initiatives.reading_table import EMOJI, FORM, TABLES, Asked

from rallynov.dialogue.words import Plural, Say, Words
from rallynov.initiatives.communes import load_places
from rallynov.initiatives.form import Kind
from rallynov.initiatives.reading import Doubt, Refusal, Value, length_left, read, spoken
from rallynov.wording import LANGUAGES, Wording

PLACES = load_places()
WORDING = Wording({"operator": "l'équipe", "contact": "l'équipe"})
TODAY = date(2013, 3, 12)

CASES = [(field, typed, value) for field, (accepted, _) in TABLES.items() for typed, value in accepted]
REFUSED = [(field, typed) for field, (_, refused) in TABLES.items() for typed in refused]
INSTRUCTIONS = {
    "fr": re.compile(
        r"\b(indiquez|écrivez|choisissez|vérifiez|répondez|ajoutez|raccourcissez|arrondissez|gardez|donnez|séparez|dites"
        r"|racontez|corrigez)\b"
    ),
    "en": re.compile(r"\b(give|write|choose|check|answer|add|shorten|round|keep|part|say|tell|send)\b"),
}
"""What asks for something: every refusal ends with one."""


def _read(field_id: str, typed: str, language: str = "fr") -> Value | Doubt | Refusal:
    field = FORM.find(field_id)
    assert field is not None
    return read(field, typed, TODAY, PLACES, spoken(field, WORDING, language))


def test_every_field_has_six_of_each() -> None:
    typed = {field.id for field in FORM.fields if field.kind is not Kind.FILES}
    assert set(TABLES) == typed
    for field, (accepted, refused) in TABLES.items():
        assert len(dict(accepted)) >= 6, field
        assert len(set(refused)) >= 6, field


@pytest.mark.parametrize(("field", "typed", "value"), CASES)
def test_what_is_accepted(field: str, typed: str, value: Any) -> None:
    expected = Value(value)
    read_ = _read(field, typed)
    if isinstance(value, Asked):
        assert isinstance(read_, Doubt)
        assert (read_.value, read_.others) == (value.value, value.others)
        assert all(WORDING.word(read_.ask, language) for language in LANGUAGES)
    else:
        assert read_ == expected
    asked = FORM.find(field)
    assert asked is not None
    assert not isinstance(read_, Refusal)
    assert asked.accepts(read_.value)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("field", "typed"), REFUSED)
def test_what_is_refused_and_how_to_mend_it(field: str, typed: str, language: str) -> None:
    read_ = _read(field, typed, language)
    assert isinstance(read_, Refusal)
    last = re.split(r"(?<=[.!?:])\s", WORDING.word(read_.words, language).casefold())[-2:]
    assert INSTRUCTIONS[language].search(" ".join(last)), last
    assert len(WORDING.word(read_.words, language)) <= 300
    for msgid in _msgids(read_.words):
        assert all(msgid in WORDING._catalogues[known] for known in LANGUAGES)


def _msgids(words: Words) -> list[str]:
    match words:
        case Say(msgid, slots):
            own = [msgid]
        case Plural(one, many, _, slots):
            own = [one, many]
        case _:
            return []
    inner = [value for _, value in slots if isinstance(value, Say | Plural)]
    return own + [msgid for one in inner for msgid in _msgids(one)]


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("", (200, 0)),
        ("a" * 157, (43, 0)),
        (EMOJI * 199, (1, 0)),
        ("a" * 200, (0, 0)),
        (" " + "é" * 803 + " ", (0, 3)),
    ],
)
def test_lengths_are_told_as_they_are_typed(typed: str, left: tuple[int, int]) -> None:
    summary, legal = FORM.find("summary"), FORM.find("legal")
    assert summary is not None
    assert legal is not None
    assert length_left(summary, typed) == left
    assert length_left(legal, typed) == (0, 0)


def test_a_file_is_not_typed() -> None:
    assert WORDING.word(_read("files", "photo.jpg").words, "fr").endswith("Envoyez le fichier lui-même.")


def test_without_words_options_are_known_by_number_and_id() -> None:
    legal = FORM.find("legal")
    assert legal is not None
    assert read(legal, "scop", TODAY, PLACES) == read(legal, "7", TODAY, PLACES) == Value("scop")
