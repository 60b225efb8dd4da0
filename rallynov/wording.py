"""Words resolved into a language: gettext catalogues for the interface, TOML files for content.

Refuses a content file with a missing key, naming file and key, when it is loaded and not when it is needed.
Catalogues are read from ``.po`` directly, so that an edited sentence needs no compilation step.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from functools import cache
from gettext import c2py
from pathlib import Path
from sys import intern
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from rallynov.dialogue.words import Day, Plural, Say, Slot, Term, Typed, Words, say, told_day
from rallynov.text import TYPOGRAPHIES, told_hour, told_number

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

Value = TypeVar("Value")
Shape = TypeVar("Shape", bound=BaseModel)
LANGUAGES = ("fr", "en")
"""The languages of the rally, its own first: what is asked for in another is said in that one."""
PARIS = ZoneInfo("Europe/Paris")
PACKAGED = Path(__file__).parent / "locales"
UNNAMED: Mapping[str, str] = {"rules": say("ask the team for them with “/question”.").msgid}
"""What stands where a name was not given."""
LOCALES = PACKAGED if PACKAGED.is_dir() else Path(__file__).parent.parent / "locales"


class ContentError(Exception):
    """A content file cannot be used: the start stops, and the message names file and key."""


def read_toml(path: Path, shape: type[Shape]) -> Shape:
    """Read a content file; ``ContentError`` names the file and what is wrong in it."""
    try:
        return shape.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise ContentError(f"{path}: {error}") from error


def read_front(path: Path, model: type[Shape]) -> tuple[Shape, str]:
    """Read a file of content: what stands between its two ``---``, as a value, and the text below."""
    import frontmatter  # noqa: PLC0415  # with YAML, for whoever reads files alone

    try:
        front, body = frontmatter.parse(path.read_text("utf-8"))
    except Exception as error:
        raise ContentError(f"{path}: what stands between the two --- cannot be read: {error}") from error
    try:
        return model.model_validate(front), body
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False)
        )
        raise ContentError(f"{path}: {wrong}") from error


def read_tree(body: str) -> SyntaxTreeNode:
    """Read the text of a file of content, which is Markdown, as a tree."""
    from markdown_it.tree import SyntaxTreeNode  # noqa: PLC0415  # for whoever reads files alone

    return SyntaxTreeNode(_markdown().parse(body))


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415  # see above

    return MarkdownIt("commonmark")


class Wording:
    """All the words of all languages; ``word`` is the only way from an engine's value to a sentence."""

    def __init__(
        self,
        names: Mapping[str, str],
        folder: Path = LOCALES,
        languages: Sequence[str] = LANGUAGES,
        content: Mapping[str, Mapping[str, str | tuple[str, ...]]] | None = None,
    ) -> None:
        """``names`` fill ``{operator}``, ``{contact}`` and ``{rules}`` in the privacy pages, the only ones with slots: as
        they are, or in the reader's language when the catalogue knows them. ``content`` holds terms of other
        files (the sheets), by language.
        """
        self.languages = tuple(languages)
        read = {language: _catalogue(folder, language) for language in languages}
        self._catalogues = {language: sentences for language, (sentences, _) in read.items()}
        self._rules = {language: rule for language, (_, rule) in read.items()}
        more, named = content or {}, {**UNNAMED, **names}
        self._terms = {
            language: _terms(
                folder, language, {name: catalogue.get(text, text) for name, text in named.items()}
            )
            | dict(more.get(language, {}))
            for language, catalogue in self._catalogues.items()
        }
        for language in languages[1:]:
            _compare(self._terms[languages[0]], self._terms[language], language)
        self._verbs = {language: _verbs(terms) for language, terms in self._terms.items()}

    def word(self, words: Words, language: str) -> str:
        """Resolve words into a language."""
        match words:
            case Typed(typed):
                return typed
            case Term(key):
                return self.term(key, language)
            case Say(msgid, slots):
                return self._fill(self._sentence(msgid, language), slots, language)
            case Plural(one, many, n, slots):
                form = many if _plural(self._of(self._rules, language))(n) else one
                return self._fill(self._sentence(form, language), (("n", n), *slots), language)

    def term(self, key: str, language: str) -> str:
        """Return one text of a data file, a list joined by commas; ``ContentError`` names a missing key."""
        value = self._value(key, language)
        return value if isinstance(value, str) else ", ".join(value)

    def spread(self, words: Words, language: str) -> tuple[str, ...]:
        """Resolve words into one or several texts: a list of a data file is several paragraphs."""
        if isinstance(words, Term):
            value = self._value(words.key, language)
            return (value,) if isinstance(value, str) else value
        return (self.word(words, language),)

    def texts(self, key: str, language: str) -> tuple[str, ...]:
        """Return a list of texts of a data file."""
        value = self._value(key, language)
        if not isinstance(value, tuple):
            raise ContentError(f"{key} ({language}): a list of texts was expected")
        return value

    def synonyms(self, key: str, language: str) -> tuple[str, ...]:
        """Return other ways of typing a choice."""
        return self.texts(key, language)

    def verbs(self, language: str) -> Mapping[str, Sequence[str]]:
        """Return the phrases of each verb of navigation (``locales/*/verbs.toml``)."""
        return self._of(self._verbs, language)

    def _value(self, key: str, language: str) -> str | tuple[str, ...]:
        try:
            return self._of(self._terms, language)[key]
        except KeyError:
            raise ContentError(f"{key} is missing in locales/{language}") from None

    def _sentence(self, msgid: str, language: str) -> str:
        return self._of(self._catalogues, language).get(msgid, msgid)

    def _of(self, spoken: Mapping[str, Value], language: str) -> Value:
        """Return what belongs to a language; to the rally's own when we do not speak it."""
        return spoken.get(language, spoken[self.languages[0]])

    def _fill(self, sentence: str, slots: tuple[tuple[str, Slot], ...], language: str) -> str:
        if not slots:
            return sentence
        return sentence.format_map({name: self._slot(value, language) for name, value in slots})

    def _slot(self, value: Slot, language: str) -> str:
        spoken = language if language in self._catalogues else self.languages[0]
        match value:
            case datetime():
                at = value.astimezone(PARIS)
                return f"{self.word(told_day(at), spoken)}, {told_hour(at.time(), spoken)}"
            case time():
                return told_hour(value, spoken)
            case Day(at):
                return self.word(told_day(at.astimezone(PARIS)), spoken)
            case int() if -1000 < value < 1000:
                return str(value)
            case int() | float():
                return told_number(value, spoken)
            case _:
                return self.word(value, language)


