"""The webhook: who posts proves it, what is posted is stored before the 200, and nothing else is."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest
from conversation import Clock, core
from fastapi import FastAPI
from sqlalchemy import select, text
from stored import count
from telegram.error import TelegramError

from bot.telegram import webhook
from bot.telegram.poller import Poller, Time
from rallynov.delivery.service import Delivery
from rallynov.delivery.tables import CursorRow, InboxRow
from rallynov.storage.store import Store

TOKEN = "123456:AAsecretSECRET"  # noqa: S105
URL = "https://rallye.example/telegram/hook"
PROOF = {webhook.HEADER: webhook.secret(TOKEN)}
GOOD = {"update_id": 5, "message": {"chat": {"id": 7, "type": "private"}, "text": "Bonjour"}}


class Api:
    """Telegram, as far as the webhook calls it."""

    def __init__(self, *errors: TelegramError) -> None:
        self.errors = list(errors)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.called = asyncio.Event()

    def tell(self, method: str, /, **params: Any) -> bool:
        return False

    async def call(self, method: str, /, **params: Any) -> Any:
        self.calls.append((method, params))
        self.called.set()
        if self.errors:
            raise self.errors.pop(0)
        return True


class Waits:
    """A sleep that only counts."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
async def delivery(sqlite: Store) -> AsyncIterator[Delivery]:
    working = core(sqlite, Clock()).delivery
    working.start()
    yield working
    await working.close()


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
async def door(poller: Poller) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(webhook.router(URL, TOKEN, poller))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://rallye.example") as client:
        yield client


def post(body: bytes | None = None, **headers: str) -> dict[str, Any]:
    return {"content": orjson.dumps(GOOD) if body is None else body, "headers": {**PROOF, **headers}}


