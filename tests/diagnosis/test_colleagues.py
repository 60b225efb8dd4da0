"""Several colleagues: what they see of each other, and what they never do."""

from __future__ import annotations

import pytest
from conversation import Clock, core
from doors.several import Webber
from people.test_codes import last_code

from rallynov.diagnosis.model import LEVELS, NOT_CONCERNED, UNKNOWN
from rallynov.diagnosis.reading import gaps
from rallynov.diagnosis.service import load_grid
from rallynov.storage.store import Store

GRID = load_grid()
QUESTIONS = [q for checkpoint in GRID.checkpoints for q in checkpoint.questions]
PRIVATE = "Une note que personne d'autre ne doit lire ici"


def answered(who: Webber, level: str, left: int = 0) -> None:
    for _ in QUESTIONS[: len(QUESTIONS) - left]:
        who.say(level)


def texts(who: Webber, said: str) -> str:
    return "\n".join(text for card in who.say(said) for text in card.texts)


def a_group(store: Store, clock: Clock) -> tuple[Webber, Webber]:
    built = core(store, clock)
    amina, bruno = (Webber(built, clock, name, "fr") for name in ("amina", "bruno"))
    for said in ("/start", "commencer", "oui", PRIVATE):
        amina.say(said)
    answered(amina, "2")
    amina.say("/collegues")
    amina.say("direction")
    amina.say("2")
    bruno.say(f"/start {last_code(store)}")
    bruno.say("oui")
    bruno.say("salarié")
    return amina, bruno


def test_nothing_of_the_others_before_one_has_finished(store: Store, clock: Clock) -> None:
    amina, bruno = a_group(store, clock)
    answered(bruno, "5", left=1)
    for who in (amina, bruno):
        told = texts(who, "/collegues")
        assert "À discuter" not in told
        assert "▦" not in told
    bruno.say("/reprendre")
    bruno.say("5")
    for who in (amina, bruno):
        told = texts(who, "/collegues")
        assert "À discuter\xa0: 23 questions" in told
        assert PRIVATE not in told


def test_who_erases_is_no_longer_shown(store: Store, clock: Clock) -> None:
    amina, bruno = a_group(store, clock)
    answered(bruno, "5")
    bruno.say("/effacer")
    bruno.say("2")
    told = texts(amina, "/collegues")
    assert "1 personne répond" in told
    assert "À discuter" not in told


def test_a_new_run_is_compared_and_answers_alone(store: Store, clock: Clock) -> None:
    amina, _ = a_group(store, clock)
    amina.say("/recommencer")
    amina.say("1")
    assert "À quel titre" in texts(amina, "/collegues")
    amina.say("/reprendre")
    answered(amina, "3")
    assert "Vous aviez 25 sur 100" in texts(amina, "/resultat")


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("0", "2", True),
        ("1", "2", False),
        ("4", "0", True),
        ("4", UNKNOWN, False),
        ("4", NOT_CONCERNED, False),
    ],
)
def test_two_levels_apart_is_worth_discussing(one: str, other: str, *, found: bool) -> None:
    voices = [{"R4.1": one}, {"R4.1": other}, {}]
    assert [gap.values for gap in gaps(GRID, voices)] == ([(one, other, None)] if found else [])


def test_gaps_come_in_the_order_of_the_grid() -> None:
    low, high = dict.fromkeys(QUESTIONS, LEVELS[0]), dict.fromkeys(QUESTIONS, LEVELS[-1])
    assert [gap.question for gap in gaps(GRID, [high, low])] == QUESTIONS
