"""Moments as people type them, the nights on which clocks jump, and the hours in which nobody is written to."""

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rallynov.announcements.when import FAR, MEND, PAST, Unread, Wish, read, shifted, told, tomorrow
from rallynov.dialogue.words import Say
from rallynov.editions.model import PARIS

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=PARIS)  # a Tuesday


def at(typed: str, now: datetime = NOW) -> str:
    wish = read(typed, now)
    assert isinstance(wish, Wish), (typed, wish)
    assert wish.at
    return f"{wish.at.astimezone(PARIS):%a %d %m %Y %H:%M}"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("demain à 9 h", "Wed 25 11 2026 09:00"),
        ("Demain 14h30", "Wed 25 11 2026 14:30"),
        ("après-demain à midi", "Thu 26 11 2026 12:00"),
        ("demain matin", "Wed 25 11 2026 09:00"),
        ("demain après-midi", "Wed 25 11 2026 14:00"),
        ("lundi 8h15", "Mon 30 11 2026 08:15"),
        ("mardi à 18 heures", "Tue 01 12 2026 18:00"),
        ("14h", "Tue 24 11 2026 14:00"),
        ("9h", "Wed 25 11 2026 09:00"),
        ("jeudi 26 novembre à 10 h", "Thu 26 11 2026 10:00"),
        ("12/03/2027 9:30", "Fri 12 03 2027 09:30"),
        ("12/03 à 9h30", "Fri 12 03 2027 09:30"),
        ("le 1er décembre", "Tue 01 12 2026 09:00"),
        ("dans 3 jours à 9h", "Fri 27 11 2026 09:00"),
        ("dans une semaine", "Tue 01 12 2026 09:00"),
        ("dans 2 heures", "Tue 24 11 2026 12:00"),
        ("tomorrow at 9am", "Wed 25 11 2026 09:00"),
        ("12 March 2027 at 2:30 pm", "Fri 12 03 2027 14:30"),
        ("Monday noon", "Mon 30 11 2026 12:00"),
        ("12 am tomorrow", "Wed 25 11 2026 00:00"),
    ],
)
def test_reads_a_moment(typed: str, meant: str) -> None:
    assert at(typed) == meant


@pytest.mark.parametrize("typed", ["tout de suite", "Dès que possible !", "now", "maintenant"])
def test_reads_that_it_leaves_at_once(typed: str) -> None:
    assert read(typed, NOW) == Wish(None)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("bientôt", MEND),
        ("demain à 25 h", MEND),
        ("demain à 13 pm", MEND),
        ("31/02/2027", MEND),
        ("?", MEND),
        ("le 12", MEND),
        ("24/11/2026 9h", PAST),
        ("12 mars 2025", PAST),
        ("12 mars 2030 9h", FAR),
    ],
)
def test_says_how_to_mend_what_is_no_moment(typed: str, why: Say) -> None:
    assert read(typed, NOW) == Unread(why)


def test_a_day_without_an_hour_says_which_was_taken() -> None:
    wish = read("lundi", NOW)
    assert isinstance(wish, Wish)
    assert [one.msgid for one in wish.said if isinstance(one, Say)] == ["You gave no hour: I took 9:00."]


def test_the_hour_that_no_clock_shows_is_the_next_one() -> None:
    """28 March 2027, 02:30: clocks jump from 2 to 3. It is a Sunday, and the Monday after is a public holiday."""
    wish = read("28 mars 2027 à 2h30", NOW)
    assert isinstance(wish, Wish)
    assert wish.at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    [jump] = wish.said
    assert isinstance(jump, Say)
    assert dict(jump.slots)["after"] == time(3, 30)
    [moved] = shifted(wish.at)
    assert str(moved).count("datetime.datetime(2027, 3, 30, 6, 0")  # Tuesday 30 March, 08:00 in Paris


def test_the_hour_that_clocks_show_twice_is_the_first() -> None:
    """31 October 2027, 02:30: clocks go back from 3 to 2. It is a Sunday, before a public holiday."""
    wish = read("31/10/2027 2:30", datetime(2027, 10, 1, 10, tzinfo=PARIS))
    assert isinstance(wish, Wish)
    assert wish.at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert len(wish.said) == 1
    [moved] = shifted(wish.at)
    assert str(moved).count("datetime.datetime(2027, 11, 2, 7, 0")


def test_what_may_leave_is_not_moved() -> None:
    assert shifted(tomorrow(NOW)) == ()
    assert shifted(datetime(2026, 11, 24, 20, 0, tzinfo=PARIS)) != ()
    assert "datetime.time(9, 0)" in str(told(tomorrow(NOW)))


@given(st.one_of(st.text(max_size=90), st.text(alphabet="0123456789 /h:apm démàlundi", max_size=40)))
def test_no_text_breaks_it(typed: str) -> None:
    found = read(typed, NOW)
    assert isinstance(found, Unread) or found.at is None or found.at > NOW
