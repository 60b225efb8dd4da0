import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rallynov.delivery.decisions import Klass
from rallynov.delivery.pacing import CLEAN, Pacer

BULK, REPLY, STAFF = Klass.BULK, Klass.REPLY, Klass.STAFF


def announce(pacer: Pacer, seconds: float, now: float, chats: Iterator[int]) -> list[float]:
    """When the announcements leave that a sender without delay sends from `now` on, each to a new chat."""
    left: list[float] = []
    end = now + seconds
    while True:
        chat = next(chats)
        now = max(now, pacer.ready_at(BULK, chat, now))
        if now >= end:
            return left
        pacer.sent(BULK, chat, now).over(now)
        left.append(now)


def densest(times: list[float]) -> int:
    """Most messages in any sliding second."""
    return max(sum(start <= at < start + 1 for at in times) for start in times)


@pytest.mark.parametrize(("rate", "bulk_rate"), [(30, 20), (30, 30), (1000, 1000), (5, 1)])
def test_announcements_keep_the_rate_and_use_it(rate: int, bulk_rate: int) -> None:
    left = announce(Pacer(rate, bulk_rate), 20.0, 100.0, itertools.count(1))
    assert densest(left[: 3 * rate]) <= bulk_rate
    assert densest(left[-3 * rate :]) <= bulk_rate
    assert len(left) >= 0.97 * 20 * bulk_rate


def test_announcements_are_spread_over_the_second() -> None:
    left = announce(Pacer(30, 20), 5.0, 0.0, itertools.count(1))
    assert sum(at < 0.5 for at in left) <= 12


def test_a_sender_that_wakes_late_loses_little() -> None:
    pacer, now, count = Pacer(30, 20), 0.0, 0
    while now < 20.0:
        if (ready := pacer.ready_at(BULK, count, now)) > now:
            now = ready + 0.03  # the event loop was busy
            continue
        pacer.sent(BULK, count, now).over(now)
        count += 1
    assert count >= 0.95 * 20 * 20


@given(
    rate=st.integers(1, 12),
    share=st.integers(1, 12),
    steps=st.lists(
        st.tuples(
            st.sampled_from([BULK, BULK, REPLY, STAFF, None]),
            st.integers(-3, 12),
            st.floats(0, 0.7),
            st.booleans(),
        ),
        max_size=200,
    ),
)
def test_an_announcement_never_makes_more_than_the_rate(
    rate: int, share: int, steps: list[tuple[Klass | None, int, float, bool]]
) -> None:
    pacer, now, everything, bulk = Pacer(rate, min(rate, share)), 1000.0, list[float](), list[float]()
    for klass, chat, wait, patient in steps:
        now += wait
        if klass is None:
            pacer.flooded(chat, 8 * wait, now, jitter=wait)
            continue
        ready = pacer.ready_at(klass, chat, now)
        if ready > now and not patient:
            continue
        now = max(now, ready)
        assert pacer.ready_at(klass, chat, now) <= now, "what was promised is kept"
        pacer.sent(klass, chat, now).over(now)
        everything.append(now)
        if klass is BULK:
            bulk.append(now)
            assert sum(at > now - 1 for at in everything) <= rate
            assert sum(at > now - 1 for at in bulk) <= min(rate, share)


def test_answers_leave_at_once_and_announcements_make_room() -> None:
    pacer = Pacer(30, 20)
    for chat in range(1, 101):
        assert pacer.ready_at(REPLY, chat, 5.0) <= 5.0
        pacer.sent(REPLY, chat, 5.0).over(5.0)
    assert pacer.ready_at(BULK, 999, 5.0) > 6.0


def test_one_person_may_answer_as_fast_as_they_like() -> None:
    pacer = Pacer()
    for press in range(50):
        assert pacer.ready_at(REPLY, 7, press / 10) <= press / 10
        pacer.sent(REPLY, 7, press / 10).over(press / 10)


@pytest.mark.parametrize("klass", [BULK, STAFF])
def test_one_chat_gets_a_burst_then_one_a_second(klass: Klass) -> None:
    pacer, now, left = Pacer(burst=3), 0.0, []
    while len(left) < 8:
        now = max(now, pacer.ready_at(klass, 7, now))
        pacer.sent(klass, 7, now).over(now)
        left.append(now)
    assert left[2] < 0.5
    assert all(later - sooner >= 0.9 for sooner, later in itertools.pairwise(left[3:]))
    assert left[-1] < 6.0


def test_a_group_gets_twenty_a_minute() -> None:
    pacer = Pacer()
    for second in range(20):
        assert pacer.ready_at(REPLY, -5, float(second)) <= second
        pacer.sent(REPLY, -5, float(second))
    assert pacer.ready_at(REPLY, -5, 20.0) == 60.0
    assert pacer.ready_at(REPLY, -6, 20.0) <= 20.0
    free = Pacer(group_rate=None)
    for _ in range(50):
        free.sent(REPLY, -5, 0.0).over(0.0)
    assert free.ready_at(REPLY, -5, 0.0) <= 0.0


