"""What somebody of the team types at their desk: a dossier looked for from anywhere, a text too long to be taken."""

from __future__ import annotations

import pytest
from conversation import Clock, Talk, core
from coordination.crowd import fill
from people.appointed import appoint
from stored import count

from rallynov.coordination.model import NOTE_MOST, REASON_MOST
from rallynov.coordination.tables import MessageRow, NoteRow, VerdictRow
from rallynov.people.roles import Role
from rallynov.storage.store import Store


@pytest.fixture
def talk(sqlite: Store, clock: Clock) -> Talk:
    """Claude, of the team, reads the first of three dossiers."""
    product = core(sqlite, clock)
    fill(sqlite, 3, clock(), edition=product.edition)
    talk = Talk(product, clock, "web:claude")
    talk.say("bonjour")
    appoint(product, clock, "web:claude", Role.COORDINATOR)
    assert talk.say("/bureau 2026-0001").screen == "bureau:d"
    return talk


def test_a_dossier_is_found_while_a_verdict_waits_to_be_confirmed(talk: Talk) -> None:
    talk.press("admit")
    asking = talk.press("release")
    assert "yes" in dict(asking.choices)
    assert len(talk.say("structure exemple").choices) == 3
    talk.press("home")
    asking = talk.press("all")
    assert "yes" in dict(asking.choices)
    assert len(talk.say("structure exemple").choices) == 3


@pytest.mark.parametrize(
    ("asked", "most"), [("write", NOTE_MOST), ("note", NOTE_MOST), ("reject", REASON_MOST)]
)
def test_a_text_too_long_is_given_back_and_nothing_is_done(
    talk: Talk, sqlite: Store, asked: str, most: int
) -> None:
    there = talk.press(asked).screen
    typed, before = "a" * (most + 2), len(talk.messages)
    assert talk.say(typed).screen == there
    blocks = [block for told in talk.messages[before:] for block in told.blocks]
    assert blocks[0][1][0].startswith("2 caractères de trop")
    assert (
        "".join(words[0] for kind, words in blocks if kind == "quote") == typed
    )  # in as many messages as it takes
    assert [count(sqlite, row) for row in (MessageRow, NoteRow, VerdictRow)] == [0, 0, 0]
    talk.say(typed[:most])
    assert sum(count(sqlite, row) for row in (MessageRow, NoteRow, VerdictRow)) == 1
