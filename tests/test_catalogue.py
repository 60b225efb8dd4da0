"""The words of the interface: the template follows the code, and each language follows the template.

When the template is late, from the root of the project::

    pybabel extract -F babel.cfg --no-default-keywords -k say -k plural:1,2 --add-location=file --sort-by-file \
        --width=100 --project="Rally'nov" --version=0.1.0 --msgid-bugs-address="the team of the rally" \
        --last-translator="the team of the rally" \
        --header-comment="# The sentences of Rally'nov, made from the code: see tests/test_catalogue.py." \
        -o locales/rallynov.pot .
    pybabel update -i locales/rallynov.pot -d locales -D rallynov --no-fuzzy-matching --ignore-obsolete \
        --width=100
"""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po
from spoken import BADLY_SET, LOCALES, ROOT, WORDING, in_each, scale

from rallynov.dialogue.speech import SPEECHES
from rallynov.dialogue.understand import Verb, verb
from rallynov.text import TYPOGRAPHIES, fold
from rallynov.wording import LANGUAGES

SLOT = re.compile(r"\{(\w*)\}")
COUNT = {"n"}
QUOTED = {"fr": re.compile(r"« ([^»{}]+) »"), "en": re.compile(r"“([^”{}]+)”")}
AMERICAN = re.compile(
    r"\b\w+(?:iz(?:e[sd]?|ing|ation\w*)|yz(?:e[sd]?|ing)|[^f]avor\w*|olor\w*)\b|\bcenter", re.IGNORECASE
)
ALWAYS_Z = {"size", "sized", "sizes", "prize", "prizes", "seize", "seized"}
TYPED = {
    "“back”": Verb.BACK,
    "“skip”": Verb.SKIP,
    "“pause”": Verb.PAUSE,
    "“resume”": Verb.RESUME,
    "“recap”": Verb.RECAP,
    "“why”": Verb.WHY,
    "“menu”": Verb.MENU,
    "“help”": Verb.HELP,
    "“talk to a person”": Verb.PERSON,
    "“language”": Verb.LANGUAGE,
    "“elsewhere”": Verb.ELSEWHERE,
    "“sheets”": Verb.SHEETS,
}
"""What the msgids say that a person may type, and what the program must then understand."""
SAID_OTHERWISE = {
    "non conforme", "not compliant", "recevable", "non recevable", "admissible", "not admissible",
    "rallynov doctor",
}  # fmt: skip
"""Words in quotation marks that are neither typed nor chosen."""


def _ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _read(path: Path, locale: str | None = None) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=locale)


def _extracted() -> set[tuple[str, ...]]:
    with (ROOT / "babel.cfg").open(encoding="utf-8") as source:
        methods, options = parse_mapping_cfg(source)
    found = extract_from_dir(ROOT, methods, options, parse_keywords(["say", "plural:1,2"]))
    return {(message,) if isinstance(message, str) else tuple(message) for _, _, message, _, _ in found}


TEMPLATE = _read(LOCALES / "rallynov.pot")
CATALOGUES = {code: _read(LOCALES / code / "LC_MESSAGES/rallynov.po", code) for code in LANGUAGES}
SENTENCES = {
    code: [
        (said, string)
        for message in catalogue
        if message.id
        for said, string in zip(_ids(message), _strings(message), strict=True)
    ]
    for code, catalogue in CATALOGUES.items()
}
SINGULARS = {_ids(message)[0] for message in TEMPLATE if len(_ids(message)) == 2}


@pytest.fixture(scope="module")
def extracted() -> set[tuple[str, ...]]:
    return _extracted()


@pytest.mark.parametrize("catalogue", [TEMPLATE, *CATALOGUES.values()], ids=["template", *CATALOGUES])
def test_the_catalogues_hold_the_sentences_of_the_code(
    catalogue: Catalog, extracted: set[tuple[str, ...]]
) -> None:
    kept = {_ids(message) for message in catalogue if message.id}
    assert extracted - kept == set(), "sentences of the code that the catalogue lacks"
    assert kept - extracted == set(), "sentences that the code does not say any more"


@in_each
def test_every_sentence_is_said_in_each_language(language: str) -> None:
    catalogue = CATALOGUES[language]
    assert catalogue.obsolete == {}
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    assert [message.id for message in catalogue if message.id and not all(_strings(message))] == []
    forms = {"fr": "nplurals=2; plural=(n > 1);", "en": "nplurals=2; plural=(n != 1);"}
    assert catalogue.plural_forms == forms[language]


@in_each
def test_a_sentence_has_the_same_slots_in_each_language(language: str) -> None:
    for said, string in SENTENCES[language]:
        slots, kept = set(SLOT.findall(said)), set(SLOT.findall(string))
        # "une minute" needs no figure: the count alone may be left out, and in the singular alone.
        assert kept | (COUNT & slots if said in SINGULARS else set()) == slots, said
        assert "{" not in SLOT.sub("", string), said
        assert "}" not in SLOT.sub("", string), said


@in_each
def test_a_sentence_is_written_with_plain_keys(language: str) -> None:
    typeset = TYPOGRAPHIES[language]
    for _, string in SENTENCES[language]:
        assert string == string.strip()
        assert BADLY_SET[language].search(string) is None, string
        assert typeset(typeset(string)) == typeset(string)


@in_each
def test_what_a_sentence_says_to_type_is_understood(language: str) -> None:
    speech, verbs = SPEECHES[language], WORDING.verbs(language)
    labels = {fold(names[0]) for names in scale(language).values()}
    for said, string in SENTENCES[language]:
        quoted = {word: verb(word, verbs, speech=speech) for word in QUOTED[language].findall(string)}
        assert {known for told, known in TYPED.items() if told in said} <= set(quoted.values()), said
        unknown = {word for word, meant in quoted.items() if meant is None and not word.startswith("/")}
        assert {word for word in unknown if fold(word) not in labels} <= SAID_OTHERWISE, said


def test_english_is_british() -> None:
    texts = [string for _, string in SENTENCES["en"]]
    texts += [path.read_text("utf-8") for path in (LOCALES / "en").rglob("*.*")]
    assert {found[0].casefold() for text in texts for found in AMERICAN.finditer(text)} <= ALWAYS_Z