@cache
def _plural(rule: str) -> Callable[[int], int]:
    """Make a catalogue's rule a function, of which 0 is the singular."""
    return c2py(rule)


def _catalogue(folder: Path, language: str) -> tuple[dict[str, str], str]:
    """Read one ``.po`` and its rule of plurals; typography is applied here, once, and never to what a person typed."""
    from babel.messages.pofile import read_po  # noqa: PLC0415  # for whoever reads files alone

    path = folder / language / "LC_MESSAGES" / "rallynov.po"
    if not path.exists():
        return {}, "n != 1"
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    tidy = TYPOGRAPHIES[language]
    sentences: dict[str, str] = {}
    for message in catalogue:
        if not message.id or message.fuzzy:
            continue
        ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
        strings = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        for one, string in zip(ids, strings, strict=False):
            said = intern(one)  # one msgid for all languages, and for what is said as it is
            if string:
                sentences[said] = said if (tidied := tidy(string)) == said else tidied
    return sentences, catalogue.plural_expr


def _terms(folder: Path, language: str, names: Mapping[str, str]) -> dict[str, str | tuple[str, ...]]:
    """Flatten every TOML file of a language into ``file:section:name``."""
    tidy = TYPOGRAPHIES[language]
    terms: dict[str, str | tuple[str, ...]] = {}
    for path in sorted((folder / language).glob("*.toml")):
        try:
            sections = tomllib.loads(path.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ContentError(f"{path}: {error}") from error
        filled = names if path.stem == "privacy" else {}
        for section, entries in sections.items():
            for name, value in entries.items():
                typed = name == "synonyms" or path.stem == "verbs"
                terms[f"{path.stem}:{section}:{name}"] = _value(value, str if typed else tidy, filled)
    return terms


def _compare(model: Mapping[str, object], terms: Mapping[str, object], language: str) -> None:
    """Refuse a language that lacks a text of the first one, or has a list where that one has a text."""
    for key, value in model.items():
        if type(terms.get(key)) is not type(value):
            raise ContentError(f"{key} is missing in locales/{language}, or of another shape")
    for key in terms.keys() - model.keys():
        raise ContentError(f"{key} of locales/{language} is of no use: the first language does not have it")


def _verbs(terms: Mapping[str, str | tuple[str, ...]]) -> dict[str, Sequence[str]]:
    prefix = "verbs:verbs:"
    return {key.removeprefix(prefix): value for key, value in terms.items() if key.startswith(prefix)}


def _value(value: object, tidy: Callable[[str], str], names: Mapping[str, str]) -> str | tuple[str, ...]:
    def fill(text: object) -> str:
        tidied = tidy(str(text))
        return tidied.format_map(names) if names else tidied

    return tuple(fill(text) for text in value) if isinstance(value, list) else fill(value)
