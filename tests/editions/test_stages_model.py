"""What stages are without a database: which come first, what names one, who has a place; and the hours of Paris."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from rallynov.editions.known import KNOWN, span
from rallynov.editions.model import DEFAULT, Calendar, Edition, first_second, last_second
from rallynov.editions.stages.hours import Missing, Season, Twice, read_hour
from rallynov.editions.stages.model import Seat, Stage, Stages, Status, next_stages, upcoming

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


def stage(number: int, days: int, territory: str = "25", **more: object) -> Stage:
    starts = NOW + timedelta(days=days)
    one = Stage(
        f"s{number}", number, territory, f"Salle exemple {number}", starts, starts + timedelta(hours=3)
    )
    return replace(one, **more)  # type: ignore[arg-type]  # its fields


PAST, UNDER_WAY = stage(1, -5), replace(stage(2, 0), starts=NOW - timedelta(hours=1))
SOON, LATER, CANCELLED = stage(3, 10, "39"), stage(4, 20), stage(5, 15, status=Status.CANCELLED)
ALL = (PAST, UNDER_WAY, SOON, CANCELLED, LATER)


def numbers(stages: tuple[Stage, ...]) -> list[int]:
    return [one.number for one in stages]


def test_the_next_stages_are_not_over_and_take_place() -> None:
    assert numbers(next_stages(ALL, NOW)) == [2, 3, 4]
    assert numbers(upcoming(ALL, NOW)) == [2, 3, 5, 4]
    assert numbers(next_stages(ALL, LATER.ends)) == []
    assert numbers(next_stages((), NOW)) == []


def test_those_of_a_territory_come_first() -> None:
    assert numbers(next_stages(ALL, NOW, "39")) == [3, 2, 4]
    assert numbers(next_stages(ALL, NOW, "90")) == [2, 3, 4]


@pytest.mark.parametrize("typed", ["3", "étape 3", "l'étape n° 3", "Stage no. 3", "ETAPE 3"])
def test_a_stage_is_named(typed: str) -> None:
    assert Stages(ALL).find(typed) == SOON


@pytest.mark.parametrize("typed", ["", "étape", "33", "étape trois", "3 4", "étape 3 bis", "3" * 5000])
def test_no_stage_is_named(typed: str) -> None:
    assert Stages(ALL).find(typed) is None


def test_a_number_alone_may_be_an_answer() -> None:
    assert Stages(ALL).names("étape 99")
    assert not Stages(ALL).names("3")
    assert not Stages(ALL).names("une étape près de moi")


def test_a_seat_is_counted_where_it_is() -> None:
    one = stage(1, 10, capacity=2, coming=1, waiting=0)
    placed = Stages((one,)).seated(one, Seat(placed=True))
    assert (placed.all[0].coming, placed.all[0].free, placed.mine[1].placed) == (2, 0, True)
    full = placed.all[0]
    waits = Stages((full,)).seated(full, Seat(placed=False))
    assert (waits.all[0].coming, waits.all[0].waiting) == (2, 1)


@pytest.mark.parametrize(
    ("placed", "waiting", "left"), [(True, 0, (1, 0)), (True, 3, (2, 2)), (False, 3, (2, 2))]
)
def test_who_leaves_gives_their_place_to_the_line(placed: bool, waiting: int, left: tuple[int, int]) -> None:  # noqa: FBT001
    one = stage(1, 10, capacity=2, coming=2, waiting=waiting)
    after = Stages((one,), {1: Seat(placed)}).unseated(one)
    assert (after.all[0].coming, after.all[0].waiting) == left
    assert after.mine == {}


def test_one_may_sign_up_until_it_begins_and_not_when_it_is_cancelled() -> None:
    assert LATER.takes(LATER.starts - timedelta(seconds=1))
    assert not LATER.takes(LATER.starts)
    assert not CANCELLED.takes(NOW)
    assert stage(1, 1).free is None


@pytest.mark.parametrize(
    ("day", "hour", "season", "utc"),
    [
        (date(2027, 3, 27), time(2, 30), None, datetime(2027, 3, 27, 1, 30)),  # noqa: DTZ001
        (date(2027, 3, 28), time(1, 59), None, datetime(2027, 3, 28, 0, 59)),  # noqa: DTZ001
        (date(2027, 3, 28), time(3, 0), None, datetime(2027, 3, 28, 1, 0)),  # noqa: DTZ001
        (date(2027, 10, 31), time(2, 30), Season.SUMMER, datetime(2027, 10, 31, 0, 30)),  # noqa: DTZ001
        (date(2027, 10, 31), time(2, 30), Season.WINTER, datetime(2027, 10, 31, 1, 30)),  # noqa: DTZ001
        (date(2027, 10, 31), time(3, 0), None, datetime(2027, 10, 31, 2, 0)),  # noqa: DTZ001
        (date(2027, 7, 14), time(14, 0), Season.WINTER, datetime(2027, 7, 14, 12, 0)),  # noqa: DTZ001
    ],
)
def test_an_hour_in_paris_is_one_moment(day: date, hour: time, season: Season | None, utc: datetime) -> None:
    assert read_hour(day, hour, season) == utc.replace(tzinfo=UTC)


def test_an_hour_that_no_clock_shows() -> None:
    found = read_hour(date(2027, 3, 28), time(2, 30))
    assert isinstance(found, Missing)
    assert f"{found.after:%H:%M}" == "03:30"
    assert isinstance(read_hour(date(2027, 3, 28), time(2, 30), Season.SUMMER), Missing)


def test_an_hour_that_clocks_show_twice() -> None:
    found = read_hour(date(2027, 10, 31), time(2, 30))
    assert isinstance(found, Twice)
    assert found.winter - found.summer == timedelta(hours=1)


def test_the_days_of_an_edition() -> None:
    closes = Calendar(closes_at=last_second(date(2027, 3, 31)))
    assert span(DEFAULT, Calendar()) is None
    assert span(DEFAULT, closes) == (date(2027, 3, 31), date(2027, 3, 31) + timedelta(days=300))
    whole = replace(closes, begins_at=first_second(date(2027, 1, 1)), ends_at=last_second(date(2027, 12, 1)))
    assert span(DEFAULT, whole) == (date(2027, 1, 1), date(2027, 12, 1))
    assert span(KNOWN[0].edition, closes) == (date(2012, 11, 1), date(2013, 11, 30))
    assert span(Edition("2014", "autre titre"), Calendar()) == (date(2014, 1, 1), date(2014, 12, 31))


def test_the_first_editions_hold_no_day_that_was_not_announced() -> None:
    assert [known.edition.slug for known in KNOWN] == ["2013", "2014"]
    assert all(known.begins.day == 1 for known in KNOWN)
