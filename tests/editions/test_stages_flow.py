"""What the dialogue of the stages does beyond its transcripts: whose département, what the menu shows, what is stale."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conversation import Clock, Talk, core
from editions.stop import Team

from bot.wiring import Core
from rallynov.dialogue.turn import Scene
from rallynov.editions.stages.flow import StagesDialogue
from rallynov.editions.stages.model import EVERYWHERE, Stages
from rallynov.initiatives.dwelling import department
from rallynov.initiatives.model import Answer, Dossier, Dossiers
from rallynov.storage.store import Store

BELFORT = {"insee": "90010", "name": "Commune exemple", "postcode": "90000"}


def scene(chosen: str = "", commune: object = BELFORT) -> Scene:
    mine = Dossiers((Dossier("d", answers={"commune": Answer(commune)}),))  # type: ignore[arg-type]
    now = Clock()()
    return Scene(now, now, facts={Stages: Stages(chosen=chosen), Dossiers: mine})


@pytest.mark.parametrize(("chosen", "near"), [("", "90"), ("25", "25"), (EVERYWHERE, "")])
def test_what_was_chosen_comes_before_what_the_dossier_tells(chosen: str, near: str) -> None:
    assert StagesDialogue(department).near(scene(chosen)) == near


@pytest.mark.parametrize("commune", [None, "", "Commune exemple", {}, {"insee": None}, ["90"]])
def test_a_dossier_that_tells_no_commune_tells_no_departement(commune: object) -> None:
    assert department(scene(commune=commune)) == ""


@pytest.fixture
def product(sqlite: Store, clock: Clock) -> Core:
    return core(sqlite, clock)


def labels(talk: Talk) -> list[str]:
    return [label for _, label in (*talk.last.choices, *talk.last.actions)]


def test_the_menu_leads_to_the_stages_while_some_are_to_come(product: Core, clock: Clock) -> None:
    talk = Talk(product, clock)
    talk.say("bonjour")
    assert "Étapes du rallye" not in labels(talk)
    Team(product, clock).add("25", "Salle exemple", 3)
    talk.say("/menu")
    assert labels(talk)[4] == "Étapes du rallye"
    assert talk.press("Étapes du rallye").screen == "stages"
    clock.pass_(days=4)
    talk.say("/menu")
    assert "Étapes du rallye" not in labels(talk)


def test_a_poster_leads_to_a_stage(product: Core, clock: Clock) -> None:
    Team(product, clock).add("25", "Salle exemple", 9)
    talk = Talk(product, clock)
    assert talk.say("/start etape-1").screen == "stage:1"
    assert talk.say("/start etape-99").screen == "stages"


def test_a_button_pressed_once_the_stage_has_begun_signs_nobody_up(product: Core, clock: Clock) -> None:
    talk, team = Talk(product, clock), Team(product, clock)
    team.add("25", "Salle exemple", 1)
    talk.say("bonjour")
    talk.say("/etape 1")
    clock.at = team.named(1).starts + timedelta(minutes=1)
    told = talk.press("J’y serai")
    assert "Cette étape a commencé" in str(told.blocks)
    clock.at = team.named(1).ends
    assert "Cette étape est terminée" in str(talk.say("/etape 1").blocks)
    assert team.named(1).coming == 0


def test_a_stage_in_the_middle_of_a_question_brings_back_to_it(product: Core, clock: Clock) -> None:
    talk, team = Talk(product, clock), Team(product, clock)
    team.add("25", "Salle exemple", 9)
    talk.say("bonjour")
    asked = talk.press("Commencer le diagnostic").screen
    talk.say("/etape 1")
    talk.say("j'y serai")
    assert team.named(1).coming == 1
    assert talk.press("back").screen == asked


def test_erasing_all_frees_the_place_and_says_so_to_the_next(product: Core, clock: Clock) -> None:
    amina, bruno = (Talk(product, clock, f"web:{name}") for name in ("amina", "bruno"))
    team = Team(product, clock)
    team.add("25", "Salle exemple", 9, capacity=1)
    for talk in (amina, bruno):
        talk.say("bonjour")
        talk.say("/etape 1")
        talk.say("j'y serai")
    amina.say("/effacer")
    amina.press("erase")
    assert "Une place est à vous" in str(bruno.last.blocks)
    assert (team.named(1).coming, team.named(1).waiting) == (1, 0)
