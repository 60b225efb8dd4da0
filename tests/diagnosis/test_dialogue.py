"""The diagnosis in conversation, through the database: answers changed, and who comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conversation import Clock, Talk, core
from diagnosis.people import asked, told
from sqlalchemy import select, text

from bot import plain, terminal
from rallynov.diagnosis.model import NOT_CONCERNED
from rallynov.diagnosis.screens import asking
from rallynov.diagnosis.service import load_grid
from rallynov.diagnosis.tables import AnswerRow
from rallynov.dialogue.words import Say
from rallynov.privacy.service import purge
from rallynov.storage.lifetimes import kept
from rallynov.storage.store import Store
from rallynov.text import fold
from rallynov.wording import Wording

GRID = load_grid()
WORDING = Wording({"operator": "l'équipe", "contact": "l'équipe"})
QUESTIONS = [q for checkpoint in GRID.checkpoints for q in checkpoint.questions]
ONE = "Pensez à une seule initiative"


def test_an_edited_answer_leads_back_to_its_checkpoint(sqlite: Store, clock: Clock) -> None:
    talk = asked(sqlite, clock, answered=23)
    talk.say("récap")
    talk.say("Mesure et preuves")
    talk.say("Le changement constaté")
    shown = talk.say("À l'essai")
    assert shown.screen == "recap:R8"
    assert told(shown).startswith("C’est noté : « À l’essai ». Mesure et preuves")
    assert [label for _, label in shown.actions] == ["Toutes mes réponses", "Voir mon résultat", "Menu"]
    assert talk.say("retour").screen == "recap"
    talk.say("Mesure et preuves")
    assert talk.press("Voir mon résultat").screen == "result"


def test_a_checkpoint_read_again_before_the_end_leads_on(sqlite: Store, clock: Clock) -> None:
    talk = asked(sqlite, clock, answered=2)
    talk.say("récap")
    shown = talk.say("Un besoin réel")
    assert [label for _, label in shown.actions] == ["Toutes mes réponses", "Continuer le diagnostic", "Menu"]
    assert talk.press("Continuer le diagnostic").screen == "q:R1.3"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_names_of_questions_are_heard_on_the_recap(sqlite: Store, clock: Clock, language: str) -> None:
    talk = Talk(core(sqlite, clock), clock)
    for said in ("/start", "/diagnostic", "1", "4"):
        talk.send(plain.text_payload(said, language))
    for question in QUESTIONS:
        name = WORDING.term(f"grid:{question}:short", language)
        for on in (("/recap",), ("/recap", "1")):
            for said in on:
                talk.say(said)
            assert talk.say(name).screen == f"q:{question}"


def test_a_name_is_no_verb_on_the_recap(sqlite: Store, clock: Clock) -> None:
    talk = asked(sqlite, clock, answered=2)
    talk.say("récap")
    assert talk.say("retour").screen == "q:R1.3"


@pytest.mark.parametrize("words", ["non concerné", "Ne nous concerne pas", "nc", "sans objet"])
def test_what_concerns_everyone_is_not_set_aside(sqlite: Store, clock: Clock, words: str) -> None:
    talk = asked(sqlite, clock)
    shown = talk.say(words)
    assert (shown.screen, told(shown).split(" :")[0]) == (
        "q:R1.1",
        "Ce repère concerne toutes les initiatives",
    )
    with sqlite.read() as tx:
        assert tx.execute(select(AnswerRow.value)).scalars().all() == []


def test_where_it_may_be_set_aside_it_is(sqlite: Store, clock: Clock) -> None:
    talk = asked(sqlite, clock, answered=8)
    talk.say("non concerné")
    with sqlite.read() as tx:
        assert NOT_CONCERNED in tx.execute(select(AnswerRow.value)).scalars().all()


def test_what_is_diagnosed_is_told_once(sqlite: Store, clock: Clock) -> None:
    talk = asked(sqlite, clock, answered=3)
    talk.say("pourquoi")
    assert sum(ONE in told(shown) for shown in talk.messages) == 1
    talk.say("recommencer")
    assert ONE in told(talk.say("1"))
    assert ONE not in told(talk.say("1"))


def test_what_is_diagnosed_is_told_where_the_notice_was_read_elsewhere(sqlite: Store, clock: Clock) -> None:
    talk = Talk(core(sqlite, clock), clock)
    talk.say("/start")
    talk.say("/dossier")
    talk.say("1")  # the notice of a dossier
    talk.say("menu")
    shown = talk.say("commencer le diagnostic")
    assert shown.screen == "q:R1.1"
    assert ONE in told(shown)
    assert ONE not in told(talk.say("1"))


def test_a_result_bears_its_day(sqlite: Store, clock: Clock) -> None:
    talk = asked(sqlite, clock, answered=23)
    clock.pass_(days=3)
    assert f"Fait le 22 novembre 2026. Grille {GRID.version}." in told(talk.say("résultat"))


def test_a_new_diagnosis_says_what_becomes_of_this_one(sqlite: Store, clock: Clock) -> None:
    talk = asked(sqlite, clock, answered=11)
    shown = talk.say("recommencer")
    assert "Vous en êtes à la question 12 sur 23" in told(shown)
    assert [label for _, label in shown.actions] == ["Menu"]
    talk.say("non")
    for _ in range(12):
        talk.say("2")
    shown = talk.say("recommencer")
    assert "sera comparé au nouveau" in told(shown)
    assert talk.press("Mon rapport (PDF)").papers
    talk.say("recommencer")
    talk.say("oui")
    for _ in QUESTIONS:
        talk.say("3")
    assert "Vous aviez" in told(talk.last)


@pytest.mark.parametrize("said", ["reprendre", "récap", "résultat", "/rapport", "recommencer"])
def test_who_comes_back_after_the_erasure_is_told(sqlite: Store, clock: Clock, said: str) -> None:
    talk = asked(sqlite, clock, answered=5)
    assert "trois mois après votre dernière visite" in told(talk.say("pause"))
    clock.pass_(days=91)
    with sqlite.write() as tx:
        purge(tx, clock())
    shown = talk.say(said)
    assert shown.screen == "notice"
    assert told(shown).startswith("Il n’y a pas de réponses de vous ici, ou plus")
    assert "ou plus" not in told(talk.press("accept"))


def test_an_old_button_after_the_erasure_does_not_say_that_nothing_changed(
    sqlite: Store, clock: Clock
) -> None:
    talk = asked(sqlite, clock, answered=5)
    old = talk.last
    clock.pass_(days=91)
    with sqlite.write() as tx:
        purge(tx, clock())
    shown = talk.send(plain.press_payload(old.token("3")))
    assert "n’a changé" not in told(shown)
    assert "une conversation que je n’ai plus" in told(shown)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("words", [asking.PAUSED, asking.GONE, terminal.PARTED])
def test_how_long_answers_are_kept_is_said_as_the_rule_has_it(words: Say, language: str) -> None:
    months = {"fr": "trois mois après", "en": "three months after"}[language]
    assert months in WORDING.word(words, language)
    assert kept("visit") == timedelta(days=90), "the sentence says otherwise"


# A grid that a release changed under a run.


def of_another_grid(store: Store, *, without: str = "", finished: bool = True) -> None:
    """Make a run one of an earlier grid, which did not ask some question."""
    with store.write() as tx:
        tx.execute(text("UPDATE diagnosis SET grid_version = '2012.1'"))
        tx.execute(text("DELETE FROM answer WHERE question = :gone"), {"gone": without})
        if not finished:
            tx.execute(text("UPDATE diagnosis SET finished_at = NULL"))


def run_of(store: Store) -> tuple[str, bool]:
    with store.read() as tx:
        row = tx.execute(text("SELECT grid_version, finished_at FROM diagnosis")).one()
    return row[0], row[1] is not None


def test_a_question_that_a_release_adds_is_said_to_be_new(store: Store, clock: Clock) -> None:
    talk = asked(store, clock, answered=23)
    of_another_grid(store, without="R10.2")
    shown = talk.say("résultat")
    assert shown.screen == "q:R10.2"
    changed = f"La grille a changé (2012.1 → {GRID.version}) : une question est nouvelle."
    assert changed in told(shown)
    assert run_of(store) == ("2012.1", True)
    shown = talk.say("4")
    assert (shown.screen, run_of(store)) == ("result", (GRID.version, True))
    assert "La grille a changé" not in told(shown)


@pytest.mark.parametrize("way", ["/resultat", "/reprendre", "Voir mon résultat", "/recap", "/rapport"])
def test_a_run_whose_only_open_question_is_gone_is_finished(store: Store, clock: Clock, way: str) -> None:
    talk = asked(store, clock, answered=23)
    talk.say("menu")
    of_another_grid(store, finished=False)
    shown = talk.press(way) if way.startswith("Voir") else talk.say(way)
    assert run_of(store) == (GRID.version, True)
    assert "La grille a changé (2012.1" in told(shown)
    assert "La grille a changé" not in told(talk.say("résultat"))
    talk.say("recommencer")
    assert "sera comparé" in told(talk.last)


def test_a_run_under_way_goes_on_with_the_grid_in_force(sqlite: Store, clock: Clock) -> None:
    talk = asked(sqlite, clock, answered=4)
    of_another_grid(sqlite)
    shown = talk.say("reprendre")
    assert f"La grille a changé (2012.1 → {GRID.version}). Vos réponses sont gardées." in told(shown)
    assert "La grille a changé" not in told(talk.say("4"))
    assert run_of(sqlite) == (GRID.version, False)
    assert fold("La grille a changé") not in fold(told(talk.say("reprendre")))


def test_who_accepted_an_earlier_notice_is_asked_again_and_told_why(sqlite: Store, clock: Clock) -> None:
    talk = asked(sqlite, clock, answered=2)
    assert "Cette notice a changé" not in "".join(map(told, talk.messages))
    with sqlite.write() as tx:
        tx.execute(text("UPDATE person SET notice_version = '5'"))
    shown = talk.say("reprendre")
    assert (shown.screen, told(shown).split(" depuis")[0]) == ("notice", "Cette notice a changé")
    assert ONE not in told(talk.press("accept"))
    assert talk.last.screen == "q:R1.3"
    with sqlite.read() as tx:
        assert tx.execute(text("SELECT notice_version FROM person")).scalar() == WORDING.term(
            "privacy:notice:version", "fr"
        )
