"""Who else reads a bot's updates, or sets its webhook: it is noticed although now and then a call succeeds."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import pytest
from botapi import BotApi
from botapi.client import Bot
from conversation import Clock, core
from spell import Line, Spell
from sqlalchemy import insert, select
from sqlalchemy.exc import OperationalError

from bot.telegram.calls import Api
from bot.telegram.http import make_request
from bot.telegram.poller import HOOKED, PATIENCE, QUIET, RIVAL, DeafError, Poller
from rallynov.delivery import inbox
from rallynov.delivery.service import Delivery
from rallynov.delivery.tables import CursorRow, InboxRow
from rallynov.storage.store import Store

TOKEN = "123456:AAsecretSECRET"  # noqa: S105
EVERY = 5.0
"""Seconds between two messages of people."""


@pytest.fixture
async def delivery(sqlite: Store) -> AsyncIterator[Delivery]:
    working = core(sqlite, Clock()).delivery
    working.start()
    yield working
    await working.close()


@pytest.fixture
async def pollers(telegram: BotApi, spell: Spell, delivery: Delivery) -> AsyncIterator[list[Poller]]:
    """Two pollers on one token."""
    made = [make_request("direct", n) for n in (4, 1, 4, 1)]
    async with (
        Api(TOKEN, api=telegram.url, calls=made[0], updates=made[1]) as one,
        Api(TOKEN, api=telegram.url, calls=made[2], updates=made[3]) as two,
    ):
        yield [Poller(Line(api, spell), delivery, "123456", spell.time()) for api in (one, two)]  # type: ignore[arg-type]


@pytest.fixture
def poller(pollers: list[Poller]) -> Poller:
    return pollers[0]


@pytest.fixture
async def begin() -> AsyncIterator[Callable[[Poller], "asyncio.Task[None]"]]:
    started: list[asyncio.Task[None]] = []

    def start(poller: Poller) -> asyncio.Task[None]:
        started.append(asyncio.ensure_future(poller.run()))
        return started[-1]

    yield start
    for task in started:
        task.cancel()
    await asyncio.gather(*started, return_exceptions=True)


Begin = Callable[[Poller], "asyncio.Task[None]"]


async def until(telegram: BotApi, seen: Callable[[BotApi], object]) -> None:
    await asyncio.to_thread(telegram.wait, seen)


def kept(store: Store) -> list[str]:
    with store.read() as tx:
        found = tx.scalars(select(InboxRow.external_id).order_by(InboxRow.seq))
        return [one.partition(":")[2] for one in found]


def people_write(telegram: BotApi, spell: Spell) -> None:
    """Have somebody write again and again."""
    telegram.text(7, "Bonjour")
    spell.plan(spell.at + EVERY, lambda: people_write(telegram, spell))


async def test_two_readers_that_share_the_updates_are_noticed(
    pollers: list[Poller],
    begin: Begin,
    telegram: BotApi,
    spell: Spell,
    capfd: pytest.CaptureFixture[str],
) -> None:
    people_write(telegram, spell)
    tasks = [begin(poller) for poller in pollers]
    async with asyncio.timeout(20):
        ended, going = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    with suppress(DeafError):
        for task in ended:
            task.result()
    assert PATIENCE < spell.at <= 2 * PATIENCE
    assert [str(task.exception()) for task in ended] == [RIVAL] * len(ended)
    assert [pollers[tasks.index(task)].trouble() for task in going] == [RIVAL] * len(going)
    answered = [call.status for call in telegram.made("getUpdates")]
    assert answered.count(200) >= 3  # now and then each had success
    shown = capfd.readouterr()
    assert (shown.out + shown.err).count("another_reader") == 2


async def test_conflicts_with_a_quiet_minute_between_them_are_no_rival(
    poller: Poller, begin: Begin, telegram: BotApi, spell: Spell
) -> None:
    task = begin(poller)
    for _ in range(6):
        await until(telegram, lambda api: api.polling)
        conflicts = [call.status for call in telegram.made("getUpdates")].count(409)
        telegram.fail("getUpdates", 409, times=1)
        telegram.text(7, "Bonjour")  # ends the poll: the next one is refused
        await until(
            telegram,
            lambda api, seen=conflicts: (  # type: ignore[misc]
                [call.status for call in api.made("getUpdates")].count(409) > seen and api.polling
            ),
        )
        assert poller.trouble() is None
        spell.move(QUIET + 1)
    assert not task.done()


async def test_a_webhook_that_is_set_again_is_left_to_who_sets_it(
    poller: Poller, begin: Begin, telegram: BotApi, spell: Spell, other: Bot
) -> None:
    hook = "http://127.0.0.1:9/ailleurs"
    other.call("setWebhook", url=hook)
    task = begin(poller)
    await until(telegram, lambda api: api.polling)
    spell.move(120.0)
    other.call("setWebhook", url=hook)
    telegram.text(7, "Bonjour")  # the webhook does not take it
    async with asyncio.timeout(30):
        with pytest.raises(DeafError, match=HOOKED):
            await task
    assert other.call("getWebhookInfo")["url"] == hook
    assert len(telegram.made("deleteWebhook")) == 1


@pytest.mark.parametrize("still", ["set", "taken away by hand"])
async def test_what_the_webhook_left_behind_is_fetched_when_updates_are_polled_again(
    still: str, poller: Poller, begin: Begin, telegram: BotApi, other: Bot, sqlite: Store
) -> None:
    other.call("setWebhook", url="http://127.0.0.1:9/hook")
    refused, posted = telegram.text(7, "refusé"), telegram.text(8, "gardé")
    message: dict[str, Any] = {"chat": {"id": 8, "type": "private"}, "text": "gardé"}
    await poller.receive({"update_id": posted, "message": message})
    if still != "set":
        other.call("deleteWebhook")
    begin(poller)
    await until(telegram, lambda api: api.polling and not api.pending)
    assert kept(sqlite) == [str(posted), str(refused)]


async def test_how_far_an_earlier_release_said_the_webhook_had_come_drops_nothing(
    poller: Poller, begin: Begin, telegram: BotApi, other: Bot, sqlite: Store
) -> None:
    other.call("setWebhook", url="http://127.0.0.1:9/hook")
    waiting = telegram.text(7, "refusé")
    ahead = {"channel": "telegram:123456", "next_offset": waiting + 2, "moved_at": Clock()()}
    with sqlite.write() as tx:
        tx.execute(insert(CursorRow), [ahead])
    begin(poller)
    await until(telegram, lambda api: api.polling and not api.pending)
    assert kept(sqlite) == [str(waiting)]


async def test_a_database_that_is_away_at_the_start_is_asked_again(
    poller: Poller,
    begin: Begin,
    telegram: BotApi,
    spell: Spell,
    sqlite: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    away = [OperationalError("SELECT", {}, Exception("terminating connection"))] * 3
    cursor = inbox.cursor

    def sometimes(*given: Any) -> int | None:
        if away:
            raise away.pop()
        return cursor(*given)

    monkeypatch.setattr(inbox, "cursor", sometimes)
    update = telegram.text(7, "Bonjour")
    begin(poller)
    await until(telegram, lambda api: api.polling and not api.pending)
    assert spell.waits == [1.0, 2.0, 4.0]
    assert kept(sqlite) == [str(update)]
