import asyncio
import datetime as dt
import os
import pickle

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.telegram.failures import MaybeSent, MaybeSentTimedOut, NotSent, classify
from rallynov.delivery.decisions import Failure, FailureKind

KINDS: tuple[tuple[BaseException, FailureKind], ...] = (
    (NotSent("no name"), FailureKind.NOT_SENT),
    (MaybeSent("reset"), FailureKind.UNKNOWN),
    (MaybeSentTimedOut("late"), FailureKind.UNKNOWN),
    (TimedOut(), FailureKind.UNKNOWN),
    (NetworkError("Bad Gateway (502)"), FailureKind.AILING),
    (NetworkError("Internal Server Error"), FailureKind.AILING),
    (NetworkError("Service Unavailable (503)"), FailureKind.AILING),
    (NetworkError("Gateway Timeout (504)"), FailureKind.UNKNOWN),
    (NetworkError("Too Many Requests (429)"), FailureKind.FLOOD),
    (NetworkError("Too Many Requests: retry after 0"), FailureKind.FLOOD),
    (NetworkError("Request Entity Too Large (413)"), FailureKind.BAD_CONTENT),
    (NetworkError("Content Too Large (413)"), FailureKind.BAD_CONTENT),
    (Forbidden("Forbidden: bot was blocked by the user"), FailureKind.BLOCKED),
    (Forbidden("Forbidden: user is deactivated"), FailureKind.BLOCKED),
    (InvalidToken("Unauthorized"), FailureKind.TOKEN),
    (Conflict("Conflict: terminated by other getUpdates request"), FailureKind.CONFLICT),
    (BadRequest("Bad Request: chat not found"), FailureKind.GONE),
    (BadRequest("Bad Request: PEER_ID_INVALID"), FailureKind.GONE),
    (BadRequest("Bad Request: not enough rights to send text messages to the chat"), FailureKind.GONE),
    (BadRequest("Bad Request: message is not modified: specified new message…"), FailureKind.NOT_MODIFIED),
    (
        BadRequest("Bad Request: query is too old and response timeout expired or query ID is invalid"),
        FailureKind.NOT_MODIFIED,
    ),
    (BadRequest("Bad Request: message to edit not found"), FailureKind.EDIT_LOST),
    (BadRequest("Bad Request: message can't be edited"), FailureKind.EDIT_LOST),
    (BadRequest("Bad Request: MESSAGE_ID_INVALID"), FailureKind.EDIT_LOST),
    (BadRequest("Bad Request: can't parse entities: Unsupported start tag"), FailureKind.BAD_CONTENT),
    (BadRequest("Bad Request: message is too long"), FailureKind.BAD_CONTENT),
    (BadRequest("Bad Request: BUTTON_DATA_INVALID"), FailureKind.BAD_CONTENT),
    (BadRequest("Bad Request: message to be replied not found"), FailureKind.BAD_CONTENT),
    (EndPointNotFound("x"), FailureKind.UNKNOWN),
    (TelegramError("x"), FailureKind.UNKNOWN),
    (asyncio.CancelledError(), FailureKind.UNKNOWN),
    (OSError("x"), FailureKind.UNKNOWN),
)


@pytest.mark.parametrize(("error", "kind"), KINDS, ids=lambda value: str(value)[:40])
def test_kinds(error: BaseException, kind: FailureKind) -> None:
    assert classify(error).kind is kind


@pytest.mark.parametrize("wait", [7, dt.timedelta(seconds=7)])
def test_the_wait_of_a_flood(wait: int | dt.timedelta) -> None:
    failure = classify(RetryAfter(wait))
    assert (failure.kind, failure.retry_after) == (FailureKind.FLOOD, 7.0)


@pytest.mark.filterwarnings("ignore:.*retry_after")
@pytest.mark.parametrize("wanted", ["true", "false"])
def test_a_flood_in_ptbs_seconds_or_timedelta(wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", wanted)
    assert classify(RetryAfter(3)).retry_after == 3.0


def test_importing_it_asks_ptb_for_timedeltas() -> None:
    assert os.environ["PTB_TIMEDELTA"] == "true"


def test_a_group_that_moved_says_where() -> None:
    assert classify(ChatMigrated(-1007)).new_chat == -1007


@pytest.mark.parametrize("outer", [NetworkError("Unknown error in HTTP implementation"), BadRequest("x")])
def test_text_that_cannot_be_encoded_is_not_a_network_matter(outer: TelegramError) -> None:
    try:
        "secret \ud800".encode()
    except UnicodeEncodeError as error:
        outer.__cause__ = error
    assert classify(outer) == Failure(FailureKind.BAD_CONTENT, detail="the text is not valid Unicode")


def test_a_stranger_keeps_its_words_for_itself() -> None:
    assert classify(OSError("https://api/bot1:secret")).detail == "OSError"


@pytest.mark.parametrize("error", [NotSent("x"), MaybeSent("x"), MaybeSentTimedOut("x")])
def test_ours_are_ptbs_too(error: NetworkError) -> None:
    assert isinstance(error, NetworkError)
    assert isinstance(error, TimedOut) is isinstance(error, MaybeSentTimedOut)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (type(again), str(again)) == (type(error), str(error))
