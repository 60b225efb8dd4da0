"""Help: short above a pending question, whole from the menu; and the ways out of the menu."""

from __future__ import annotations

from dataclasses import replace

import pytest
from dialogue.test_engine import AT_QUESTION, WORDING, scene, step

from rallynov.dialogue.events import Commanded, Said
from rallynov.dialogue.turn import Conversation, Place, Turn

AT_MENU = replace(AT_QUESTION, place=Place())


def listed(turn: Turn) -> list[str]:
    return [WORDING.word(i, "fr") for b in turn.replies[0].blocks if b.kind == "list" for i in b.items]


@pytest.mark.parametrize("typed", [Said("aide"), Said("?"), Commanded("aide"), Commanded("help")], ids=repr)
def test_help_is_short_at_a_question_and_whole_at_the_menu(typed: Said | Commanded) -> None:
    short = listed(step(AT_QUESTION, typed))
    assert len(short) == 5
    assert short[0].startswith("«\u202fretour\u202f»")
    whole = listed(step(AT_MENU, typed))
    assert len(whole) > 10
    assert set(short) < set(whole)


def test_the_whole_help_is_a_word_away_from_a_question() -> None:
    for typed in (Said("aide complète"), Said("toutes les commandes"), Commanded("aidecomplete")):
        turn = step(AT_QUESTION, typed)
        whole, short = listed(step(AT_MENU, Commanded("aide"))), listed(step(AT_QUESTION, Said("aide")))
        assert set(listed(turn)) == set(whole) - set(short), "what was just read is not said again"
        assert turn.replies[0].name == "q:R1.1"


def test_the_whole_help_of_a_dossier_says_nothing_of_notes() -> None:
    told = "\n".join(listed(step(replace(AT_QUESTION, place=Place("dossier")), Commanded("aidecomplete"))))
    assert "note" not in told
    assert "plus de messages" in told


def test_the_help_of_a_dossier_promises_nothing_of_the_grid() -> None:
    told = "\n".join(listed(step(replace(AT_QUESTION, place=Place("dossier")), Commanded("aide"))))
    assert "Je ne sais pas" not in told
    assert "récap" in told


def test_the_frequent_questions_are_on_the_menu_and_the_languages_last() -> None:
    for facts in (scene(), scene(R1_1="3")):
        keys = [choice.key for choice in step(AT_MENU, Commanded("menu"), facts).replies[0].actions]
        assert "faq" in keys
        assert keys[-1] == "langue"


def test_the_ways_out_of_the_menu_do_not_lead_to_the_menu() -> None:
    talk: Conversation = AT_MENU
    for text in ("xyz", "zyx"):
        turn = step(talk, Said(text))
        talk = turn.conversation
    said = " ".join(WORDING.word(i, "fr") for b in turn.replies[0].blocks for i in b.items)
    assert "parler à une personne" in said
    assert "«\u202faide\u202f»" in said
    assert "menu" not in said
    assert "pause" not in said
    people = [choice.key for choice in turn.replies[0].actions if choice.key in {"person", "contact"}]
    assert people == ["person"], "offered once"
