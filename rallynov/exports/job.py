"""One export under way, as its format knows it; and what a format is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeAlias

from rallynov.dialogue.words import Term, Words
from rallynov.editions.model import Edition
from rallynov.exports.model import Entry, Selection
from rallynov.exports.schema import Shape
from rallynov.exports.table import Tables
from rallynov.exports.views import View
from rallynov.initiatives.form import DossierForm
from rallynov.wording import Wording


@dataclass(frozen=True, slots=True)
class Job:
    """What is exported, in which words, and where: ``work`` is a folder of its own, ``pieces`` that of all files.

    What a writer opens is closed with ``opened``, whatever becomes of the export.
    """

    form: DossierForm
    shape: Shape
    view: View
    edition: Edition
    wording: Wording
    language: str
    at: datetime
    selection: Selection
    work: Path
    pieces: Path
    opened: ExitStack

    def say(self, words: Words) -> str:
        """Resolve words into the language of the export."""
        return self.wording.word(words, self.language)

    def word(self, key: str) -> str:
        """Return one text of a data file."""
        return self.say(Term(key))

    def tables(self) -> Tables:
        """Return the tables of the view."""
        return Tables(self.form, self.view, self.say)


class Writer(Protocol):
    """Writes one export, dossier by dossier, into the folder of its job; nothing is there before ``close``."""

    absent: int
    """Pieces that were not where they should be."""

    def add(self, entry: Entry) -> None:
        """Write one dossier, as the view shows it."""

    def close(self) -> Sequence[Path]:
        """End the export; return its files, in order."""


Format: TypeAlias = Callable[[Job], Writer]
