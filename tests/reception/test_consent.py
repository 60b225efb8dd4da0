"""The notice is accepted by who says so: to be in a hurry is not to agree."""

import pytest
from conversation import Clock, Talk, core

from rallynov.storage.store import Store


def before(sqlite: Store) -> Talk:
    clock = Clock()
    talk = Talk(core(sqlite, clock), clock)
    talk.say("bonjour")
    talk.press("begin")
    return talk


@pytest.mark.parametrize(
    "text", ["commencer", "je veux commencer", "je commence", "c'est parti", "démarrer", "go", "begin"]
)
def test_an_impatient_word_shows_the_notice_again(sqlite: Store, text: str) -> None:
    talk = before(sqlite)
    notice = talk.last.screen
    assert talk.say(text).screen == notice
    assert "accept" in dict(talk.last.choices)


@pytest.mark.parametrize("text", ["oui", "ok", "j'accepte", "d'accord", "j'ai lu et j'accepte", "1"])
def test_an_agreement_is_one(sqlite: Store, text: str) -> None:
    assert before(sqlite).say(text).screen == "q:R1.1"
