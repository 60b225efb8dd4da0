"""The files of the FAQ, read into values: ``locales/*/faq/*.md``, and the replies ready to be sent.

Refuses, with ``ContentError`` that names the file and what is wrong: an entry that is not whole, a number that comes twice,
an entry of another language that the rally's own does not have, a fact sheet that is not on the shelf, words of retrieval
that cannot be read.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from rallynov.faq.model import Entry, Reply
from rallynov.faq.reading import read_entry
from rallynov.faq.retrieval.vocabulary import VocabularyError, vocabulary
from rallynov.text import TYPOGRAPHIES
from rallynov.wording import LANGUAGES, LOCALES, ContentError

Entries = Mapping[str, Mapping[str, Entry]]
_SAME = ("number", "category", "live")
_RETRIEVAL = "rallynov/faq/retrieval"


def load_entries(folder: Path = LOCALES, languages: Sequence[str] = LANGUAGES) -> dict[str, dict[str, Entry]]:
    """Read the entries of all languages, by language and slug. A language may lack some of the first one's."""
    entries = {language: _entries(folder / language / "faq", language) for language in languages}
    own = entries[languages[0]]
    for language in languages[1:]:
        for slug, entry in entries[language].items():
            if slug not in own:
                _refuse(entry.source, f"slug: {languages[0]} has no entry {slug}")
            for name in _SAME:
                if getattr(entry, name) != getattr(own[slug], name):
                    _refuse(entry.source, f"{name}: not the same as in {own[slug].source}")
    return entries


def check_entries(entries: Entries, sheets: Collection[str]) -> None:
    """Stop the start when an entry offers a fact sheet that there is not."""
    for spoken in entries.values():
        for entry in spoken.values():
            if unknown := [one for one in entry.sheets if one not in sheets]:
                _refuse(entry.source, f"sheets: there is no sheet {unknown[0]}")


def check_vocabulary(languages: Sequence[str] = LANGUAGES) -> None:
    """Stop the start when the words of a language cannot be read: else the first question of all would find out."""
    for language in languages:
        try:
            vocabulary(language)
        except VocabularyError as error:
            raise ContentError(f"{_RETRIEVAL}/{error}") from error


def load_replies(
    folder: Path = LOCALES, languages: Sequence[str] = LANGUAGES
) -> dict[str, tuple[Reply, ...]]:
    """Read the replies ready to be sent, by language; one that has none uses those of the first."""
    own = _replies(folder / languages[0] / "faq" / "replies.toml", languages[0])
    return {
        language: _replies(folder / language / "faq" / "replies.toml", language) or own
        for language in languages
    }


def _entries(folder: Path, language: str) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    numbers: dict[int, str] = {}
    for path in sorted(folder.glob("*.md")):
        entry = read_entry(path, language)
        if entry.number and (other := numbers.setdefault(entry.number, entry.source)) != entry.source:
            _refuse(path, f"number: {entry.number} is already the number of {other}")
        entries[entry.slug] = entry
    return entries


def _replies(path: Path, language: str) -> tuple[Reply, ...]:
    if not path.exists():
        return ()
    tidy = TYPOGRAPHIES[language]
    try:
        told = tomllib.loads(path.read_text("utf-8"))
        return tuple(
            Reply(key, tidy(one["title"]), tidy(one["text"]), bool(one.get("waits")))
            for key, one in told.items()
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ContentError(f"{path}: a reply needs a title and a text: {error}") from error


def _refuse(path: Path | str, what: str) -> NoReturn:
    raise ContentError(f"{path}: {what}")
