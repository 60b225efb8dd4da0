"""The sheets in conversation, straight through the engine; transcripts/ shows them as people see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from rallynov.delivery.message import LONGEST, Message, resolve, split
from rallynov.dialogue.engine import Engine
from rallynov.dialogue.events import Commanded, Event, Pressed, Said, typed
from rallynov.dialogue.screens import Choice, Screen, text
from rallynov.dialogue.turn import Conversation, Move, Place, Scene
from rallynov.dialogue.words import say
from rallynov.sheets.content import load_sheets, sheet_terms
from rallynov.sheets.flow import SheetsDialogue
from rallynov.wording import LANGUAGES, Wording

SHELVES = load_sheets()
WORDING = Wording(
    {"operator": "l'équipe", "contact": "l'équipe"},
    content=sheet_terms(SHELVES),
)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Desk:
    """Where people were before: a question with its place."""

    name = "reception"
    commands: Sequence[str] = ("menu",)

    def screen(self, place: Place, scene: Scene) -> Screen:
        focus = "question" if place.focus else "welcome"
        return Screen(focus, (text(say("Which one do you want to open?")),), (Choice("go", say("Menu")),))

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        return Move(to=Place("reception", "edit:R4.2"))

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        return None

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        return Move(to=Place())


@dataclass
class Reader:
    """Someone who reads; every answer is worded, as a channel would have it."""

    language: str = "fr"
    talk: Conversation = field(default_factory=lambda: Conversation(Place("reception", "edit:R4.2")))
    engine: Engine = field(default_factory=lambda: Engine([Desk(), SheetsDialogue(SHELVES["fr"])], WORDING))
    shown: Message = field(default_factory=lambda: Message(()))

    def step(self, event: Event) -> Message:
        scene = Scene(NOW, NOW, self.language)
        turn = self.engine.step(self.talk, event, scene)
        self.talk = turn.conversation
        assert turn.commands == ()
        self.shown = resolve(turn.replies[-1], self.talk.nonce, WORDING, self.language)
        return self.shown

    def say(self, words: str) -> Message:
        return self.step(typed(words))

    def press(self, key: str) -> Message:
        return self.step(Pressed(self.shown.screen, key, self.shown.nonce))


@pytest.fixture(params=LANGUAGES)
def reader(request: pytest.FixtureRequest) -> Reader:
    return Reader(request.param)


def titles(message: Message) -> list[str]:
    return [texts[0] for kind, texts in message.blocks if kind == "title"]


def test_all_the_sheets_with_the_checkpoints_that_they_serve(reader: Reader) -> None:
    message = reader.say("/fiches")
    sheets = SHELVES[reader.language].sheets
    assert [key for key, _ in message.choices] == [sheet.number for sheet in sheets]
    for (_, label), sheet in zip(message.choices, sheets, strict=True):
        assert (
            label == f"{sheet.title} ({WORDING.term(f'grid:{sheet.checkpoints[0]}:title', reader.language)})"
        )
    assert [key for key, _ in message.actions] == ["back", "menu"]


def test_a_sheet_is_read_in_its_order_and_offered_as_a_paper(reader: Reader) -> None:
    for sheet in SHELVES[reader.language].sheets:
        message = reader.say(f"/fiche {sheet.number}")
        assert message.screen == f"sheet:{sheet.number}"
        [words] = [texts for kind, texts in message.blocks if kind == "list"]
        assert words == sheet.lines
        whole = "\n".join(text for _, texts in message.blocks for text in texts)
        told = [sheet.title, sheet.question]
        told += [part for gesture in sheet.gestures for part in (gesture.name, gesture.how)]
        told += [sheet.example, sheet.mistake, sheet.instead, sheet.tool]
        places = [whole.index(part) for part in told]
        assert places == sorted(places)
        assert len(titles(message)) == 1 + 3 + 3
        assert [(kind, ref) for kind, ref, _ in message.papers] == [("sheet", sheet.number)]
        assert split(message) == (message,), "one message"
        assert len(whole) < LONGEST


def test_reading_never_loses_the_place(reader: Reader) -> None:
    before = reader.talk.place
    reader.say("/fiches")
    reader.press("F3")
    reader.press("fiches")
    reader.say("4")
    assert reader.talk.place == Place("sheets", "F4")
    reader.press("back")
    assert (reader.talk.place, reader.talk.under) == (before, ())
    reader.say("/fiche 8")
    reader.press("menu")
    assert (reader.talk.place, reader.talk.under) == (Place(), ())


@pytest.mark.parametrize(
    "words", ["/fiche F3", "/fiche 3", "/fiche f03", "/sheet 3", "/fiches faire participer"]
)
def test_a_command_names_a_sheet_from_anywhere(reader: Reader, words: str) -> None:
    assert reader.say(words).screen == "sheet:F3"


@pytest.mark.parametrize("words", ["fiche 3", "la fiche F3", "sheet 3", "F3", "3"])
def test_a_sheet_is_named_in_words_among_the_sheets(reader: Reader, words: str) -> None:
    reader.say("/fiches")
    assert reader.say(words).screen == "sheet:F3"
    reader.say("/fiche 12")
    assert reader.say(words).screen == "sheet:F3"


@pytest.mark.parametrize("words", ["13", "fiche 13", "<b>trésor</b>", "x" * 500])
def test_a_sheet_that_does_not_exist_is_said_so(reader: Reader, words: str) -> None:
    message = reader.say(f"/fiche {words}")
    kind, [said] = message.blocks[0]
    assert (kind, message.screen) == ("note", "sheets")
    assert words[:60] in said
    assert len(said) < 160


def test_words_that_name_no_sheet_are_not_understood(reader: Reader) -> None:
    reader.say("/fiche 2")
    message = reader.step(Said("dans trois ou quatre jours peut-être"))
    assert message.screen == "sheet:F2"
    assert "dans trois ou quatre jours" in message.blocks[0][1][0]


def test_a_place_of_another_release_shows_all_the_sheets() -> None:
    reader = Reader(talk=Conversation(Place("sheets", "F99")))
    assert reader.say("bonjour à tous").screen == "sheets"


def test_a_screen_is_the_same_value_for_everyone() -> None:
    dialogue = SheetsDialogue(SHELVES["fr"])
    scenes = (Scene(NOW, NOW, "fr"), Scene(NOW, NOW, "en"))
    for focus in (None, "F1", "F12"):
        first, second = (dialogue.screen(Place("sheets", focus), scene) for scene in scenes)
        assert first is second
        assert first.shared
