"""What became of a call to the Bot API: PTB's exceptions sorted into the kinds decisions are taken on.

The line that matters runs between `NotSent` and `MaybeSent`: a request that certainly never reached Telegram
may be sent again freely; one that may have been executed may not, as the Bot API has no idempotency key.
"""

import datetime as dt
import os
from collections.abc import Callable
from typing import Any, Final

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from rallynov.delivery.decisions import Failure, FailureKind

# PTB 22 warns each time it builds a RetryAfter unless its future timedelta is asked for, and reads this wish
# from the environment alone. Where warnings are errors, a 429 would surface as a PTBDeprecationWarning.
os.environ["PTB_TIMEDELTA"] = "true"


class NotSent(NetworkError):  # noqa: N818 - as TimedOut
    """The request certainly never reached the server: no name, no connection, no free slot in the pool."""

    __slots__ = ()


class MaybeSent(NetworkError):  # noqa: N818 - as TimedOut
    """The request may have been executed: the connection broke, or the answer was not one, after it left."""

    __slots__ = ()


class MaybeSentTimedOut(MaybeSent, TimedOut):
    """The request may have been executed: no complete answer came in time."""

    __slots__ = ()


_KINDS: Final[dict[type[BaseException], FailureKind]] = {
    NotSent: FailureKind.NOT_SENT,
    MaybeSent: FailureKind.UNKNOWN,
    MaybeSentTimedOut: FailureKind.UNKNOWN,
    TimedOut: FailureKind.UNKNOWN,
    Forbidden: FailureKind.BLOCKED,
    InvalidToken: FailureKind.TOKEN,
    Conflict: FailureKind.CONFLICT,
}

# Texts of the Bot API server's 400 answers, in lower case; anything else is the content's fault.
_BAD_REQUESTS: Final[tuple[tuple[str, FailureKind], ...]] = (
    ("message is not modified", FailureKind.NOT_MODIFIED),
    ("query is too old", FailureKind.NOT_MODIFIED),
    ("query_id_invalid", FailureKind.NOT_MODIFIED),
    ("query id is invalid", FailureKind.NOT_MODIFIED),
    ("message to delete not found", FailureKind.NOT_MODIFIED),
    ("message can't be deleted", FailureKind.TOO_OLD),
    ("message to edit not found", FailureKind.EDIT_LOST),
    ("message can't be edited", FailureKind.EDIT_LOST),
    ("message_id_invalid", FailureKind.EDIT_LOST),
    ("there is no text in the message to edit", FailureKind.EDIT_LOST),
    ("chat not found", FailureKind.GONE),
    ("user not found", FailureKind.GONE),
    ("peer_id_invalid", FailureKind.GONE),
    ("group chat was deactivated", FailureKind.GONE),
    ("not enough rights to send photos", FailureKind.BAD_CONTENT),  # a text may pass
    ("not enough rights to send documents", FailureKind.BAD_CONTENT),
    ("not enough rights", FailureKind.GONE),
    ("have no rights to send", FailureKind.GONE),
    ("need administrator rights", FailureKind.GONE),
    ("chat_write_forbidden", FailureKind.GONE),
)

# PTB keeps no status: these are told by the phrase it makes of a code, or by Telegram's own description.
_STATUSES: Final[tuple[tuple[str, FailureKind], ...]] = (
    ("too many requests", FailureKind.FLOOD),
    ("request entity too large", FailureKind.BAD_CONTENT),
    ("content too large", FailureKind.BAD_CONTENT),
    ("internal server error", FailureKind.AILING),
    ("bad gateway", FailureKind.AILING),
    ("service unavailable", FailureKind.AILING),
)


def classify(error: BaseException) -> Failure:
    """The failure behind what a call raised; `retry_after` in seconds.

    Never raises. What is not recognised, cancellation included, is UNKNOWN: the one kind that never sends
    twice what may go once only.
    """
    kind = _KINDS.get(type(error))
    if kind is not None:
        return Failure(kind, detail=str(error))
    if isinstance(error.__cause__, UnicodeEncodeError):
        return Failure(FailureKind.BAD_CONTENT, detail="the text is not valid Unicode")
    return next((read for known, read in _READERS if isinstance(error, known)), _other)(error)


def too_long(error: BadRequest) -> bool:
    """Tell whether a text was refused for its length alone: cut, it passes."""
    return "message is too long" in error.message.lower()


def _flood(error: RetryAfter) -> Failure:
    wait: Any = error.retry_after
    seconds = wait.total_seconds() if isinstance(wait, dt.timedelta) else float(wait)
    return Failure(FailureKind.FLOOD, retry_after=seconds, detail=error.message)


def _migrated(error: ChatMigrated) -> Failure:
    return Failure(FailureKind.MIGRATED, detail=error.message, new_chat=error.new_chat_id)


def _bad_request(error: BadRequest) -> Failure:
    return Failure(_matched(error, _BAD_REQUESTS, FailureKind.BAD_CONTENT), detail=error.message)


def _network(error: NetworkError) -> Failure:
    return Failure(_matched(error, _STATUSES, FailureKind.UNKNOWN), detail=error.message)


def _other(error: BaseException) -> Failure:
    # The text of an exception that is not PTB's may hold anything: the URL, what the person wrote.
    return Failure(FailureKind.UNKNOWN, detail=type(error).__name__)


def _matched(
    error: TelegramError, texts: tuple[tuple[str, FailureKind], ...], other: FailureKind
) -> FailureKind:
    said = error.message.lower()
    return next((kind for text, kind in texts if text in said), other)


_READERS: Final[tuple[tuple[type[BaseException], Callable[[Any], Failure]], ...]] = (
    (RetryAfter, _flood),
    (ChatMigrated, _migrated),
    (BadRequest, _bad_request),
    (NetworkError, _network),
)
