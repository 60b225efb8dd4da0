"""Whose language a conversation is in: what the channel tells of somebody new, then what they chose."""

from __future__ import annotations

from typing import Any

import pytest
from conversation import Clock, Talk, core
from sqlalchemy import select

from bot import plain
from bot.settings import Settings
from bot.telegram import updates
from bot.wiring import Core
from rallynov.delivery import inbox
from rallynov.delivery.message import Message, load
from rallynov.delivery.tables import ConversationRow, InboxRow, OutboxRow
from rallynov.storage.store import Store


def language_of(built: Core, address: str) -> str | None:
    with built.store.read() as tx:
        mine = select(ConversationRow.language).where(ConversationRow.address == address)
        return tx.execute(mine).scalar()


def come(built: Core, *happened: dict[str, Any]) -> None:
    raw = [{"update_id": n, **one} for n, one in enumerate(happened)]
    with built.store.write() as tx:
        inbox.store(tx, updates.parse(raw, "123", Clock()()).events)
    while built.turns.run().handled:
        pass


def written(text: str, code: object = None, chat: int = 7, **sender: object) -> dict[str, Any]:
    told = {"id": chat, "first_name": "Claude", "last_name": "Exemple", "username": "claude", **sender}
    if code is not None:
        told["language_code"] = code
    return {"message": {"message_id": 1, "chat": {"id": chat, "type": "private"}, "from": told, "text": text}}


@pytest.mark.parametrize(
    ("code", "language"),
    [("en", "en"), ("en-GB", "en"), ("EN-us", "en"), ("fr", "fr"), ("fr-CH", "fr"), ("de", "fr"), ("", "fr")],
)
def test_a_newcomer_on_telegram_reads_the_language_of_their_application(
    code: str, language: str, sqlite: Store, clock: Clock
) -> None:
    built = core(sqlite, clock)
    come(built, written("/start", code))
    assert language_of(built, "telegram:7") == language


def test_who_tells_no_language_reads_the_rallys(sqlite: Store, clock: Clock) -> None:
    built = core(sqlite, clock)
    come(built, written("/start"), {"message": {"chat": {"id": 8, "type": "private"}, "text": "hello"}})
    assert (language_of(built, "telegram:7"), language_of(built, "telegram:8")) == ("fr", "fr")


def test_a_press_tells_the_language_too(sqlite: Store, clock: Clock) -> None:
    built = core(sqlite, clock)
    sender = {"id": 7, "language_code": "en"}
    come(built, {"callback_query": {"id": "5", "from": sender, "data": "1|welcome|begin|0"}})
    assert language_of(built, "telegram:7") == "en"


def test_nothing_else_is_kept_of_who_writes(sqlite: Store, clock: Clock) -> None:
    built = core(sqlite, clock)
    group = {"message_id": 1, "chat": {"id": -9, "type": "group"}, "from": {"id": 7, "language_code": "en"}}
    come(built, written("/start", "en"), {"message": {**group, "text": "/start"}})
    with built.store.read() as tx:
        payloads = list(tx.execute(select(InboxRow.payload)).scalars())
    assert not [payload for payload in payloads if "laude" in payload or "Exemple" in payload]
    assert "language_code" in payloads[0]
    assert '"from"' not in payloads[1]  # who speaks in a group is nobody's business


@pytest.mark.parametrize(("told", "language"), [("en", "en"), ("fr", "fr"), ("", "fr"), ("xx", "fr")])
def test_a_newcomer_at_our_own_doors_reads_what_the_door_says(
    told: str, language: str, sqlite: Store, clock: Clock
) -> None:
    built = core(sqlite, clock)
    talk = Talk(built, clock)
    shown = talk.send(plain.text_payload("hello", told))
    assert language_of(built, talk.address) == language
    assert shown.blocks[0][1][0].startswith({"en": "Welcome", "fr": "Bienvenue"}[language])
    with sqlite.read() as tx:
        looked = built.turns.look(tx, talk.address) or Message(())
    assert looked.choices == shown.choices
    assert looked.blocks[0][1] == (
        {"en": "What would you like to do?", "fr": "Que voulez-vous faire\u202f?"}[language],
    )


def test_the_language_that_was_chosen_stays_whatever_the_channel_tells(store: Store, clock: Clock) -> None:
    built = core(store, clock)
    talk = Talk(built, clock)
    talk.send(plain.text_payload("bonjour", "fr"))
    talk.send(plain.text_payload("/langue", "fr"))
    chosen = talk.send(plain.press_payload(talk.last.token("en"), "fr"))
    assert chosen.blocks[0] == ("note", ("We’ll continue in English.",))
    assert chosen.blocks[1][1] == ("Welcome to Rally’nov",), "they read it for the first time"
    assert talk.send(plain.text_payload("/start", "fr")).blocks[0][1] == ("Welcome to Rally’nov",)
    assert language_of(built, talk.address) == "en"


def test_an_apology_is_in_the_persons_language(
    sqlite: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = core(sqlite, clock)
    talk = Talk(built, clock)
    talk.send(plain.text_payload("hello", "en"))

    def broken(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr(built.turns._decider._engine, "step", broken)
    for _ in range(3):
        talk.send(plain.text_payload("4", "en"), external_id="the same")
        clock.pass_(minutes=1)
    with built.store.read() as tx:
        told = load(list(tx.execute(select(OutboxRow.body).order_by(OutboxRow.id)).scalars())[-1])
    assert told.screen == "trouble"
    assert told.blocks[0][1][0].startswith("A technical problem")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "fr"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "C.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": ""}, "en"),
    ],
)
def test_a_terminal_speaks_the_language_of_its_machine(
    environment: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Settings(_env_file=None).language == language