def test_a_refused_chat_waits_then_is_paced_for_a_clean_minute() -> None:
    pacer = Pacer()
    for _ in range(9):
        pacer.sent(REPLY, 7, 10.0).over(10.0)
    pacer.flooded(7, 3.0, 10.0)
    assert pacer.ready_at(REPLY, 7, 10.0) == pytest.approx(13.1)
    pacer.sent(REPLY, 7, 13.2).over(13.2)
    assert pacer.ready_at(REPLY, 7, 13.2) == pytest.approx(14.2)
    pacer.sent(REPLY, 7, 80.0).over(80.0)
    assert pacer.ready_at(REPLY, 7, 80.0) <= 80.0


def test_a_refused_chat_does_not_delay_the_others() -> None:
    calm, refused = Pacer(), Pacer()
    refused.flooded(7, 4.0, 0.0)
    assert not refused.cautious(0.0)
    assert refused.ready_at(REPLY, 8, 0.0) <= 0.0
    assert announce(refused, 10.0, 0.0, itertools.count(100)) == announce(
        calm, 10.0, 0.0, itertools.count(100)
    )


def storm(pacer: Pacer, now: float, chats: int, retry_after: float = 2.0) -> None:
    for chat in range(1, chats + 1):
        pacer.flooded(chat, retry_after, now + chat / 1000, jitter=0.5)


def test_three_refused_chats_hold_all_announcements_once() -> None:
    pacer = Pacer(30, 20)
    storm(pacer, 10.0, 2)
    assert not pacer.cautious(10.1)
    storm(pacer, 10.2, 40)
    assert pacer.cautious(10.3)
    assert pacer.ready_at(BULK, 999, 10.3) == pytest.approx(12.84)
    assert pacer.bulk_rate(10.3) == 10  # halved once for the forty
    storm(pacer, 20.0, 3)
    assert pacer.bulk_rate(20.1) == 5


def test_refusals_far_apart_are_no_storm() -> None:
    pacer = Pacer()
    for chat in range(1, 20):
        pacer.flooded(chat, 1.0, 3.0 * chat)
    assert not pacer.cautious(60.0)


def test_the_rate_comes_back_by_one_a_clean_minute() -> None:
    pacer = Pacer(30, 20)
    storm(pacer, -0.002, 2, 30.0)
    over = 30.6
    assert pacer.ready_at(BULK, 9, 1.0) == pytest.approx(over)
    assert [pacer.bulk_rate(over + CLEAN * minutes + 1) for minutes in (0, 1, 2, 10, 99)] == [
        10,
        11,
        12,
        20,
        20,
    ]
    assert not pacer.cautious(over + CLEAN * 10 + 1)
    pacer.flooded(
        8, 1.0, over + CLEAN * 2 + 31
    )  # a small one: what was gained stays, the minute starts again
    assert [pacer.bulk_rate(over + CLEAN * 2 + 31 + wait) for wait in (1, 59, 61)] == [12, 12, 13]


def test_the_bulk_rate_never_falls_to_nothing() -> None:
    pacer = Pacer(30, 20)
    for again in range(10):
        storm(pacer, 100.0 * again, 2, 6.0)
    assert pacer.bulk_rate(901.0) >= 1


def test_answers_keep_the_rate_while_caution_lasts() -> None:
    pacer, now, left = Pacer(30, 20), 50.0, []
    storm(pacer, now - 1, 2, 30.0)
    for chat in range(100, 250):
        now = max(now, pacer.ready_at(REPLY, chat, now))
        pacer.sent(REPLY, chat, now).over(now)
        left.append(now)
    assert densest(left) <= 30
    assert left[-1] < 56.0


def test_idle_chats_are_forgotten_and_refused_ones_are_not() -> None:
    pacer = Pacer()
    pacer.flooded(1, 1e6, 0.0)
    for chat in range(2, 30_000):
        pacer.sent(REPLY, chat, chat / 100).over(chat / 100)
        assert chat in pacer._chats
    assert len(pacer._chats) < 3_000
    assert pacer.ready_at(REPLY, 1, 300.0) > 1e6 - 1


def test_rates_that_make_no_sense_are_refused() -> None:
    for rate, bulk_rate in ((30, 31), (30, 0)):
        with pytest.raises(ValueError, match="bulk_rate"):
            Pacer(rate, bulk_rate)


def test_a_long_wait_of_one_chat_is_tried_on_one_other_and_holds_no_more() -> None:
    pacer = Pacer(30, 30)
    pacer.flooded(7, 30.0, 10.0, jitter=0.5)
    left = announce(pacer, 10.0, 10.0, itertools.count(100))
    assert left[:3] == pytest.approx([11.0, 12.0, 12.0], abs=0.06)
    assert len(left) > 7.5 * 30
    assert pacer.bulk_rate(20.0) == 30
    assert pacer.ready_at(BULK, 7, 20.0) == pytest.approx(40.1)


@pytest.mark.parametrize("seconds", [0.2, 2.4])  # a call that was under way, the one that tries
def test_a_long_wait_of_a_second_chat_concerns_the_whole_bot(seconds: float) -> None:
    pacer = Pacer(30, 30)
    pacer.flooded(7, 30.0, 10.0)
    pacer.flooded(8, 30.0 - seconds, 10.0 + seconds)
    assert pacer.ready_at(BULK, 9, 13.0) == pytest.approx(40.1)


def test_long_waits_of_chats_far_apart_hold_those_chats_alone() -> None:
    pacer = Pacer(30, 30)
    for chat in range(1, 6):
        pacer.flooded(chat, 60.0, 10.0 * chat)
    assert not pacer.cautious(53.0)
