"""A limit holds in any second of the server's, on a simulated clock, whatever happens between it and us."""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import pytest

from rallynov.delivery.decisions import Klass
from rallynov.delivery.pacing import Pacer

FREE, PAID = 30, 1000
AT_ONCE = 192


@dataclass(frozen=True, slots=True)
class Weather:
    """Seconds that a message needs: to get out of our process, there, and back."""

    out: Callable[[random.Random], float]
    there: Callable[[random.Random], float]
    back: Callable[[random.Random], float]
    stall: float = 0.0
    """Longest time for which our process does nothing, from time to time: what is due then comes at once."""


QUIET = Weather(
    lambda chance: chance.expovariate(1 / 0.0005),
    lambda chance: 0.02 + chance.expovariate(1 / 0.001),
    lambda chance: 0.02 + chance.expovariate(1 / 0.001),
)
BUSY = Weather(
    lambda chance: chance.choice([0.0, 0.001, 0.03, 0.12]),
    lambda chance: 0.01 + chance.expovariate(1 / 0.03),
    lambda chance: 0.01 + chance.choice([0.0, 0.0, 0.2]),
    stall=0.4,
)


def taken(rate: int, seconds: float, weather: Weather, seed: int) -> list[float]:
    """Return when the server took each message of a sender that never has too few."""
    chance, chats = random.Random(seed), count(1)
    pacer = Pacer(rate, rate)
    ends: list[tuple[float, int, Callable[[float], None]]] = []
    times: list[float] = []
    now = stall = 0.0
    while now < seconds:
        while ends and ends[0][0] <= now:
            heapq.heappop(ends)[2](now)
        ready = pacer.bulk_ready(now)
        if ready <= now and len(ends) < AT_ONCE:
            chat = next(chats)
            call = pacer.sent(Klass.BULK, chat, now)
            at = now + weather.out(chance) + weather.there(chance)
            times.append(at)
            heapq.heappush(ends, (at + weather.back(chance), chat, lambda end, call=call: call.over(end)))
            continue
        events = [ready] if ready > now else []
        events += [ends[0][0]] if ends else []
        now = min(events)
        if weather.stall and now >= stall:
            now += chance.uniform(0, weather.stall)
            stall = now + chance.uniform(0.2, 2)
    return sorted(times)


def densest(times: list[float]) -> int:
    """Return the most messages in any second, its end left out."""
    inside: deque[float] = deque()
    most = 0
    for at in times:
        inside.append(at)
        while inside[0] <= at - 1:
            inside.popleft()
        most = max(most, len(inside))
    return most


@pytest.mark.parametrize("rate", [FREE, PAID])
@pytest.mark.parametrize("seed", range(3))
def test_no_second_of_the_server_holds_more_than_the_limit_on_a_busy_machine(rate: int, seed: int) -> None:
    times = taken(rate, 30 if rate == FREE else 8, BUSY, seed)
    assert densest(times) <= rate
    assert len(times) > 60


@pytest.mark.parametrize(("rate", "share"), [(FREE, 0.97), (PAID, 0.94)])
def test_a_quiet_machine_uses_the_limit(rate: int, share: float) -> None:
    seconds = 30 if rate == FREE else 6
    times = taken(rate, seconds, QUIET, 1)
    assert densest(times) <= rate
    assert len(times) >= share * rate * seconds


def test_a_call_without_an_answer_keeps_its_place_until_it_is_given_up() -> None:
    pacer = Pacer(FREE, FREE)
    calls = []
    for chat in range(FREE):
        at = chat * 0.1
        assert pacer.ready_at(Klass.BULK, chat, at) <= at
        calls.append(pacer.sent(Klass.BULK, chat, at))
    assert pacer.ready_at(Klass.BULK, 99, 9.0) > 9.0, "thirty messages may all arrive in this very second"
    calls[0].over(9.0, taken=False)
    calls[0].over(9.5, taken=False)
    assert pacer.ready_at(Klass.BULK, 99, 9.5) == pytest.approx(10.01)


def test_the_way_may_become_longer_or_shorter() -> None:
    """The shortest way is that of the last minute at most; nothing known, all of the way counts."""
    pacer = Pacer(1, 1)

    def waits(at: float, way: float) -> float:
        pacer.sent(Klass.BULK, 1, at).over(at + way)
        return round(pacer.bulk_ready(at + way) - at, 3)

    assert waits(0, 0.05) == 1.01
    assert waits(10, 0.25) == 1.21
    assert waits(20, 0.01) == 1.01
    assert [waits(at, 0.25) for at in (40, 95)] == [1.25, 1.01]
