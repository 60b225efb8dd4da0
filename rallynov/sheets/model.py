"""Fact sheets: one question, three gestures, one example, one frequent mistake, one tool. Pure.

A sheet is whole or it is not a sheet: what is missing is refused when its file is read (``content``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from rallynov.text import fold

Text: TypeAlias = str | tuple[str, ...]
SECTIONS = ("question", "gestures", "example", "mistake", "tool")
"""The sections of every sheet, in the order in which they are read."""
GESTURES = 3

_ASKED = re.compile(
    r"(?:(?:.* )?(?:fiches?|sheets?)(?: conseils?)?(?: (?:n|no|numero|number))? ?)?f? ?(\d{1,2})"
)


@dataclass(frozen=True, slots=True)
class Gesture:
    """Something to do tomorrow: its name, a verb phrase without its full stop, and how."""

    name: str
    how: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet in one language; ``source`` is the file it was read from, for whoever must mend it."""

    number: str
    slug: str
    title: str
    checkpoints: tuple[str, ...]
    version: str
    minutes: int
    question: str
    gestures: tuple[Gesture, ...]
    example: str
    mistake: str
    instead: str
    tool: str
    lines: tuple[str, ...]
    source: str = ""

    @property
    def rank(self) -> int:
        """Its place on the shelf: 3 for F3."""
        return int(self.number[1:])

    def key(self, part: str) -> str:
        """Return the key of the term that holds a part of this sheet."""
        return f"sheets:{self.number}:{part}"

    def terms(self) -> dict[str, Text]:
        """Return the texts of this sheet by key, for ``Wording``."""
        parts: dict[str, Text] = {
            "title": self.title,
            "question": self.question,
            "example": self.example,
            "mistake": self.mistake,
            "instead": self.instead,
            "tool": self.tool,
            "lines": self.lines,
        }
        for nth, gesture in enumerate(self.gestures, 1):
            parts |= {f"gesture-{nth}": gesture.name, f"how-{nth}": gesture.how}
        return {self.key(part): text for part, text in parts.items()}


@dataclass(frozen=True, slots=True)
class Shelf:
    """The sheets of one language, in the order of their numbers, and the headings of their sections."""

    language: str
    headings: Mapping[str, str]
    sheets: tuple[Sheet, ...]

    def find(self, asked: str) -> Sheet | None:
        """Return the sheet that someone names: "F3", "f03", "3", "fiche n° 3", or its slug, dashes or not."""
        said = fold(asked)
        numbered = _ASKED.fullmatch(said)
        if numbered:
            return next((sheet for sheet in self.sheets if sheet.rank == int(numbered[1])), None)
        return next((sheet for sheet in self.sheets if fold(sheet.slug) == said), None)

    def serving(self, checkpoint: str) -> tuple[Sheet, ...]:
        """Return the sheets that serve a checkpoint."""
        return tuple(sheet for sheet in self.sheets if checkpoint in sheet.checkpoints)

    def terms(self) -> dict[str, Text]:
        """Return all the texts of this shelf by key, for ``Wording``."""
        texts: dict[str, Text] = {f"sheets:headings:{name}": words for name, words in self.headings.items()}
        for sheet in self.sheets:
            texts |= sheet.terms()
        return texts
