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

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

from rallynov.diagnosis.service import check_words, load_grid
from rallynov.dialogue.speech import SPEECHES
from rallynov.dialogue.understand import Exact, Option, Verb, understand, verb
from rallynov.dialogue.words import Term, plural, say
from rallynov.text import TYPOGRAPHIES, fold
from rallynov.wording import LANGUAGES, ContentError, Wording

ROOT = Path(__file__).parents[1]
LOCALES = ROOT / "locales"
SLOT = re.compile(r"\{(\w*)\}")
COUNT = {"n"}
QUOTED = {"fr": re.compile(r"« ([^»{}]+) »"), "en": re.compile(r"“([^”{}]+)”")}
BADLY_SET = {
    "fr": re.compile(r"[^\s«(][;!?»](?=\s|$)|[^\s(]:(?=\s)|«\S|[“”\"’\u00a0\u202f]|\.\.\."),
    "en": re.compile(r"\s[:;!?”](?=\s|$)|“\s|[«»\"’\u00a0\u202f]|\.\.\."),
}
"""What a sentence of a catalogue must not hold: the program sets what plain keys cannot."""
AMERICAN = re.compile(
    r"\b\w+(?:iz(?:e[sd]?|ing|ation\w*)|yz(?:e[sd]?|ing)|[^f]avor\w*|olor\w*)\b|\bcenter", re.IGNORECASE
)
WORDING = Wording({"operator": "l'équipe", "contact": "l'équipe"}, LOCALES)
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
SAID_OTHERWISE = {"non conforme", "not compliant"}
"""Words in quotation marks that are neither typed nor chosen."""
in_each = pytest.mark.parametrize("language", LANGUAGES)


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
SENTENCES = [
    (code, said, string)
    for code, catalogue in CATALOGUES.items()
    for message in catalogue
    if message.id
    for said, string in zip(_ids(message), _strings(message), strict=True)
]
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


@pytest.mark.parametrize(("language", "said", "string"), SENTENCES)
def test_a_sentence_has_the_same_slots_in_each_language(language: str, said: str, string: str) -> None:
    slots, kept = set(SLOT.findall(said)), set(SLOT.findall(string))
    # "une minute" needs no figure: the count alone may be left out, and in the singular alone.
    assert kept | (COUNT & slots if said in SINGULARS else set()) == slots
    assert "{" not in SLOT.sub("", string)
    assert "}" not in SLOT.sub("", string)


@pytest.mark.parametrize(("language", "said", "string"), SENTENCES)
def test_a_sentence_is_written_with_plain_keys(language: str, said: str, string: str) -> None:
    assert string == string.strip()
    assert BADLY_SET[language].search(string) is None
    typeset = TYPOGRAPHIES[language]
    assert typeset(typeset(string)) == typeset(string)


@pytest.mark.parametrize(("language", "said", "string"), SENTENCES)
def test_what_a_sentence_says_to_type_is_understood(language: str, said: str, string: str) -> None:
    speech, verbs = SPEECHES[language], WORDING.verbs(language)
    quoted = {word: verb(word, verbs, speech=speech) for word in QUOTED[language].findall(string)}
    assert {known for told, known in TYPED.items() if told in said} <= set(quoted.values())
    labels = {fold(names[0]) for names in _scale(language).values()}
    unknown = {word for word, meant in quoted.items() if meant is None and not word.startswith("/")}
    assert {word for word in unknown if fold(word) not in labels} <= SAID_OTHERWISE


@in_each
def test_a_term_is_written_with_plain_keys(language: str) -> None:
    for path in sorted((LOCALES / language).glob("*.toml")):
        text = re.sub(r'(?m)^#.*$|(?<!\\)"', "", path.read_text("utf-8"))
        assert [found[0] for found in BADLY_SET[language].finditer(text)] == [], path


def test_english_is_british() -> None:
    texts = [string for code, _, string in SENTENCES if code == "en"]
    texts += [path.read_text("utf-8") for path in (LOCALES / "en").rglob("*.*")]
    assert {found[0] for text in texts for found in AMERICAN.finditer(text)} <= {"size", "sized"}


