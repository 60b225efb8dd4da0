"""How fast one visitor may go, and what a first form sent twice is given."""

from __future__ import annotations

import pytest
from conversation import Clock
from stored import count
from web.conftest import Open
from web.test_walk import begin
from web.visitor import read

from bot.web import limits
from bot.web.limits import Arrivals, Newcomers, Pace
from bot.wiring import Core
from rallynov.delivery.tables import InboxRow


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


async def test_newcomers_share_one_pace_and_whoever_is_known_passes(clock: Clock) -> None:
    asked: list[str] = []

    async def known(address: str) -> bool:
        asked.append(address)
        return address == "old"

    arrivals = Arrivals(lambda: clock.at, known)
    for n in range(limits.CROWD):
        assert await arrivals.allows(f"new {n}", returning=n % 2 == 0)
    assert not asked, "as long as there is room, nothing is read"
    assert not await arrivals.allows("one more", returning=False)
    assert not await arrivals.allows("made up", returning=True)
    assert await arrivals.allows("old", returning=True)
    assert await arrivals.allows("new 0", returning=True), "met: no first message any more"
    assert asked == ["made up", "old"]
    clock.pass_(seconds=1)
    most = round(limits.CROWD / limits.CROWD_SECONDS)
    passed = [await arrivals.allows(f"later {n}", returning=False) for n in range(most + 5)]
    assert passed == [True] * most + [False] * 5
    clock.pass_(seconds=3600)
    for n in range(limits.REMEMBERED):
        clock.pass_(seconds=1)
        await arrivals.allows(f"visitor {n}", returning=False)
    assert len(arrivals._met) == limits.REMEMBERED


async def test_a_crowd_of_newcomers_is_asked_to_wait_with_its_words_kept(
    open_door: Open, core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CROWD", 2)
    monkeypatch.setattr(limits, "CROWD_SECONDS", 1e9)
    here, there, late = open_door(), open_door(), open_door()
    late.client = here.client  # the same door
    await begin(here)
    cookie = here.client.cookies["rallynov"]
    here.client.cookies.clear()
    page = await late.open()
    assert (await late.post(**page.hidden, text="la deuxième")).status_code == 303
    late.client.cookies.clear()
    before = count(core.store, InboxRow)
    page = await late.open()
    answer = await late.post(**page.hidden, text="Une phrase à ne pas perdre")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
    assert "set-cookie" not in answer.headers
    assert read(answer.text).texts["textarea"] == ["\nUne phrase à ne pas perdre"]
    assert read(answer.text).hidden["id"] == page.hidden["id"], "sent again, it is still the same form"
    assert count(core.store, InboxRow) == before
    here.client.cookies.set("rallynov", cookie)
    await here.open()
    await here.say("4")
    await begin(there)
    there.client.cookies.clear()
    await begin(there)  # nobody more may come to this door
    there.client.cookies.set("rallynov", cookie)
    await there.open()
    await there.say("4")  # but who has a conversation
    there.client.cookies.set("rallynov", "made-up-by-somebody-0000")
    page = await there.open()
    assert (await there.post(**page.hidden, text="bonjour")).status_code == 429
