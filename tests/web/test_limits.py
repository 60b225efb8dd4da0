"""How fast one visitor may go, and what a first form sent twice is given."""

from __future__ import annotations

from conversation import Clock

from bot.web.limits import Newcomers, Pace


def test_the_pace_comes_back_with_time_and_is_bounded(clock: Clock) -> None:
    pace = Pace(clock)
    assert [pace.allows("a") for _ in range(121)].count(True) == 120
    assert pace.allows("b")
    clock.pass_(seconds=1)
    assert [pace.allows("a") for _ in range(3)] == [True, True, False]
    clock.pass_(seconds=-3600)
    assert not pace.allows("a")
    for n in range(10_001):
        pace.allows(f"visitor {n}")
    assert len(pace._buckets) == 10_000


def test_newcomers_are_forgotten_after_a_minute(clock: Clock) -> None:
    tokens = iter(f"token {n}" for n in range(20_000))
    newcomers = Newcomers(clock, lambda: next(tokens))
    assert newcomers.cookie("form") == newcomers.cookie("form") == "token 0"
    clock.pass_(seconds=61)
    assert newcomers.cookie("form") == "token 1"
    for n in range(10_001):
        newcomers.cookie(f"form {n}")
    assert len(newcomers._given) == 10_000
