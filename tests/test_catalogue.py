"""The words of the interface: the template follows the code, and French follows the template.

When the template is late, from the root of the project::

    pybabel extract -F babel.cfg --no-default-keywords -k say -k plural:1,2 --add-location=file --sort-by-file \
        --width=100 --project="Rally'nov" --version=0.1.0 --msgid-bugs-address="the team of the rally" \
        --last-translator="the team of the rally" \
        --header-comment="# The sentences of Rally'nov, made from the code: see tests/test_catalogue.py." \
        -o locales/rallynov.pot .
    pybabel update -i locales/rallynov.pot -d locales -D rallynov -l fr --no-fuzzy-matching --ignore-obsolete \
        --width=100
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

from rallynov.diagnosis.service import check_words, load_grid
from rallynov.dialogue.understand import Exact, Option, Verb, understand, verb
from rallynov.text import french
from rallynov.wording import ContentError, Wording

ROOT = Path(__file__).parents[1]
LOCALES = ROOT / "locales"
SLOT = re.compile(r"\{(\w*)\}")
COUNT = {"n"}
SIGNS_UNSPACED = re.compile(r"[^\s«(][;!?»](?=\s|$)|[^\s(]:(?=\s)|«\S")
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
}
"""What the msgids say that a person may type, and what the program must then understand."""


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
FRENCH = _read(LOCALES / "fr/LC_MESSAGES/rallynov.po", "fr")
MESSAGES = [message for message in FRENCH if message.id]
SENTENCES = [
    (said, string)
    for message in MESSAGES
    for said, string in zip(_ids(message), _strings(message), strict=True)
]


@pytest.fixture(scope="module")
def extracted() -> set[tuple[str, ...]]:
    return _extracted()


@pytest.mark.parametrize("catalogue", [TEMPLATE, FRENCH], ids=["template", "french"])
def test_the_catalogues_hold_the_sentences_of_the_code(
    catalogue: Catalog, extracted: set[tuple[str, ...]]
) -> None:
    kept = {_ids(message) for message in catalogue if message.id}
    assert extracted - kept == set(), "sentences of the code that the catalogue lacks"
    assert kept - extracted == set(), "sentences that the code does not say any more"


def test_every_sentence_is_in_french() -> None:
    assert FRENCH.obsolete == {}
    assert [message.id for message in MESSAGES if message.fuzzy] == []
    assert [message.id for message in MESSAGES if not all(_strings(message))] == []
    assert FRENCH.plural_forms == "nplurals=2; plural=(n > 1);"


@pytest.mark.parametrize(("said", "string"), SENTENCES)
def test_a_sentence_and_its_french_have_the_same_slots(said: str, string: str) -> None:
    slots, kept = set(SLOT.findall(said)), set(SLOT.findall(string))
    singular = any(len(_ids(m)) == 2 and _ids(m)[0] == said for m in MESSAGES)
    # "une minute" needs no figure: the count alone may be left out, and in the singular alone.
    assert kept | (COUNT & slots if singular else set()) == slots
    assert "{" not in SLOT.sub("", string)
    assert "}" not in SLOT.sub("", string)


@pytest.mark.parametrize(("said", "string"), SENTENCES)
def test_a_french_sentence_is_spaced_and_told_to_type_what_is_understood(said: str, string: str) -> None:
    assert string == string.strip()
    assert SIGNS_UNSPACED.search(string) is None
    assert french(french(string)) == french(string)
    meant = {verb(word, WORDING.verbs("fr")) for word in re.findall(r"« ([^»{}]+) »", string)}
    assert {known for quoted, known in TYPED.items() if quoted in said} <= meant


def _scale() -> dict[str, tuple[str, ...]]:
    return {
        value: (
            WORDING.term(f"grid:scale.{value}:label", "fr"),
            *WORDING.synonyms(f"grid:scale.{value}:synonyms", "fr"),
        )
        for value in ("0", "1", "2", "3", "4", "nsp", "nc")
    }


def test_no_verb_is_an_answer_and_no_answer_is_a_verb() -> None:
    scale, verbs = _scale(), WORDING.verbs("fr")
    options = [Option(value, names[0], names[1:]) for value, names in scale.items()]
    taken = [p for phrases in verbs.values() for p in phrases if isinstance(understand(p, options), Exact)]
    assert taken == []
    assert [name for names in scale.values() for name in names if verb(name, verbs)] == []


@pytest.mark.parametrize("optional", [True, False])
def test_a_label_of_the_scale_is_its_level(optional: bool) -> None:  # noqa: FBT001
    scale = {value: names for value, names in _scale().items() if optional or value != "nc"}
    options = [Option(value, names[0], names[1:]) for value, names in scale.items()]
    for value, names in scale.items():
        assert understand(names[0], options) == Exact(value)


def test_the_other_choices_have_their_words() -> None:
    for name in ("yes", "no", "erase", "again"):
        assert WORDING.synonyms(f"choices:{name}:synonyms", "fr")


def test_the_grid_has_all_its_words() -> None:
    check_words(load_grid(), WORDING)


def test_the_privacy_notice_is_short_enough_to_be_read() -> None:
    assert len("\n\n".join(WORDING.texts("privacy:notice:summary", "fr"))) <= 600
    assert WORDING.term("privacy:notice:version", "fr")
    with pytest.raises(ContentError, match="privacy:notice:nothing"):
        WORDING.term("privacy:notice:nothing", "fr")


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
    known = WORDING._terms["fr"]
    keys = set(_keys())
    assert ("rallynov/diagnosis/screens.py", re.escape("privacy:notice:summary")) in keys
    missing = [(path, key) for path, key in keys if not any(re.fullmatch(key, term) for term in known)]
    assert missing == []
