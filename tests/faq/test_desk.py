"""The desk in conversation: the queue, closing again, replies that wait, questions that are gone, the weeks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conversation import Clock, Talk, core
from faq.crowd import STRANGE, handed, person, team, words
from faq.stage import equip
from sqlalchemy import insert, select
from stored import values

from bot.wiring import Core
from rallynov.delivery.tables import OutboxRow
from rallynov.dialogue.turn import Scene
from rallynov.faq.commands import OpenTicket
from rallynov.faq.flow import FaqDialogue
from rallynov.faq.model import Faq
from rallynov.faq.tables import TicketLineRow, TicketRow
from rallynov.initiatives.model import Dossiers
from rallynov.people.model import Person
from rallynov.storage.store import Store


@pytest.fixture
def product(sqlite: Store, clock: Clock) -> Core:
    return equip(core(sqlite, clock))


def opened(claude: Talk) -> None:
    """Open the first question of the queue."""
    claude.say("/questions")
    claude.say("1")


def crowd(product: Core, clock: Clock, many: int, stage: str = "waiting") -> None:
    """Write tickets of others, older than any that comes."""
    at = clock() - timedelta(days=10)
    with product.store.write() as tx:
        rows = [
            {
                "id": f"old{stage}{n}", "edition": product.edition.slug, "number": 1000 + n, "person_id": "x",
                "words": "question exemple", "language": "fr", "stage": stage, "created_at": at,
                "due_at": at, "updated_at": at,
            }
            for n in range(many)
        ]  # fmt: skip
        tx.execute(insert(TicketRow), rows)


def test_a_question_is_closed_opened_again_and_closed_again(store: Store, clock: Clock) -> None:
    product = equip(core(store, clock))
    claude, nadia = team(product, clock), person(product, clock, "nadia")
    handed(nadia)
    for _ in range(2):
        opened(claude)
        claude.press("close")
        assert values(product.store, TicketRow.stage) == ["closed"]
        nadia.say("/question")
        nadia.say("1")
        nadia.say("Encore un mot.")
        assert values(product.store, TicketRow.stage) == ["waiting"]
    assert words(nadia).count("est close") >= 2


def test_a_question_is_taken_again_after_its_holder_was_erased(product: Core, clock: Clock) -> None:
    claude, dominique = team(product, clock), team(product, clock, "dominique")
    nadia = person(product, clock, "nadia")
    handed(nadia)
    opened(claude)
    claude.press("take")
    claude.say("/effacer")
    claude.press("erase")
    assert values(product.store, TicketRow.holder) == [""]
    opened(dominique)
    dominique.press("take")
    assert values(product.store, TicketRow.holder) != [""]
    assert words(nadia).count("Une personne s’occupe de votre question") == 2


def test_closing_what_somebody_closed_meanwhile_does_nothing(product: Core, clock: Clock) -> None:
    claude, dominique = team(product, clock), team(product, clock, "dominique")
    handed(person(product, clock, "nadia"))
    opened(claude)
    opened(dominique)
    dominique.press("close")
    claude.press("close")
    claude.say("clore cette question")
    assert values(product.store, TicketRow.version) == [2]
    assert values(product.store, TicketRow.stage) == ["closed"]


def test_what_was_answered_meanwhile_is_not_closed_unseen(product: Core, clock: Clock) -> None:
    claude, dominique = team(product, clock), team(product, clock, "dominique")
    handed(person(product, clock, "nadia"))
    opened(claude)
    opened(dominique)
    dominique.say("Sous l'abri exemple.")
    claude.press("close")
    assert "elle n’a pas été close" in words(claude).lower()
    assert values(product.store, TicketRow.stage) == ["answered"]


def test_a_new_question_is_seen_behind_many_that_are_answered_or_closed(product: Core, clock: Clock) -> None:
    claude = team(product, clock)
    for stage in ("answered", "closed"):
        with product.store.write() as tx:
            tx.exec_driver_sql("UPDATE ticket SET number = number + 5000")
        crowd(product, clock, 70, stage)
    handed(person(product, clock, "nadia"))
    claude.say("/questions")
    assert STRANGE[:20] in claude.last.choices[0][1]
    assert "Et 63 autres" in words(claude)
    claude.press("closed")
    assert len(claude.last.choices) == 8
    claude.say("1")
    assert claude.last.screen == "desk:t"


def test_a_reply_that_makes_wait_answers_nothing(product: Core, clock: Clock) -> None:
    claude, nadia = team(product, clock), person(product, clock, "nadia")
    handed(nadia)
    opened(claude)
    claude.press("replies")
    claude.press("r-merci")
    claude.press("go")
    assert values(product.store, TicketRow.stage) == ["taken"]
    assert "Nous vérifions" in words(nadia)
    assert "keep" not in dict(claude.last.actions)
    clock.pass_(days=6)
    opened(claude)
    assert "Ce délai est dépassé" in words(claude)
    claude.say("Sous l'abri exemple.")
    claude.press("replies")
    claude.press("r-merci")
    claude.press("go")
    claude.press("keep")
    assert [texts[0] for kind, texts in claude.last.blocks if kind == "quote"] == ["Sous l'abri exemple."]


def test_a_number_alone_is_never_the_answer(product: Core, clock: Clock) -> None:
    claude = team(product, clock)
    handed(person(product, clock, "nadia"))
    opened(claude)
    claude.say("2")
    assert "ne part pas comme réponse" in words(claude)
    assert values(product.store, TicketLineRow.words) == []
    claude.say("Sous l'abri exemple.")
    assert values(product.store, TicketLineRow.words) == ["Sous l'abri exemple."]


def test_the_weeks_are_there_after_help_and_when_their_label_is_typed(product: Core, clock: Clock) -> None:
    claude, nadia = team(product, clock), person(product, clock, "nadia")
    nadia.say("bonjour")
    nadia.say("quelle est la date limite ?")
    for way in ("Ce qui est demandé, par semaine", "/aide"):
        claude.say("/questions") if way != "/aide" else None
        claude.say(way)
        assert "Semaine du" in str(claude.last.blocks) or claude.last.screen != "desk:weeks"
    claude.press("back") if "back" in dict(claude.last.actions) else None
    assert claude.last.screen == "desk:weeks"
    assert "demandes 1" in str(claude.last.blocks).replace("\xa0", " ")


def test_a_reply_to_what_was_erased_is_given_back(product: Core, clock: Clock) -> None:
    claude, nadia = team(product, clock), person(product, clock, "nadia")
    handed(nadia)
    opened(claude)
    claude.press("take")
    nadia.say("/effacer")
    nadia.press("erase")
    assert "La question 1 n’existe plus" in words(claude)
    claude.say("Sous l'abri exemple.")
    assert "Votre réponse n’est pas partie" in words(claude)
    assert "Sous l'abri exemple." in [texts[0] for kind, texts in claude.last.blocks if kind == "quote"]


def test_the_number_of_what_was_erased_is_never_given_again(store: Store, clock: Clock) -> None:
    product = equip(core(store, clock))
    nadia = person(product, clock, "nadia")
    handed(nadia)
    nadia.say("/effacer")
    nadia.press("erase")
    handed(person(product, clock, "omar"))
    assert values(product.store, TicketRow.number) == [2]


def test_the_team_gets_one_letter_until_it_acts(product: Core, clock: Clock) -> None:
    claude, nadia = team(product, clock), person(product, clock, "nadia")
    handed(nadia)
    told = select(OutboxRow.key).where(OutboxRow.key.contains(":more:"))

    def written() -> int:
        with product.store.read() as tx:
            return len(tx.execute(told).all())

    nadia.say("Un mot de plus.")
    assert written() == 0  # the team has not even read the first
    opened(claude)
    claude.press("take")
    for n in range(3):
        nadia.say(f"Et encore un mot, numéro {n}.")
    assert written() == 1
    claude.say("Sous l'abri exemple.")
    nadia.say("Merci bien pour tout.")
    assert written() == 2


def test_what_one_writes_in_a_day_has_an_end(product: Core, clock: Clock) -> None:
    nadia = person(product, clock, "nadia")
    handed(nadia)
    for n in range(20):
        nadia.say(f"Encore un mot, numéro {n}.")
    nadia.say("Le mot de trop.")
    assert len(values(product.store, TicketLineRow.words)) == 20
    assert "Le mot de trop." in [texts[0] for kind, texts in nadia.last.blocks if kind == "quote"]
    clock.pass_(days=1)
    nadia.say("Le lendemain.")
    assert len(values(product.store, TicketLineRow.words)) == 21


def test_a_form_goes_on_after_a_question_was_handed_over(product: Core, clock: Clock) -> None:
    claude, nadia = team(product, clock), person(product, clock, "nadia")
    nadia.say("bonjour")
    nadia.press("dossier")
    for key in ("accept", "begin"):
        nadia.press(key)
    nadia.say("Atelier exemple")
    nadia.say("quelle est la date limite ?")
    nadia.press("aside-no")
    nadia.press("send")
    assert nadia.last.screen == "f:registry"
    assert "Votre question est transmise, sous le numéro 1." in str(nadia.last.blocks)
    assert "quelle est la date limite ?" in str(nadia.last.blocks)
    opened(claude)
    assert "Posée dans le dossier, à la question" in words(claude)
    assert "registry" not in words(claude)
    claude.press("take")
    nadia.say("732 829 320 00074")
    assert nadia.last.screen == "f:legal"
    nadia.say("est-ce que je peux venir avec mon vélo électrique ?")
    assert nadia.last.screen in {"f:legal", "faq:near", "faq:none"}
    assert values(product.store, TicketLineRow.words) == []


def test_what_is_handed_over_beside_a_pending_question_leaves_it_there(sqlite: Store, clock: Clock) -> None:
    facts = {Faq: Faq(), Person: Person("nadia"), Dossiers: Dossiers()}
    move = FaqDialogue().chose(
        "none:abc", "aside-send", Scene(clock(), clock(), facts=facts, secret="s" * 20)
    )
    assert (move.to, move.back, move.over) == (None, False, False)
    assert [type(one) for one in move.commands] == [OpenTicket]


def test_ones_own_words_are_shown_once_they_are_sent(product: Core, clock: Clock) -> None:
    nadia = person(product, clock, "nadia")
    handed(nadia)
    assert nadia.last.screen == "faq:t"
    assert STRANGE in str(nadia.last.blocks)
