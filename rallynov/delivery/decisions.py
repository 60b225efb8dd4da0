"""What to do after a send that failed: a table from the kind of failure to a decision. Knows no channel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypeAlias


class Klass(Enum):
    """Why a message leaves: answers overtake announcements, and may be sent twice rather than never."""

    REPLY = "reply"
    RECEIPT = "receipt"
    BULK = "bulk"
    STAFF = "staff"


class FailureKind(Enum):
    """What a failed send means."""

    NOT_SENT = auto()
    """The request never reached the server."""
    UNKNOWN = auto()
    """The message may have been delivered."""
    AILING = auto()
    """The server answered that it cannot serve now: what it answers so is rarely delivered."""
    FLOOD = auto()
    """Too many messages: wait."""
    BLOCKED = auto()
    """The person has blocked the bot or left; they are reachable again when they write."""
    GONE = auto()
    """No such chat, or no right to write in it."""
    MIGRATED = auto()
    """The group has another id now."""
    BAD_CONTENT = auto()
    """This text, markup or file will never pass."""
    NOT_MODIFIED = auto()
    """An edit, deletion or press answer with nothing left to do."""
    EDIT_LOST = auto()
    """The message to edit is not there any more: the person has not seen the words."""
    TOO_OLD = auto()
    """The message to delete stays: its time for that is over."""
    TOKEN = auto()
    """The token is refused."""
    CONFLICT = auto()
    """Another process reads the updates of this token."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The server took the message and gave it this id; ``answered`` tells that an earlier card may now be frozen.

    ``file_id`` is how the server calls the file that was sent with it.
    """

    message_id: int
    answered: bool = False
    file_id: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a send did not end well; `retry_after` in seconds, `new_chat` for a group that moved."""

    kind: FailureKind
    retry_after: float | None = None
    detail: str = ""
    new_chat: int | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """Send again in `after` seconds, as often as needed."""

    after: float


@dataclass(frozen=True, slots=True)
class ResendOnce:
    """Send a second and last time in `after` seconds: the first may have arrived."""

    after: float = 1.0


@dataclass(frozen=True, slots=True)
class Hold:
    """Send nothing to this chat for `seconds`, then send again; tell the pacer too."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Skip:
    """Give this recipient up; when `unreachable`, until they write again. No fault of ours."""

    reason: str
    unreachable: bool


@dataclass(frozen=True, slots=True)
class ReRenderPlain:
    """Send once more as plain text."""


@dataclass(frozen=True, slots=True)
class SendNew:
    """Send as a new message what was to replace an old one."""


@dataclass(frozen=True, slots=True)
class Fail:
    """Give the message up and alert: the content is wrong."""

    reason: str


@dataclass(frozen=True, slots=True)
class MarkUnknown:
    """Record that nobody knows whether it arrived; do not send again."""


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to do."""


@dataclass(frozen=True, slots=True)
class Migrate:
    """Note the group's new chat id, then send there."""

    chat: int


@dataclass(frozen=True, slots=True)
class StopSending:
    """Stop sender and poller, leave the rows queued, raise the alarm."""

    reason: str


Decision: TypeAlias = (
    Retry
    | ResendOnce
    | Hold
    | Skip
    | ReRenderPlain
    | SendNew
    | Fail
    | MarkUnknown
    | Done
    | Migrate
    | StopSending
)

LONGEST: Final = 60.0
"""Seconds between two tries, at most."""
AILING_TRIES: Final = 4
"""Tries after which an ailing server is asked once more only: 1 + 2 + 4 s, then ``AILING_LAST``."""
AILING_LAST: Final = 8.0
CONFLICT_TRIES: Final = 7
"""Tries after which a conflict has lasted more than a minute: 1 + 2 + 4 + 8 + 16 + 32 s."""


@dataclass(frozen=True, slots=True)
class _Case:
    failure: Failure
    klass: Klass
    attempts: int
    plain_tried: bool
    resent: bool


