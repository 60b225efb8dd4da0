"""A word to find one's way may be an answer: where any text is one, it is kept or asked about, never lost unsaid."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conversation import Clock, Talk, core
from diagnosis.people import told
from initiatives.facts import FORM, NOW, at, dialogue, dossier, scene
from spoken import WORDING, in_each

from bot import plain
from rallynov.diagnosis.flow import DiagnosisDialogue
from rallynov.diagnosis.service import load_grid
from rallynov.dialogue.engine import Engine
from rallynov.dialogue.events import Said
from rallynov.dialogue.hearing import NOTHING, Hearing
from rallynov.dialogue.screens import Choice, Screen
from rallynov.dialogue.turn import Conversation, Place, Scene, Turn
from rallynov.dialogue.words import say
from rallynov.initiatives.commands import KeepAnswer
from rallynov.initiatives.spots import View
from rallynov.people.flow import CodesDialogue
from rallynov.people.roles import Grants
from rallynov.privacy.flow import PrivacyDialogue
from rallynov.reception.flow import Reception
from rallynov.storage.store import Store

GRID = load_grid()
CODES = CodesDialogue(Place("diagnosis"), {})
ENGINE = Engine(
    [
        Reception(GRID, "Rally'nov", "ici", CODES),
        DiagnosisDialogue(GRID, "1"),
        CODES,
        PrivacyDialogue(),
        dialogue(),
    ],
    WORDING,
)
DRAFT = dossier(legal="other")
FIELDS = [field.id for field in FORM.fields if field.applies(FORM.given(DRAFT))]
ANSWERS = {
    "fr": [
        "fin",
        "Fin",
        "annuler",
        "Modifier",
        "commandes",
        "c'est long",
        "C’est trop long !",
        "pas le temps",
        "effacer",
    ],
    "en": ["end", "The end", "cancel", "no time", "commands", "it's too long", "change my mind", "delete"],
}
LEFT = "I took “{typed}” for a pause: it is not kept as an answer."
KEPT = "Everything you wrote is kept."


def known(language: str) -> Scene:
    facts = scene(DRAFT)
    return replace(facts, language=language).having(Grants())


def asked(field: str, language: str) -> tuple[Conversation, Screen]:
    talk = Conversation(at(View.NEXT, field, 0), nonce=5, last_at=NOW, asked_at=NOW)
    return talk, ENGINE.pending(talk, known(language))


def typed(field: str, text: str, language: str) -> Turn:
    talk, _ = asked(field, language)
    return ENGINE.step(talk, Said(text), known(language))


def said(turn: Turn) -> str:
    return str([block.items for block in turn.replies[-1].blocks])


@in_each
@pytest.mark.parametrize("field", FIELDS)
def test_a_word_that_may_be_an_answer_leaves_no_free_field(field: str, language: str) -> None:
    _, screen = asked(field, language)
    if not screen.free:
        return
    for text in ANSWERS[language]:
        turn = typed(field, text, language)
        assert turn.conversation.place.dialogue == "dossier", text
        assert turn.conversation.place.focus != at(View.RECAP).focus, text
        assert KEPT not in said(turn), text


@in_each
@pytest.mark.parametrize("field", ["name", "title", "summary", "website", "headcount"])
def test_whoever_leaves_by_a_word_is_told_that_it_is_not_kept(field: str, language: str) -> None:
    _, screen = asked(field, language)
    assert screen.free
    for phrases in WORDING.verbs(language).values():
        for text in phrases:
            turn = typed(field, text, language)
            assert KEPT not in said(turn) or LEFT in said(turn) or text == "pause", text
            if turn.commands or turn.conversation.place.dialogue != "reception":
                continue
            quoted = typed(field, f"« {text} »", language)
            assert quoted.conversation.place.dialogue == "dossier", text


@in_each
def test_the_end_ends_several_choices(language: str) -> None:
    talk, screen = asked("themes", language)
    assert screen.free
    facts = dialogue().choose(talk.place, "o-health", known(language)).scene
    kept = ENGINE.step(talk, Said({"fr": "fin", "en": "end"}[language]), facts or known(language)).commands
    assert [order.value for order in kept if isinstance(order, KeepAnswer)] == [["health"]]


@in_each
def test_a_title_may_be_any_of_these_words(language: str, sqlite: Store, clock: Clock) -> None:
    shown = {"fr": "Fin", "en": "End"}[language]
    talk = Talk(core(sqlite, clock), clock)
    for text in ("/dossier", "1", "1", shown):
        last = talk.send(plain.text_payload(text, language))
    assert last.screen == "f:registry"
    assert shown in told(talk.send(plain.text_payload("/relire", language)))


@pytest.mark.parametrize("text", ["c'est trop long ?", "annuler", "Commandes ?", "modifier"])
def test_a_question_to_the_team_may_be_any_of_these_words(text: str, sqlite: Store, clock: Clock) -> None:
    talk = Talk(core(sqlite, clock), clock)
    talk.say("/question")
    assert talk.last.screen == "faq:ask"
    assert talk.say(text).screen == "faq"


@in_each
@pytest.mark.parametrize("name", ["news:title", "bureau:r", "desk:t", "review:why", "remarks", "faq:t"])
def test_what_is_written_to_others_may_be_any_of_these_words(name: str, language: str) -> None:
    menu, back = Choice("menu", say("Menu")), Choice("back", say("Back"))
    screen = Screen(name, (), (), (back, menu), free=True)
    for text in ANSWERS[language]:
        assert Hearing(WORDING).hear(text, screen, screen, ENGINE.commands, language) == NOTHING, text


def test_full_help_tells_nothing_of_the_grid_where_it_is_not_asked(sqlite: Store, clock: Clock) -> None:
    talk = Talk(core(sqlite, clock), clock)
    assert "une phrase entière" in told(talk.say("/aidecomplete"))
    for text in ("/start", "/diagnostic", "1"):
        talk.say(text)
    assert "une phrase entière" in told(talk.say("aide complète"))
    for place in (("/question",), ("/dossier", "1", "1"), ("/annonces",)):
        for text in place:
            talk.say(text)
        shown = told(talk.say("aide complète"))
        assert "j’y réponds" in shown
        assert "Je ne sais pas" not in shown
        assert "phrase entière" not in shown


# An erasure.


@in_each
def test_the_words_that_ask_for_an_erasure_do_not_confirm_it(
    language: str, sqlite: Store, clock: Clock
) -> None:
    words = {
        "fr": (
            "effacer",
            "supprimer",
            "tout effacer",
            "tout efacer",
            "efface tout",
            "supprimer mon compte",
            "/effacer",
        ),
        "en": ("erase", "delete", "erase everything", "delete everything", "delete my account", "/supprimer"),
    }[language]
    talk = Talk(core(sqlite, clock), clock)
    for text in ("/start", "/diagnostic", "1", "3"):
        talk.send(plain.text_payload(text, language))
    for text in words:
        for _ in range(3):
            clock.pass_(seconds=10)
            shown = talk.send(plain.text_payload(text, language))
            assert shown.screen == "erase", text
    yes = {"fr": "oui, tout effacer", "en": "yes, erase everything"}[language]
    assert f"« {yes} »" in told(shown) or f"“{yes}”" in told(shown)
    assert talk.send(plain.text_payload(yes, language)).screen == "welcome"


@in_each
def test_to_erase_beside_a_note_asks_what(language: str, sqlite: Store, clock: Clock) -> None:
    talk = Talk(core(sqlite, clock), clock)
    sentence = {"fr": "On a demandé à trois équipes de nuit", "en": "We have asked three teams of the night"}[
        language
    ]
    for text in ("/start", "/diagnostic", "1", sentence):
        talk.send(plain.text_payload(text, language))
    for text in {"fr": ("effacer", "Supprimer"), "en": ("erase", "delete")}[language]:
        clock.pass_(seconds=10)
        shown = talk.send(plain.text_payload(text, language))
        assert [key for key, _ in shown.choices] == ["unnote", "effacer"], text
    assert talk.send(plain.text_payload("2", language)).screen == "erase"
    talk.send(plain.text_payload({"fr": "non", "en": "no"}[language], language))
    talk.send(plain.text_payload(text, language))
    withdrawn = talk.send(plain.text_payload("1", language))
    assert withdrawn.screen == "q:R1.1"
    assert sentence not in told(withdrawn)


@in_each
@pytest.mark.parametrize("text", ["c'est fini", "fin", "that is all"])
def test_what_is_ticked_already_is_all_in_the_words_of_the_screen(language: str, text: str) -> None:
    talk, _ = asked("themes", language)
    ticked = dialogue().choose(talk.place, "o-health", known(language)).scene
    kept = dialogue().choose(talk.place, "done", ticked or known(language)).scene
    assert kept
    back = replace(talk, place=at(View.EDIT, "themes", 0))
    assert "keep" in [one.key for one in ENGINE.pending(back, kept).actions]
    turn = ENGINE.step(back, Said(text), kept)
    assert turn.conversation.place != back.place
    assert not [order for order in turn.commands if isinstance(order, KeepAnswer)]
