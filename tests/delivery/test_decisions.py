from typing import Any

import pytest

from rallynov.delivery.decisions import (
    Decision,
    Done,
    Fail,
    Failure,
    FailureKind,
    Hold,
    Klass,
    MarkUnknown,
    Migrate,
    ReRenderPlain,
    ResendOnce,
    Retry,
    SendNew,
    Skip,
    StopSending,
    backoff,
    decide,
)

KINDS = FailureKind
ANSWERS = [Klass.REPLY, Klass.RECEIPT, Klass.STAFF]


def decision(failure: Failure | FailureKind, **given: Any) -> Decision:
    known = failure if isinstance(failure, Failure) else Failure(failure)
    return decide(known, **{"klass": Klass.REPLY, "attempts": 1, "plain_tried": False, **given})


TABLE: tuple[tuple[Failure, Decision], ...] = (
    (Failure(KINDS.NOT_SENT), Retry(1.0)),
    (Failure(KINDS.FLOOD, retry_after=30.0), Hold(30.0)),
    (Failure(KINDS.FLOOD, retry_after=0.0), Hold(0.0)),
    (Failure(KINDS.FLOOD), Hold(1.0)),
    (Failure(KINDS.BLOCKED), Skip("blocked", unreachable=True)),
    (Failure(KINDS.GONE), Skip("chat not found", unreachable=False)),
    (Failure(KINDS.MIGRATED, new_chat=-7), Migrate(-7)),
    (Failure(KINDS.BAD_CONTENT), ReRenderPlain()),
    (Failure(KINDS.NOT_MODIFIED), Done()),
    (Failure(KINDS.TOO_OLD), Skip("too old", unreachable=False)),
    (Failure(KINDS.CONFLICT), Retry(1.0)),
)


@pytest.mark.parametrize("klass", Klass)
@pytest.mark.parametrize(("failure", "expected"), TABLE)
def test_the_first_failure(failure: Failure, expected: Decision, klass: Klass) -> None:
    assert decision(failure, klass=klass) == expected


def test_an_edit_that_finds_no_message_is_sent_anew_unless_it_corrects_an_announcement() -> None:
    ends = {klass: decision(KINDS.EDIT_LOST, klass=klass) for klass in Klass}
    assert ends == {**dict.fromkeys(ANSWERS, SendNew()), Klass.BULK: Skip("edit lost", unreachable=False)}


def test_waits_double_up_to_a_minute() -> None:
    waits = [decision(KINDS.NOT_SENT, attempts=tries) for tries in (1, 2, 3, 4, 5, 6, 7, 8, 10**6)]
    assert waits == [Retry(after) for after in (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0)]
    assert backoff(0) == 1.0


@pytest.mark.parametrize("klass", ANSWERS)
def test_an_answer_that_may_have_arrived_leaves_once_more_only(klass: Klass) -> None:
    assert decision(KINDS.UNKNOWN, klass=klass) == ResendOnce()
    assert decision(KINDS.UNKNOWN, klass=klass, attempts=2) == MarkUnknown()
    assert decision(KINDS.UNKNOWN, klass=klass, attempts=9, resent=False) == ResendOnce()
    assert decision(KINDS.UNKNOWN, klass=klass, attempts=9, resent=True) == MarkUnknown()


def test_an_announcement_that_may_have_arrived_never_leaves_twice() -> None:
    for resent in (None, False, True):
        assert decision(KINDS.UNKNOWN, klass=Klass.BULK, resent=resent) == MarkUnknown()


@pytest.mark.parametrize("klass", ANSWERS)
def test_an_ailing_server_is_asked_for_some_seconds(klass: Klass) -> None:
    ends = [decision(KINDS.AILING, klass=klass, attempts=tries, resent=False) for tries in (1, 2, 3, 4)]
    assert ends == [Retry(1.0), Retry(2.0), Retry(4.0), ResendOnce(8.0)]
    assert decision(KINDS.AILING, klass=klass, attempts=5, resent=True) == MarkUnknown()
    assert decision(KINDS.AILING, klass=Klass.BULK) == MarkUnknown()


def test_content_is_tried_plain_then_given_up() -> None:
    failure = Failure(KINDS.BAD_CONTENT, detail="message is too long")
    assert decision(failure, plain_tried=True) == Fail("message is too long")
    assert isinstance(decision(KINDS.BAD_CONTENT, plain_tried=True), Fail)


def test_a_group_that_moved_nowhere_is_given_up() -> None:
    assert isinstance(decision(KINDS.MIGRATED), Fail)


def test_a_refused_token_stops_everything() -> None:
    assert isinstance(decision(KINDS.TOKEN, klass=Klass.BULK), StopSending)


def test_a_conflict_stops_everything_after_a_minute() -> None:
    waited, tries = 0.0, 1
    while isinstance(next_step := decision(KINDS.CONFLICT, attempts=tries), Retry):
        waited, tries = waited + next_step.after, tries + 1
    assert isinstance(next_step, StopSending)
    assert 60.0 < waited < 65.0


@pytest.mark.parametrize("kind", FailureKind)
def test_every_kind_has_a_decision(kind: FailureKind) -> None:
    assert decision(kind) is not None
