"""When nobody is disturbed, and when one may write again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rallynov.editions.quiet import awake, quiet, waking


@pytest.mark.parametrize(
    ("at", "silent"),
    [
        ("2013-03-29T06:59:59", True),  # 7:59:59 in winter
        ("2013-03-29T07:00:00", False),
        ("2013-03-29T18:59:59", False),
        ("2013-03-29T19:00:00", True),  # 20:00
        ("2013-07-16T06:00:00", False),  # 8:00 in summer
        ("2013-07-16T05:59:59", True),
        ("2013-03-31T10:00:00", True),  # a Sunday, and Easter
        ("2013-04-01T10:00:00", True),  # Easter Monday
        ("2013-05-01T10:00:00", True),
        ("2013-05-08T10:00:00", True),
        ("2013-05-09T10:00:00", True),  # Ascension
        ("2013-05-20T10:00:00", True),  # Whit Monday
        ("2026-07-14T10:00:00", True),
        ("2026-08-15T10:00:00", True),
        ("2027-11-01T10:00:00", True),
        ("2027-11-11T10:00:00", True),
        ("2028-12-25T10:00:00", True),
        ("2029-01-01T10:00:00", True),
        ("2013-12-26T10:00:00", False),  # a holiday in Alsace alone
        ("2013-03-29T10:00:00", False),  # Good Friday: the same
    ],
)
def test_nobody_is_disturbed_at_night_on_sundays_and_holidays(at: str, silent: bool) -> None:  # noqa: FBT001
    assert quiet(datetime.fromisoformat(at).replace(tzinfo=UTC)) is silent


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2027-03-26T10:00:00", "2027-03-26T10:00:00"),  # a Friday morning: at once
        ("2027-03-26T18:59:59", "2027-03-26T18:59:59"),
        ("2027-03-26T19:00:00", "2027-03-27T07:00:00"),
        ("2027-03-26T03:00:00", "2027-03-26T07:00:00"),
        ("2027-03-27T19:00:00", "2027-03-30T06:00:00"),  # a Saturday evening: Easter, its Monday, summer time
        ("2027-03-28T01:30:00", "2027-03-30T06:00:00"),  # the hour that is skipped
        ("2027-10-31T00:30:00", "2027-11-02T07:00:00"),  # 02:30 the first time: Sunday, then All Saints
        ("2027-10-31T01:30:00", "2027-11-02T07:00:00"),  # and the second time
        ("2026-12-24T19:30:00", "2026-12-26T07:00:00"),
    ],
)
def test_the_next_moment_when_one_may_write(at: str, until: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert awake(moment) == datetime.fromisoformat(until).replace(tzinfo=UTC)
    assert awake(moment).tzinfo is UTC


def test_it_is_the_first_such_moment() -> None:
    moment = datetime(2027, 3, 20, tzinfo=UTC)
    for _ in range(24 * 14 * 4):
        moment += timedelta(minutes=15)
        after = awake(moment)
        assert not quiet(after)
        assert after == moment or quiet(after - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2027-03-23T09:00:00", "2027-03-23T15:00:00", 6),
        ("2027-03-23T18:00:00", "2027-03-24T08:00:00", 2),  # one in the evening, one in the morning
        ("2027-03-23T20:00:00", "2027-03-24T06:00:00", 0),
        ("2027-03-27T18:00:00", "2027-03-30T07:00:00", 2),  # over Easter
        ("2027-03-23T09:00:00", "2027-03-23T08:00:00", 0),
    ],
)
def test_the_time_in_which_one_might_write(start: str, end: str, hours: int) -> None:
    first, last = (datetime.fromisoformat(at).replace(tzinfo=UTC) for at in (start, end))
    assert waking(first, last) == timedelta(hours=hours)
