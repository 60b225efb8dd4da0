"""Telegram as a citizen, through the whole door and on both databases: cards frozen in place, who left and came back,
groups and channels.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import pytest
from botapi import BotApi
from conversation import START, Clock, core
from sqlalchemy import insert, select

from bot.telegram import app
from bot.telegram.app import Account, Resources, TelegramDoor
from bot.wiring import Core
from rallynov.delivery import service
from rallynov.delivery.decisions import Klass
from rallynov.delivery.message import Drawing, Message, dump
from rallynov.delivery.outbox import RANKS
from rallynov.delivery.pacing import Pacer
from rallynov.delivery.tables import ConversationRow, InboxRow, OutboxRow
from rallynov.dialogue.words import say
from rallynov.storage.store import Store

TOKEN = "123456789:AAsecretSECRET"  # noqa: S105
Until = Callable[[Callable[[BotApi], object]], Awaitable[Any]]
GROUP = -1001234567890


@pytest.fixture
async def whole(store: Store, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Core]:
    monkeypatch.setattr(service, "IDLE", 0.02)
    built = core(store, Clock())
    built.delivery.start()
    yield built
    await built.delivery.close()


@pytest.fixture
async def door(whole: Core, telegram: BotApi) -> AsyncIterator[TelegramDoor]:
    resources = Resources(whole.wording, whole.papers, "https://rallye.example")
    opened = TelegramDoor(Account(TOKEN, telegram.url), whole.delivery, "me", Clock(), resources)
    running = asyncio.ensure_future(opened.run())
    yield opened
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def until(telegram: BotApi, door: TelegramDoor) -> Until:
    async def wait(seen: Callable[[BotApi], object]) -> Any:
        return await asyncio.to_thread(telegram.wait, seen)

    return wait


async def eventually(seen: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(seen):
            await asyncio.sleep(0.01)


def unreachable(store: Store, address: str = "telegram:7") -> bool:
    mine = select(ConversationRow.unreachable_at).where(ConversationRow.address == address)
    with store.read() as tx:
        return tx.scalar(mine) is not None


def queue(store: Store, address: str, messages: Mapping[str, Message], **row: object) -> None:
    """Messages that wait in the outbox."""
    at = Clock()()
    told = {"channel": "telegram", "address": address, "rank": 0, "status": "queued", "created_at": at, **row}
    rows = [{**told, "key": key, "body": dump(message)} for key, message in messages.items()]
    with store.write() as tx:
        tx.execute(insert(OutboxRow), rows)


def wait_for_later(store: Store, *keys: str, address: str = "telegram:7") -> None:
    """Announcements that wait for their hour."""
    later = {"rank": RANKS[Klass.BULK], "not_before": START.replace(year=2099)}
    queue(store, address, {key: Message((("text", (key,)),)) for key in keys}, **later)


def ends(store: Store, *keys: str) -> list[str]:
    with store.read() as tx:
        rows = tx.execute(select(OutboxRow.key, OutboxRow.status).where(OutboxRow.key.in_(keys))).all()
    found = {row.key: row.status for row in rows}
    return [found[key] for key in keys]


def handled(store: Store) -> int:
    with store.read() as tx:
        return list(tx.scalars(select(InboxRow.status))).count("done")


async def test_the_card_that_was_answered_is_frozen_in_place(telegram: BotApi, until: Until) -> None:
    telegram.text(7, "/start")
    await until(lambda api: api.buttons(7))
    first = telegram.messages(7)[0]
    telegram.press(7, telegram.buttons(7)[0])
    await until(lambda api: len(api.messages(7)) == 2)
    await until(lambda api: "reply_markup" not in api.messages(7)[0])
    frozen, question = telegram.messages(7)
    assert frozen["message_id"] == first["message_id"]
    assert first["reply_markup"]["inline_keyboard"][0][0]["text"] in frozen["text"]
    assert "reply_markup" in question
    order = [call.method for call in telegram.calls if call.method in {"sendMessage", "editMessageText"}]
    assert order == ["sendMessage", "sendMessage", "editMessageText"]


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cards may be changed at once, not one a second as a chat is paced."""
    monkeypatch.setattr(app, "Pacer", partial(Pacer, per_chat=1000.0))


