import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any

import pytest
import uvloop
from botapi import BotApi
from botapi.client import Bot
from desk import Desk
from loopback import TOKEN, Client, Connection, Loopback
from spell import Spell
from wired import Run

from bot.telegram.calls import Api
from bot.telegram.http import make_request
from rallynov.wording import Wording


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
async def server() -> AsyncIterator[Loopback]:
    told = Loopback()
    listening = await asyncio.get_running_loop().create_server(lambda: Connection(told), "127.0.0.1", 0)
    told.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield told
    listening.close()
    for transport in told.transports:
        transport.abort()
    await asyncio.sleep(0)  # lets the transports close


@pytest.fixture(params=["direct", "pyreqwest", "httpx"])
def client(request: pytest.FixtureRequest) -> Client:
    which: Client = request.param
    return which


@pytest.fixture
async def api(client: Client, server: Loopback) -> AsyncIterator[Api]:
    calls, updates = make_request(client, 4), make_request(client, 1)
    async with Api(TOKEN, api=server.url, calls=calls, updates=updates) as ready:
        yield ready


@pytest.fixture(scope="session")
def wording() -> Wording:
    return Wording({"operator": "x", "contact": "y"})


@pytest.fixture
def telegram() -> Iterator[BotApi]:
    with BotApi() as running:
        yield running


@pytest.fixture
def other(telegram: BotApi) -> Iterator[Bot]:
    """Another program that holds the same token."""
    bot = Bot(telegram)
    yield bot
    bot.close()


@pytest.fixture
def spell() -> Spell:
    return Spell()


@pytest.fixture
async def desk(telegram: BotApi, client: Client, wording: Wording) -> AsyncIterator[Desk]:
    calls, updates = make_request(client, 4), make_request(client, 1)
    async with Api(TOKEN, api=telegram.url, calls=calls, updates=updates) as api:
        ready = Desk(api, wording)
        yield ready
        ready.files.close()


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Run a scenario on a loop."""
    factory = asyncio.new_event_loop if request.param == "asyncio" else uvloop.new_event_loop

    def scenario(told: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(told)

    return scenario
