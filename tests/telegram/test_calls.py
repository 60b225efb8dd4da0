"""What is said and what is answered, by name, through both HTTP clients."""

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from loopback import TOKEN, Loopback, error_of
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputFile
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.telegram.calls import Api
from bot.telegram.direct import DirectRequest
from bot.telegram.failures import MaybeSent, classify
from rallynov.delivery.decisions import FailureKind
from rallynov.papers.model import File


async def test_an_answer_is_its_result(api: Api, server: Loopback) -> None:
    assert await api.call("sendMessage", chat_id=1, text="Salut") == {"message_id": 7}
    path, head, _ = server.requests[-1]
    assert path == f"/bot{TOKEN}/sendMessage"
    assert b"python-telegram-bot" in head


async def test_parameters_arrive_as_they_are(api: Api, server: Loopback) -> None:
    text = "Éœ « ça » 🎉 \u202e &=+%\n"
    board = {"inline_keyboard": [[{"text": "Été", "callback_data": "a:é"}]]}
    await api.call(
        "sendMessage", chat_id=-(2**70), text=text, reply_markup=board, parse_mode=None, silent=True
    )
    sent = server.fields()
    assert json.loads(sent.pop("reply_markup")) == board
    assert sent == {"chat_id": str(-(2**70)), "text": text, "silent": "true"}


async def test_ptb_objects_are_taken(api: Api, server: Loopback) -> None:
    board = InlineKeyboardMarkup([[InlineKeyboardButton("Oui", callback_data="o")]])
    await api.call("sendMessage", reply_markup=board)
    assert json.loads(server.fields()["reply_markup"]) == board.to_dict()


async def test_no_parameters_at_all(api: Api, server: Loopback) -> None:
    server.body = b'{"ok":true,"result":{"id":123456,"is_bot":true,"first_name":"R"}}'
    assert (await api.get_me()).id == 123456


async def test_upload(api: Api, server: Loopback) -> None:
    octets = bytes(range(256)) * 40
    file = InputFile(octets, filename="dossier é.pdf")
    await api.call("sendDocument", chat_id=5, document=file, caption="Reçu n° 1")
    _, head, body = server.requests[-1]
    assert b"multipart/form-data" in head
    assert octets in body
    assert "Reçu n° 1".encode() in body
    assert b'name="document"' in body
    assert "dossier é.pdf".encode() in body or b"dossier%20%C3%A9.pdf" in body


async def test_files_go_by_the_name_of_their_parameter(api: Api, server: Loopback) -> None:
    octets = bytes(range(256)) * 40
    file = File('rapport "n° 1"\r\nX-Evil: 1.pdf', "application/pdf", octets)
    await api.call("sendDocument", files={"document": file}, chat_id=5, caption="Reçu n° 1", parse_mode=None)
    _, head, body = server.requests[-1]
    assert b"multipart/form-data" in head
    assert octets in body
    assert b'name="document"' in body
    assert b"application/pdf" in body
    assert "Reçu n° 1".encode() in body
    assert b"\nX-Evil" not in body
    assert b"parse_mode" not in body


async def test_an_opened_file_with_a_hostile_name(api: Api, server: Loopback, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"octets")
    with path.open("rb") as opened:
        file = InputFile(opened, filename='a"\r\nX-Evil: 1.txt', read_file_handle=False)
        await api.call("sendDocument", chat_id=5, document=file)
    assert b"octets" in server.requests[-1][2]
    assert b"\nX-Evil" not in server.requests[-1][2]


ANSWERS: tuple[tuple[int, dict[str, Any], type[TelegramError], FailureKind], ...] = (
    (400, {"description": "Bad Request: chat not found"}, BadRequest, FailureKind.GONE),
    (
        400,
        {"description": "Bad Request: x", "parameters": {"migrate_to_chat_id": -9}},
        ChatMigrated,
        FailureKind.MIGRATED,
    ),
    (401, {"description": "Unauthorized"}, InvalidToken, FailureKind.TOKEN),
    (403, {"description": "Forbidden: bot was blocked by the user"}, Forbidden, FailureKind.BLOCKED),
    (404, {"description": f"Not Found: /bot{TOKEN}/x"}, InvalidToken, FailureKind.TOKEN),
    (409, {"description": "Conflict: terminated"}, Conflict, FailureKind.CONFLICT),
    (413, {"description": "Request Entity Too Large"}, NetworkError, FailureKind.BAD_CONTENT),
    (
        429,
        {"description": "Too Many Requests", "parameters": {"retry_after": 3}},
        RetryAfter,
        FailureKind.FLOOD,
    ),
    (429, {"description": "Too Many Requests: retry later"}, NetworkError, FailureKind.FLOOD),
    (500, {"description": "Internal Server Error"}, NetworkError, FailureKind.AILING),
    (302, {}, NetworkError, FailureKind.UNKNOWN),
)


