"""The words of the data files: the same in each language, typeset in one place, each understood when it is typed."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal
from hypothesis import example, given
from hypothesis import strategies as st
from spoken import BADLY_SET, LOCALES, ROOT, WORDING, in_each, scale

from rallynov.diagnosis.service import check_words, load_grid
from rallynov.dialogue.speech import SPEECHES
from rallynov.dialogue.understand import Exact, Option, Verb, understand, verb
from rallynov.dialogue.words import Day, Term, plural, say
from rallynov.text import fold
from rallynov.wording import LANGUAGES, ContentError, Wording


@in_each
def test_a_term_is_written_with_plain_keys(language: str) -> None:
    for path in sorted((LOCALES / language).glob("*.toml")):
        text = re.sub(r'(?m)^#.*$|(?<!\\)"', "", path.read_text("utf-8"))
        assert [found[0] for found in BADLY_SET[language].finditer(text)] == [], path


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
    assert WORDING.word(slots, "fr") == "12 mars 2027, 9\xa0h 57,4 1\u202f234\u202f567"
    assert WORDING.word(slots, "en") == "12 March 2027, 09:00 57.4 1,234,567"
    first = datetime(2027, 2, 28, 23, 30, tzinfo=UTC)  # already March in Paris
    days = say("{a}; {b}", a=Day(first), b=first)
    assert WORDING.word(days, "fr") == "1er mars 2027; 1er mars 2027, 0\xa0h\xa030"
    assert WORDING.word(days, "en") == "1 March 2027; 1 March 2027, 00:30"


@in_each
def test_each_day_of_two_years_is_written_as_babel_has_it(language: str) -> None:
    """Babel's own data, 5 MB, is read by this test alone; it has no ordinal for the first of a month."""
    first = {"fr": "'1er' MMMM y", "en": "d MMMM y"}[language]
    for number in range(731):
        day = datetime(2027, 1, 1, 11, 0, tzinfo=UTC) + timedelta(days=number)
        pattern = first if day.day == 1 else "d MMMM y"
        assert WORDING.word(say("{a}", a=Day(day)), language) == format_date(day, pattern, locale=language)


@in_each
@given(st.integers(-(10**7), 10**7) | st.decimals(-(10**7), 10**7, places=4).map(float))
@example(999)
@example(1000)
@example(-1000)
@example(10**7)
@example(0.0005)
@example(0.0015)
@example(-0.0001)
@example(999.9996)
def test_a_number_is_written_as_babel_has_it(language: str, number: float) -> None:
    assert WORDING.word(say("{a}", a=number), language) == format_decimal(number, locale=language)


def test_the_servers_pages_and_messages_read_no_data_of_babel() -> None:
    code = (
        "from datetime import UTC, datetime\nimport bot.run\nfrom babel import localedata\n"
        "from bot.ground import read_content\nfrom rallynov.dialogue.words import say\n"
        "wording = read_content('o', 'c').wording\n"
        "wording.word(say('{a} {b}', a=datetime(2027, 3, 12, tzinfo=UTC), b=1234.5), 'fr')\n"
        "assert not localedata._cache, list(localedata._cache)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_language_that_nobody_speaks_here_is_the_rallys_own() -> None:
    assert WORDING.word(Term("grid:scale.3:label"), "de") == "En place"
    assert WORDING.word(say("Back"), "") == "Retour"
    assert WORDING.word(say("{a}", a=1234.5), "") == "1\u202f234,5"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('[a]\nlabel = "x"\n', "choices:a:more is missing in locales/en"),
        ('[a]\nlabel = "x"\nmore = "y"\n', "choices:a:more is missing in locales/en, or of another shape"),
        ('[a]\nlabel = "x"\nmore = ["y"]\nlost = "z"\n', "choices:a:lost of locales/en is of no use"),
        ("[a\n", "choices.toml"),
    ],
)
def test_a_language_that_lacks_a_text_stops_the_start(written: str, told: str, tmp_path: Path) -> None:
    for language in LANGUAGES:
        (tmp_path / language).mkdir()
    (tmp_path / "fr" / "choices.toml").write_text('[a]\nlabel = "x"\nmore = ["y", "z"]\n', "utf-8")
    (tmp_path / "en" / "choices.toml").write_text(written, "utf-8")
    with pytest.raises(ContentError, match=re.escape(told)):
        Wording({}, tmp_path)


@pytest.mark.parametrize("spoken", LANGUAGES)
@in_each
def test_no_verb_is_an_answer_and_no_answer_is_a_verb(language: str, spoken: str) -> None:
    """Nor across languages: what means nothing in one's own may be said in another."""
    levels, verbs = scale(language), WORDING.verbs(spoken)
    options = [Option(value, names[0], names[1:]) for value, names in levels.items()]
    phrases = [phrase for ways in verbs.values() for phrase in ways]
    read = {
        phrase: understand(phrase, options, numbered=False, speech=SPEECHES[language]) for phrase in phrases
    }
    assert [phrase for phrase, reading in read.items() if isinstance(reading, Exact)] == []
    typos = language == spoken
    names = [name for ways in levels.values() for name in ways]
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
    levels = {value: names for value, names in scale(language).items() if optional or value != "nc"}
    options = [Option(value, names[0], names[1:]) for value, names in levels.items()]
    for value, names in levels.items():
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


SETTERS = {
    "rallynov/announcements/template_files.py",
    "rallynov/faq/content.py",
    "rallynov/faq/reading.py",
    "rallynov/wording.py",
    "rallynov/sheets/content.py",
}
"""Where words are loaded: they alone call the typographer, whose rules are in ``rallynov/text``."""
MEASURERS = {"rallynov/figures/layout.py", "rallynov/initiatives/form.py", "rallynov/papers/press.py"}
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
