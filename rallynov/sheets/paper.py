"""A fact sheet as a paper: one A4 page to print, tagged for screen readers, with room to write in its tool."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from rallynov.dialogue.words import Term, Typed, Words, plural, say
from rallynov.papers.model import File, Maker
from rallynov.papers.press import compile_pdf
from rallynov.sheets.model import SECTIONS, Sheet, Shelf
from rallynov.wording import Wording

TEMPLATE = Path(__file__).parent / "sheet.typ"
_ALL = 64
"""Sheets kept once made: the same for everyone, and few."""


def sheet_maker(
    shelves: Mapping[str, Shelf], wording: Wording, edition: str, now: Callable[[], datetime]
) -> Maker:
    """Return the maker of sheets; a ref names a sheet as people do, a language that we lack is the first one.

    A file bears the date of its first printing.
    """
    first = next(iter(shelves))

    @lru_cache(maxsize=_ALL)
    def print_one(number: str, language: str) -> File | None:
        sheet = shelves[language].find(number)
        if sheet is None:
            return None
        content = compile_pdf(TEMPLATE, _given(sheet, wording, edition, language), now())
        return File(f"{sheet.number}-{sheet.slug}.pdf", "application/pdf", content)

    def make(_address: str, ref: str, language: str) -> File | None:
        spoken = language if language in shelves else first
        sheet = shelves[spoken].find(ref)
        return print_one(sheet.number, spoken) if sheet else None

    return make


def _given(sheet: Sheet, wording: Wording, edition: str, language: str) -> dict[str, object]:
    """Return what the template prints: words only, already typeset."""

    def word(words: Words) -> str:
        return wording.word(words, language)

    served = [Term(f"grid:{checkpoint}:title") for checkpoint in sheet.checkpoints]
    return {
        "language": language,
        "title": sheet.title,
        "brand": word(say("Fact sheet {number}", number=sheet.rank)),
        "running": word(
            say(
                "{edition}. Sheet {number}, version {version}.",
                edition=Typed(edition),
                number=sheet.rank,
                version=Typed(sheet.version),
            )
        ),
        "lines": [
            *(word(say("Checkpoint: {name}", name=name)) for name in served),
            word(plural("{n} minute to read", "{n} minutes to read", sheet.minutes)),
        ],
        "headings": {name: word(Term(f"sheets:headings:{name}")) for name in SECTIONS},
        "question": sheet.question,
        "gestures": [{"name": gesture.name, "how": gesture.how} for gesture in sheet.gestures],
        "example": sheet.example,
        "mistake": sheet.mistake,
        "instead": word(say("Do this instead. {advice}", advice=Typed(sheet.instead))),
        "tool": sheet.tool,
        "tool_lines": list(sheet.lines),
    }
