"""Questions left aside: answered one after the other from a result; and the recap, which offers what holds answers."""

from __future__ import annotations

import pytest
from conversation import Clock, Talk, core
from diagnosis.people import asked, told

from rallynov.delivery.message import Message
from rallynov.storage.store import Store


def passed(store: Store, clock: Clock, *, answered: int) -> Talk:
    """Someone who answered so many questions, and passed the others."""
    talk = asked(store, clock, answered=answered)
    for _ in range(23 - answered):
        talk.say("passer")
    return talk


def keys(message: Message) -> list[str]:
    return [key for key, _ in message.choices]


@pytest.mark.parametrize("answered", [0, 3])
def test_a_result_under_the_threshold_begins_with_what_was_left_aside(
    store: Store, clock: Clock, answered: int
) -> None:
    talk = passed(store, clock, answered=answered)
    assert (talk.last.screen, keys(talk.last)) == ("result", ["left"])
    assert f"Répondre aux {23 - answered} questions laissées de côté" in talk.last.label("left")
    shown = talk.say("1")
    seen = []
    while shown.screen.startswith("q:"):
        seen.append(shown.screen)
        assert "Questions laissées de côté" in told(shown)
        shown = talk.say("4")
    assert len(seen) == len(set(seen)) == 23 - answered
    assert shown.screen == "result"
    assert "left" not in keys(shown)


def test_one_may_leave_aside_again_go_back_and_stop(sqlite: Store, clock: Clock) -> None:
    talk = passed(sqlite, clock, answered=3)
    talk.press("left")
    assert talk.last.screen == "q:R2.1"
    assert "Questions laissées de côté : 20 à voir, avec celle-ci." in told(talk.last)
    assert talk.press("keep").screen == "q:R2.2"
    assert talk.say("passer").screen == "q:R3.1"
    assert talk.say("3").screen == "q:R3.2"
    assert talk.say("retour").screen == "q:R3.1"
    assert talk.say("4").screen == "q:R3.2"
    talk.say("pause")
    assert talk.say("résultat").screen == "result"
    assert "Répondre aux 19 questions" in talk.last.label("left")
    assert talk.press("left").screen == "q:R2.1"


def test_the_last_one_leads_to_the_result_though_others_were_left_again(sqlite: Store, clock: Clock) -> None:
    talk = passed(sqlite, clock, answered=3)
    shown = talk.press("left")
    for _ in range(19):
        shown = talk.say("passer")
    assert (shown.screen, "celle-ci est la dernière" in told(shown)) == ("q:R10.2", True)
    assert talk.say("passer").screen == "result"


def test_the_recap_shows_what_bears_a_note_under_its_checkpoint(sqlite: Store, clock: Clock) -> None:
    talk = asked(sqlite, clock, answered=4)
    talk.say("Une phrase entière pour cette question")
    talk.say("récap")
    blocks = talk.last.blocks
    assert blocks[1:5] == (
        ("note", ("Un besoin réel",)),
        ("list", (
            "Le besoin repéré\u00a0: En place", "La vérification du besoin\u00a0: En place",
            "Les limites de l’existant\u00a0: En place",
        )),
        ("note", ("Une réponse nouvelle ici",)),
        ("list", ("Ce qui a changé\u00a0: En place", "Qui d’autre le fait\u00a0: sans réponse (note)")),
    )  # fmt: skip
    assert keys(talk.last) == ["recap-R1", "recap-R2"]


def test_the_recap_of_nothing_offers_nothing_to_change(sqlite: Store, clock: Clock) -> None:
    talk = asked(sqlite, clock)
    shown = talk.say("récap")
    assert (shown.screen, keys(shown)) == ("recap", [])
    assert "choisissez" not in told(shown)
    assert "Aucune réponse pour l’instant" in told(shown)


def test_who_never_answered_is_not_told_that_time_has_passed(sqlite: Store, clock: Clock) -> None:
    talk = Talk(core(sqlite, clock), clock)
    talk.say("/start")
    assert "vous les avez effacées, ou elles l’ont été" in told(talk.say("/recap"))


def test_a_result_is_dated_of_its_last_answer(store: Store, clock: Clock) -> None:
    talk = asked(store, clock, answered=23)
    assert "Fait le 22 novembre 2026" in told(talk.last)
    clock.pass_(days=3)
    talk.say("récap")
    talk.say("Le besoin repéré")
    talk.say("En place")
    talk.say("Le besoin repéré")
    talk.say("À l'essai")
    assert "Fait le 25 novembre 2026" in told(talk.say("résultat"))
    talk.say("recommencer")
    talk.press("again")
    clock.pass_(days=3)
    for _ in range(23):
        talk.say("4")
    assert "Depuis votre diagnostic du 25 novembre 2026" in told(talk.last)


def test_who_begins_again_before_any_answer_is_not_told_of_answers(sqlite: Store, clock: Clock) -> None:
    talk = asked(sqlite, clock)
    shown = talk.say("recommencer")
    assert (shown.screen, "réponses" in told(shown)) == ("restart", False)
