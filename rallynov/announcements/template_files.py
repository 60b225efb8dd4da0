"""The files of templates: ``locales/*/announcements/*.md``, which anybody of the team may edit.

A file has a front matter (what it is called, its topic, its title) and the text below. Refuses, with ``ContentError``, a
hole that nothing fills, and what is not whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from rallynov.announcements.templates import HOLE, KNOWN, Template, Templates
from rallynov.people.consents.model import Topic
from rallynov.text import TYPOGRAPHIES
from rallynov.wording import LANGUAGES, LOCALES, ContentError, read_front

FOLDER = "announcements"


class _Front(BaseModel):
    """What stands between the two ``---`` of a file."""

    model_config = ConfigDict(extra="forbid")

    slug: str = Field(pattern=r"^[a-z]{3,24}$")
    order: int = Field(ge=1)
    name: str = Field(min_length=1, max_length=60)
    topic: Topic
    title: str = Field(min_length=1, max_length=120)


@lru_cache(maxsize=4)
def load_templates(folder: Path = LOCALES, languages: Sequence[str] = LANGUAGES) -> Templates:
    """Read the templates of all languages, in their order; a language that has none uses those of the first."""
    own = _read(folder / languages[0] / FOLDER, languages[0])
    return {language: _read(folder / language / FOLDER, language) or own for language in languages}


def _read(folder: Path, language: str) -> tuple[Template, ...]:
    tidy = TYPOGRAPHIES[language]
    found = []
    for path in sorted(folder.glob("*.md")):
        front, body = read_front(path, _Front)
        unknown = {*HOLE.findall(front.title), *HOLE.findall(body)} - KNOWN
        if unknown:
            known = ", ".join(sorted(KNOWN))
            raise ContentError(f"{path}: nothing fills {{{min(unknown)}}}; what may be filled: {known}")
        text = _unwrapped(body)
        if not text:
            raise ContentError(f"{path}: the text is missing")
        found.append(
            Template(front.slug, front.order, tidy(front.name), front.topic, tidy(front.title), tidy(text))
        )
    return tuple(sorted(found, key=lambda one: (one.order, one.slug)))


def _unwrapped(body: str) -> str:
    """Put the lines of a paragraph together: a file is wrapped for whoever edits it, a message is not."""
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", body.strip()):
        lines: list[str] = []
        for line in paragraph.split("\n"):
            begins = line.startswith(("- ", "> ")) or not lines
            lines = [*lines, line.strip()] if begins else [*lines[:-1], f"{lines[-1]} {line.strip()}"]
        paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs).strip()
