"""The engine alone, without a database: pure, deterministic, and never without a way on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rallynov.diagnosis.flow import DiagnosisDialogue
from rallynov.diagnosis.model import Diagnosis, SaveAnswer, SaveNote
from rallynov.diagnosis.service import load_grid
from rallynov.dialogue.asides import ANSWER, QUESTION
from rallynov.dialogue.engine import Engine
from rallynov.dialogue.events import Commanded, Event, Ignored, Left, Oddity, Pressed, Returned, Said, Sent
from rallynov.dialogue.repeats import REPEAT
from rallynov.dialogue.turn import Conversation, Place, Scene, Turn
from rallynov.initiatives.model import Dossiers
from rallynov.people.consents.model import Consents
from rallynov.people.flow import CodesDialogue
from rallynov.people.model import EraseMe, Person
from rallynov.people.roles import Grants
from rallynov.privacy.flow import ERASE, PrivacyDialogue
from rallynov.reception.flow import Reception
from rallynov.sheets.content import load_sheets, sheet_terms
from rallynov.wording import Wording

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
GRID = load_grid()
WORDING = Wording({"operator": "nous", "contact": "ici"}, content=sheet_terms(load_sheets()))
CODES = CodesDialogue(Place("diagnosis"), {})
ENGINE = Engine(
    [Reception(GRID, "Rally'nov", "ici", CODES), DiagnosisDialogue(GRID, "1"), CODES, PrivacyDialogue()],
    WORDING,
)
AT_QUESTION = Conversation(Place("diagnosis"), nonce=5, last_at=NOW, asked_at=NOW)


def scene(*, at: timedelta = timedelta(), noticed: str = "1", **given: str) -> Scene:
    answers = {name.replace("_", "."): value for name, value in given.items()}
    facts = (Diagnosis(1, answers), Person("p", noticed), Dossiers(), Grants(), Consents())
    moment = NOW + timedelta(minutes=1) + at
    return Scene(moment, moment, "fr", "telegram", {type(fact): fact for fact in facts})


def step(talk: Conversation, event: Event, facts: Scene | None = None) -> Turn:
    return ENGINE.step(talk, event, facts or scene())


def saved(turn: Turn) -> list[tuple[str, str]]:
    return [(c.question, c.value) for c in turn.commands if isinstance(c, SaveAnswer)]


EVERY = [
    *(Said(text) for text in ("4", "en plasse", "xyz", "récap", "Une phrase de plus de quatre mots")),
    *(Commanded(name) for name in ("start", "menu", "effacer", "recap", "inconnu")),
    *(Sent(oddity) for oddity in Oddity),
    *(Pressed("q:R1.1", key, 5) for key in ("3", "why", "skip", "pause", "nothing")),
    *(Left(), Returned(), Ignored(), Pressed("", "", -1)),
]


@pytest.mark.parametrize("event", EVERY, ids=repr)
def test_the_same_turn_twice(event: Event) -> None:
    assert step(AT_QUESTION, event) == step(AT_QUESTION, event)


@pytest.mark.parametrize("event", EVERY, ids=repr)
@pytest.mark.parametrize(
    "place",
    [
        Place(),
        Place("diagnosis"),
        Place("gone in this release", "anywhere"),
        Place("diagnosis", "edit:Z9.9"),
        Place("diagnosis", "recap:Z9"),
        Place("diagnosis", "an unknown focus"),
        Place("diagnosis", "back:R1.1"),
        ERASE,
    ],
    ids=str,
)
def test_every_place_answers_every_event_with_a_way_on(place: Place, event: Event) -> None:
    turn = step(replace(AT_QUESTION, place=place), event)
    if isinstance(event, Left | Returned | Ignored):
        assert turn == Turn(replace(AT_QUESTION, place=place))
        return
    [shown] = turn.replies
    assert shown.blocks
    assert shown.choices or shown.actions or event == Sent(Oddity.GROUP)
    keys = [choice.key for choice in (*shown.choices, *shown.actions)]
    assert len(keys) == len(set(keys))


def test_a_press_answers_once() -> None:
    once = step(AT_QUESTION, Pressed("q:R1.1", "3", 5))
    assert saved(once) == [("R1.1", "3")]
    again = step(once.conversation, Pressed("q:R1.1", "3", 5), scene(R1_1="3"))
    assert again == Turn(once.conversation)


@pytest.mark.parametrize(
    "press",
    [
        Pressed("q:R1.1", "3", 4),
        Pressed("q:R1.1", "3", 6),
        Pressed("q:R9.1", "3", 5),
        Pressed("q:R1.1", "nc", 5),
    ],
    ids=["an older drawing", "one never drawn", "another question", "a choice not offered"],
)
def test_a_press_that_was_not_offered_changes_nothing(press: Pressed) -> None:
    turn = step(AT_QUESTION, press)
    assert turn.commands == ()
    assert turn.replies[0].name == "q:R1.1"
    assert turn.conversation == replace(
        AT_QUESTION, nonce=6, last_at=turn.conversation.last_at, asked_at=scene().now
    )


def test_a_text_twice_before_the_next_question_was_shown_is_one_answer() -> None:
    first = step(AT_QUESTION, Said("en place"))
    facts = scene(R1_1="3")
    moment = first.conversation.last_at
    assert moment is not None
    drawn = replace(first.conversation, asked_at=moment + timedelta(seconds=2))
    at_once = replace(facts, received=moment + timedelta(seconds=1))
    assert ENGINE.step(drawn, Said("En place !"), at_once) == Turn(drawn)
    other = ENGINE.step(drawn, Said("à l'essai"), at_once)
    assert saved(other) == [("R1.2", "2")]
    after_it = replace(facts, received=moment + timedelta(seconds=2, milliseconds=1))
    assert saved(ENGINE.step(drawn, Said("en place"), after_it)) == [("R1.2", "3")]
    slow = replace(drawn, asked_at=moment + 2 * REPEAT)
    late = replace(facts, received=moment + REPEAT)
    assert saved(ENGINE.step(slow, Said("en place"), late)) == [("R1.2", "3")]


def test_failures_are_counted_until_something_is_understood() -> None:
    talk = AT_QUESTION
    lengths = []
    for text in ("xyz", "zyx", "yxz"):
        turn = step(talk, Said(text))
        talk = turn.conversation
        lengths.append(len(turn.replies[0].blocks))
    assert talk.misses == 3
    assert lengths[1] == lengths[0] + 1, "the ways out are told at the second failure"
    assert lengths[2] == lengths[1]
    assert step(talk, Said("pourquoi")).conversation.misses == 0


def test_a_digression_comes_back_to_where_it_began() -> None:
    editing = replace(AT_QUESTION, place=Place("diagnosis", "edit:R1.1"))
    facts = scene(R1_1="3")
    asked = step(editing, Commanded("effacer"), facts).conversation
    twice = step(step(asked, Commanded("supprimer"), facts).conversation, Said("xyz"), facts).conversation
    back = step(twice, Said("non"), facts)
    assert (back.conversation.place, back.conversation.under) == (editing.place, ())
    assert back.commands == ()


def test_an_erasure_is_chosen_never_guessed() -> None:
    erasing = replace(AT_QUESTION, place=ERASE, under=(Place("diagnosis"),))
    for text in (
        "oui je crois",
        "oui peut-être",
        "peut-être",
        "ouii peut etre",
        "eff",
        "je ne veux pas effacer",
        "2 ou 1",
        "tout",
    ):
        assert step(erasing, Said(text)).commands == (), text
    for text in ("oui", "2", "oui, tout effacer"):
        assert step(erasing, Said(text)).commands == (EraseMe(),), text


def test_a_sentence_that_was_like_a_choice_and_is_none_is_not_lost() -> None:
    typed = "c'est presque en place ici"
    turn = step(AT_QUESTION, Said(typed))
    assert turn.conversation.guesses == ("3",)
    turn = step(turn.conversation, Said("non"))
    assert [choice.key for choice in turn.replies[-1].choices] == [ANSWER, QUESTION]
    kept = step(turn.conversation, Pressed("q:R1.1", ANSWER, turn.conversation.nonce)).commands
    assert [one.note for one in kept if isinstance(one, SaveNote)] == [typed]


@pytest.mark.parametrize(("typed", "answers"), [("4", ["3"]), ("2", []), ("99", []), ("pas encore", ["0"])])
def test_an_answer_of_the_question_is_no_failure_under_near_matches(typed: str, answers: list[str]) -> None:
    near = step(AT_QUESTION, Said("en plasse")).conversation
    turn = step(near, Said(typed))
    assert [value for _, value in saved(turn)] == answers
    assert (turn.conversation.misses, turn.conversation.guesses) == (0, ())
    assert len(turn.replies[-1].choices) > 1
    assert "reconnu" not in WORDING.word(turn.replies[-1].blocks[0].items[0], "fr")


@pytest.mark.parametrize("focus", ["result", "recap", "recap:R1", "details", "report"])
def test_what_is_read_is_not_said_again_to_whoever_was_not_understood(focus: str) -> None:
    answers = {question.id: "3" for question in GRID.form().questions}
    facts = scene(**answers)
    place = replace(AT_QUESTION, place=Place("diagnosis", focus))
    shown = ENGINE.screen(place.place, facts)
    [told] = step(place, Said("xyz"), facts).replies
    assert (told.choices, told.actions) == (shown.choices, shown.actions)
    assert len(told.blocks) == 1 < len(shown.blocks)
    assert not told.shared


@pytest.mark.parametrize(
    "event", [Pressed("q:R1.1", "3", 2), Sent(Oddity.STICKER), Sent(Oddity.EDITED)], ids=repr
)
@pytest.mark.parametrize("focus", ["result", "recap", "recap:R1"])
def test_what_is_read_is_not_said_again_behind_an_old_button_or_a_sticker(focus: str, event: Event) -> None:
    facts = scene(**{question.id: "3" for question in GRID.form().questions})
    place = replace(AT_QUESTION, place=Place("diagnosis", focus))
    shown = ENGINE.screen(place.place, facts)
    [told] = step(place, event, facts).replies
    assert (told.name, told.choices, told.actions) == (shown.name, shown.choices, shown.actions)
    assert [block.kind for block in told.blocks if block.kind not in {"text", "note"}] in ([], ["title"])
    assert len(told.blocks) <= 2
    assert told.figure is None


def test_after_two_failures_a_person_is_one_press_away() -> None:
    first = step(AT_QUESTION, Said("xyz"))
    assert not first.replies[0].offers("contact")
    second = step(first.conversation, Said("zyx"))
    [told] = second.replies
    assert told.offers("contact")
    assert told == ENGINE.pending(second.conversation, scene()).led_by(*told.blocks[:2])
    reached = step(second.conversation, Pressed("q:R1.1", "contact", second.conversation.nonce))
    assert (reached.replies[0].name, reached.conversation.misses) == ("q:R1.1", 0)


@pytest.mark.parametrize(("typed", "told"), [("enquête auprès usagers", True), ("xyz", False)])
def test_a_few_words_are_told_that_a_sentence_is_kept(typed: str, told: bool) -> None:  # noqa: FBT001
    blocks = step(AT_QUESTION, Said(typed)).replies[0].blocks
    said = [WORDING.word(item, "fr") for block in blocks for item in block.items]
    assert any("phrase entière" in line for line in said) is told


def test_a_correction_is_never_said_to_have_an_answer() -> None:
    said = WORDING.word(step(AT_QUESTION, Sent(Oddity.EDITED)).replies[0].blocks[0].items[0], "fr")
    assert "réponse que vous aviez donnée" not in said
    assert "à nouveau" in said


def test_a_group_is_told_and_nothing_moves() -> None:
    turn = step(AT_QUESTION, Sent(Oddity.GROUP))
    assert turn.conversation == AT_QUESTION
    assert (turn.replies[0].choices, turn.replies[0].actions) == ((), ())


def test_a_newer_notice_is_shown_before_anything_else() -> None:
    facts = scene(noticed="0", R1_1="3")
    for event in (Said("4"), Commanded("recap"), Commanded("resultat"), Pressed("q:R1.2", "3", 5)):
        turn = step(AT_QUESTION, event, facts)
        assert turn.replies[0].name == "notice"
        assert saved(turn) == []
    accepted = step(replace(AT_QUESTION, nonce=6), Pressed("notice", "accept", 6), facts)
    assert accepted.replies[0].name == "q:R1.2"
    assert [type(command).__name__ for command in accepted.commands] == ["AcceptNotice"]