async def test_a_good_update_is_stored_before_the_200(
    door: httpx.AsyncClient, sqlite: Store, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[int] = []
    take = delivery.take

    async def watched(*args: Any) -> None:
        await take(*args)
        stored.append(count(sqlite, InboxRow))

    monkeypatch.setattr(delivery, "take", watched)
    answer = await door.post("/telegram/hook", **post())
    assert (answer.status_code, answer.content, stored) == (200, b"", [1])


async def test_what_is_posted_says_nothing_of_how_far_was_polled(
    door: httpx.AsyncClient, sqlite: Store
) -> None:
    assert (await door.post("/telegram/hook", **post())).status_code == 200
    assert (count(sqlite, InboxRow), count(sqlite, CursorRow)) == (1, 0)


async def test_the_same_update_again_is_one_row(door: httpx.AsyncClient, sqlite: Store) -> None:
    for _ in range(3):
        assert (await door.post("/telegram/hook", **post())).status_code == 200
    assert count(sqlite, InboxRow) == 1


@pytest.mark.parametrize(
    "proof", ["", "faux", webhook.secret("654321:autre"), webhook.secret(TOKEN)[:-1], "é", "\udcff"]
)
async def test_who_does_not_prove_to_be_telegram(door: httpx.AsyncClient, sqlite: Store, proof: str) -> None:
    given = {webhook.HEADER.encode(): proof.encode("utf-8", "surrogateescape")} if proof else {}
    answer = await door.post("/telegram/hook", content=orjson.dumps(GOOD), headers=given)
    assert (answer.status_code, count(sqlite, InboxRow)) == (403, 0)


async def test_a_proof_in_the_address_is_none(door: httpx.AsyncClient, sqlite: Store) -> None:
    answer = await door.post(
        f"/telegram/hook?secret_token={webhook.secret(TOKEN)}", content=orjson.dumps(GOOD)
    )
    assert (answer.status_code, count(sqlite, InboxRow)) == (403, 0)


async def test_a_body_of_two_mebibytes(door: httpx.AsyncClient, sqlite: Store) -> None:
    answer = await door.post("/telegram/hook", **post(b" " * 2 * webhook.LARGEST))
    assert (answer.status_code, count(sqlite, InboxRow)) == (413, 0)


async def test_a_body_of_two_mebibytes_that_does_not_say_so(door: httpx.AsyncClient, sqlite: Store) -> None:
    read: list[int] = []

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(32):
            read.append(65_536)
            yield b" " * 65_536

    answer = await door.post("/telegram/hook", content=pieces(), headers=PROOF)
    assert (answer.status_code, count(sqlite, InboxRow)) == (413, 0)


async def test_a_body_just_below_the_limit(door: httpx.AsyncClient, sqlite: Store) -> None:
    body = orjson.dumps(GOOD)
    answer = await door.post("/telegram/hook", **post(body + b" " * (webhook.LARGEST - len(body))))
    assert (answer.status_code, count(sqlite, InboxRow)) == (200, 1)


@pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE", "HEAD"])
async def test_another_verb(door: httpx.AsyncClient, sqlite: Store, verb: str) -> None:
    answer = await door.request(verb, "/telegram/hook", headers=PROOF)
    assert (answer.status_code, count(sqlite, InboxRow)) == (405, 0)


@pytest.mark.parametrize("body", [b"", b"{", b"bonjour", b"\xff\xfe", b"{'update_id': 1}", b"[" * 100_000])
async def test_what_is_no_json(door: httpx.AsyncClient, sqlite: Store, body: bytes) -> None:
    answer = await door.post("/telegram/hook", **post(body))
    assert (answer.status_code, count(sqlite, InboxRow)) == (400, 0)


@pytest.mark.parametrize(
    "body",
    [b"null", b"[]", b'{"update_id":6,"message":5}', b'{"message":{}}', b'{"update_id":7,"x":"\\ud800"}'],
)
async def test_json_that_is_no_update_is_kept_aside_so_that_it_does_not_come_back(
    door: httpx.AsyncClient, sqlite: Store, body: bytes
) -> None:
    answer = await door.post("/telegram/hook", **post(body))
    assert (answer.status_code, count(sqlite, InboxRow)) == (200, 1)


@pytest.fixture
def refusing(sqlite: Store) -> None:
    """A database that takes no event."""
    body = "BEGIN SELECT RAISE(ABORT, 'no space left on device'); END"
    with sqlite.write() as tx:
        tx.execute(text(f"CREATE TRIGGER refuse BEFORE INSERT ON inbox {body}"))


@pytest.mark.usefixtures("refusing")
async def test_a_store_that_fails_is_told_to_telegram(door: httpx.AsyncClient, sqlite: Store) -> None:
    answer = await door.post("/telegram/hook", **post())
    assert answer.status_code >= 500
    assert "Bonjour" not in answer.text
    assert count(sqlite, InboxRow) == 0


async def test_a_press_is_answered_once_stored(door: httpx.AsyncClient, api: Api) -> None:
    query = {"id": "77", "from": {"id": 7}, "data": "1|x|y|1"}
    await door.post("/telegram/hook", **post(orjson.dumps({"update_id": 8, "callback_query": query})))
    await api.called.wait()
    assert api.calls == [("answerCallbackQuery", {"callback_query_id": "77"})]


def test_the_secret_is_one_that_telegram_takes_and_tells_nothing_of_the_token() -> None:
    made = webhook.secret(TOKEN)
    assert 1 <= len(made) <= 256
    assert made.isalnum()
    assert made.isascii()
    assert "secret" not in made.lower()


def kept(store: Store) -> list[str]:
    with store.read() as tx:
        return [
            one.partition(":")[2] for one in tx.scalars(select(InboxRow.external_id).order_by(InboxRow.seq))
        ]


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def poller(delivery: Delivery, api: Api, waits: Waits) -> Poller:
    return Poller(api, delivery, "123456", Time(lambda: 0.0, Clock(), waits))  # type: ignore[arg-type]


async def test_updates_seen_twice_are_kept_once(poller: Poller, sqlite: Store) -> None:
    raw = [{"update_id": n, "message": {"chat": {"id": 7}, "text": str(n)}} for n in (5, 6)]
    offsets = [await poller.keep(raw, None), await poller.keep([*raw, {"update_id": 4}], 7)]
    assert offsets == [7, 5]  # numbering may start again lower: the last one counts
    assert kept(sqlite) == ["5", "6", "4"]


async def test_a_group_without_any_id_is_kept_once_and_asked_for_without_haste(
    poller: Poller, sqlite: Store, waits: Waits
) -> None:
    assert [await poller.keep([["?"]], 12) for _ in range(3)] == [12, 12, 12]
    assert len(kept(sqlite)) == 1
    assert waits.seconds == [1.0, 1.0, 1.0]


async def test_a_press_whose_answer_fails_disturbs_nothing(poller: Poller, api: Api, sqlite: Store) -> None:
    api.errors = [TelegramError("query is too old")]
    query = {"id": "9", "from": {"id": 7}, "data": "1|welcome|begin|1"}
    await poller.keep([{"update_id": 5, "callback_query": query}], None)
    await asyncio.gather(*poller._answers)
    assert api.calls == [("answerCallbackQuery", {"callback_query_id": "9"})]
    assert kept(sqlite) == ["5"]
