"""The transcript of an address, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conversation import Clock, Talk, core
from sqlalchemy import insert, select, update

from bot import plain
from rallynov.delivery import history
from rallynov.delivery.decisions import Klass
from rallynov.delivery.history import Transcript, Words
from rallynov.delivery.message import Message, dump
from rallynov.delivery.outbox import Outgoing, add
from rallynov.delivery.tables import InboxRow, OutboxRow
from rallynov.storage.store import Store


@pytest.fixture
def someone(store: Store, clock: Clock) -> Talk:
    return Talk(core(store, clock), clock)


def read(talk: Talk, after: int = 0) -> Transcript:
    with talk.core.store.read() as tx:
        return history.transcript(tx, talk.address, plain.read, talk.core.turns.welcome(), after)


def told(page: Transcript) -> list[str]:
    return [exchange.said.text if exchange.said else "" for exchange in page.exchanges]


def test_nothing_yet(someone: Talk) -> None:
    assert read(someone) == Transcript((), (), None, follows=True)


def test_said_and_pressed_in_order(someone: Talk) -> None:
    welcome = someone.core.turns.welcome()
    someone.send(plain.press_payload(welcome.token("begin")))
    someone.press("accept")
    someone.say("  à l'essai ")
    someone.say("/aide   moi")
    page = read(someone)
    assert told(page) == [
        welcome.label("begin"),
        page.exchanges[0].message.label("accept"),
        "à l'essai",
        "/aide moi",
    ]
    assert [exchange.message for exchange in page.exchanges] == someone.messages
    assert page.exchanges[0].said == Words(welcome.label("begin"), pressed=True)
    assert (page.follows, page.earlier) == (True, False)


def test_what_follows_a_message(someone: Talk) -> None:
    someone.say("commencer")
    someone.press("accept")
    first = read(someone).exchanges[0].id
    page = read(someone, first)
    assert (len(page.exchanges), page.follows, page.earlier) == (1, True, False)
    assert page.exchanges[0].said is not None
    assert page.exchanges[0].said.text, "the label is known from the message before the page"
    nothing = read(someone, page.exchanges[0].id)
    assert (nothing.exchanges, nothing.follows) == ((), True)
    assert nothing.shown == someone.last


def test_a_long_conversation_is_cut_at_its_beginning(someone: Talk) -> None:
    someone.say("commencer")
    someone.press("accept")
    for n in range(80):
        someone.say(f"question numéro {n} ?")
        someone.clock.pass_(seconds=10)
    page = read(someone)
    assert len(page.exchanges) == history.PAGE
    assert (page.earlier, page.follows) == (True, False)
    assert told(page)[-1] == "question numéro 79 ?"
    assert told(page)[0] == "question numéro 20 ?"
    assert read(someone, 1).follows is False, "too much to follow: the page is replaced"


def test_what_waits(someone: Talk) -> None:
    someone.say("commencer")
    event = {"channel": "web", "external_id": "later", "address": someone.address, "status": "new"}
    row = {**event, "payload": plain.text_payload("plus tard"), "received_at": someone.clock(), "attempts": 0}
    other = {**row, "address": "web:other", "external_id": "other"}
    with someone.core.store.write() as tx:
        tx.execute(insert(InboxRow), [row, other])
    page = read(someone)
    assert page.waiting == (Words("plus tard"),)
    assert told(page) == ["commencer"]


def test_blanked_and_malformed_words_are_left_out(someone: Talk) -> None:
    someone.say("commencer")
    someone.press("accept")
    for payload in ("", "{", "[]", '{"text": 3}', "null"):
        with someone.core.store.write() as tx:
            tx.execute(update(InboxRow).values(payload=payload))
        assert told(read(someone)) == ["", ""], payload


def test_a_button_that_is_no_longer_known(someone: Talk) -> None:
    someone.say("commencer")
    someone.send(plain.press_payload("1|q:A1|3|999"))
    assert read(someone).exchanges[-1].said == Words("", pressed=True)


def test_an_announcement_answers_nothing(someone: Talk) -> None:
    someone.say("commencer")
    with someone.core.store.write() as tx:
        body = dump(Message((("text", ("Une annonce",)),)))
        add(
            tx,
            [Outgoing("a:1", "web", someone.address, Klass.BULK, body)],
            someone.clock(),
            None,
            frozenset(),
        )
    assert told(read(someone)) == ["commencer", ""]


@pytest.mark.parametrize(("late", "expected"), [(0, ["commencer", ""]), (1, ["", "commencer"])])
def test_what_was_said_comes_before_the_letter_of_the_same_turn(
    someone: Talk, late: int, expected: list[str]
) -> None:
    """The receipt of a submission is written before the answer to it; one of another moment is not of that turn."""
    someone.say("commencer")
    with someone.core.store.write() as tx:
        row = tx.execute(select(OutboxRow).where(OutboxRow.address == someone.address)).one()
        tx.execute(update(OutboxRow).values(key="receipt:1"))
        answer = Outgoing(row.key, "web", someone.address, Klass.REPLY, row.body)
        add(tx, [answer], row.created_at + timedelta(seconds=late), None, frozenset())
    assert told(read(someone)) == expected


def test_nobody_reads_the_neighbour(someone: Talk) -> None:
    someone.say("commencer")
    other = Talk(someone.core, someone.clock, address="web:other")
    assert read(other).exchanges == ()
    with someone.core.store.read() as tx:
        assert history.latest(tx, "web:other") == 0
        assert history.latest(tx, someone.address) == read(someone).exchanges[-1].id
