"""The Telegram door as a whole, against the loopback Bot API: reads, answers, recovers, and ends rather than stay mute."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from botapi import BotApi
from conversation import Clock, core
from sqlalchemy import insert, select

from bot.telegram.app import STUCK, Account, Resources, TelegramDoor
from bot.telegram.poller import DeafError, Poller, Time
from bot.wiring import Core
from rallynov.delivery import outcomes, sender, service
from rallynov.delivery.message import Message, dump
from rallynov.delivery.tables import CursorRow, InboxRow, OutboxRow
from rallynov.storage.store import Store

TOKEN = "123456789:AAsecretSECRET"  # noqa: S105
Start = Callable[[], TelegramDoor]


@pytest.fixture
async def whole(sqlite: Store, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Core]:
    monkeypatch.setattr(service, "IDLE", 0.02)
    built = core(sqlite, Clock())
    built.delivery.start()
    yield built
    await built.delivery.close()


@pytest.fixture
async def door(whole: Core, telegram: BotApi) -> TelegramDoor:
    resources = Resources(whole.wording, whole.papers, "https://rallye.example")
    return TelegramDoor(Account(TOKEN, telegram.url), whole.delivery, "me", Clock(), resources)


@pytest.fixture
async def task(door: TelegramDoor) -> AsyncIterator[asyncio.Task[None]]:
    running = asyncio.ensure_future(door.run())
    yield running
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def until(telegram: BotApi, seen: Callable[[BotApi], object]) -> None:
    await asyncio.to_thread(telegram.wait, seen)


def texts(telegram: BotApi, chat: int) -> list[str]:
    return [str(message["text"]) for message in telegram.messages(chat)]


def left_behind(store: Store, status: str, *words: str) -> None:
    """Messages of a process that died."""
    rows = [
        {
            "key": f"{status}:{word}",
            "channel": "telegram",
            "address": "telegram:7",
            "rank": 0,
            "body": dump(Message((("text", (word,)),))),
            "status": status,
            "attempts": 0,
            "doubts": 0,
            "lease_owner": "dead" if status == "sending" else None,
            "lease_until": Clock()() if status == "sending" else None,
            "created_at": Clock()(),
        }
        for word in words
    ]
    with store.write() as tx:
        tx.execute(insert(OutboxRow), rows)


def statuses(store: Store) -> list[str]:
    with store.read() as tx:
        return list(tx.scalars(select(OutboxRow.status).order_by(OutboxRow.id)))


async def test_a_conversation(telegram: BotApi, task: asyncio.Task[None], sqlite: Store) -> None:
    telegram.text(7, "/start")
    await until(telegram, lambda api: api.buttons(7))
    telegram.press(7, telegram.buttons(7)[0])
    await until(telegram, lambda api: len(api.messages(7)) == 2)
    await until(telegram, lambda api: api.made("answerCallbackQuery"))
    telegram.text(7, "n'importe quoi")
    await until(telegram, lambda api: len(api.messages(7)) == 3)
    assert not task.done()


async def test_what_a_crash_left_goes_out_before_any_new_answer(
    telegram: BotApi, door: TelegramDoor, sqlite: Store
) -> None:
    left_behind(sqlite, "sending", "un", "deux")
    left_behind(sqlite, "queued", "trois")
    telegram.text(7, "/start")  # waits at Telegram: it is answered as soon as the door opens
    running = asyncio.ensure_future(door.run())
    await until(telegram, lambda api: len(api.messages(7)) == 4)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert texts(telegram, 7)[:3] == ["un", "deux", "trois"]
    assert set(statuses(sqlite)) == {"sent"}


async def test_many_that_wait_go_out_in_order_before_a_new_answer(
    telegram: BotApi, door: TelegramDoor, sqlite: Store
) -> None:
    words = [str(n) for n in range(sender.CLAIM + 30)]
    left_behind(sqlite, "queued", *words)
    telegram.text(7, "/start")
    running = asyncio.ensure_future(door.run())
    await until(telegram, lambda api: len(api.messages(7)) == len(words) + 1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert texts(telegram, 7)[:-1] == words


async def test_a_passing_refusal_of_the_token_does_not_leave_the_bot_mute(
    telegram: BotApi, task: asyncio.Task[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "SLOWEST", 0.01)
    telegram.fail("sendMessage", 401, times=5)
    telegram.text(7, "/start")
    await until(telegram, lambda api: api.messages(7))
    telegram.text(8, "/start")
    await until(telegram, lambda api: api.messages(8))
    assert not task.done()


async def test_a_lasting_refusal_of_the_token_ends_the_door_and_the_messages_wait(
    telegram: BotApi, task: asyncio.Task[None], sqlite: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "SLOWEST", 0.01)
    monkeypatch.setattr(outcomes, "PATIENCE", 0.1)
    telegram.fail("sendMessage", 401)
    telegram.text(7, "/start")
    with pytest.raises(DeafError):
        await task
    assert statuses(sqlite) == ["queued"]


async def test_the_watchdog_sees_a_loop_that_no_longer_turns(
    telegram: BotApi, door: TelegramDoor, task: asyncio.Task[None]
) -> None:
    assert not door.stuck()
    await until(telegram, lambda api: api.polling)
    assert door.trouble() is None
    now = door._time.monotonic()
    assert not door.stuck()
    door._poller.last_look = now - STUCK - 1
    assert door.stuck()


async def test_a_long_wait_that_telegram_asks_for_is_not_a_stuck_loop(
    telegram: BotApi, door: TelegramDoor, task: asyncio.Task[None]
) -> None:
    telegram.fail("getUpdates", 429, retry_after=3600)
    await until(telegram, lambda api: any(call.status == 429 for call in api.made("getUpdates")))
    await asyncio.sleep(0)
    while door._poller.last_look < door._time.monotonic():  # until the answer has been read
        await asyncio.sleep(0.001)
    door._poller.last_look -= 3600
    assert not door.stuck()


async def test_no_answer_since_the_start_is_trouble(
    telegram: BotApi, door: TelegramDoor, task: asyncio.Task[None]
) -> None:
    telegram.fail("getUpdates", 502)
    await until(telegram, lambda api: api.made("getUpdates"))
    assert door.trouble() == "no answer from Telegram since the start"


async def test_nothing_of_the_door_shows_the_token(door: TelegramDoor) -> None:
    shown = repr(door) + repr(door._account) + repr(door._api) + str(door._account) + repr(vars(door))
    assert "AAsecret" not in shown


MALFORMED: list[Any] = [
    ["pas", "un", "objet"],
    {"update_id": 700_000_200, "message": "MARQUE-TAPEE"},
    {"update_id": 700_000_300, "message": {"chat": {"id": "x"}, "text": "MARQUE-TAPEE"}},
    b'{"update_id": 700000400, "callback_query": {"id": 5, "data": "MARQUE-TAPEE \\ud800"}}',
    {"update_id": None, "message": {"chat": {"id": 7, "type": "private"}, "text": "MARQUE-TAPEE"}},
]


async def test_a_batch_of_a_hundred_with_five_malformed(
    telegram: BotApi, door: TelegramDoor, sqlite: Store, capfd: pytest.CaptureFixture[str]
) -> None:
    for n in range(95):
        telegram.text(100 + n, f"MARQUE-TAPEE {n}")
        if n % 20 == 0:
            telegram.raw(MALFORMED[n // 20])
    assert len(telegram.pending) == 100
    running = asyncio.ensure_future(door.run())
    await until(telegram, lambda api: all(api.messages(100 + n) for n in range(95)))
    await until(telegram, lambda api: api.polling and not api.pending)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    with sqlite.read() as tx:
        rows = list(tx.scalars(select(InboxRow.status)))
    assert (rows.count("done"), rows.count("poison"), len(rows)) == (95, 5, 100)
    assert all(len(telegram.messages(100 + n)) == 1 for n in range(95))
    shown = capfd.readouterr()
    assert "MARQUE" not in shown.out + shown.err
    assert (shown.out + shown.err).count("updates_set_aside") == 1
    assert [call.status for call in telegram.made("getUpdates")] == [200]


class Scripted:
    """Telegram, answering `getUpdates` from a list, then never."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []
        self.done = asyncio.Event()

    async def call(self, _method: str, /, **params: Any) -> Any:
        self.asked.append(params)
        if not self.answers:
            self.done.set()
            await asyncio.Event().wait()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def watched(script: Scripted, whole: Core) -> asyncio.Future[None]:
    time = Time(lambda: 0.0, Clock(), lambda _: asyncio.sleep(0))
    return asyncio.ensure_future(Poller(script, whole.delivery, "123456", time).run())  # type: ignore[arg-type]


async def test_a_new_process_goes_on_where_the_last_one_stopped(whole: Core, sqlite: Store) -> None:
    for script in (Scripted([{"update_id": 41}], []), Scripted([])):
        running = watched(script, whole)
        await script.done.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert script.asked[0]["offset"] == 42
    with sqlite.read() as tx:
        assert tx.execute(select(CursorRow.channel, CursorRow.next_offset)).all() == [("telegram:123456", 42)]


async def test_what_a_new_bot_has_waiting_is_not_dropped(whole: Core) -> None:
    script = Scripted([])
    running = watched(script, whole)
    await script.done.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (script.asked[0]["offset"], script.asked[0]["timeout"]) == (None, 0)
    assert set(script.asked[0]["allowed_updates"]) == {
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
    }