@pytest.mark.parametrize(("status", "said", "kind", "meaning"), ANSWERS)
async def test_errors_the_server_names(
    api: Api,
    server: Loopback,
    status: int,
    said: dict[str, Any],
    kind: type[TelegramError],
    meaning: FailureKind,
) -> None:
    server.status, server.body = status, json.dumps({"ok": False, "error_code": status, **said}).encode()
    error = await error_of(api.call("sendMessage", chat_id=1, text="x"))
    assert type(error) is kind
    assert classify(error).kind is meaning


async def test_the_wait_asked_for_is_kept(api: Api, server: Loopback) -> None:
    server.status = 429
    for asked, kept in ((3, 3.0), (1.5, 1.5), (10**30, 86_400.0)):
        server.body = json.dumps({"description": "x", "parameters": {"retry_after": asked}}).encode()
        assert classify(await error_of(api.call("sendMessage"))).retry_after == kept


@pytest.mark.parametrize("status", [400, 429, 502])
@pytest.mark.parametrize(
    "body",
    [
        f"<h1>/bot{TOKEN}/sendMessage</h1>".encode(),
        b"",
        b"[]",
        b"\xff",
        b'{"description":[1],"parameters":{"retry_after":"soon","x":NaN}}',
        b'{"parameters":[1]}',
    ],
)
async def test_a_body_that_is_not_the_bot_apis(api: Api, server: Loopback, status: int, body: bytes) -> None:
    server.status, server.body = status, body
    kinds = {400: FailureKind.BAD_CONTENT, 429: FailureKind.FLOOD, 502: FailureKind.AILING}
    assert classify(await error_of(api.call("sendMessage"))).kind is kinds[status]


@pytest.mark.parametrize("body", [b"<html>", b"", b"[1]", b"{}", b"[" * 100_000])
async def test_a_success_that_is_not_the_bot_apis_may_have_been_one(
    api: Api, server: Loopback, body: bytes
) -> None:
    server.body = body
    assert isinstance(await error_of(api.call("sendMessage")), MaybeSent)


async def test_an_answer_with_a_lone_surrogate_is_read(api: Api, server: Loopback) -> None:
    server.body = b'{"ok":true,"result":[{"text":"a\\ud800"},{"text":"\xff"}]}'
    assert await api.call("getUpdates") == [{"text": "a\ud800"}, {"text": "\ufffd"}]


@pytest.mark.parametrize("text", ["\ud800", "fin \udfff"])
async def test_a_lone_surrogate_is_bad_content_and_never_leaves(
    api: Api, server: Loopback, text: str
) -> None:
    for upload in ({}, {"document": InputFile(b"x", filename="x")}):
        error = await error_of(api.call("sendDocument", chat_id=1, caption=text, **upload))
        assert classify(error).kind is FailureKind.BAD_CONTENT
        assert isinstance(error.__cause__, UnicodeEncodeError)
    assert server.requests == []


async def test_a_value_that_is_not_json_is_bad_content(api: Api, server: Loopback) -> None:
    error = await error_of(api.call("sendMessage", reply_markup={"x": object()}))
    assert classify(error).kind is FailureKind.BAD_CONTENT
    assert server.requests == []


async def test_what_nobody_waits_for(api: Api, server: Loopback) -> None:
    first = api.tell("answerCallbackQuery", callback_query_id="é", x=None)
    assert not first  # no connection yet, and only ours knows how
    await api.call("getMe")
    ours = api.tell("answerCallbackQuery", callback_query_id="é", x=None)
    assert ours == isinstance(api._calls, DirectRequest)
    if ours:
        assert not api.tell("answerCallbackQuery", callback_query_id="é")  # the one connection is taken
        assert not api.tell("answerCallbackQuery", callback_query_id="\ud800")
        while len(server.requests) < 2:
            await asyncio.sleep(0.01)
        assert server.fields() == {"callback_query_id": "é"}
        server.behaviour = "cut"
        await asyncio.sleep(0.01)
        assert api.tell("answerCallbackQuery", callback_query_id="é")
        await asyncio.sleep(0.01)
    assert len(server.requests) == (3 if ours else 1)


async def test_the_long_poll_waits_longer(server: Loopback) -> None:
    class Patient(DirectRequest):
        async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
            waits.append(kwargs["read_timeout"])
            return await super().do_request(*args, **kwargs)

    waits: list[float] = []
    async with Api(
        TOKEN, api=server.url, calls=DirectRequest(1), updates=Patient(1, read_timeout=2.0)
    ) as api:
        await api.call("getUpdates", timeout=30, offset=5)
        await api.call("getUpdates")
    assert waits == [32.0, 2.0]


async def test_the_token_is_in_no_log_and_no_repr(
    api: Api, server: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await api.call("getMe")
    server.status, server.body = 502, b"<html>"
    await error_of(api.call("getMe"))
    assert "secret" not in (caplog.text + repr(api) + str(api)).lower()


def test_an_address_that_is_not_one_is_refused() -> None:
    with pytest.raises(ValueError, match="address"):
        Api(TOKEN, api="api.telegram.org", calls=DirectRequest(1), updates=DirectRequest(1))
