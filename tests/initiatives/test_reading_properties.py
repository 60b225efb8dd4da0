"""What always holds: reading never fails, its words can be said, and what is shown is read back."""

from datetime import date
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from rallynov.initiatives.communes import load_places
from rallynov.initiatives.form import Field, Json, Kind
from rallynov.initiatives.reading import Doubt, Refusal, Value, length_left, read, show, spoken
from rallynov.initiatives.service import load_form
from rallynov.text import clean_text
from rallynov.wording import LANGUAGES, Wording

FORM, PLACES = load_form(), load_places()
WORDING = Wording({"operator": "l'équipe", "contact": "l'équipe"})
TODAY = date(2013, 3, 12)
SAID = {
    (field.id, language): spoken(field, WORDING, language) for field in FORM.fields for language in LANGUAGES
}

PIECES = """
0 1 2 12 31 2013 1999 732829320 73282932000074 W25 W250000000 25.62B 25000 21000 € k€ % k - – / . , ; : | @ + +33 00 ( ) [ ]
< > http:// https:// www. .fr .com javascript: mailto: nom structure gmail gmial besançon saint st cedex doubs mars march
fevirer il y a deux ans ago vers environ une quarantaine quatre vingt mille million aucun zéro oui non yes no tout toutes
sauf et ou santé emploi ess sarl asso ٤ ² ½ ﬁ ß İ é
"""
HOSTILE = " \n\t\0\u202e\u200b\ud800\udc00\u0301\u20e3\U0001f600"
PIECE = st.sampled_from([*PIECES.split(), *HOSTILE])
TYPED = st.one_of(
    st.text(max_size=60),
    st.lists(PIECE, max_size=12).map(" ".join),
    st.lists(PIECE, max_size=12).map("".join),
    st.text(st.characters(categories=["Nd", "Po", "Sc", "Zs", "Cs", "Cc"]), max_size=40),
)
fields = st.sampled_from(FORM.fields)
WEBSITE = next(field for field in FORM.fields if field.id == "website")


@given(fields, TYPED, st.sampled_from(LANGUAGES), st.booleans(), st.dates(date(1970, 1, 1)))
@example(WEBSITE, "NO", "fr", True, TODAY)
@example(FORM.fields[6], "9" * 5_000, "fr", True, TODAY)
@example(FORM.fields[20], "il y a 999 jours", "fr", True, date(1, 1, 2))
def test_reading_never_fails_and_its_words_can_be_said(
    field: Field,
    typed: str,
    language: str,
    worded: bool,  # noqa: FBT001
    today: date,
) -> None:
    reading = read(field, typed, today, PLACES, SAID[field.id, language] if worded else ())
    for known in LANGUAGES:
        if isinstance(reading, Refusal):
            assert WORDING.word(reading.words, known).strip()
            continue
        if reading.value is None:  # « aucun »: the field is passed over
            assert not field.required
            continue
        assert field.accepts(reading.value)
        WORDING.word(show(field, reading.value), known).encode()
        if isinstance(reading, Doubt):
            assert WORDING.word(reading.ask, known).strip()
            assert all(
                field.accepts(other) and WORDING.word(show(field, other), known) for other in reading.others
            )
            assert reading.value not in reading.others


@pytest.mark.parametrize("field", FORM.fields, ids=lambda field: field.id)
@pytest.mark.parametrize(
    "typed", ["a" * 200_000, "1 " * 8_000, ";\n" * 8_000, "https://" * 2_000, "@" * 16_000, "1-" * 8_000]
)
def test_a_long_text_is_read_too(field: Field, typed: str) -> None:
    read(field, typed, TODAY, PLACES, SAID[field.id, "fr"])


def _options(field: Field) -> st.SearchStrategy[Any]:
    single = [one for one in field.options if one not in {"all", "none"}]
    most = min(field.most or len(single), len(single))
    picked = st.lists(st.sampled_from(single), unique=True, min_size=max(1, field.least or 0), max_size=most)
    ordered = picked.map(lambda keys: sorted(keys, key=field.options.index))
    whole = [[one] for one in ("all", "none") if one in field.options]
    return st.one_of(ordered, *map(st.just, whole))


WORDS = st.text(st.sampled_from("abcdéœ 0123'-"), min_size=1, max_size=12)
ISO = st.dates(date(1900, 1, 1), TODAY).flatmap(
    lambda day: st.sampled_from([str(day), str(day)[:7], str(day)[:4]])
)


def _values(field: Field) -> st.SearchStrategy[Any]:
    """Values of a field as they are kept."""
    match field.kind:
        case Kind.NUMBER:
            return st.integers(field.least or 0, field.most)
        case Kind.AMOUNT:
            cents = st.integers(0, (field.most or 0) * 100)
            return cents.map(lambda n: n // 100 if n % 100 == 0 else n / 100)
        case Kind.CHOICE:
            return st.sampled_from(field.options)
        case Kind.CHOICES:
            return _options(field)
        case Kind.DATE:
            return ISO
        case Kind.PHONE:
            return st.one_of(
                st.integers(100_000_000, 999_999_999).map(lambda n: f"+33{n}"), st.just("+41321234567")
            )
        case Kind.COMMUNE:
            return st.sampled_from([(one, code) for one in PLACES._all for code in one.postcodes]).map(
                lambda found: {"insee": found[0].insee, "name": found[0].name, "postcode": found[1]}
            )
        case Kind.ROWS:
            cell = WORDS.map(lambda text: "x" + " ".join(text.split()) + "yz")
            row = st.fixed_dictionaries({"label": cell, "before": cell, "after": cell, "date": ISO})
            return st.lists(row, min_size=1, max_size=5)
        case _:
            return st.sampled_from(_KEPT[field.kind])


_KEPT: dict[Kind, list[Json]] = {
    Kind.LINE: ["Atelier des Exemples"],
    Kind.TEXT: ["Un besoin.\n\nUn autre : « deux mots »… " * 12 + "Fin."],
    Kind.YESNO: [True, False],
    Kind.MUST: [True],
    Kind.EMAIL: ["nom@structure.fr", "Nom@société.fr"],
    Kind.URL: ["https://www.structure.fr", "http://a.fr:8080/b?c=d#e"],
    Kind.URLS: [["https://a.fr"], ["https://a.fr", "http://b.fr/c"]],
    Kind.REGISTRY: ["73282932000074", "35600000000001", "W250000000"],
    Kind.NAF: ["25.62B"],
}


@given(
    st.data(),
    st.sampled_from([one for one in FORM.fields if one.kind is not Kind.FILES]),
    st.sampled_from(LANGUAGES),
)
def test_what_is_shown_is_read_back(data: st.DataObject, field: Field, language: str) -> None:
    value = data.draw(_values(field))
    shown = WORDING.word(show(field, value), language)
    assert read(field, shown, TODAY, PLACES, SAID[field.id, language]) == Value(value)


@given(TYPED, st.sampled_from([one for one in FORM.fields if one.kind in {Kind.LINE, Kind.TEXT}]))
def test_what_is_left_to_type_agrees_with_what_is_read(typed: str, field: Field) -> None:
    address = any(sign in typed.casefold() for sign in ("://", "@", "www."))
    assume(field.id != "person" or not address)  # the name of somebody is no address, whatever its length
    reading = read(field, typed, TODAY, PLACES)
    assert isinstance(reading, Value) == (length_left(field, typed) == (0, 0) and clean_text(typed) != "")
    assert 0 in length_left(field, typed)
