"""What everybody may read of a question: no numbers, no addresses, not the name that was given."""

from __future__ import annotations

import pytest

from rallynov.faq.presenting import HEADING, heading_of, presentable


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("je suis Nadia Durand 06 12 34 56 78, où garer mon vélo ?", "où garer mon vélo ?"),
        ("Bonjour, je m'appelle nadia exemple, où garer mon vélo ?", "Bonjour, où garer mon vélo ?"),
        ("Je suis Nadia de l'association Exemple, où me garer ?", "où me garer ?"),
        ("où garer mon vélo ? tél : +33 6 12 34 56 78", "où garer mon vélo ?"),
        ("où garer mon vélo ? nadia.durand@exemple.fr", "où garer mon vélo ?"),
        ("My name is Nadia Durand. Where do I park?", "Where do I park?"),
        ("Mme Durand, où se garer ?", "où se garer ?"),
        ("je suis Nadia Durand", ""),
        ("06.12.34.56.78", ""),
    ],
)
def test_what_tells_who_asked_is_struck(typed: str, read: str) -> None:
    assert presentable(typed) == read


@pytest.mark.parametrize(
    "typed",
    [
        "je suis une association, puis-je ?",
        "le 12/12/2026 à 10 h ?",
        "10 000 € ?",
        "je suis perdu, où aller ?",
    ],
)
def test_what_tells_nobody_stays(typed: str) -> None:
    assert presentable(typed) == typed


def test_the_first_words_of_an_answer_are_a_title_on_one_line() -> None:
    assert heading_of("sous l'abri\nexemple.") == "Sous l'abri exemple."
    assert len(heading_of("mot " * 100)) <= HEADING + 1
