"""The words of the form: all there, short where they are buttons, and each option understood by all its names."""

from dataclasses import dataclass
from datetime import date

import pytest

from rallynov.dialogue.speech import SPEECHES
from rallynov.dialogue.understand import verb
from rallynov.dialogue.words import Words
from rallynov.initiatives.communes import load_places
from rallynov.initiatives.form import Field, Kind
from rallynov.initiatives.reading import Doubt, Refusal, Value, check_form, read, show, show_cell, spoken
from rallynov.initiatives.service import load_form
from rallynov.wording import LANGUAGES, ContentError, Wording

FORM, PLACES = load_form(), load_places()
WORDING = Wording({"operator": "l'équipe", "contact": "l'équipe"})
TODAY = date(2013, 3, 12)
EXAMPLE = {"fr": "Exemple : ", "en": "Example: "}
in_each = pytest.mark.parametrize("language", LANGUAGES)


@dataclass
class Lacking:
    """A wording from which one key was taken."""

    key: str
    languages = LANGUAGES

    def word(self, words: Words, language: str) -> str:
        if getattr(words, "key", "") == self.key and language == "en":
            raise ContentError(f"{self.key} is missing in locales/{language}")
        return WORDING.word(words, language)

    def synonyms(self, key: str, language: str) -> tuple[str, ...]:
        if key == self.key and language == "en":
            raise ContentError(f"{key} is missing in locales/{language}")
        return WORDING.synonyms(key, language)

    def verbs(self, language: str) -> dict[str, list[str]]:
        return {}


def test_the_form_has_all_its_words() -> None:
    check_form(FORM, WORDING)


@pytest.mark.parametrize(
    "key",
    [
        "form:name:mend",
        "form:step.story:title",
        "form:legal.sarl:label",
        "form:news.none:synonyms",
        "form:indicators.date:mend",
        "form:month:12",
        "form:yes:synonyms",
    ],
)
def test_a_missing_word_is_named(key: str) -> None:
    with pytest.raises(ContentError, match=f"{key} is missing"):
        check_form(FORM, Lacking(key))


@in_each
def test_there_is_no_word_too_many(language: str) -> None:
    kept = {key for key in WORDING._terms[language] if key.startswith("form:")}
    asked: set[str] = set()

    class Listing(Lacking):
        def word(self, words: Words, language: str) -> str:
            asked.add(getattr(words, "key", ""))
            return super().word(words, language)

        def synonyms(self, key: str, language: str) -> tuple[str, ...]:
            asked.add(key)
            return super().synonyms(key, language)

    check_form(FORM, Listing(""))
    assert kept == asked


@in_each
@pytest.mark.parametrize("field", FORM.fields, ids=lambda field: field.id)
def test_a_field_is_asked_with_an_example(field: Field, language: str) -> None:
    words = {
        name: WORDING.term(f"form:{field.id}:{name}", language) for name in ("label", "ask", "hint", "short")
    }
    assert EXAMPLE[language].split()[0] in words["hint"]
    assert words["ask"].endswith((".", "?"))
    assert len(words["short"]) <= 25
    assert len(words["label"]) <= 45
    assert len(words["ask"]) <= 160


@in_each
@pytest.mark.parametrize("field", [one for one in FORM.fields if one.options], ids=lambda field: field.id)
def test_an_option_is_understood_by_its_number_and_by_all_its_names(field: Field, language: str) -> None:
    said, several = spoken(field, WORDING, language), field.kind is Kind.CHOICES
    for rank, option in enumerate(field.options, 1):
        section = f"form:{field.id}.{option}"
        names = (
            WORDING.term(f"{section}:label", language),
            *WORDING.synonyms(f"{section}:synonyms", language),
        )
        for name in (str(rank), *names):
            value: list[str] | str = [option] if several else option
            assert read(field, name, TODAY, PLACES, said) == Value(value), name


@in_each
def test_yes_no_all_and_none_are_no_verbs(language: str) -> None:
    for key in ("yes", "no", "all", "none"):
        names = (
            WORDING.term(f"form:{key}:label", language),
            *WORDING.synonyms(f"form:{key}:synonyms", language),
        )
        for spoken_ in LANGUAGES:
            verbs = WORDING.verbs(spoken_)
            assert [one for one in names if verb(one, verbs, typos=False, speech=SPEECHES[spoken_])] == []


