"""When reminders leave: which one is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from rallynov.editions.model import Calendar, last_second
from rallynov.initiatives.reminders import due

EASTER = date(2013, 3, 31)


@pytest.mark.parametrize(
    ("before", "kind"),
    [(31, None), (30, 30), (29, 30), (15, 30), (14, 14), (8, 14), (7, 7), (3, 7), (2, 2), (1, 1), (0, 1)],
)
def test_which_reminder_is_due(before: int, kind: int | None) -> None:
    noon = datetime(2013, 3, 31, 10, 0, tzinfo=UTC) - timedelta(days=before)
    assert due(Calendar(closes_at=last_second(EASTER)), noon) == kind
    assert due(Calendar(), noon) is None
