"""Polling through every error that Telegram and networks make: on a clock of the test, nothing is lost or slept."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from typing import Any

import pytest
from botapi import BotApi
from conversation import Clock, core
from spell import Line, Spell
from sqlalchemy import select, text
from structlog.testing import capture_logs

from bot.telegram.calls import Api
from bot.telegram.direct import DirectRequest
from bot.telegram.failures import MaybeSentTimedOut
from bot.telegram.http import CONNECT, READ, make_request
from bot.telegram.poller import DeafError, Poller
from rallynov.delivery import service
from rallynov.delivery.service import Delivery
from rallynov.delivery.tables import InboxRow
from rallynov.storage.store import Store

TOKEN = "123456:AAsecretSECRET"  # noqa: S105
BACK = 35.0
"""Seconds after the end of a spell within which polling is back."""


@pytest.fixture
async def delivery(sqlite: Store, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Delivery]:
    monkeypatch.setattr(service, "IDLE", 0.02)
    working = core(sqlite, Clock()).delivery
    working.start()
    yield working
    await working.close()


@pytest.fixture
async def line(telegram: BotApi, spell: Spell) -> AsyncIterator[Line]:
    calls, updates = make_request("direct", 4), make_request("direct", 1)
    async with Api(TOKEN, api=telegram.url, calls=calls, updates=updates) as api:
        yield Line(api, spell)


@pytest.fixture
async def task(line: Line, delivery: Delivery, spell: Spell) -> AsyncIterator[asyncio.Task[None]]:
    """A poller at work."""
    running = asyncio.ensure_future(Poller(line, delivery, "123456", spell.time()).run())  # type: ignore[arg-type]
    yield running
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def until(telegram: BotApi, seen: Callable[[BotApi], object]) -> None:
    await asyncio.to_thread(telegram.wait, seen)


async def drained(telegram: BotApi) -> None:
    await until(telegram, lambda api: api.polling and not api.pending)


def kept(store: Store) -> list[tuple[str, str]]:
    with store.read() as tx:
        rows = tx.execute(select(InboxRow.external_id, InboxRow.status).order_by(InboxRow.seq))
        return [(row[0].partition(":")[2], row[1]) for row in rows]


def failing(status: int, **form: Any) -> Callable[[Line, BotApi], None]:
    return lambda _line, api: api.fail("getUpdates", status, **form)


def refused(line: Line, _api: BotApi) -> None:
    """Nobody listens where Telegram was."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    nowhere = Api(TOKEN, api=f"http://127.0.0.1:{port}", calls=DirectRequest(1), updates=DirectRequest(1))
    line.bad = lambda method, params: nowhere.call(method, **params)


def silent(line: Line, api: BotApi) -> None:
    """Telegram takes the call and never answers: as long as the client waits goes by."""
    api.hang("getUpdates", None)
    short = DirectRequest(1, connect_timeout=0.02, read_timeout=0.03)
    impatient = Api(TOKEN, api=api.url, calls=short, updates=short)

    async def call(method: str, params: dict[str, Any]) -> Any:
        try:
            return await impatient.call(method, **{**params, "timeout": 0})
        except MaybeSentTimedOut:
            line.spell.move(CONNECT + READ + params["timeout"])
            raise

    line.bad = call


ERRORS: dict[str, Callable[[Line, BotApi], None]] = {
    "401": failing(401),
    "404": failing(404),
    "409": failing(409),
    "429": failing(429, retry_after=20),
    "429 at once": failing(429, retry_after=0),
    "500": failing(500),
    "502 of a proxy": failing(502, body="<html><center><h1>502 Bad Gateway</h1></center></html>"),
    "refused": refused,
    "silent": silent,
    "cut": lambda _line, api: api.drop("getUpdates", None),
    "200 of a proxy": failing(200, body="<html>Identifiez-vous</html>"),
    "200 without updates": failing(200, body={"ok": True, "result": True}),
    "200 without result": failing(200, body={"ok": True}),
}
DEAF = ("401", "404", "409")


async def goes_wrong(name: str, seconds: float, line: Line, telegram: BotApi) -> list[int]:
    """Let a poller run, then begin a spell; return the updates pushed before and during it."""
    pushed = [telegram.text(7, "avant")]
    await drained(telegram)
    line.spell.begin(seconds, lambda: telegram.heal("getUpdates"))
    ERRORS[name](line, telegram)
    pushed += [telegram.text(7, "au bord"), telegram.text(8, "pendant")]
    return pushed