@in_each
@pytest.mark.parametrize("kind", [Kind.YESNO, Kind.MUST])
def test_yes_and_no_are_understood_by_all_their_names(kind: Kind, language: str) -> None:
    field = next(one for one in FORM.fields if one.kind is kind)
    said = spoken(field, WORDING, language)
    for typed in WORDING.synonyms("form:yes:synonyms", language):
        assert read(field, typed, TODAY, PLACES, said) == Value(value=True), typed
    for typed in WORDING.synonyms("form:no:synonyms", language):
        read_ = read(field, typed, TODAY, PLACES, said)
        assert isinstance(read_, Refusal) if kind is Kind.MUST else read_ == Value(value=False), typed


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("headcount", 1200, "1 200"),
        ("budget", 12_000, "12 000 €"),
        ("budget", 1234.5, "1 234,5 €"),
        ("started", "2013-03-01", "1er mars 2013"),
        ("started", "2013-03", "mars 2013"),
        ("started", "2013", "2013"),
        ("phone", "+33381000000", "03 81 00 00 00"),
        ("phone", "+41321234567", "+41 32 123 45 67"),
        ("registry", "73282932000074", "732 829 320 00074"),
        ("registry", "W250000000", "W250000000"),
        ("legal", "sarl", "SARL"),
        ("themes", ["health", "mobility"], "Santé, Mobilité"),
        ("flags", [], "Aucun"),
        ("head_informed", False, "Non"),
        ("rules", True, "Oui"),
        ("commune", {"insee": "25056", "name": "Besançon", "postcode": "25000"}, "Besançon (25000)"),
        ("links", ["https://a.fr", "https://b.fr"], "https://a.fr, https://b.fr"),
        ("indicators", [{"label": "Absences", "before": "12", "after": "8", "date": "2013-03"}],
        "Absences ; 12 ; 8 ; mars 2013"),
        ("need", "Un besoin.\n\nUn autre.", "Un besoin.\n\nUn autre."),
        ("naf", "25.62B", "25.62B"),
        ("budget", None, ""),
        ("indicators", [], ""),
        # what another release stored
        ("legal", "guild", "guild"),
        ("themes", ["health", "hope"], "Santé, hope"),
        ("themes", "health", "health"),
        ("headcount", "many", "many"),
        ("started", "soon", "soon"),
        ("phone", "none", "none"),
        ("commune", "Besançon", "Besançon"),
        ("commune", {"town": "Besançon"}, "{'town': 'Besançon'}"),
        ("links", "https://a.fr", "https://a.fr"),
    ],
)  # fmt: skip
def test_a_value_is_shown_as_people_write_it(field: str, value: object, shown: str) -> None:
    asked = FORM.find(field)
    assert asked is not None
    words = WORDING.word(show(asked, value), "fr")
    assert words.replace("\u202f", " ").replace("\u00a0", " ") == shown


def test_a_former_option_is_shown_as_it_is_called_now() -> None:
    legal = FORM.find("legal")
    assert legal is not None
    renamed = legal.model_copy(update={"renamed": {"guild": "association"}})
    assert WORDING.word(show(renamed, "guild"), "fr") == "Association déclarée"


def test_a_cell_is_shown_by_its_column() -> None:
    rows = FORM.find("indicators")
    assert rows is not None
    assert WORDING.word(show_cell(rows, "date", "2013-03"), "en") == "March 2013"
    assert WORDING.word(show_cell(rows, "gone", "x"), "en") == "x"


@in_each
def test_all_that_is_not_this(language: str) -> None:
    published = FORM.find("published")
    assert published is not None
    but = {"fr": "tout sauf titre et résumé", "en": "everything except title and summary"}[language]
    read_ = read(published, but, TODAY, PLACES, spoken(published, WORDING, language))
    assert read_ == Value(
        [one for one in published.options if one not in {"all", "none", "title", "summary"}]
    )


def test_a_guess_among_several_choices_keeps_what_was_sure() -> None:
    themes = FORM.find("themes")
    assert themes is not None
    read_ = read(themes, "santé, mobilitée", TODAY, PLACES, spoken(themes, WORDING, "fr"))
    assert isinstance(read_, Doubt)
    assert read_.value == ["health", "mobility"]
    assert WORDING.word(read_.ask, "fr") == "J’ai compris : Santé, Mobilité. C’est bien cela ?".replace(
        " ?", "\u202f?"
    ).replace(" :", "\u00a0:")
