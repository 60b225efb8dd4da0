"""The Telegram door that starts while something is away: its name, the database, its webhook."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from botapi import BotApi
from botapi.client import Bot
from conversation import Clock, core
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError
from stored import count

from bot.telegram import app, hook, retries
from bot.telegram.app import STUCK, Account, Resources, TelegramDoor
from bot.telegram.poller import RIVAL, DeafError
from bot.wiring import Core
from rallynov.delivery import outbox, service
from rallynov.delivery.tables import CursorRow
from rallynov.storage.store import Store

TOKEN = "123456789:AAsecretSECRET"  # noqa: S105
NAME = "https://t.me/rallynov_test_bot"
URL = "http://127.0.0.1:9/telegram/hook"
Open = Callable[..., TelegramDoor]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (app, hook, retries):
        monkeypatch.setattr(module, "pause", lambda *_: 0.01)
    monkeypatch.setattr(service, "IDLE", 0.02)


@pytest.fixture
async def whole(sqlite: Store) -> AsyncIterator[Core]:
    built = core(sqlite, Clock())
    built.delivery.start()
    yield built
    await built.delivery.close()


@pytest.fixture
async def opened(whole: Core, telegram: BotApi) -> AsyncIterator[Open]:
    """Open a door, which polls unless it is given a webhook; ``follows``: another process leads."""
    tasks: list[asyncio.Task[None]] = []

    def begin(webhook: str | None = None, *, follows: bool = False) -> TelegramDoor:
        resources = Resources(whole.wording, whole.papers, "https://rallye.example")
        account = Account(TOKEN, telegram.url, webhook_url=webhook)
        door = TelegramDoor(account, whole.delivery, "me", Clock(), resources)
        if follows:
            door._leadership = Follower()  # type: ignore[assignment]
        tasks.append(asyncio.ensure_future(door.run()))
        begin.task = tasks[-1]  # type: ignore[attr-defined]
        return door

    yield begin
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Follower:
    """The candidacy of a process while another one leads."""

    async def lead(self, work: Callable[[], Awaitable[None]]) -> None:
        await asyncio.Event().wait()


async def until(telegram: BotApi, seen: Callable[[BotApi], object]) -> None:
    await asyncio.to_thread(telegram.wait, seen)


@pytest.mark.parametrize(
    "role", [{}, {"webhook": URL}, {"follows": True}, {"webhook": URL, "follows": True}], ids=str
)
@pytest.mark.parametrize("wrong", ["502", "429", "proxy"])
async def test_the_bots_name_is_asked_for_until_it_is_told(
    wrong: str, role: dict[str, Any], opened: Open, telegram: BotApi
) -> None:
    if wrong == "502":
        telegram.fail("getMe", 502, times=4)
    elif wrong == "429":
        telegram.fail("getMe", 429, times=1, retry_after=0)
    else:
        telegram.fail("getMe", 200, times=4, body={"ok": True, "result": True})
    door = opened(**role)
    assert door.link() is None
    await until(telegram, lambda _: door.link())
    assert door.link() == NAME
    assert door._poller.name == "rallynov_test_bot"


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("UPDATE", {}, Exception("database is locked")),
        InternalError("UPDATE", {}, Exception("idle in transaction"), connection_invalidated=True),
    ],
    ids=["locked", "cut"],
)
async def test_a_database_that_is_away_when_the_lead_is_taken_is_asked_again(
    opened: Open, telegram: BotApi, monkeypatch: pytest.MonkeyPatch, error: DBAPIError
) -> None:
    away = [error] * 3
    recover = outbox.recover

    def sometimes(*given: Any, **named: Any) -> int:
        if away:
            raise away.pop()
        return recover(*given, **named)

    monkeypatch.setattr(outbox, "recover", sometimes)
    telegram.text(7, "/start")
    opened()
    await until(telegram, lambda api: api.messages(7))
    assert away == []


async def test_a_fault_of_ours_when_the_lead_is_taken_is_not_tried_for_ever(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*_: Any, **__: Any) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(outbox, "recover", wrong)
    opened()
    with pytest.raises(ZeroDivisionError):
        await opened.task  # type: ignore[attr-defined]


async def test_a_webhook_forgets_how_far_was_polled(opened: Open, telegram: BotApi, sqlite: Store) -> None:
    row = {"channel": "telegram:123456789", "next_offset": 41, "moved_at": Clock()()}
    with sqlite.write() as tx:
        tx.execute(insert(CursorRow), [row])
    opened(URL)
    await until(telegram, lambda api: api.made("setWebhook"))
    assert count(sqlite, CursorRow) == 0


async def test_a_webhook_that_is_not_set_is_trouble_for_who_leads(opened: Open, telegram: BotApi) -> None:
    telegram.fail("setWebhook", 502)
    door = opened(URL)
    await until(telegram, lambda api: api.made("setWebhook"))
    told = door.trouble()
    assert told is not None
    assert told.startswith("the webhook is not registered since")
    telegram.heal("setWebhook")
    await until(telegram, lambda _: door.trouble() is None)
    assert opened(URL, follows=True).trouble() is None


async def test_a_webhook_that_is_refused_or_taken_again_and_again_ends_the_door(
    opened: Open, telegram: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened("http://ailleurs.example/hook")  # the loopback server refuses it
    with pytest.raises(DeafError, match="ad webhook"):
        await opened.task  # type: ignore[attr-defined]
    monkeypatch.setattr(hook, "LOOK", 0.01)
    opened(URL)
    other = Bot(telegram)
    for times in (2, 3):
        await until(telegram, lambda api, n=times: len(api.made("setWebhook")) >= n)  # type: ignore[misc]
        other.call("deleteWebhook")
    other.close()
    with pytest.raises(DeafError, match=RIVAL):
        await opened.task  # type: ignore[attr-defined]


async def test_the_watchdog_sees_a_webhook_that_nobody_looks_after(opened: Open, telegram: BotApi) -> None:
    door = opened(URL)
    await until(telegram, lambda _: door.trouble() is None and door._leading)
    assert not door.stuck()
    assert door._hook
    door._hook.last_look -= STUCK + 1
    assert door.stuck()