async def test_an_edit_that_telegram_refuses_disturbs_nothing(
    hurried: None, telegram: BotApi, until: Until, store: Store
) -> None:
    refusal = {"ok": False, "error_code": 400, "description": "Bad Request: message can't be edited"}
    telegram.fail("editMessageText", 400, body=refusal)
    telegram.text(7, "/start")
    await until(lambda api: api.buttons(7))
    for count in (2, 3):
        telegram.press(7, telegram.buttons(7)[0])
        await until(lambda api, count=count: len(api.messages(7)) == count)
        await until(lambda api, count=count: len(api.made("editMessageText")) == count - 1)
    await eventually(lambda: _statuses(store) == ["sent"] * 3)
    with store.read() as tx:
        rows = tx.execute(select(OutboxRow.status, OutboxRow.attempts)).all()
    assert [tuple(row) for row in rows] == [("sent", 1)] * 3


async def test_a_typed_answer_freezes_nothing(telegram: BotApi, until: Until) -> None:
    telegram.text(7, "/start")
    await until(lambda api: api.buttons(7))
    telegram.text(7, "1")
    await until(lambda api: len(api.messages(7)) == 2)
    assert "reply_markup" in telegram.messages(7)[0]
    assert telegram.made("editMessageText") == []


async def test_who_blocks_the_bot_is_unreachable_at_once_and_nothing_waits_for_them(
    telegram: BotApi, until: Until, store: Store
) -> None:
    telegram.text(7, "/start")
    telegram.text(8, "/start")
    await until(lambda api: api.messages(7) and api.messages(8))
    wait_for_later(store, "a", "b")
    wait_for_later(store, "c", address="telegram:8")
    telegram.become(7, "member", "kicked")
    await eventually(lambda: unreachable(store))
    assert ends(store, "a", "b", "c") == ["skipped", "skipped", "queued"]
    assert not unreachable(store, "telegram:8")
    telegram.become(7, "kicked", "member")
    await eventually(lambda: not unreachable(store))
    assert len(telegram.messages(7)) == 1  # who comes back is not spoken to before they speak
    telegram.text(7, "/menu")
    await until(lambda api: len(api.messages(7)) == 2)


async def test_what_was_on_its_way_to_who_blocks_the_bot_is_dropped(
    telegram: BotApi, until: Until, whole: Core, store: Store
) -> None:
    telegram.flood(7, retry_after=3600, times=None)
    for text in ("/start", "/menu", "/aide"):
        telegram.text(7, text)
    await until(lambda api: api.made("sendMessage"))
    await eventually(lambda: len(_statuses(store)) == 3)
    telegram.become(7, "member", "kicked")
    await eventually(lambda: unreachable(store))
    assert _statuses(store) == ["skipped"] * 3
    [sender] = whole.delivery._senders
    await eventually(lambda: sender.pending == 0)
    assert len(telegram.made("sendMessage")) == 1  # the two that waited are never called


def _statuses(store: Store) -> list[str]:
    with store.read() as tx:
        return list(tx.scalars(select(OutboxRow.status).order_by(OutboxRow.id)))


async def test_a_group_hears_once_that_we_talk_in_private(
    telegram: BotApi, door: TelegramDoor, until: Until, store: Store
) -> None:
    await eventually(lambda: door.username)
    telegram.become(GROUP, "left", "member")
    [said] = await until(lambda api: api.messages(GROUP))
    [[way]] = said["reply_markup"]["inline_keyboard"]
    assert way["url"] == "https://t.me/rallynov_test_bot"
    telegram.become(GROUP, "member", "administrator")
    telegram.text(GROUP, "Bonjour à tous")
    telegram.text(GROUP, "/meteo")
    telegram.text(GROUP, "/start@un_autre_bot")
    service = {"message_id": 5, "chat": {"id": GROUP, "type": "supergroup"}, "new_chat_members": []}
    telegram.push({"message": service})
    await eventually(lambda: handled(store) == 6)
    assert len(_statuses(store)) == 1
    telegram.text(GROUP, "/menu@Rallynov_Test_Bot")
    await eventually(lambda: handled(store) == 7)
    assert len(_statuses(store)) == 2
    telegram.become(GROUP, "administrator", "left")
    await eventually(lambda: unreachable(store, f"telegram:{GROUP}"))


