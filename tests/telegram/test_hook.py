"""The webhook kept by who leads: set through every error, refused for good, taken away, or never reached by Telegram."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botapi import BotApi
from botapi.client import Bot
from ports import free_port
from spell import Line, Spell

from bot.telegram.calls import Api
from bot.telegram.hook import LOOK, RECENT, SILENT, Hook
from bot.telegram.http import make_request
from bot.telegram.poller import AGAIN, HOOKED, RIVAL, DeafError, Time
from bot.telegram.webhook import secret

TOKEN = "123456:AAsecretSECRET"  # noqa: S105
URL = "http://127.0.0.1:9/telegram/hook"
ELSEWHERE = "http://127.0.0.1:9/autre"


@pytest.fixture
async def line(telegram: BotApi, spell: Spell) -> AsyncIterator[Line]:
    calls, updates = make_request("direct", 4), make_request("direct", 1)
    async with Api(TOKEN, api=telegram.url, calls=calls, updates=updates) as api:
        yield Line(api, spell)


def hook_at(url: str, line: Line) -> Hook:
    started = time.time()
    now = lambda: datetime.fromtimestamp(started + line.spell.at, UTC)  # noqa: E731
    return Hook(line, url, TOKEN, Time(lambda: line.spell.at, now, line.spell.sleep))  # type: ignore[arg-type]


@pytest.fixture
def hook(line: Line) -> Hook:
    return hook_at(URL, line)


class Ended(Exception):  # noqa: N818 - a moment, not an error
    """The moment that a test looks at."""


def stop() -> None:
    raise Ended


async def until(seconds: float, hook: Hook, spell: Spell) -> str | None:
    """Let the webhook be kept until a moment; return what is then told of it."""
    spell.plan(spell.at + seconds, stop)
    async with asyncio.timeout(20):
        with pytest.raises(Ended):
            await hook.run()
    return hook.trouble()


PASSING: dict[str, Callable[[BotApi], None]] = {
    "401": lambda api: api.fail("setWebhook", 401),
    "429": lambda api: api.fail("setWebhook", 429, retry_after=20),
    "500": lambda api: api.fail("setWebhook", 500),
    "502 of a proxy": lambda api: api.fail("setWebhook", 502, body="<html>502 Bad Gateway</html>"),
    "cut": lambda api: api.drop("setWebhook", None),
}


@pytest.mark.parametrize("name", PASSING)
async def test_the_webhook_is_set_once_telegram_hears(
    name: str, hook: Hook, spell: Spell, telegram: BotApi, other: Bot
) -> None:
    PASSING[name](telegram)
    spell.begin(50.0, lambda: telegram.heal("setWebhook"))
    spell.plan(40.0, lambda: troubles.append(hook.trouble()))
    troubles: list[str | None] = []
    assert await until(100.0, hook, spell) is None
    assert troubles == [f"the webhook is not registered since {spell_seconds(spell, 40.0)} s"]
    told = telegram.made("setWebhook")[-1].params
    assert (told["url"], told["secret_token"]) == (URL, secret(TOKEN))
    assert "drop_pending_updates" not in told
    assert other.call("getWebhookInfo")["url"] == URL


def spell_seconds(spell: Spell, after: float) -> str:
    """The first moment from some seconds on that the waits reached."""
    at = 0.0
    for wait in spell.waits:
        at += wait
        if at >= after:
            break
    return f"{at:.0f}"


async def test_telegram_is_asked_again_when_it_said(hook: Hook, spell: Spell, telegram: BotApi) -> None:
    telegram.fail("setWebhook", 429, times=2, retry_after=20)
    telegram.fail("setWebhook", 500, times=7)
    await until(400.0, hook, spell)
    assert spell.waits[:10] == [20, 20, 4, 8, 16, 30, 30, 30, 30, LOOK]


async def test_what_telegram_refuses_ends_the_process_with_its_words(line: Line, telegram: BotApi) -> None:
    body = {"ok": False, "error_code": 400, "description": "Bad Request: bad webhook: the host is unknown"}
    telegram.fail("setWebhook", 400, body=body)
    async with asyncio.timeout(20):
        with pytest.raises(DeafError, match="ad webhook: the host is unknown"):
            await hook_at("http://127.0.0.1:9/x", line).run()
    assert line.spell.waits == []


async def test_a_token_that_stays_refused_ends_the_process(
    hook: Hook, spell: Spell, telegram: BotApi
) -> None:
    telegram.fail("*", 401)
    with pytest.raises(DeafError):
        await hook.run()
    assert 60 <= spell.at <= 90


@pytest.mark.parametrize("url", ["", ELSEWHERE])
async def test_a_webhook_that_was_taken_away_is_set_again(
    url: str, hook: Hook, spell: Spell, telegram: BotApi, other: Bot, capfd: pytest.CaptureFixture[str]
) -> None:
    spell.plan(30.0, lambda: other.call("setWebhook", url=url))
    assert await until(30.0 + 2 * LOOK, hook, spell) is None
    assert other.call("getWebhookInfo")["url"] == URL
    assert [call.params["url"] for call in telegram.made("setWebhook")] == [URL, url, URL]
    shown = capfd.readouterr()
    assert "webhook_lost" in shown.out + shown.err


@pytest.mark.parametrize(("url", "why"), [("", RIVAL), (ELSEWHERE, HOOKED)])
async def test_who_takes_it_away_again_is_at_work_and_the_process_says_so_by_ending(
    url: str, why: str, hook: Hook, spell: Spell, other: Bot
) -> None:
    for moment in (30.0, 200.0):
        spell.plan(moment, lambda: other.call("setWebhook", url=url))
    async with asyncio.timeout(20):
        with pytest.raises(DeafError, match=why):
            await hook.run()
    assert 200.0 <= spell.at <= 200.0 + 2 * LOOK


async def test_twice_in_a_day_is_not_a_fight(hook: Hook, spell: Spell, other: Bot) -> None:
    for moment in (30.0, 120.0 + AGAIN):
        spell.plan(moment, lambda: other.call("deleteWebhook"))
    assert await until(AGAIN + 600.0, hook, spell) is None
    assert other.call("getWebhookInfo")["url"] == URL


async def test_an_address_written_otherwise_is_the_same(
    hook: Hook, spell: Spell, telegram: BotApi, other: Bot
) -> None:
    spell.plan(30.0, lambda: other.call("setWebhook", url="http://LOCALHOST:9/telegram/hook"))
    hook._url = "http://localhost:9/telegram/hook"
    await until(300.0, hook, spell)
    assert len(telegram.made("setWebhook")) == 2


async def test_telegram_that_no_longer_answers_is_told(hook: Hook, spell: Spell, telegram: BotApi) -> None:
    spell.plan(30.0, lambda: telegram.fail("getWebhookInfo", 500))
    told = await until(60.0 + SILENT + LOOK, hook, spell)
    assert told is not None
    assert told.startswith("no answer from Telegram for")


class Posted:
    """Whoever Telegram posts to, once there is somebody."""

    def __init__(self) -> None:
        self.port = free_port()
        self.server: asyncio.Server | None = None

    async def open(self) -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            writer.close()

        self.server = await asyncio.start_server(answer, "127.0.0.1", self.port)


async def test_updates_that_telegram_fails_to_bring_are_told_until_they_come(
    line: Line, spell: Spell, telegram: BotApi, capfd: pytest.CaptureFixture[str]
) -> None:
    posted = Posted()
    hook = hook_at(f"http://127.0.0.1:{posted.port}/hook", line)
    seen: list[str | None] = []

    def people_write() -> None:
        telegram.text(7, "Bonjour")
        telegram.wait(lambda api: api._webhook.last_error)

    spell.plan(30.0, people_write)
    for moment in (70.0, 130.0, 190.0):
        spell.plan(moment, lambda: seen.append(hook.trouble()))
    await until(200.0, hook, spell)
    assert seen[0] is None
    assert [str(told).partition(":")[0] for told in seen[1:]] == ["Telegram cannot reach the webhook"] * 2
    shown = capfd.readouterr()
    assert (shown.out + shown.err).count("webhook_fails") == 1
    await posted.open()
    await asyncio.to_thread(telegram.wait, lambda api: not api.pending)
    assert await until(100.0, hook, spell) is None
    assert posted.server
    posted.server.close()


def test_an_old_failure_says_nothing_of_what_waits_now(hook: Hook, spell: Spell) -> None:
    held: dict[str, Any] = {"pending_update_count": 3, "last_error_message": "Connection refused"}
    hook._set = True
    for _ in range(3):
        hook._compare(held | {"last_error_date": time.time() - RECENT - 1})
    assert hook.trouble() is None
    hook._compare(held | {"last_error_date": time.time() - RECENT + 60})
    assert hook.trouble() == "Telegram cannot reach the webhook: Connection refused"
    hook._compare(held | {"pending_update_count": 2, "last_error_date": time.time()})
    assert hook.trouble() is None  # fewer wait: they come