def decide(
    failure: Failure, *, klass: Klass, attempts: int, plain_tried: bool, resent: bool | None = None
) -> Decision:
    """What to do next with a message that could not be sent.

    | failure | decision |
    |---|---|
    | NOT_SENT | retry after 1, 2, 4… 60 s, without end |
    | UNKNOWN | bulk: marked unknown; others: resent once, then marked unknown |
    | AILING | bulk: marked unknown; others: retried after 1, 2 and 4 s, then as UNKNOWN, 8 s later |
    | FLOOD | the chat is held for `retry_after`, or as long as a retry would wait |
    | BLOCKED | skipped, the person is unreachable until they write |
    | GONE | skipped |
    | MIGRATED | sent to the new id |
    | BAD_CONTENT | once as plain text, then failed |
    | NOT_MODIFIED | done |
    | EDIT_LOST | bulk: skipped; others: sent as a new message |
    | TOO_OLD | skipped |
    | TOKEN | everything stops |
    | CONFLICT | retried for a minute, then everything stops |

    `attempts` counts the tries made, this one included (from 1). `resent` says that an unknown outcome was
    already answered by a second send; left out, any earlier try counts as one: that never duplicates, but
    marks as unknown a message whose first tries never left.
    """
    again = attempts > 1 if resent is None else resent
    return _TABLE[failure.kind](_Case(failure, klass, attempts, plain_tried, again))


def backoff(attempts: int) -> float:
    """Seconds before the next try after `attempts` tries: 1, 2, 4… at most `LONGEST`."""
    return min(LONGEST, 2.0 ** min(max(attempts, 1) - 1, 6))


def _unknown(case: _Case) -> Decision:
    # An announcement twice is worse than a line in the report; an answer the person waits for is not.
    return MarkUnknown() if case.klass is Klass.BULK or case.resent else ResendOnce()


def _ailing(case: _Case) -> Decision:
    if case.klass is Klass.BULK:
        return MarkUnknown()
    if case.attempts < AILING_TRIES:
        return Retry(backoff(case.attempts))
    return MarkUnknown() if case.resent else ResendOnce(AILING_LAST)


def _flood(case: _Case) -> Decision:
    wait = case.failure.retry_after
    return Hold(backoff(case.attempts) if wait is None else wait)


def _migrated(case: _Case) -> Decision:
    chat = case.failure.new_chat
    return Fail("the group moved, no one said where") if chat is None else Migrate(chat)


def _bad_content(case: _Case) -> Decision:
    return Fail(case.failure.detail or "refused content") if case.plain_tried else ReRenderPlain()


def _conflict(case: _Case) -> Decision:
    if case.attempts >= CONFLICT_TRIES:
        return StopSending("another instance uses this token, or it has leaked")
    return Retry(backoff(case.attempts))


_TABLE: Final[Mapping[FailureKind, Callable[[_Case], Decision]]] = {
    FailureKind.NOT_SENT: lambda case: Retry(backoff(case.attempts)),
    FailureKind.UNKNOWN: _unknown,
    FailureKind.AILING: _ailing,
    FailureKind.FLOOD: _flood,
    FailureKind.BLOCKED: lambda _: Skip("blocked", unreachable=True),
    FailureKind.GONE: lambda _: Skip("chat not found", unreachable=False),
    FailureKind.MIGRATED: _migrated,
    FailureKind.BAD_CONTENT: _bad_content,
    FailureKind.NOT_MODIFIED: lambda _: Done(),
    FailureKind.EDIT_LOST: lambda case: (
        SendNew() if case.klass is not Klass.BULK else Skip("edit lost", unreachable=False)
    ),
    FailureKind.TOO_OLD: lambda _: Skip("too old", unreachable=False),
    FailureKind.TOKEN: lambda _: StopSending("the token is refused"),
    FailureKind.CONFLICT: _conflict,
}
