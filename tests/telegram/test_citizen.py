"""Telegram as a citizen, through the whole door and on both databases: cards frozen in place, who left and came back,
groups and channels.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
from botapi import BotApi
from conversation import Clock, core
from sqlalchemy import insert, select

from bot.telegram.app import Account, Resources, TelegramDoor
from bot.wiring import Core
from rallynov.delivery import service
from rallynov.delivery.decisions import Klass
from rallynov.delivery.message import Message, dump
from rallynov.delivery.outbox import RANKS
from rallynov.delivery.tables import ConversationRow, InboxRow, OutboxRow
from rallynov.storage.store import Store

TOKEN = "123456789:AAsecretSECRET"  # noqa: S105
Until = Callable[[Callable[[BotApi], object]], Awaitable[Any]]
GROUP = -1001234567890


@pytest.fixture
def telegram() -> Iterator[BotApi]:
    with BotApi() as running:
        yield running


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
    while not await asyncio.to_thread(seen):
        await asyncio.sleep(0.01)


def unreachable(store: Store, address: str = "telegram:7") -> bool:
    mine = select(ConversationRow.unreachable_at).where(ConversationRow.address == address)
    with store.read() as tx:
        return tx.scalar(mine) is not None


def wait_for_later(store: Store, *keys: str, address: str = "telegram:7") -> None:
    """Announcements that wait for their hour."""
    at = Clock()
    rows = [
        {
            "key": key,
            "channel": "telegram",
            "address": address,
            "rank": RANKS[Klass.BULK],
            "body": dump(Message((("text", (key,)),))),
            "status": "queued",
            "not_before": at.at.replace(year=2099),
            "created_at": at(),
        }
        for key in keys
    ]
    with store.write() as tx:
        tx.execute(insert(OutboxRow), rows)


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


async def test_an_edit_that_telegram_refuses_disturbs_nothing(
    telegram: BotApi, until: Until, store: Store
) -> None:
    refusal = {"ok": False, "error_code": 400, "description": "Bad Request: message can't be edited"}
    telegram.fail("editMessageText", 400, body=refusal)
    telegram.text(7, "/start")
    await until(lambda api: api.buttons(7))
    for count in (2, 3):
        telegram.press(7, telegram.buttons(7)[0])
        await until(lambda api, count=count: len(api.messages(7)) == count)
        await until(lambda api, count=count: len(api.made("editMessageText")) == count - 1)
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
    telegram: BotApi, until: Until, store: Store
) -> None:
    telegram.flood(7, retry_after=3600, times=None)
    for text in ("/start", "/menu", "/aide"):
        telegram.text(7, text)
    await until(lambda api: api.made("sendMessage"))
    await eventually(lambda: len(_statuses(store)) == 3)
    telegram.become(7, "member", "kicked")
    await eventually(lambda: unreachable(store))
    await eventually(lambda: _statuses(store) == ["skipped"] * 3)
    telegram.heal()
    telegram.become(7, "kicked", "member")
    await eventually(lambda: not unreachable(store))
    assert len(telegram.made("sendMessage")) == 1  # the two that waited were never called


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
