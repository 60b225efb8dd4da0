"""Time of a test's own over real HTTP: what waits for Telegram waits in it, nothing is slept."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from conversation import Clock

from bot.telegram.calls import Api
from bot.telegram.poller import Time


class Spell:
    """Time that moves when it is slept, and what goes wrong until an hour of it."""

    def __init__(self) -> None:
        self.at = 0.0
        self.begun = 0.0
        self.end = 0.0
        self.heal: Callable[[], None] = lambda: None
        self.now = Clock()
        self.waits: list[float] = []
        self.plans: list[tuple[float, Callable[[], object]]] = []

    def plan(self, at: float, act: Callable[[], object]) -> None:
        """Have something happen, once, at a moment."""
        self.plans.append((at, act))

    def begin(self, seconds: float, heal: Callable[[], None]) -> None:
        self.begun, self.end, self.heal = self.at, self.at + seconds, heal

    @property
    def over(self) -> bool:
        return self.at >= self.end

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.move(seconds)
        await asyncio.sleep(0)

    def move(self, seconds: float) -> None:
        self.at += seconds
        due = [act for at, act in self.plans if at <= self.at]
        self.plans = [(at, act) for at, act in self.plans if at > self.at]
        for act in due:
            act()
        if self.over:
            self.heal()

    def moment(self) -> datetime:
        return self.now()

    def time(self) -> Time:
        return Time(lambda: self.at, self.moment, self.sleep)


class Line:
    """The line to Telegram: another one is used while a spell lasts."""

    def __init__(self, good: Api, spell: Spell) -> None:
        self.good, self.spell = good, spell
        self.bad: Callable[[str, dict[str, Any]], Any] | None = None
        self.tries: list[float] = []

    def tell(self, method: str, /, **params: Any) -> bool:
        return False

    async def call(self, method: str, /, **params: Any) -> Any:
        self.tries.append(self.spell.at)
        if self.bad is not None and not self.spell.over:
            return await self.bad(method, params)
        return await self.good.call(method, **params)