def test_each_language_has_the_terms_of_the_others() -> None:
    shapes = {
        code: {
            key: (type(value), len(value) if type(value) is tuple and not _typed(key) else 0)
            for key, value in terms.items()
        }
        for code, terms in WORDING._terms.items()
    }
    assert shapes["en"] == shapes["fr"]
    assert WORDING.term("privacy:notice:version", "en") == WORDING.term("privacy:notice:version", "fr")


def _typed(key: str) -> bool:
    """Whether a term lists what people type: each language has as many ways as it needs."""
    return key.endswith(":synonyms") or key.startswith("verbs:")


def test_a_language_bears_its_own_name_in_every_file() -> None:
    for code in LANGUAGES:
        names = {WORDING.term(f"choices:{code}:label", language) for language in LANGUAGES}
        assert len(names) == 1
        for language in LANGUAGES:
            ways = WORDING.synonyms(f"choices:{code}:synonyms", language)
            assert {fold(name) for name in names} | {code} <= {fold(way) for way in ways}


def test_a_count_is_singular_as_the_language_has_it() -> None:
    left = ("One question is left before your result.", "{n} questions are left before your result.")
    assert [WORDING.word(plural(*left, n), "fr").startswith("Il reste une question") for n in (0, 1, 2)] == [
        True,
        True,
        False,
    ]
    assert [WORDING.word(plural(*left, n), "en")[:3] for n in (0, 1, 2)] == ["0 q", "One", "2 q"]


def test_figures_and_dates_are_those_of_the_language() -> None:
    at = datetime(2027, 3, 12, 8, 0, tzinfo=UTC)
    slots = say("{a} {b} {c}", a=at, b=57.4, c=1234567)
    assert WORDING.word(slots, "fr") == "12 mars 2027, 09:00 57,4 1\u202f234\u202f567"
    assert WORDING.word(slots, "en") == "12 March 2027, 09:00 57.4 1,234,567"


def test_a_language_that_nobody_speaks_here_is_the_rallys_own() -> None:
    assert WORDING.word(Term("grid:scale.3:label"), "de") == "En place"
    assert WORDING.word(say("Back"), "") == "Retour"


def _scale(language: str) -> dict[str, tuple[str, ...]]:
    return {
        value: (
            WORDING.term(f"grid:scale.{value}:label", language),
            *WORDING.synonyms(f"grid:scale.{value}:synonyms", language),
        )
        for value in ("0", "1", "2", "3", "4", "nsp", "nc")
    }


@pytest.mark.parametrize("spoken", LANGUAGES)
@in_each
def test_no_verb_is_an_answer_and_no_answer_is_a_verb(language: str, spoken: str) -> None:
    """Nor across languages: what means nothing in one's own may be said in another."""
    scale, verbs = _scale(language), WORDING.verbs(spoken)
    options = [Option(value, names[0], names[1:]) for value, names in scale.items()]
    phrases = [phrase for ways in verbs.values() for phrase in ways]
    read = {
        phrase: understand(phrase, options, numbered=False, speech=SPEECHES[language]) for phrase in phrases
    }
    assert [phrase for phrase, reading in read.items() if isinstance(reading, Exact)] == []
    typos = language == spoken
    names = [name for ways in scale.values() for name in ways]
    assert [name for name in names if verb(name, verbs, typos=typos, speech=SPEECHES[spoken])] == []


def test_a_phrase_is_one_verb_whatever_the_language() -> None:
    owners: dict[str, tuple[str, str]] = {}
    for language in LANGUAGES:
        assert set(WORDING.verbs(language)) == set(Verb)
        for meant, phrases in WORDING.verbs(language).items():
            for phrase in phrases:
                assert owners.setdefault(fold(phrase) or phrase, (meant, phrase))[0] == meant, phrase
                assert verb(phrase, WORDING.verbs(language), speech=SPEECHES[language]) == meant, phrase


