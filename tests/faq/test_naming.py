"""Names made of what people asked: a title is set as its language sets its question mark."""

from __future__ import annotations

import pytest

from rallynov.faq.naming import title_of


@pytest.mark.parametrize(
    ("asked", "language", "title"),
    [
        ("où garer un vélo", "fr", "Où garer un vélo ?"),
        ("where can I park", "en", "Where can I park?"),
        ("where can I park?", "en", "Where can I park?"),
        ("où garer un vélo?", "fr", "Où garer un vélo?"),
    ],
)
def test_a_title_ends_as_its_language_does(asked: str, language: str, title: str) -> None:
    assert title_of(asked, language) == title
