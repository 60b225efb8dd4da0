"""What a partner sees of an announcement tells nothing of few people, directly or by subtraction."""

from __future__ import annotations

import re
from dataclasses import replace

from announcements.alone import Alone
from announcements.test_steering import KARIM, ONE
from announcements.writer import WORDS
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rallynov.announcements.model import News, Status
from rallynov.announcements.report import Fate, Report, Reports, changes, figure, read, summary, table
from rallynov.announcements.steering import SendingsDialogue
from rallynov.masking import LEAST

FATES = [
    ("telegram", "sent", ""),
    ("telegram", "skipped", "blocked"),
    ("telegram", "unknown", ""),
    ("telegram", "planned", ""),
    ("web", "sent", ""),
]
COUNTS = st.lists(st.integers(0, 12), min_size=len(FATES), max_size=len(FATES))


def masked(counts: list[int]) -> Report:
    return read({fate: n for fate, n in zip(FATES, counts, strict=True) if n}, exact=False)


def followed(report: Report, **more: object) -> Alone:
    one = replace(ONE, status=Status.SENDING, **more)  # type: ignore[arg-type]
    changed = read({("telegram", "sent", ""): 3, ("telegram", "skipped", "too old"): 2}, exact=False)
    facts = {Reports: Reports({"a1": report}, {"a1": changed})}
    return Alone(SendingsDialogue(), KARIM, News(mine=(one,)), facts=facts)


def numbers(words: str) -> set[int]:
    """Return the numbers that are told, but for those of the announcement itself, of moments and of the rule."""
    told = re.sub(r"n° 4|\d+ novembre \d+.*|inférieurs à \d", "", words)
    return {int(one) for one in re.findall(r"\d+", told)}


@settings(max_examples=60)
@given(COUNTS)
@example([90, 3, 0, 0, 0])
@example([1, 0, 0, 0, 1])
def test_nothing_that_a_partner_is_shown_is_a_small_count(counts: list[int]) -> None:
    report = masked(counts)
    talk = followed(report, revision=1)
    shown = talk.read()
    talk.press("s-a1")
    shown += talk.read() + talk.read(*table(report))
    talk.press("do-cancel")
    shown += talk.read() + "".join(WORDS.word(one, "fr") for one in summary(report))
    assert numbers(shown).isdisjoint(range(1, LEAST)), shown


@settings(max_examples=60)
@given(COUNTS)
def test_a_sum_with_a_masked_part_is_not_told(counts: list[int]) -> None:
    report = masked(counts)
    cells = report.cells()
    hidden = {line.fate for line, cell in cells if cell is None}
    for fate in Fate:
        assert (report.told({fate}) is None) == (fate in hidden)
    assert (report.told() is None) == bool(hidden)
    assert not hidden or figure(report) is None
    values = {line.many for line, cell in cells if cell is None}
    assert len(values) != 1 or len(cells) == len([cell for _, cell in cells if cell is None])


def test_what_was_changed_is_masked_where_what_was_delivered_is() -> None:
    """Every message that was delivered is changed or not: their sum is what was delivered."""
    few = masked([90, 3, 0, 0, 0])
    assert few.told({Fate.ARRIVED}) is None
    told = followed(few).read(*changes(read({("telegram", "sent", ""): 90}, exact=False), few))
    assert "90" not in told
    assert "masqu" in told