@pytest.mark.parametrize(
    ("name", "seconds"), [*((n, 2.0) for n in ERRORS), *((n, 300.0) for n in ERRORS if n not in DEAF)]
)
async def test_polling_is_back_after_a_spell_and_nothing_is_lost(
    name: str, seconds: float, line: Line, telegram: BotApi, task: asyncio.Task[None], sqlite: Store
) -> None:
    pushed = await goes_wrong(name, seconds, line, telegram)
    await drained(telegram)
    assert not task.done()
    assert line.spell.end <= line.spell.at <= line.spell.end + BACK
    assert [row[0] for row in kept(sqlite)] == [str(update) for update in pushed]
    gaps = [later - earlier for earlier, later in pairwise(line.tries) if later > earlier]
    assert min(gaps) >= 1  # never in a hurry
    assert max(gaps) <= BACK  # at whichever moment the spell had ended


@pytest.mark.parametrize("name", DEAF)
async def test_a_refusal_that_lasts_ends_the_process_rather_than_leave_it_deaf(
    name: str, line: Line, telegram: BotApi, task: asyncio.Task[None]
) -> None:
    pushed = await goes_wrong(name, 300.0, line, telegram)
    async with asyncio.timeout(20):
        with pytest.raises(DeafError):
            await task
    assert 60 <= line.spell.at - line.spell.begun <= 90
    assert telegram.pending[-1] == pushed[-1]  # Telegram still has it


def refuse(store: Store, table: str) -> Callable[[], None]:
    """Let a table take nothing; return what ends that."""
    verbs = ("INSERT", "UPDATE")
    for verb in verbs:
        body = "BEGIN SELECT RAISE(ABORT, 'no space left on device'); END"
        with store.write() as tx:
            tx.execute(text(f"CREATE TRIGGER refuse_{verb} BEFORE {verb} ON {table} {body}"))

    def heal() -> None:
        with store.write() as tx:
            for verb in verbs:
                tx.execute(text(f"DROP TRIGGER IF EXISTS refuse_{verb}"))

    return heal


async def test_a_database_that_refuses_to_write(
    line: Line, telegram: BotApi, task: asyncio.Task[None], sqlite: Store
) -> None:
    first = telegram.text(7, "avant")
    await drained(telegram)
    line.spell.begin(300.0, refuse(sqlite, "inbox"))
    asked = len(telegram.made("getUpdates"))
    second = telegram.text(7, "pendant")
    with capture_logs() as logs:
        await drained(telegram)
    said = [line["event"] for line in logs if line["event"].startswith(("updates_", "telegram_"))]
    assert set(said) == {"updates_not_stored", "updates_are_stored_again"}, "Telegram was well all along"
    assert not task.done()
    assert line.spell.end <= line.spell.at <= line.spell.end + BACK
    assert [row[0] for row in kept(sqlite)] == [str(first), str(second)]
    offsets = [call.params.get("offset") for call in telegram.made("getUpdates")[asked:]]
    assert offsets.count(second) >= 10  # asked for again and again, never acknowledged unstored
    assert offsets == sorted(offsets)


async def test_updates_and_how_far_they_reach_are_one_transaction(
    line: Line, telegram: BotApi, task: asyncio.Task[None], sqlite: Store
) -> None:
    seen: list[int] = []
    heal = refuse(sqlite, "cursor")

    def look() -> None:
        seen.append(len(kept(sqlite)))
        heal()

    line.spell.begin(2.0, look)
    telegram.text(7, "bonjour")
    await drained(telegram)
    assert seen[0] == 0  # what was stored with a cursor that was not is not there
    assert len(kept(sqlite)) == 1


async def test_a_webhook_left_behind_is_taken_away_without_dropping_what_waits(
    line: Line, telegram: BotApi, spell: Spell, delivery: Delivery, sqlite: Store
) -> None:
    await line.good.call("setWebhook", url="http://127.0.0.1:9/ailleurs")
    waiting = telegram.text(7, "bonjour")
    poller = Poller(line, delivery, "123456", spell.time())  # type: ignore[arg-type]
    running = asyncio.ensure_future(poller.run())
    await drained(telegram)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    dropped = [call.params.get("drop_pending_updates") for call in telegram.made("deleteWebhook")]
    assert dropped == [False]
    assert [row[0] for row in kept(sqlite)] == [str(waiting)]
    assert spell.at <= BACK


async def test_a_foreign_poller_has_no_webhook_to_take_away(
    line: Line, telegram: BotApi, task: asyncio.Task[None]
) -> None:
    await goes_wrong("409", 2.0, line, telegram)
    await drained(telegram)
    assert telegram.made("deleteWebhook") == []