async def test_a_channel_hears_nothing(telegram: BotApi, until: Until, store: Store) -> None:
    telegram.become(-1009, "left", "administrator", kind="channel")
    telegram.become(-1009, "administrator", "left", kind="channel")
    telegram.text(7, "/start")
    await until(lambda api: api.messages(7))
    assert telegram.messages(-1009) == []
    with store.read() as tx:
        assert list(tx.scalars(select(ConversationRow.address))) == ["telegram:7"]


async def begun(telegram: BotApi, until: Until, chat: int = 7) -> None:
    """Somebody has read what becomes of their answers, and stands at the first question."""
    telegram.text(chat, "/diagnostic")
    await until(lambda api: api.buttons(chat))
    telegram.press(chat, telegram.buttons(chat)[0])
    await until(lambda api: len(api.messages(chat)) == 2)


async def test_a_diagnosis_ends_with_its_picture_and_its_report(telegram: BotApi, until: Until) -> None:
    await begun(telegram, until)
    while not telegram.made("sendPhoto"):
        seen = len(telegram.messages(7))
        telegram.press(7, telegram.buttons(7)[0])
        await until(
            lambda api, seen=seen: len(api.messages(7)) > seen and "reply_markup" in api.messages(7)[-1]
        )
    [picture] = telegram.made("sendPhoto")
    assert picture.params["photo"]["content"].startswith(b"\x89PNG")
    assert len(picture.params["caption"].split("\n")) == 11  # a title and ten checkpoints
    assert "photo" in telegram.messages(7)[-2]  # then the text, with its buttons
    telegram.text(7, "/rapport")
    await until(lambda api: api.made("sendDocument"))
    report = telegram.made("sendDocument")[0].params
    assert report["document"]["content"].startswith(b"%PDF")
    assert report["document"]["kind"] == "application/pdf"
    assert [call.params["action"] for call in telegram.made("sendChatAction")] == [
        "upload_photo",
        "upload_document",
    ]


async def test_a_picture_that_is_refused_leaves_nothing_out(
    telegram: BotApi, until: Until, store: Store
) -> None:
    refusal = {"ok": False, "error_code": 400, "description": "Bad Request: PHOTO_INVALID_DIMENSIONS"}
    telegram.fail("sendPhoto", 400, body=refusal)
    rows = tuple((axis, (50.0,)) for axis in ("Un", "Deux", "Trois"))
    figure = Drawing("radar", "Votre résultat", ("Repère", "Maintenant"), rows)
    queue(store, "telegram:7", {"a": Message((), figure=figure), "b": Message((("text", ("Ensuite",)),))})
    await until(lambda api: len(api.messages(7)) == 2)
    equivalent, after = (message["text"] for message in telegram.messages(7))
    assert equivalent.split("\n")[::3] == ["Votre résultat", "Trois\u00a0: 50"]
    assert after == "Ensuite"
    await eventually(lambda: ends(store, "a", "b") == ["sent", "sent"])
    assert len(telegram.made("sendPhoto")) == 1


async def test_a_conversation_goes_on_by_the_link_of_its_code(
    telegram: BotApi, door: TelegramDoor, until: Until, whole: Core
) -> None:
    await eventually(lambda: door.username)
    await begun(telegram, until)
    telegram.text(7, "/continuer")
    await until(lambda api: len(api.messages(7)) == 3)
    shown = telegram.messages(7)[-1]
    code, link = (one["copy_text"]["text"] for one in shown["reply_markup"]["inline_keyboard"][0])
    assert link == f"https://t.me/rallynov_test_bot?start={code}"
    assert f"https://rallye.example/c/{code}" in shown["text"]
    telegram.text(8, f"/start {code}")
    [taken] = await until(lambda api: api.messages(8))
    done = say("Done: your conversation goes on here, and stays open where you began it.")
    assert whole.wording.word(done, "fr") in taken["text"]
