"""Consents without a database: what is wanted, what an answer orders, a stop anywhere, « stop » typed twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import Settings
from rallynov.diagnosis.flow import DiagnosisDialogue
from rallynov.diagnosis.model import Diagnosis
from rallynov.diagnosis.service import load_grid
from rallynov.dialogue.engine import Engine
from rallynov.dialogue.events import Commanded, Pressed, Said
from rallynov.dialogue.turn import Conversation, Held, Place, Scene, Turn
from rallynov.dialogue.words import Say
from rallynov.initiatives.announced import chosen, told
from rallynov.initiatives.model import Dossiers
from rallynov.people.consents.flow import HERE, STOPPED, ConsentsDialogue, entrance
from rallynov.people.consents.model import (
    ChooseTopics,
    Consents,
    Remind,
    Source,
    StopMessages,
    Topic,
    answered,
    linked,
    partner_of,
    toggled,
    wanted,
)
from rallynov.people.flow import CodesDialogue
from rallynov.people.model import Person
from rallynov.people.roles import Grants
from rallynov.reception.flow import Reception
from rallynov.wording import Wording

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
GRID = load_grid()
CODES = CodesDialogue(Place("diagnosis"), {})
_SET = Settings(_env_file=None)
ENGINE = Engine(
    [Reception(GRID, "Rally'nov", "ici", CODES), DiagnosisDialogue(GRID, "1"), CODES, ConsentsDialogue()],
    Wording({"operator": _SET.operator, "contact": _SET.contact}),
)
ASKED = Conversation(Place("diagnosis"), nonce=5)
SOME = Consents(frozenset((Topic.CALENDAR, Topic.STAGES)))
topics = st.frozensets(st.sampled_from(Topic))
options = st.lists(st.sampled_from(["none", *Topic]), unique=True)


def scene(consents: Consents = SOME, language: str = "fr", *, after: float = 0) -> Scene:
    at = NOW + timedelta(seconds=after)
    facts = (Diagnosis(1, {"R1.1": "3"}), Person("p", "1"), Dossiers(), Grants(), consents)
    return Scene(at, at, language, "telegram", {type(fact): fact for fact in facts})


def words(turn: Turn) -> str:
    return str([block.items for screen in turn.replies for block in screen.blocks])


@given(topics, st.booleans(), st.sampled_from(Topic), st.sampled_from(Topic))
def test_a_press_changes_one_topic_and_a_second_one_undoes_it(
    given_: frozenset[Topic],
    reminded: bool,  # noqa: FBT001
    pressed: Topic,
    other: Topic,
) -> None:
    before = Consents(given_, reminded)
    after = before.after(toggled(before, pressed, "command", "fr"))
    assert wanted(after, pressed) is not wanted(before, pressed)
    assert other is pressed or wanted(after, other) is wanted(before, other)
    assert after.after(toggled(after, pressed, "command", "fr")) == before


@given(options, options, topics)
def test_an_answer_asks_for_what_it_ticks_and_gives_up_what_it_does_not(
    before: list[str], after: list[str], stands: frozenset[Topic]
) -> None:
    now = Consents(stands).after(answered(before, after, "fr"))
    for topic in Topic:
        ticked_now = topic in after and topic not in before
        assert wanted(now, topic) is (ticked_now or (topic in after and topic in stands))


@pytest.mark.parametrize("value", [["none"], [], None, "calendar", {"calendar": True}, [3, None]])
def test_any_other_answer_asks_for_nothing(value: object) -> None:
    [order] = chosen("news", ["stages"], value, scene())  # type: ignore[arg-type]
    assert (order.given, order.withdrawn) == ((), tuple(Topic))


def test_only_one_field_gives_consents() -> None:
    assert chosen("themes", [], ["calendar"], scene()) == ()
    [order] = chosen("news", None, ["stages", "calendar"], scene(Consents(), "en"))
    assert order == ChooseTopics(
        (Topic.CALENDAR, Topic.STAGES), (Topic.ADVICE, Topic.PARTNERS), "dossier", "1/en"
    )


def test_who_answers_is_told_when_they_receive_less_than_the_dossier_says() -> None:
    def after(before: list[str], value: list[str], consents: Consents) -> str:
        return str(told(value, chosen("news", before, value, scene(consents)), scene(consents)))  # type: ignore[arg-type]

    assert after([], ["stages"], Consents()) == "()"
    assert after(["calendar"], ["calendar", "stages"], Consents(frozenset((Topic.CALENDAR,)))) == "()"
    assert "form:news.stages:label" in after(["calendar"], ["calendar", "stages"], Consents())
    assert "You therefore receive no announcement" in after(["calendar"], ["calendar"], Consents())
    some = after(["calendar"], ["calendar", "stages", "advice"], Consents())
    assert "some of these topics only" in some


@pytest.mark.parametrize(
    ("typed", "source"),
    [
        ("CRESS-exemple", "link:cress-exemple"),
        ("", "command"),
        ("é !", "link:e"),
        ("<b>x</b>", "link:b-x-b"),
        ("a" * 60, "link:" + "a" * 40),
    ],
)
def test_a_link_names_a_partner_in_plain_letters(typed: str, source: str) -> None:
    assert linked(typed) == source
    assert entrance(typed) == Place("consents", source if ":" in source else None)
    assert partner_of(source) == source.partition(":")[2]


def test_what_is_chosen_behind_a_link_says_so_unless_the_person_does_not_want_it() -> None:
    dialogue, place = ConsentsDialogue(), entrance("cress")
    move = dialogue.choose(place, "topic-stages", scene(Consents()))
    assert move.commands == (ChooseTopics((Topic.STAGES,), (), "link:cress", "1/fr"),)
    assert "cress" in str(dialogue.screen(place, scene()).blocks)
    plain = dialogue.choose(place, "unlinked", scene()).to
    assert plain == HERE
    assert "link" not in str(dialogue.screen(plain, scene()).blocks)
    assert dialogue.choose(plain, "topic-stages", scene(Consents())).commands[0] == ChooseTopics(
        (Topic.STAGES,), (), Source.COMMAND, "1/fr"
    )


def test_the_screen_ticks_what_is_received_and_nothing_else() -> None:
    for given_, reminded in product((frozenset(), SOME.given, frozenset(Topic)), (True, False)):
        consents = Consents(frozenset(given_), reminded)
        shown = ConsentsDialogue().screen(HERE, scene(consents))
        ticked = {one.key for one in shown.choices if isinstance(one.label, Say) and "✓" in one.label.msgid}
        assert ticked == {f"topic-{one}" for one in consents.given} | (
            {"topic-reminders"} if reminded else set()
        )
        assert shown.offers("stop") is not consents.silent


def test_reminders_are_ticked_off_and_on() -> None:
    off = ConsentsDialogue().choose(HERE, "topic-reminders", scene())
    assert off.commands == (Remind(on=False, source="command"),)
    assert off.scene
    assert off.scene.of(Consents) == replace(SOME, reminded=False)
    assert ConsentsDialogue().choose(HERE, "topic-reminders", off.scene).commands == (
        Remind(on=True, source="command"),
    )


@pytest.mark.parametrize(
    ("said", "language"),
    [
        (Commanded("stop"), "fr"),
        (Commanded("stop"), "en"),
        (Said("ne plus recevoir de messages"), "fr"),
        (Said("Désabonnez-moi !"), "fr"),
        (Said("désabonez-moi svp"), "fr"),
        (Said("unsubscribe me"), "en"),
        (Said("Unsubscribe"), "fr"),
        (Said("désabonnez-moi"), "en"),
    ],
)
def test_a_stop_asks_nothing_and_the_pending_question_comes_back(
    said: Commanded | Said, language: str
) -> None:
    question = ENGINE.screen(ASKED.place, scene())
    turn = ENGINE.step(ASKED, said, scene(language=language))
    assert turn.commands == (StopMessages(),)
    [shown] = turn.replies
    assert shown.blocks == (*STOPPED, *question.blocks)
    assert (shown.choices, shown.actions) == (question.choices, question.actions)
    assert (turn.conversation.place, turn.conversation.under) == (ASKED.place, ASKED.under)


def test_a_stop_keeps_a_text_that_is_in_doubt_and_the_place_beneath() -> None:
    talk = replace(HELD, under=(Place("dossier", "x"),))
    after = ENGINE.step(talk, Commanded("stop"), scene()).conversation
    assert (after.held, after.under) == (talk.held, talk.under)


HELD = replace(ASKED, held=Held("diagnosis||q:R1.2", "ce que j'ai tapé"))


def test_stop_is_a_pause_once_and_a_stop_twice() -> None:
    once = ENGINE.step(ASKED, Said("stop"), scene())
    assert once.commands == ()
    assert once.conversation.place == Place()
    assert "type “{word}” once more" in words(once)
    twice = ENGINE.step(once.conversation, Said("STOP !"), scene(after=10))
    assert twice.commands == (StopMessages(),)
    assert "once more" not in words(twice)
    thrice = ENGINE.step(twice.conversation, Said("stop"), scene(after=20))
    assert thrice.commands == (StopMessages(),)


@pytest.mark.parametrize(
    "between", [Said("menu"), Commanded("menu"), Said("pause"), Pressed("reminder", "menu", 0)]
)
def test_anything_between_makes_it_two_pauses(between: Said | Commanded | Pressed) -> None:
    once = ENGINE.step(ASKED, Said("stop"), scene())
    other = ENGINE.step(once.conversation, between, scene(after=10))
    again = ENGINE.step(other.conversation, Said("stop"), scene(after=20))
    assert again.commands == ()


@pytest.mark.parametrize("word", ["pause", "plus tard", "arrêtez", "stop pour aujourd'hui"])
def test_no_other_word_for_a_pause_stops_anything(word: str) -> None:
    talk = ASKED
    for seconds in (0, 10, 20):
        turn = ENGINE.step(talk, Said(word), scene(after=seconds))
        assert turn.commands == ()
        assert "once more" not in words(turn)
        talk = turn.conversation


def test_a_double_send_of_stop_is_one_pause() -> None:
    once = ENGINE.step(ASKED, Said("stop"), scene())
    late = replace(once.conversation, asked_at=NOW + timedelta(seconds=2))
    assert ENGINE.step(late, Said("stop"), scene(after=1)).replies == ()


@pytest.mark.parametrize("typed", ["stop", "tout arrêter", "rien"])
def test_on_the_screen_of_announcements_one_word_is_enough(typed: str) -> None:
    talk = Conversation(HERE, (Place("diagnosis"),), nonce=5)
    turn = ENGINE.step(talk, Said(typed), scene())
    assert turn.commands == (StopMessages(),)
    assert turn.conversation.place == HERE
