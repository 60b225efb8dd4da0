"""Tickets, learning, erasure and retention, through the real turns."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from conversation import Clock, core
from faq.crowd import STRANGE, handed, person, team, words
from faq.stage import equip
from sqlalchemy import select
from stored import count, values

from bot.wiring import Core
from rallynov.delivery.subject import Order
from rallynov.delivery.tables import AuditRow, ConversationRow, OutboxRow
from rallynov.faq.commands import AnswerTicket
from rallynov.faq.tables import QuestionRow, TicketLineRow, TicketRow
from rallynov.initiatives.desk import OvertakenError
from rallynov.privacy.service import purge
from rallynov.storage.store import Store


@pytest.fixture
def product(sqlite: Store, clock: Clock) -> Core:
    return equip(core(sqlite, clock))


def test_goes_on_both_databases(store: Store, clock: Clock) -> None:
    product = equip(core(store, clock))
    claude, nadia = team(product, clock), person(product, clock, "nadia")
    handed(nadia)
    claude.say("/questions")
    claude.say("1")
    claude.say("Sous l'abri exemple.")
    assert "Sous l'abri exemple." in words(nadia)
    claude.press("keep")
    claude.press("c-etapes")
    assert product.librarian.load().version == 1
    omar = person(product, clock, "omar")
    omar.say(STRANGE)
    assert "Sous l'abri exemple." in words(omar)
    nadia.say("/effacer")
    nadia.press("erase")
    assert count(product.store, TicketRow) == count(product.store, TicketLineRow) == 0


def test_numbers_follow_each_other(product: Core, clock: Clock) -> None:
    for name in ("nadia", "omar", "lise"):
        handed(person(product, clock, name))
    assert values(product.store, TicketRow.number) == [1, 2, 3]


def test_the_team_alone_sees_the_desk(product: Core, clock: Clock) -> None:
    handed(person(product, clock, "nadia"))
    curious = person(product, clock, "curieux")
    curious.say("/questions")
    assert curious.last.screen == "desk:no"
    assert STRANGE not in words(curious)


def test_a_right_that_was_revoked_is_refused_at_the_next_press(product: Core, clock: Clock) -> None:
    claude = team(product, clock)
    handed(person(product, clock, "nadia"))
    claude.say("/questions")
    with product.store.write() as tx:
        tx.exec_driver_sql("UPDATE role_grant SET revoked_at = granted_at")
    claude.press(claude.last.choices[0][0])
    assert claude.last.screen == "desk:no"
    claude.say("Bonjour, voici ma réponse.")
    assert count(product.store, TicketLineRow) == 0


def test_two_answers_at_once_leave_one_and_give_the_other_back(product: Core, clock: Clock) -> None:
    handed(person(product, clock, "nadia"))
    claude, dominique = team(product, clock), team(product, clock, "dominique")
    for talk in (claude, dominique):
        talk.say("/questions")
        talk.say("1")
    dominique.say("La première réponse.")
    claude.say("La seconde réponse.")
    assert values(product.store, TicketLineRow.words) == ["La première réponse."]
    assert "La seconde réponse." in [texts[0] for kind, texts in claude.last.blocks if kind == "quote"]
    assert "quelqu’un de la coordination a répondu" in words(claude)


def test_a_race_between_two_processes_is_taken_back(product: Core, clock: Clock) -> None:
    handed(person(product, clock, "nadia"))
    claude = team(product, clock)
    [ticket] = values(product.store, TicketRow.id)
    with product.store.read() as tx:
        mine = select(ConversationRow.person_id).where(ConversationRow.address == claude.address)
        me = tx.execute(mine).scalar() or ""
    late = Order(me, claude.address, AnswerTicket(str(ticket), "Trop tard.", seen=7), clock(), 0)
    with pytest.raises(OvertakenError), product.store.write() as tx:
        product.counter.questions.apply(tx, [late])
    assert count(product.store, TicketLineRow) == 0


def test_the_answer_reaches_the_address_used_last_alone(product: Core, clock: Clock) -> None:
    nadia = person(product, clock, "nadia")
    handed(nadia)
    with product.store.write() as tx:
        tx.exec_driver_sql(
            "INSERT INTO conversation SELECT 'web:ailleurs', channel, person_id, language, NULL, NULL, created_at, "
            "'2026-01-01 00:00:00.000000' FROM conversation WHERE address = 'web:nadia'"
        )
    claude = team(product, clock)
    claude.say("/questions")
    claude.say("1")
    claude.say("Sous l'abri exemple.")
    with product.store.read() as tx:
        told = select(OutboxRow.address).where(OutboxRow.body.contains("abri exemple"))
        assert set(tx.execute(told).scalars()) == {"web:nadia", claude.address}


HOSTILE = (
    "<script>alert(1)</script> ?",
    '=HYPERLINK("http://exemple.invalid";"cliquez") ?',
    "{contact} %s {0} ?",
    "mot inconnu " * 1300 + "?",
    "https://exemple.invalid/" + "a" * 300 + " ?",
    "'; DROP TABLE ticket; -- ?",
)


def test_hostile_questions_reach_the_team_as_plain_text(product: Core, clock: Clock) -> None:
    claude, nadia = team(product, clock), person(product, clock, "nadia")
    for hostile in HOSTILE:
        handed(nadia, hostile)
        nadia.say("menu")
    assert values(product.store, TicketRow.words) == list(HOSTILE)
    for nth, hostile in enumerate(HOSTILE, 1):
        claude.say("/questions")
        claude.press(claude.last.choices[nth - 1][0])
        quotes = [
            texts[0] for message in claude.messages for kind, texts in message.blocks if kind == "quote"
        ]
        assert hostile.replace(" ", "") in "".join(quotes).replace(" ", "")


def test_nothing_typed_reaches_the_audit(product: Core, clock: Clock) -> None:
    handed(person(product, clock, "nadia"), "secret-audit, où garer mon vélo ?")
    with product.store.read() as tx:
        told = [
            f"{action} {subject}" for action, subject in tx.execute(select(AuditRow.action, AuditRow.subject))
        ]
    assert told
    assert "secret-audit" not in "".join(told)


def test_erasure_takes_questions_tickets_and_a_text_that_is_held(product: Core, clock: Clock) -> None:
    nadia = person(product, clock, "nadia")
    handed(nadia)
    nadia.say("menu")
    nadia.press("begin")
    nadia.press("accept")
    nadia.say("secret-tenu et dix entretiens, cela suffit ?")
    assert any("secret-tenu" in str(state) for state in values(product.store, ConversationRow.state))
    nadia.say("/effacer")
    nadia.press("erase")
    assert count(product.store, QuestionRow) == count(product.store, TicketRow) == 0
    assert not any("secret-tenu" in str(state) for state in values(product.store, ConversationRow.state))


def test_after_a_year_questions_and_tickets_are_forgotten(product: Core, clock: Clock) -> None:
    handed(person(product, clock, "nadia"))
    with product.store.write() as tx:
        purge(tx, clock() + timedelta(days=364))
    assert count(product.store, TicketRow) == 1
    with product.store.write() as tx:
        purge(tx, clock() + timedelta(days=366))
    assert count(product.store, TicketRow) == count(product.store, QuestionRow) == 0


def test_until_the_index_is_there_one_may_browse_and_ask_the_team(product: Core, clock: Clock) -> None:
    product.librarian.library = replace(product.librarian.library, finders={})
    nadia = person(product, clock, "nadia")
    nadia.say("bonjour")
    nadia.say("quelle est la date limite ?")
    assert nadia.last.screen == "faq"
    assert "ask" in dict(nadia.last.actions)


def test_while_a_person_is_talking_a_form_goes_on_and_other_texts_are_for_them(
    product: Core, clock: Clock
) -> None:
    nadia, claude = person(product, clock, "nadia"), team(product, clock)
    handed(nadia)
    claude.say("/questions")
    claude.say("1")
    claude.press("take")
    nadia.say("menu")
    nadia.press("dossier")
    for key in ("accept", "begin"):
        nadia.press(key)
    nadia.say("Atelier exemple")
    assert nadia.last.screen == "f:registry"
    assert count(product.store, TicketLineRow) == 0
    nadia.say("/robot")
    assert nadia.last.screen == "f:registry"
    nadia.say("menu")
    nadia.say("quelle est la date limite ?")
    assert nadia.last.screen == "faq:e"
    claude.say("Sous l'abri exemple.")
    nadia.say("/repondre")
    nadia.say("Merci pour l'abri.")
    nadia.say("menu")
    nadia.say("et pour deux vélos ?")
    assert values(product.store, TicketLineRow.words) == [
        "Sous l'abri exemple.",
        "Merci pour l'abri.",
        "et pour deux vélos ?",
    ]


def test_one_person_has_ten_open_questions_at_most(product: Core, clock: Clock) -> None:
    nadia = person(product, clock, "nadia")
    for _ in range(10):
        handed(nadia)
    handed(nadia)
    assert nadia.last.screen == "faq:mine"
    assert count(product.store, TicketRow) == 10
