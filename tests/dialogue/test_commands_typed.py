"""What is written « /effacer » may be typed « effacer »: on the web and in a terminal people leave the slash out."""

from __future__ import annotations

import re

import pytest
from conversation import Clock, Talk, core
from spoken import LOCALES, WORDING, in_each

from bot import plain
from rallynov.delivery.message import Message
from rallynov.dialogue.hearing import OF_THE_TEAM
from rallynov.dialogue.words import Typed, say
from rallynov.storage.store import Store
from rallynov.text import fold

COMMAND = re.compile(r"(?<![\w/<>.])/([a-z]{3,})(?![\w/.{-])")
QUOTED = {
    language: sorted(
        {
            name
            for path in (LOCALES / language).rglob("*")
            if path.suffix in {".po", ".toml", ".md"}
            for line in path.read_text("utf-8").splitlines()
            if not line.startswith("#")
            for name in COMMAND.findall(line)
        }
    )
    for language in ("fr", "en")
}


def shown(store: Store, language: str, who: str, text: str) -> Message:
    """What a text is answered at the first question."""
    talk = Talk(core(store, clock := Clock()), clock, f"web:{who}")
    for typed in ("/menu", "1", "1"):
        talk.send(plain.text_payload(typed, language))
    assert talk.last.screen == "q:R1.1"
    return talk.send(plain.text_payload(text, language))


@in_each
def test_every_command_that_is_told_is_understood_without_its_slash(language: str, sqlite: Store) -> None:
    lost = say("I did not recognise “{typed}”. Choose an answer below, or type its number.", typed=Typed(""))
    beginning = WORDING.word(lost, language)[:14]
    assert {"effacer", "confidentialite", "mesdonnees", "stop"} <= set(QUOTED[language])
    assert shown(sqlite, language, "nobody", "xyzzy").blocks[0][1][0].startswith(beginning)
    for name in set(QUOTED[language]) - OF_THE_TEAM:
        answer = shown(sqlite, language, name, name)
        told = [text for _, texts in answer.blocks for text in texts]
        assert not any(text.startswith(beginning) for text in told), name


def test_a_word_of_the_team_leads_nobody_away(sqlite: Store) -> None:
    for name in ("équipe", "lien", "export", "journal", "questions"):
        assert shown(sqlite, "fr", name, name).screen == "q:R1.1"
        assert shown(sqlite, "fr", f"command:{name}", f"/{fold(name)}").screen != "q:R1.1"


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("effacer", "/effacer"),
        ("Tout effacer !", "/effacer"),
        ("supprime tout", "/effacer"),
        ("supprimer mon compte", "/effacer"),
        ("mes données", "/mesdonnees"),
        ("Confidentialité", "/confidentialite"),
        ("corriger", "/recap"),
        ("annuler", "/annuler"),
        ("fin", "/pause"),
        ("j'ai pas le temps", "/pause"),
        ("changer ma réponse", "/recap"),
        ("je veux changer ma réponse", "/recap"),
        ("revenir à la question 3", "/recap 3"),
        ("aide complète", "/aidecomplete"),
    ],
)
def test_a_word_leads_where_its_command_leads(typed: str, command: str, sqlite: Store) -> None:
    word, given = shown(sqlite, "fr", "a", typed), shown(sqlite, "fr", "b", command)
    assert (word.blocks, word.choices, word.actions) == (given.blocks, given.choices, given.actions)
