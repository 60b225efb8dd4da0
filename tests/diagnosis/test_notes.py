"""Notes that are withdrawn: given back once, and kept nowhere."""

from __future__ import annotations

import pytest
from conversation import Clock, Talk, core
from diagnosis.people import asked, told
from sqlalchemy import select, text

from rallynov.delivery.tables import InboxRow
from rallynov.diagnosis.tables import AnswerRow
from rallynov.storage.base import Base
from rallynov.storage.store import Store

SENTENCE = "Madame Secrète du service des achats a tout raconté"


def delivered(store: Store, clock: Clock) -> None:
    """What the sender writes once messages have left."""
    with store.write() as tx:
        tx.execute(text("UPDATE outbox SET finished_at = :at"), {"at": clock().isoformat(" ")})


def everything(store: Store) -> list[str]:
    """All that lies in the database, as texts."""
    with store.read() as tx:
        return [
            str(value)
            for table in Base.metadata.sorted_tables
            for row in tx.execute(select(table)).all()
            for value in row
        ]


@pytest.mark.parametrize(
    "way", ["Retirer ma note", "retirer ma note", "Effacer ma note !", "je veux retirer ma note"]
)
@pytest.mark.parametrize("later", [False, True], ids=["at once", "when it is read again"])
def test_a_note_is_withdrawn_and_given_back_once(
    store: Store, clock: Clock, way: str, *, later: bool
) -> None:
    talk = asked(store, clock)
    assert "Retirer ma note" not in [label for _, label in talk.last.actions]
    talk.say(SENTENCE)
    talk.say("Encore une phrase de quelques mots")
    if later:
        talk.say("4")
        talk.say("retour")
    assert "Retirer ma note" in [label for _, label in talk.last.actions]
    delivered(store, clock)
    shown = talk.press("Retirer ma note") if way == "Retirer ma note" else talk.say(way)
    assert ("quote", (f"{SENTENCE}\nEncore une phrase de quelques mots",)) in shown.blocks
    assert "Retirer ma note" not in [label for _, label in shown.actions]
    with store.read() as tx:
        notes = tx.execute(select(AnswerRow.note)).scalars().all()
    assert notes == ([None] if later else [])
    assert sum("Secrète" in value for value in everything(store)) == 1, "what gives it back, and nothing else"
    assert SENTENCE not in told(talk.say("pourquoi"))


def test_what_was_said_besides_a_note_stays(store: Store, clock: Clock) -> None:
    talk = asked(store, clock)
    for said in ("4", SENTENCE, "retour", "Une tout autre phrase pour cette question"):
        talk.say(said)
    delivered(store, clock)
    before = len(talk.messages)
    talk.say("retirer ma note")
    with store.read() as tx:
        rows = tx.execute(select(AnswerRow.question, AnswerRow.value, AnswerRow.note)).all()
        blank = tx.execute(select(InboxRow.seq).where(InboxRow.payload == "")).all()
    assert sorted((r.question, r.value, r.note) for r in rows) == [
        ("R1.1", "3", None),
        ("R1.2", None, SENTENCE),
    ]
    assert len(blank) == 1
    assert len(talk.messages) == before + 1
    assert "Une tout autre phrase" not in " ".join(map(told, talk.messages[:-1]))
    assert SENTENCE in " ".join(map(told, talk.messages[:-1]))


@pytest.mark.parametrize("said", ["retirer ma note", "je voudrais retirer ma note", "effacer la note"])
def test_where_there_is_no_note_it_is_said_and_none_is_made(sqlite: Store, clock: Clock, said: str) -> None:
    talk = asked(sqlite, clock)
    shown = talk.say(said)
    assert (shown.screen, told(shown).startswith("Cette question n’a pas de note")) == ("q:R1.1", True)
    with sqlite.read() as tx:
        assert tx.execute(select(AnswerRow.note)).scalars().all() == []


def test_a_payload_that_cannot_be_read_hinders_nothing(sqlite: Store, clock: Clock) -> None:
    talk = asked(sqlite, clock)
    talk.say(SENTENCE)
    with sqlite.write() as tx:
        tx.execute(text("UPDATE inbox SET payload = 'x', status = 'poison' WHERE seq = 1"))
    assert "La voici une dernière fois" in told(talk.say("retirer ma note"))
    with sqlite.read() as tx:
        assert tx.execute(select(AnswerRow.note)).scalars().all() == []


def test_the_note_of_an_opening_question_is_withdrawn_too(sqlite: Store, clock: Clock) -> None:
    talk = Talk(core(sqlite, clock), clock)
    for said in ("/start", "/triage", "oui", SENTENCE):
        talk.say(said)
    assert SENTENCE in told(talk.say("retirer ma note"))
    with sqlite.read() as tx:
        assert tx.execute(select(AnswerRow.note)).scalars().all() == []
