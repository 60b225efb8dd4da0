"""Notes that are withdrawn: kept nowhere, not even in what says so."""

from __future__ import annotations

import pytest
from conversation import Clock, Talk, core
from diagnosis.people import asked, told
from sqlalchemy import select, text

from rallynov.delivery.tables import InboxRow
from rallynov.diagnosis import withdrawing
from rallynov.diagnosis.tables import AnswerRow
from rallynov.storage.base import Base
from rallynov.storage.store import Store

SENTENCE = "Madame Discrete du service des achats a tout dit"


def waiting(store: Store) -> None:
    """Make what was said wait for a sender, as on a channel that was away."""
    with store.write() as tx:
        tx.execute(text("UPDATE outbox SET finished_at = NULL, status = 'queued'"))


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
@pytest.mark.parametrize("sent", [False, True], ids=["before it was sent", "after"])
def test_a_note_is_withdrawn_and_nothing_holds_it(
    store: Store, clock: Clock, way: str, *, later: bool, sent: bool
) -> None:
    talk = asked(store, clock)
    assert "Retirer ma note" not in [label for _, label in talk.last.actions]
    talk.say(SENTENCE)
    talk.say("Encore une phrase de quelques mots")
    if later:
        talk.say("4")
        talk.say("retour")
    assert "Retirer ma note" in [label for _, label in talk.last.actions]
    if not sent:
        waiting(store)
    shown = talk.press("Retirer ma note") if way == "Retirer ma note" else talk.say(way)
    assert told(shown).startswith("Votre note est retirée : elle n’est plus gardée.")
    assert "Retirer ma note" not in [label for _, label in shown.actions]
    with store.read() as tx:
        notes = tx.execute(select(AnswerRow.note)).scalars().all()
    assert notes == ([None] if later else [])
    assert [value for value in everything(store) if "Discrete" in value or "Encore une phrase" in value] == []
    assert SENTENCE not in told(talk.say("pourquoi"))


def test_what_was_said_besides_a_note_stays(store: Store, clock: Clock) -> None:
    talk = asked(store, clock)
    for said in ("4", SENTENCE, "retour", "Une tout autre phrase pour cette question"):
        talk.say(said)
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


def test_a_note_takes_nothing_else_with_it(store: Store, clock: Clock) -> None:
    """Neither what only shares words with it, nor the same sentence noted elsewhere; and however short or broken it is."""
    talk = asked(store, clock)
    for said in ("/question", "Atelier partagé de Dole", "/reprendre"):
        talk.say(said)
    shown = talk.last.screen
    for said in (
        "Bernard connaît Atelier partagé de Dole avec nous lundi",
        "3",
        SENTENCE,
        "3",
        SENTENCE,
        "3",
        "on\na vu\nça ici",
    ):
        talk.say(said)
    assert (shown, talk.last.screen) == ("q:R1.1", "q:R2.1")
    talk.say("retirer ma note")
    held = everything(store)
    assert not [value for value in held if "a vu" in value]
    for gone, left in (
        ("noted twice", SENTENCE),
        (SENTENCE, "Bernard conna"),
        ("Bernard conna", "Atelier partag"),
    ):
        talk.say("retour")
        talk.say("retirer ma note")
        held = everything(store)
        assert not [value for value in held if gone in value]
        assert [value for value in held if value.startswith('{"text"') and left in value]


def test_the_name_of_an_account_is_no_note(store: Store) -> None:
    gone = withdrawing._Gone(["jean baptiste dupont martin a tout dit", "et puis encore une phrase"], [])
    update = {"message": {"from": {"first_name": "Jean-Baptiste Dupont Martin a tout dit"}, "text": "4"}}
    assert not any(map(gone.within, withdrawing._texts(update)))
    press = {
        "callback_query": {"message": {"text": "Besoin ?\nJean-Baptiste Dupont Martin a tout dit\n1. Oui"}}
    }
    assert any(map(gone.within, withdrawing._texts(press)))


@pytest.mark.parametrize(
    "said", ["supprimez ma note svp", "retirez cette note svp", "efface ma note", "effacer cette note"]
)
def test_who_orders_it_is_obeyed(sqlite: Store, clock: Clock, said: str) -> None:
    talk = asked(sqlite, clock)
    talk.say(SENTENCE)
    talk.say(said)
    with sqlite.read() as tx:
        assert tx.execute(select(AnswerRow.note)).scalars().all() == []


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
    assert "Votre note est retirée" in told(talk.say("retirer ma note"))
    with sqlite.read() as tx:
        assert tx.execute(select(AnswerRow.note)).scalars().all() == []


def test_the_note_of_an_opening_question_is_withdrawn_too(sqlite: Store, clock: Clock) -> None:
    talk = Talk(core(sqlite, clock), clock)
    for said in ("/start", "/triage", "oui", SENTENCE):
        talk.say(said)
    assert SENTENCE in told(talk.last)
    talk.say("retirer ma note")
    assert not [value for value in everything(sqlite) if "Discrete" in value]
    with sqlite.read() as tx:
        assert tx.execute(select(AnswerRow.note)).scalars().all() == []
