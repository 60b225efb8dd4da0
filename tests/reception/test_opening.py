"""The four opening questions: who leaves them on the way comes back to them, until they are answered."""

from __future__ import annotations

import pytest
from conversation import Clock, core
from doors.several import Webber
from faq.test_flow_heard import Person

from rallynov.storage.store import Store

THIRD = "Question 3 sur 4"
LEFT = "il vous reste 2 questions sur 4"


@pytest.fixture
def newcomer(sqlite: Store, clock: Clock) -> Person:
    return Person(Webber(core(sqlite, clock), clock, "a", "fr"))


@pytest.fixture
def begun(newcomer: Person) -> Person:
    """Somebody who has answered two of the four."""
    assert THIRD in newcomer("bonjour", "2", "1", "en place", "à l'essai")
    return newcomer


@pytest.mark.parametrize("left", ["pause", "menu", "/menu", "/pause", "au revoir"])
@pytest.mark.parametrize("back", ["reprendre", "/reprendre", "1", "continuer"])
def test_who_leaves_on_the_way_comes_back_there(begun: Person, left: str, back: str) -> None:
    assert LEFT in begun(left)
    assert THIRD in begun(back)
    assert "# Est-ce pour vous" in (said := begun("en place", "en place"))
    assert "Continuer le diagnostic" in said


def test_after_one_answer_too(newcomer: Person) -> None:
    newcomer("bonjour", "2", "1", "en place")
    assert "il vous reste 3 questions sur 4" in newcomer("pause")
    assert "Question 2 sur 4" in newcomer("reprendre")


def test_from_the_recap_too(begun: Person) -> None:
    assert THIRD in begun.press("Continuer le diagnostic", "mes réponses")


def test_the_whole_diagnosis_is_offered_beside(begun: Person) -> None:
    said = begun.press("Faire le diagnostic entier", "menu")
    assert "Question 2 sur 23" in said
    assert "question 3 sur 23" in begun("en place", "pause"), "who goes on is in the diagnosis"
    assert "Est-ce pour moi" not in begun("menu")
    assert "Question 3 sur 23" in begun("reprendre")


def test_one_answer_of_the_diagnosis_is_no_opening(newcomer: Person) -> None:
    said = newcomer("bonjour", "1", "1", "en place", "pause")
    assert "question 2 sur 23" in said
    assert "Est-ce pour moi" in said, "the four questions are not answered yet"
    assert "Question 2 sur 23" in newcomer("reprendre")


def test_once_answered_they_are_offered_no_more(begun: Person) -> None:
    said = begun("en place", "en place", "menu")
    assert "Est-ce pour moi" not in said
    assert "question 2 sur 23" in said


def test_a_code_may_come_at_any_time(begun: Person) -> None:
    assert "[J’ai un code]" in begun("menu")
    assert "[J’ai un code]" in begun("diagnostic", "en place", "menu")
