"""Ways that are typed at a question: to another one by its number, to a dossier, or to nothing there is."""

from __future__ import annotations

import pytest
from conversation import Clock, Talk, core
from diagnosis.people import told

from rallynov.storage.store import Store


@pytest.mark.parametrize(
    "text",
    [
        "question 2",
        "la question 2",
        "retour à la question 2",
        "revenir à la question n° 2",
        "back to question 2",
    ],
)
def test_a_question_named_by_its_number_is_put_again(text: str, sqlite: Store, clock: Clock) -> None:
    talk = Talk(core(sqlite, clock), clock)
    for said_ in ("/start", "/diagnostic", "1", "4", "3", "4", "4"):
        talk.say(said_)
    shown = talk.say(text)
    assert shown.screen == "q:R1.2"
    assert "« À l’essai »" in told(shown)
    assert talk.say("2").screen == "q:R2.2"
    beyond = talk.say("retour à la question 90")
    assert beyond.screen == "recap"
    assert "23 questions" in told(beyond)


def test_a_number_counts_among_the_opening_questions_while_these_are_asked(
    sqlite: Store, clock: Clock
) -> None:
    talk = Talk(core(sqlite, clock), clock)
    for text in ("/triage", "1", "1"):
        talk.say(text)
    second = talk.last.screen
    talk.say("1")
    assert talk.say("question 2").screen == second
    assert "4 questions" in told(talk.say("question 12"))
    assert talk.last.screen == second


@pytest.mark.parametrize(
    "text", ["résultat", "récap", "modifier mon choix", "recommencer", "/rapport", "/resultat"]
)
def test_a_dossier_without_a_diagnosis_stays_and_opens_none(text: str, sqlite: Store, clock: Clock) -> None:
    talk = Talk(core(sqlite, clock), clock)
    for said_ in ("/dossier", "1", "1", "Un nom", "/menu", "/annonces"):
        talk.say(said_)
    before = talk.last.screen
    shown = talk.say(text)
    assert "Vous n’avez pas de diagnostic ici." in told(shown)
    assert "ou plus" not in told(shown)
    assert shown.screen == before
    talk.say("/menu")
    assert "Commencer le diagnostic" in [label for _, label in talk.last.choices]


def test_to_resume_in_a_dossier_is_to_resume_the_dossier(sqlite: Store, clock: Clock) -> None:
    talk = Talk(core(sqlite, clock), clock)
    for text in ("/start", "/diagnostic", "1", "3", "/dossier", "1", "Un nom"):
        talk.say(text)
    assert talk.say("reprendre").screen == "f:registry"


# Names of commands at a question.


@pytest.mark.parametrize("text", ["dossiers", "triage"])
def test_a_name_that_leaves_the_question_is_asked_about(text: str, sqlite: Store, clock: Clock) -> None:
    talk = Talk(core(sqlite, clock), clock)
    for said_ in ("/start", "/diagnostic", "1", "3"):
        talk.say(said_)
    shown = talk.say(text)
    assert shown.screen == "q:R1.2"
    assert [label for _, label in shown.choices] == [
        f"Quitter cette question : « /{text} »".replace(" :", "\u00a0:")
        .replace("« ", "«\u202f")
        .replace(" »", "\u202f»")
    ]
    assert talk.say("non").screen == "q:R1.2"
    talk.say(text)
    assert talk.say("oui").screen != "q:R1.2"
