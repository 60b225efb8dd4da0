"""The words of all languages, as several tests look at them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rallynov.sheets.content import load_sheets, sheet_terms
from rallynov.wording import LANGUAGES, Wording

ROOT = Path(__file__).parents[1]
LOCALES = ROOT / "locales"
WORDING = Wording(
    {"operator": "l'équipe", "contact": "l'équipe"}, LOCALES, content=sheet_terms(load_sheets())
)
BADLY_SET = {
    "fr": re.compile(r"[^\s«(][;!?»](?=\s|$)|[^\s(]:(?=\s)|«\S|[“”\"’\u00a0\u202f]|\.\.\."),
    "en": re.compile(r"\s[:;!?”](?=\s|$)|“\s|[«»\"’\u00a0\u202f]|\.\.\."),
}
"""What a sentence of a catalogue must not hold: the program sets what plain keys cannot."""
in_each = pytest.mark.parametrize("language", LANGUAGES)


def scale(language: str) -> dict[str, tuple[str, ...]]:
    return {
        value: (
            WORDING.term(f"grid:scale.{value}:label", language),
            *WORDING.synonyms(f"grid:scale.{value}:synonyms", language),
        )
        for value in ("0", "1", "2", "3", "4", "nsp", "nc")
    }
