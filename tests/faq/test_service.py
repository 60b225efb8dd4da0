"""Tickets, learning, erasure and retention, through the real turns."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from conversation import Clock, Talk, core
from faq.stage import appoint, equip
from sqlalchemy import func, select

from bot.wiring import Core
from rallynov.delivery.subject import Order
from rallynov.delivery.tables import AuditRow, ConversationRow, OutboxRow
from rallynov.faq import rows
from rallynov.faq.commands import AnswerTicket
from rallynov.faq.exporting import export_learned
from rallynov.faq.tables import LearnedRow, QuestionRow, TicketLineRow, TicketRow
from rallynov.initiatives.desk import OvertakenError
from rallynov.privacy.service import purge
from rallynov.storage.store import Store

STRANGE = "où garer mon vélo électrique ce week-end ?"


@pytest.fixture
def product(sqlite: Store, clock: Clock) -> Core:
    return equip(core(sqlite, clock))


def person(product: Core, clock: Clock, name: str) -> Talk:
    return Talk(product, clock, f"web:{name}")


def team(product: Core, clock: Clock, name: str = "claude") -> Talk:
    """Somebody of the coordination."""
    talk = person(product, clock, name)
    for key in ("begin", "accept"):
        talk.say("bonjour") if key == "begin" else None
        talk.press(key)
    appoint(product, clock, talk.address)
    talk.say("/questions")
    return talk


def handed(talk: Talk, words: str = STRANGE) -> None:
    """Ask what nobody knows, and hand it over."""
    talk.say("bonjour")
    talk.say("/question " + words)
    if "none" in dict(talk.last.choices):
        talk.press("none")
    talk.press("send")


def count(product: Core, table: type) -> int:
    with product.store.read() as tx:
        return tx.execute(select(func.count()).select_from(table)).scalar() or 0


def kept(product: Core, column: object) -> list[object]:
    with product.store.read() as tx:
        return list(tx.execute(select(column)).scalars())  # type: ignore[call-overload]


def words(talk: Talk) -> str:
    return " ".join(text for message in talk.messages for _, texts in message.blocks for text in texts)


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
    assert count(product, TicketRow) == count(product, TicketLineRow) == 0


def test_numbers_follow_each_other(product: Core, clock: Clock) -> None:
    for name in ("nadia", "omar", "lise"):
        handed(person(product, clock, name))
    assert kept(product, TicketRow.number) == [1, 2, 3]


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
    assert count(product, TicketLineRow) == 0


def test_two_answers_at_once_leave_one_and_give_the_other_back(product: Core, clock: Clock) -> None:
    handed(person(product, clock, "nadia"))
    claude, dominique = team(product, clock), team(product, clock, "dominique")
    for talk in (claude, dominique):
        talk.say("/questions")
        talk.say("1")
    dominique.say("La première réponse.")
    claude.say("La seconde réponse.")
    assert kept(product, TicketLineRow.words) == ["La première réponse."]
    assert "La seconde réponse." in [texts[0] for kind, texts in claude.last.blocks if kind == "quote"]
    assert "quelqu’un de la coordination a répondu" in words(claude)


def test_a_race_between_two_processes_is_taken_back(product: Core, clock: Clock) -> None:
    handed(person(product, clock, "nadia"))
    claude = team(product, clock)
    [ticket] = kept(product, TicketRow.id)
    [me] = [one for one in kept(product, ConversationRow.person_id) if one][-1:]
    late = Order(str(me), claude.address, AnswerTicket(str(ticket), "Trop tard.", seen=7), clock(), 0)
    with pytest.raises(OvertakenError), product.store.write() as tx:
        product.counter.questions.apply(tx, [late])
    assert count(product, TicketLineRow) == 0


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


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script> ?",
        '=HYPERLINK("http://exemple.invalid";"cliquez") ?',
        "{contact} %s {0} ?",
        "mot inconnu " * 1300 + "?",
        "https://exemple.invalid/" + "a" * 300 + " ?",
        "'; DROP TABLE ticket; -- ?",
    ],
    ids=["html", "formula", "slots", "long", "link", "sql"],
)
def test_a_hostile_question_reaches_the_team_as_plain_text(product: Core, clock: Clock, hostile: str) -> None:
    claude = team(product, clock)
    handed(person(product, clock, "nadia"), hostile)
    assert kept(product, TicketRow.words) == [hostile]
    claude.say("/questions")
    claude.say("1")
    quotes = [texts[0] for message in claude.messages for kind, texts in message.blocks if kind == "quote"]
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
    assert any("secret-tenu" in str(state) for state in kept(product, ConversationRow.state))
    nadia.say("/effacer")
    nadia.press("erase")
    assert count(product, QuestionRow) == count(product, TicketRow) == 0
    assert not any("secret-tenu" in str(state) for state in kept(product, ConversationRow.state))


def test_what_was_learned_survives_whoever_asked_and_says_not_who(product: Core, clock: Clock) -> None:
    nadia, claude = person(product, clock, "nadia"), team(product, clock)
    handed(nadia)
    claude.say("/questions")
    claude.press("learn")
    claude.press(claude.last.choices[0][0])
    claude.press("new")
    claude.say("Sous l'abri exemple.")
    nadia.say("/effacer")
    nadia.press("erase")
    assert count(product, LearnedRow) == 2
    with product.store.read() as tx:
        assert rows.unanswered(tx, product.edition.slug) == ()


def test_a_group_becomes_another_way_of_asking_in_two_presses(product: Core, clock: Clock) -> None:
    claude = team(product, clock)
    for name in ("nadia", "omar"):
        talk = person(product, clock, name)
        talk.say("bonjour")
        talk.say("combien de fichiers")
        talk.press("none")
    claude.say("/questions")
    claude.press("learn")
    assert len(claude.last.choices) == 1
    claude.press(claude.last.choices[0][0])
    claude.press("w-pieces-formats")
    product.librarian.load()
    lise = person(product, clock, "lise")
    lise.say("bonjour")
    lise.say("combien de fichiers ?")
    assert lise.last.blocks[0][1] == ("Quelles pièces, quels formats\u202f?",)


def test_after_a_year_questions_and_tickets_are_forgotten(product: Core, clock: Clock) -> None:
    handed(person(product, clock, "nadia"))
    with product.store.write() as tx:
        purge(tx, clock() + timedelta(days=364))
    assert count(product, TicketRow) == 1
    with product.store.write() as tx:
        purge(tx, clock() + timedelta(days=366))
    assert count(product, TicketRow) == count(product, QuestionRow) == 0


def test_until_the_index_is_there_one_may_browse_and_ask_the_team(product: Core, clock: Clock) -> None:
    product.librarian.library = replace(product.librarian.library, finders={})
    nadia = person(product, clock, "nadia")
    nadia.say("bonjour")
    nadia.say("quelle est la date limite ?")
    assert nadia.last.screen == "faq"
    assert "ask" in dict(nadia.last.actions)


def test_what_was_learned_goes_back_into_the_files(product: Core, clock: Clock, tmp_path: Path) -> None:
    from faq.stage import HERE  # noqa: PLC0415

    from rallynov.faq.content import load_entries  # noqa: PLC0415

    claude, nadia = team(product, clock), person(product, clock, "nadia")
    answer = "1. D'abord *ceci* ; # puis _cela_ [ici](x).\n\n" + "Une phrase exemple assez longue. " * 40
    handed(nadia, 'quel vélo: "électrique" - ou #non ?')
    claude.say("/questions")
    claude.say("1")
    claude.say(answer)
    claude.press("keep")
    claude.press("c-etapes")
    for path in HERE.rglob("*.md"):
        copy = tmp_path / path.relative_to(HERE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text("utf-8"), "utf-8")
    [written] = export_learned(product.librarian.entries, product.store, tmp_path)
    entry = load_entries(tmp_path)["fr"][written.stem]
    assert entry.ways == ('Quel vélo: "électrique" - ou #non ?',)
    assert entry.answer[0].replace("\u202f", " ") == "1. D’abord *ceci* ; # puis _cela_ [ici](x)."
    assert export_learned(load_entries(tmp_path), product.store, tmp_path) == []