@pytest.mark.parametrize("optional", [True, False])
@in_each
def test_a_label_of_the_scale_is_its_level(language: str, optional: bool) -> None:  # noqa: FBT001
    scale = {value: names for value, names in _scale(language).items() if optional or value != "nc"}
    options = [Option(value, names[0], names[1:]) for value, names in scale.items()]
    for value, names in scale.items():
        assert understand(names[0], options, speech=SPEECHES[language]) == Exact(value)


@in_each
def test_the_other_choices_have_their_words(language: str) -> None:
    for name in ("yes", "no", "erase", "again"):
        assert WORDING.synonyms(f"choices:{name}:synonyms", language)


def test_the_grid_has_all_its_words() -> None:
    check_words(load_grid(), WORDING)


@in_each
def test_the_privacy_notice_is_short_enough_to_be_read(language: str) -> None:
    assert len("\n\n".join(WORDING.texts("privacy:notice:summary", language))) <= 600
    assert WORDING.term("privacy:notice:version", language)
    with pytest.raises(ContentError, match="privacy:notice:nothing"):
        WORDING.term("privacy:notice:nothing", language)


SETTERS = {"rallynov/wording.py", "rallynov/sheets/content.py"}
"""Where words are loaded: they alone call the typographer, whose rules are in ``rallynov/text``."""
MEASURERS = {"rallynov/figures/layout.py", "rallynov/papers/press.py"}
"""Where signs are known by their width or by the fonts that draw them, and none is written."""
TEXTS = {".py", ".toml", ".po", ".md", ".html", ".js", ".css", ".typ", ".txt"}
NO_BREAK = re.compile(
    r"[\u00a0\u202f]|\\u00a0|\\u202f|\\xa0|&nbsp;|&#160;|&#8239;|&#x(?:a0|202f);|\bNNBSP\b", re.IGNORECASE
)
CALL = re.compile(r"\bTYPOGRAPHIES\b|\btypography\b|import [^\n]*\b(?:french|english)\b")


def test_typography_is_applied_where_words_are_loaded_and_nowhere_else() -> None:
    files = [path for room in ("bot", "rallynov", "locales") for path in (ROOT / room).rglob("*")]
    texts = {
        str(path.relative_to(ROOT)): path.read_text("utf-8")
        for path in files
        if path.suffix in TEXTS and "rallynov/text" not in str(path)
    }
    assert {path for path, text in texts.items() if path.endswith(".py") and CALL.search(text)} == SETTERS
    assert {path for path, text in texts.items() if NO_BREAK.search(text)} <= MEASURERS


def _literals(tree: ast.AST) -> Iterator[tuple[ast.expr, bool]]:
    """Return literals, and whether each is the key of a ``Term``."""
    named = {
        node.args[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Term"
        and node.args
    }
    inside = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr | ast.Constant) and node not in inside:
            yield node, node in named


def _pattern(literal: ast.expr) -> str:
    """Write a literal as a pattern: what is computed stands for any word."""
    if isinstance(literal, ast.Constant):
        return re.escape(literal.value) if isinstance(literal.value, str) else ""
    parts = literal.values if isinstance(literal, ast.JoinedStr) else []
    return "".join(_pattern(part) if isinstance(part, ast.Constant) else "[^:]+" for part in parts)


def _keys() -> Iterator[tuple[str, str]]:
    stems = "|".join(path.stem for path in (LOCALES / "fr").glob("*.toml"))
    for path in sorted([*ROOT.glob("rallynov/**/*.py"), *ROOT.glob("bot/**/*.py")]):
        for literal, is_term in _literals(ast.parse(path.read_text("utf-8"))):
            pattern = _pattern(literal)
            if is_term or re.match(rf"({stems}):[^\s:]+:[^\s:]+$", pattern):
                yield str(path.relative_to(ROOT)), pattern


def test_every_term_of_the_code_exists() -> None:
    known = WORDING._terms["fr"]  # and the others have the same: see above
    keys = set(_keys())
    assert re.escape("privacy:notice:summary") in {key for _, key in keys}
    missing = [(path, key) for path, key in keys if not any(re.fullmatch(key, term) for term in known)]
    assert missing == []
