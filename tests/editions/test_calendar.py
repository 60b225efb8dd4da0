"""The calendar: Paris days kept in UTC, judged to the second by when a person acted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from rallynov.dialogue.events import Ignored
from rallynov.editions import late, service
from rallynov.editions.model import (
    DEFAULT,
    SAMPLE,
    Calendar,
    Standing,
    correction_until,
    day_of,
    first_second,
    last_second,
)
from rallynov.storage.store import Store

EASTER = date(2013, 3, 31)
"""The closing of 2013: Easter Sunday, and the day on which summer time began."""
CALL = Calendar(first_second(date(2013, 3, 1)), last_second(EASTER))
END = datetime(2013, 3, 31, 21, 59, 59, tzinfo=UTC)
SECOND = timedelta(seconds=1)
_EVENT = Ignored()


def test_the_closing_of_2013_is_in_summer_time() -> None:
    assert last_second(EASTER).astimezone(UTC) == END
    assert first_second(EASTER).astimezone(UTC) == datetime(2013, 3, 30, 23, 0, tzinfo=UTC)
    assert END - first_second(EASTER) == timedelta(hours=23) - SECOND


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2014, 3, 31), datetime(2014, 3, 31, 21, 59, 59, tzinfo=UTC)),
        (date(2013, 3, 30), datetime(2013, 3, 30, 22, 59, 59, tzinfo=UTC)),
        (date(2027, 10, 31), datetime(2027, 10, 31, 22, 59, 59, tzinfo=UTC)),
        (date(2027, 10, 30), datetime(2027, 10, 30, 21, 59, 59, tzinfo=UTC)),
        (date(2028, 2, 29), datetime(2028, 2, 29, 22, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_day_ends_at_its_last_second_in_paris(day: date, end: datetime) -> None:
    assert last_second(day).astimezone(UTC) == end
    assert day_of(end) == day
    assert day_of(end + SECOND) == day + timedelta(days=1)


@pytest.mark.parametrize(
    ("at", "standing"),
    [
        (datetime(2013, 2, 28, 22, 59, 59, 999_999, tzinfo=UTC), Standing.BEFORE),
        (datetime(2013, 2, 28, 23, 0, tzinfo=UTC), Standing.OPEN),
        (END - SECOND, Standing.OPEN),
        (END, Standing.OPEN),
        (END + timedelta(microseconds=999_999), Standing.OPEN),
        (END + SECOND, Standing.GRACE),
        (END + timedelta(hours=2), Standing.GRACE),
        (END + timedelta(hours=2) + SECOND, Standing.CLOSED),
        (END + timedelta(days=300), Standing.CLOSED),
    ],
)
def test_to_the_second(at: datetime, standing: Standing) -> None:
    assert CALL.standing(at) is standing
    assert CALL.standing(at).takes is (standing in {Standing.OPEN, Standing.GRACE})


def test_the_grace_is_never_told() -> None:
    assert CALL.until == CALL.closes_at == END


@pytest.mark.parametrize(
    ("calendar", "standing"),
    [
        (Calendar(), Standing.UNSET),
        (Calendar(opens_at=END), Standing.OPEN),
        (Calendar(opens_at=END + SECOND), Standing.BEFORE),
        (Calendar(closes_at=END), Standing.OPEN),
        (Calendar(closes_at=END - SECOND), Standing.GRACE),
        (Calendar(closes_at=END - timedelta(days=1)), Standing.CLOSED),
    ],
)
def test_dates_that_are_not_set(calendar: Calendar, standing: Standing) -> None:
    assert calendar.standing(END) is standing


def test_a_late_code_lets_its_holder_in_until_its_date_alone() -> None:
    until = END + timedelta(days=3)
    mine = CALL.with_late(until)
    assert mine.until == until
    assert mine.standing(END) is Standing.OPEN
    assert mine.standing(END + SECOND) is Standing.LATE
    assert mine.standing(until) is Standing.LATE
    assert mine.standing(until + SECOND) is Standing.CLOSED
    assert CALL.standing(END + timedelta(days=1)) is Standing.CLOSED
    assert CALL.with_late(None) is CALL
    assert CALL.with_late(END - timedelta(days=1)).until == END


def test_ten_days_to_correct_end_with_their_last_day() -> None:
    sent = datetime(2013, 3, 25, 22, 30, tzinfo=UTC)  # 23:30 in Paris
    assert correction_until(sent).astimezone(UTC) == datetime(2013, 4, 4, 21, 59, 59, tzinfo=UTC)


def test_dates_are_kept_in_utc_and_read_back(store: Store) -> None:
    with store.write() as tx:
        assert service.read_calendar(tx, DEFAULT) == Calendar()
        service.set_calendar(tx, DEFAULT, date(2013, 3, 1), EASTER)
    with store.read() as tx:
        read = service.read_calendar(tx, DEFAULT)
        assert service.read_calendar(tx, SAMPLE) == Calendar(sample=True)
    assert (read.closes_at, read.opens_at) == (END, CALL.opens_at)
    assert read.closes_at
    assert read.closes_at.utcoffset() == timedelta(0)


def test_one_date_is_changed_without_the_other(store: Store) -> None:
    with store.write() as tx:
        service.set_calendar(tx, DEFAULT, date(2013, 3, 1), EASTER)
        service.set_calendar(tx, DEFAULT, None, date(2013, 4, 7))
        assert service.read_calendar(tx, DEFAULT) == Calendar(CALL.opens_at, last_second(date(2013, 4, 7)))


def test_the_sample_has_a_call_from_today_marked_as_an_example(store: Store) -> None:
    now = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # already the 23rd in Paris
    service.open_edition(store, SAMPLE, now)
    with store.read() as tx:
        dates = service.read_calendar(tx, SAMPLE)
    assert dates == Calendar(first_second(date(2026, 11, 23)), last_second(date(2027, 1, 22)), sample=True)
    assert dates.standing(now) is Standing.OPEN


def test_the_sample_keeps_its_dates_until_they_are_over(store: Store) -> None:
    now = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    service.open_edition(store, SAMPLE, now)
    service.open_edition(store, SAMPLE, now + timedelta(days=59))
    with store.read() as tx:
        assert service.read_calendar(tx, SAMPLE).opens_at == first_second(date(2026, 11, 22))
    service.open_edition(store, SAMPLE, now + timedelta(days=62))
    with store.read() as tx:
        assert service.read_calendar(tx, SAMPLE).opens_at == first_second(date(2027, 1, 23))


def test_the_fact_of_a_calendar_is_read_anew_for_every_batch(store: Store) -> None:
    calendars = service.Calendars(store, DEFAULT)
    assert calendars.blank("nobody") == Calendar()
    until = END + timedelta(days=2)
    with store.write() as tx:
        service.set_calendar(tx, DEFAULT, None, EASTER)
        late.make(tx, DEFAULT.slug, late.LateCode("d", until, 1), "exemple", END)
        late.use(tx, DEFAULT.slug, "amina", late.LateCode("d", until, 1), END)
    with store.read() as tx:
        facts = calendars.load(tx, {"amina": _EVENT, "bruno": _EVENT})
    assert facts["amina"].late_until == until
    assert facts["bruno"] == calendars.blank("nobody") == Calendar(closes_at=END)
