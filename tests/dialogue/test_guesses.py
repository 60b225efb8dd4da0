"""What is answered to « Vouliez-vous dire »: a yes takes what was guessed, a no refuses it, whatever its own words are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from dialogue.test_engine import AT_QUESTION, ENGINE, GRID, saved, scene, step
from spoken import WORDING

from rallynov.dialogue.events import Pressed, Said
from rallynov.dialogue.replies import TRIES
from rallynov.dialogue.turn import Conversation, Place, Scene, Turn

AT = {"nc": "R4.1"}
"""A question where a level is offered, when it is not the first."""
TYPOS = {
    "fr": {
        "0": "pas encor",
        "1": "en refléxoin",
        "2": "a lessai",
        "3": "en plasse",
        "4": "en place, suivi et partagé depuis 2012",
        "nsp": "je ne sai pas",
        "nc": "ne nous concerne pa",
    },
    "en": {
        "0": "not yett",
        "1": "being considred",
        "2": "being tryed out",
        "3": "in plase",
        "4": "in place, tracked and sharde",
        "nsp": "i dont knwo",
        "nc": "does not concern uss",
    },
}
YES = {
    "fr": ("oui", "Oui !", "ouiii", "c'est ça", "exact", "ok", "oui merci", "👍🏽", "yes"),
    "en": ("yes", "yeah", "that's it", "exactly", "ok", "👍", "oui"),
}
NO = {
    "fr": ("non", "Non.", "non merci", "non pas du tout", "nan", "ce n'est pas ça", "👎", "no"),
    "en": ("no", "no thanks", "not at all", "that's not it", "nope", "👎", "non"),
}
EVERY = [(language, value) for language, typos in TYPOS.items() for value in typos]


def facts(language: str) -> Scene:
    return replace(scene(), language=language)


def asked(language: str, value: str) -> tuple[Conversation, str]:
    """A person of whom it is asked whether they meant a level, and the question."""
    question = AT.get(value, "R1.1")
    talk = replace(AT_QUESTION, place=Place("diagnosis", f"edit:{question}"))
    turn = ENGINE.step(talk, Said(TYPOS[language][value]), facts(language))
    assert turn.conversation.guesses == (value,)
    assert [choice.key for choice in turn.replies[-1].choices] == [value]
    return turn.conversation, question


def said(turn: Turn, language: str) -> str:
    return "\n".join(WORDING.word(i, language) for block in turn.replies[-1].blocks for i in block.items)


def test_every_level_has_its_typo() -> None:
    levels = {value for question in GRID.form().questions for value in question.values}
    assert all(set(typos) == levels for typos in TYPOS.values())


@pytest.mark.parametrize(("language", "value"), EVERY)
def test_a_no_refuses_what_was_guessed(language: str, value: str) -> None:
    for text in NO[language]:
        talk, question = asked(language, value)
        turn = ENGINE.step(talk, Said(text), facts(language))
        assert (turn.commands, turn.conversation.guesses) == ((), ()), text
        assert turn.replies[-1].name == f"q:{question}", text
        kept = turn.conversation.held is not None  # a sentence is not lost: what it is is asked
        assert len(turn.replies[-1].choices) == 2 if kept else len(turn.replies[-1].choices) >= 6, text


@pytest.mark.parametrize(("language", "value"), EVERY)
def test_a_yes_takes_what_was_guessed(language: str, value: str) -> None:
    for text in YES[language]:
        talk, question = asked(language, value)
        assert saved(ENGINE.step(talk, Said(text), facts(language))) == [(question, value)], text


@pytest.mark.parametrize(("language", "value"), EVERY)
def test_its_label_and_its_number_take_it_too(language: str, value: str) -> None:
    label = WORDING.term(f"grid:scale.{value}:label", language)
    for text in (label, label.upper(), "1"):
        talk, question = asked(language, value)
        assert saved(ENGINE.step(talk, Said(text), facts(language))) == [(question, value)], text


@pytest.mark.parametrize(("language", "yes", "no"), [("fr", "oui", "non"), ("en", "yes", "no")])
def test_of_several_guesses_a_yes_asks_which_and_a_no_refuses_all(language: str, yes: str, no: str) -> None:
    several = ENGINE.step(AT_QUESTION, Said(yes), facts(language)).conversation
    assert several.guesses == ("2", "3", "4"), "in the order of the scale"
    again = ENGINE.step(several, Said({"oui": "ouais", "yes": "yeah"}[yes]), facts(language))
    assert (again.commands, again.conversation.guesses) == ((), several.guesses)
    assert {"fr": "Que voulez-vous dire", "en": "Which one"}[language] in said(again, language)
    refused = ENGINE.step(several, Said(no), facts(language))
    assert (refused.commands, refused.conversation.guesses) == ((), ())


def test_one_goes_on_with_another_answer_under_a_guess() -> None:
    talk, _ = asked("fr", "0")
    for text, value in (("4", "3"), ("à l'essai", "2"), ("oui, en place", "3")):
        assert saved(step(talk, Said(text))) == [("R1.1", value)], text


@pytest.mark.parametrize(("figure", "told"), [("2", False), ("9", True), ("99", True)])
def test_a_number_of_nothing_is_said_to_be_one(figure: str, told: bool) -> None:  # noqa: FBT001
    talk, _ = asked("fr", "3")
    turn = step(talk, Said(figure))
    assert (turn.commands, turn.conversation.guesses, turn.conversation.misses) == ((), (), 0)
    assert (f"Le numéro {figure} n’est pas dans cette liste." in said(turn, "fr")) is told


@pytest.mark.parametrize(
    "texts",
    [
        ("oui", "oui", "oui"),
        ("en plasse", "en plasse", "en plasse"),
        ("en plasse", "xyz", "en plasse"),
        ("en plasse", "non", "en plasse"),
        ("en plasse", "reflexoin", "en plasse"),
    ],
)
def test_guess_after_guess_there_is_a_way_out(texts: tuple[str, ...]) -> None:
    talk = AT_QUESTION
    for text in texts:
        turn = step(talk, Said(text))
        assert ("parler à une personne" in said(turn, "fr")) is (turn.conversation.misses == TRIES)
        talk = turn.conversation
    assert talk.misses == TRIES
    assert talk.guesses
    assert "parler à une personne" in said(turn, "fr")
    assert turn.replies[-1].offers("contact")
    told = step(talk, Pressed("q:R1.1", "contact", talk.nonce))
    assert "Parler à une personne" in said(told, "fr")
    assert told.replies[-1].name == "q:R1.1"
    assert told.conversation.misses == 0


def test_what_is_hedged_is_asked() -> None:
    for text, guesses in (
        ("4 je crois", ("3",)),
        ("plutôt 4", ("3",)),
        ("4 ou 5 peut-être", ("3", "4")),
        ("en place, je pense", ("3",)),
        ("peut-être en réflexion", ("1",)),
        ("4 sur 5", ("3", "4")),
        ("oui je crois", ("2", "3", "4")),
    ):
        turn = step(AT_QUESTION, Said(text))
        assert (turn.commands, turn.conversation.guesses) == ((), guesses), text


@pytest.mark.parametrize(
    ("language", "guesses", "texts"),
    [
        ("fr", "2 3 4", "ouais|bien sûr|oui bien sûr|absolument|tout à fait|oui tout à fait|carrément|exactement|ok|👍|👍🏻"),
        ("fr", "2 3", "plutôt oui|oui plutôt"),
        ("fr", "1 2", "un peu|plus ou moins|oui et non"),
        ("fr", "0 1", "pas vraiment|pas trop|bof"),
        ("en", "2 3 4", "sure|of course|absolutely|definitely|ok|👍"),
        ("en", "2 3", "mostly|rather yes"),
        ("en", "1 2", "a little|a bit|more or less|yes and no"),
        ("en", "0 1", "not really|not much"),
    ],
)  # fmt: skip
def test_the_words_people_have_for_yes_no_and_a_little_are_asked(
    language: str, guesses: str, texts: str
) -> None:
    for text in texts.split("|"):
        turn = ENGINE.step(AT_QUESTION, Said(text), facts(language))
        assert (turn.commands, turn.conversation.guesses) == ((), tuple(guesses.split())), text


def test_a_sign_may_be_an_answer() -> None:
    for text, value in (("👎", None), ("nan", "0"), ("🤷", "nsp"), ("🤷🏽‍♀️", "nsp"), ("🎲", None)):
        assert [v for _, v in saved(step(AT_QUESTION, Said(text)))] == ([value] if value else []), text


@pytest.mark.parametrize(
    ("language", "text"), [("fr", "non merci"), ("fr", "Non, merci."), ("en", "no thanks")]
)
@pytest.mark.parametrize("question", ["R1.1", "R4.1"])
def test_a_no_that_is_thanked_for_is_a_pause_and_no_level(language: str, text: str, question: str) -> None:
    talk = replace(AT_QUESTION, place=Place("diagnosis", f"edit:{question}"))
    turn = ENGINE.step(talk, Said(text), facts(language))
    assert turn.commands == ()
    assert turn.conversation.place == Place()
