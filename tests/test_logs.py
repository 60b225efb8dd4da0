"""Logs never hold a token, a password, nor what a person typed; neither do errors and the values that are shown."""

import asyncio
import contextlib
import io
import json
import logging
import sys
import traceback
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Literal

import pytest
import structlog
from botapi import BotApi
from conversation import Clock, core
from loopback import Client, impatient
from pydantic import ValidationError

from bot import logs
from bot.settings import Settings
from bot.telegram.app import Account, Resources, TelegramDoor
from bot.telegram.calls import Api
from bot.telegram.http import make_request
from bot.telegram.poller import DeafError, Poller, Time
from bot.wiring import Core
from rallynov.storage.store import Store

TOKEN = "123456789:AAFsecretSECRETsecretSECRETsecretSEC"  # noqa: S105
URL = f"https://api.telegram.org/bot{TOKEN}/getUpdates"
PASSWORD = "postgresql://rallynov:MOTDEPASSE@base:5432/rallynov"  # noqa: S105
Form = Literal["console", "json"]


@pytest.fixture(params=["console", "json"])
def form(request: pytest.FixtureRequest) -> Form:
    which: Form = request.param
    return which


@pytest.fixture
def logged(form: Form, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the product writes on standard error at its most talkative; put back as it was after the test."""
    root, levels = logging.getLogger(), {name: logging.getLogger(name).level for name in logs.QUIET}
    handlers, level, configured = root.handlers[:], root.level, structlog.get_config()
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stderr", shown)
    logs.configure(form, logging.DEBUG)
    yield shown
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, one in levels.items():
        logging.getLogger(name).setLevel(one)
    structlog.configure(**configured)


def leaks(shown: str) -> list[str]:
    return [secret for secret in ("secretSECRET", "MOTDEPASSE", "MARQUE") if secret in shown]


@pytest.mark.parametrize(
    "text",
    [
        TOKEN,
        f"le jeton {TOKEN}.",
        f'{{"token": "{TOKEN}"}}',
        PASSWORD,
        pytest.param(URL),
        pytest.param(f"b'/bot{TOKEN}/x'"),
    ],
)
def test_what_is_struck_out(text: str) -> None:
    assert leaks(logs.redact(text)) == []
    assert "***" in logs.redact(text)


@pytest.mark.parametrize("text", ["12:30", "2026-11-22 09:00:00", "http://127.0.0.1:8000/", "seq=123:0"])
def test_what_is_not(text: str) -> None:
    assert logs.redact(text) == text


def test_our_own_lines(form: Form, logged: io.StringIO) -> None:
    log = structlog.get_logger("rallynov.test")
    log.info("spoken", token=TOKEN, database=PASSWORD)
    log.debug("whispered", token=TOKEN)
    try:
        raise RuntimeError(f"refused: {TOKEN}")  # noqa: TRY301
    except RuntimeError:
        log.exception("broken")
    shown = logged.getvalue()
    assert leaks(shown) == []
    assert ("spoken" in shown, "whispered" in shown, "broken" in shown) == (True, True, True)
    if form == "json":
        assert json.loads(shown.splitlines()[0])["token"] == "***"  # noqa: S105


@pytest.mark.parametrize("value", [RuntimeError(TOKEN), [TOKEN], {"token": TOKEN}, (PASSWORD,)], ids=repr)
def test_a_secret_inside_a_value(logged: io.StringIO, value: object) -> None:
    try:
        structlog.get_logger("rallynov.test").warning("spoken", value=value)
    except TypeError:  # JSON has no word for an exception
        return
    assert leaks(logged.getvalue()) == []


def test_lines_of_libraries(logged: io.StringIO) -> None:
    library = logging.getLogger("some.package")
    library.warning("calling %s with %r", PASSWORD, {"token": TOKEN})
    try:
        raise RuntimeError(f"refused: {TOKEN}")  # noqa: TRY301
    except RuntimeError:
        library.exception("broken")
    shown = logged.getvalue()
    assert leaks(shown) == []
    assert ("calling" in shown, "RuntimeError: refused" in shown) == (True, True)


def test_libraries_that_print_addresses_are_quiet(logged: io.StringIO) -> None:
    for name in ("httpx", "httpcore.http11", "telegram.Bot", "some.package"):
        logging.getLogger(name).info("HTTP Request: POST %s", URL)
        logging.getLogger(name).debug("HTTP Request: POST %s", URL)
    assert logged.getvalue() == ""


ERRORS = ("401", "404", "409", "429", "500", "502", "cut", "silent", "refused", "not json")


async def attempt(error: str, client: Client) -> list[BaseException]:
    """Poll once into an error; return what was raised, with all that it came from."""
    with BotApi() as telegram:
        if error.isdigit():
            telegram.fail("getUpdates", int(error), body="<html>" if error == "502" else None)
        elif error == "not json":
            telegram.fail("getUpdates", 200, body="<html>")
        else:
            telegram.drop("getUpdates", None) if error == "cut" else telegram.hang("getUpdates", None)
        waits = {"connect_timeout": 0.05, "read_timeout": 0.05}
        request = impatient(client, **waits)
        address = "http://127.0.0.1:9" if error == "refused" else telegram.url
        async with Api(TOKEN, api=address, calls=make_request(client, 1), updates=request) as api:
            try:
                await api.call("getUpdates", timeout=0)
            except Exception as raised:
                structlog.get_logger("rallynov.test").exception("raised")
                logging.getLogger("some.package").exception("raised")
                chain: list[BaseException] = []
                link: BaseException | None = raised
                while link is not None:
                    chain.append(link)
                    link = link.__cause__ or link.__context__
                return chain
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize("client", ["direct", "pyreqwest", "httpx"])
@pytest.mark.parametrize("error", ERRORS)
async def test_an_error_of_telegram(error: str, client: Client, logged: io.StringIO) -> None:
    chain = await attempt(error, client)
    shown = "".join(f"{link} {link!r} {link.args!r}" for link in chain)
    shown += "".join(traceback.format_exception(chain[0]))
    assert leaks(shown) == []
    assert leaks(logged.getvalue()) == []


@pytest.fixture
async def whole(sqlite: Store) -> AsyncIterator[Core]:
    built = core(sqlite, Clock())
    built.delivery.start()
    yield built
    await built.delivery.close()


@pytest.mark.parametrize("error", [401, 409, 502])
async def test_a_poller_in_trouble(whole: Core, error: int, logged: io.StringIO) -> None:
    at = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal at
        at += seconds
        if at > 600:
            raise DeafError("long enough")
        await asyncio.sleep(0)

    with BotApi() as telegram:
        telegram.fail("getUpdates", error)
        updates, calls = make_request("direct", 1), make_request("direct", 1)
        async with Api(TOKEN, api=telegram.url, calls=calls, updates=updates) as api:
            with pytest.raises(DeafError):
                await Poller(api, whole.delivery, "123456789", Time(lambda: at, Clock(), sleep)).run()
    shown = logged.getvalue()
    assert "telegram_unavailable" in shown
    assert leaks(shown) == []


async def test_a_whole_conversation_at_debug(whole: Core, logged: io.StringIO) -> None:
    with BotApi() as telegram:
        door = TelegramDoor(
            Account(TOKEN, telegram.url),
            whole.delivery,
            "me",
            Clock(),
            Resources(whole.wording, whole.papers),
        )
        running = asyncio.ensure_future(door.run())
        telegram.text(7, "bonjour MARQUE")
        telegram.text(7, "/MARQUE MARQUE")
        telegram.raw({"update_id": 700_000_500, "message": {"text": "MARQUE"}})
        telegram.fail("sendMessage", 400, times=2)
        telegram.text(8, "encore une MARQUE dans une phrase")
        await asyncio.to_thread(
            telegram.wait, lambda api: len(api.made("sendMessage")) >= 4 and not api.pending
        )
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
    shown = logged.getvalue()
    assert "updates_set_aside" in shown
    assert leaks(shown) == []


def test_nothing_that_is_shown_holds_a_secret(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, telegram_token=TOKEN, database_url=PASSWORD, data_dir=tmp_path)
    account = Account(TOKEN, settings.telegram_api)
    api = Api(TOKEN, calls=make_request("direct", 1), updates=make_request("direct", 1))
    store = Store(PASSWORD)
    values = (settings, account, api, store, store.url, store.engine, settings.telegram_token)
    shown = "".join(f"{value} {value!r}" for value in values) + str(settings.model_dump())
    assert leaks(shown) == []
    assert leaks(settings.model_dump_json()) == []
    store.close()


def test_a_setting_that_is_refused_is_not_shown() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(_env_file=None, telegram_token="secretSECRET", database_url="mysql://MOTDEPASSE")  # noqa: S106
    assert leaks(f"{caught.value} {caught.value!r}") == []
