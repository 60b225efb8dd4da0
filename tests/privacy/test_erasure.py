"""Erasure leaves nothing, wherever it lay; retention does the same by itself; both on both databases."""

from __future__ import annotations

from datetime import timedelta

from conversation import Clock, core
from doors.telegrammer import Telegrammer
from sqlalchemy import Connection, inspect, text

from rallynov.privacy import holdings
from rallynov.privacy.service import purge
from rallynov.storage.store import Store

WORD = "dragonfly"
NOTE = f"Une note qui parle de {WORD} et de rien d'autre"


def held(tx: Connection, words: str = WORD) -> set[str]:
    """The tables that hold some words, in any column of any row."""
    holding = set()
    for table in inspect(tx).get_table_names():
        rows = tx.execute(text(f'SELECT * FROM "{table}"')).all()  # noqa: S608 - names of our own tables
        if any(words in str(value) for row in rows for value in row):
            holding.add(table)
    return holding


def rows(store: Store, table: str) -> int:
    with store.read() as tx:
        return int(tx.execute(text(f'SELECT count(*) FROM "{table}"')).scalar() or 0)  # noqa: S608


def someone(store: Store, clock: Clock, chat: int, *texts: str) -> Telegrammer:
    person = Telegrammer(core(store, clock), clock, chat=chat, updates=chat * 1000)
    for said in texts:
        person.say(said)
    return person


BEGUN = ("/start", "commencer", "oui", "4", NOTE, "réponse 3", f"un mot inconnu : {WORD}")


def test_nothing_is_left_of_who_erases(store: Store, clock: Clock) -> None:
    person = someone(store, clock, 7, *BEGUN)
    neighbour = someone(store, clock, 8, *(one.replace(WORD, "voisin") for one in BEGUN))
    with store.read() as tx:
        assert {"answer", "inbox", "outbox"} <= held(tx)
    person.say("/effacer")
    person.say("oui")
    with store.read() as tx:
        assert held(tx) == set()
        assert {"answer", "inbox", "outbox"} <= held(tx, "voisin")
        payloads = tx.execute(
            text("SELECT DISTINCT payload FROM inbox WHERE address = 'telegram:7'")
        ).scalars()
        assert set(payloads) == {""}, "not even the update that asked for it"
    assert person.kept() == ["rien"]
    assert neighbour.kept()[1:] == [
        "diagnostic 1 (en cours) : R1.1 3, R1.2 2",
        f"note de R1.2 : {NOTE}".replace(WORD, "voisin"),
    ]


def test_what_is_emptied_is_neither_counted_nor_copied(store: Store, clock: Clock) -> None:
    person = someone(store, clock, 7, *BEGUN, "/effacer", "oui")
    shown = " ".join(person.say("/mesdonnees")[-1].texts).replace("\xa0", " ")
    assert "tels que reçus : 1" in shown, shown
    with store.read() as tx:
        mine = tx.execute(
            text("SELECT person_id FROM conversation WHERE address = 'telegram:7'")
        ).scalar_one()
        (kept,) = holdings.held(tx, mine)["inbox"]
    assert "/mesdonnees" in kept["payload"]


def test_what_came_before_an_erasure_is_not_brought_back_by_a_second_one(store: Store, clock: Clock) -> None:
    person = someone(store, clock, 7, *BEGUN)
    for _ in range(2):
        person.say("/effacer")
        person.say("oui")
    assert person.kept() == ["rien"]
    person.say("commencer")
    person.say("oui")
    assert person.kept()[1:] == ["diagnostic 1 (en cours) : aucune réponse"]


def test_where_one_stands_and_what_was_ordered_hold_no_words(store: Store, clock: Clock) -> None:
    someone(
        store, clock, 7, *BEGUN, "réponse 3"
    )  # what is in doubt is kept there until the question is answered
    with store.read() as tx:
        assert held(tx) == {"answer", "inbox", "outbox"}
        actions = set(tx.execute(text("SELECT action FROM audit")).scalars())
    assert actions == {"AcceptNotice", "StartDiagnosis", "SaveAnswer", "SaveNote"}


def test_texts_go_after_a_week_and_people_three_months_after_their_last_visit(
    store: Store, clock: Clock
) -> None:
    someone(store, clock, 7, *BEGUN)
    someone(store, clock, 8, f"quelqu'un qui ne commence pas et parle de {WORD}")
    clock.pass_(days=80)
    person = someone(store, clock, 9, *BEGUN)
    with store.write() as tx:
        purge(tx, clock())
        assert "answer" in held(tx)
    clock.pass_(days=11)  # ninety-one days after the first two, eleven after the third
    with store.write() as tx:
        purge(tx, clock())
    assert (rows(store, "person"), rows(store, "diagnosis"), rows(store, "conversation")) == (1, 1, 1)
    assert person.kept()[1:] == ["diagnostic 1 (en cours) : R1.1 3, R1.2 2", f"note de R1.2 : {NOTE}"]
    with store.read() as tx:
        assert "inbox" not in held(tx)


def test_nothing_is_purged_too_early(store: Store, clock: Clock) -> None:
    person = someone(store, clock, 7, *BEGUN)
    before = person.kept()
    with store.write() as tx:
        assert purge(tx, clock() + timedelta(days=6)) == (0, 0)
    with store.write() as tx:
        blanked, gone = purge(tx, clock() + timedelta(days=8))
        assert (blanked, gone) == (len(BEGUN), 0)
    with store.write() as tx:
        assert purge(tx, clock() + timedelta(days=89))[1] == 0
    assert person.kept() == before
    with store.write() as tx:
        purge(tx, clock() + timedelta(days=91))
        assert held(tx) == set()
