"""When reminders leave: which one is due, and when nobody is disturbed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from rallynov.editions.model import Calendar, last_second
from rallynov.initiatives.reminders import due, quiet

EASTER = date(2013, 3, 31)


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
    ("before", "kind"),
    [(31, None), (30, 30), (29, 30), (15, 30), (14, 14), (8, 14), (7, 7), (3, 7), (2, 2), (1, 1), (0, 1)],
)
def test_which_reminder_is_due(before: int, kind: int | None) -> None:
    noon = datetime(2013, 3, 31, 10, 0, tzinfo=UTC) - timedelta(days=before)
    assert due(Calendar(closes_at=last_second(EASTER)), noon) == kind
    assert due(Calendar(), noon) is None
