"""Stages set by the team, for tests.

In a transcript: ``! étape 25 dans 20 jours, 2 places : Salle exemple`` adds one, ``! report 1 dans 30 jours`` gives it
another day, ``! annulation 1 : raison`` cancels it, ``! lieu 1 : Autre salle`` moves it elsewhere. A place
with `` @ carte`` is known on a map.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from conversation import Clock

from bot.wiring import PULL, Core
from rallynov.delivery.posting import Post
from rallynov.editions.model import PARIS
from rallynov.editions.stages import rows, scheduling
from rallynov.editions.stages.model import Stage

SPOT = (47.24, 6.02)
ADDED = re.compile(r"étape (\d\d) dans (\d+) jours(?:, (\d+) places?)?")


@dataclass
class Team:
    """What the team does with stages."""

    core: Core
    clock: Clock

    def __call__(self, direction: str) -> None:
        what, _, words = direction.partition(" : ")
        words, _, point = words.partition(" @ ")
        if added := ADDED.fullmatch(what):
            places = int(added[3]) if added[3] else None
            self.add(added[1], words, int(added[2]), capacity=places, point=SPOT if point else None)
            return
        match what.split():
            case ["report", number, "dans", days, "jours"]:
                before = self.named(int(number))
                shift = self.day(int(days)) - before.starts
                self.change(int(number), starts=before.starts + shift, ends=before.ends + shift)
            case ["lieu", number]:
                self.change(int(number), place=words)
            case ["places", number]:
                self.change(int(number), capacity=int(words))
            case ["annulation", number]:
                self.cancel(int(number), words)
            case _:
                raise AssertionError(direction)

    def day(self, days: int) -> datetime:
        """Two in the afternoon in Paris, in some days."""
        day = (self.clock.at + timedelta(days=days)).astimezone(PARIS)
        return day.replace(hour=14, minute=0, second=0, microsecond=0)

    def add(self, territory: str, place: str, days: int, **more: Any) -> Stage:
        starts = self.day(days)
        one = Stage(f"s{days}-{place}", 0, territory, place, starts, starts + timedelta(hours=3), **more)
        with self.core.store.write() as tx:
            return scheduling.add(tx, self.core.edition, one, self.clock())

    def named(self, number: int) -> Stage:
        return next(stage for stage in self.core.stages.read() if stage.number == number)

    def change(self, number: int, **changes: Any) -> scheduling.Change:
        with self.core.store.write() as tx:
            before = rows.named(tx, self.core.edition, number)
            assert before
            return scheduling.change(tx, before, changes, self.clock(), Post(self.core.wording, PULL))

    def cancel(self, number: int, reason: str = "") -> scheduling.Change:
        with self.core.store.write() as tx:
            before = rows.named(tx, self.core.edition, number)
            assert before
            return scheduling.cancel(tx, before, reason, self.clock(), Post(self.core.wording, PULL))
