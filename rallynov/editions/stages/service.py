"""Stages in a batch of turns: what each person may know of them, and what they say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from rallynov.delivery.posting import Letter, Post
from rallynov.delivery.subject import Order
from rallynov.dialogue.events import Event
from rallynov.dialogue.turn import Command
from rallynov.editions.model import Edition
from rallynov.editions.stages import rows, seating
from rallynov.editions.stages.model import Attend, ChooseTerritory, GiveUp, Stage, Stages
from rallynov.editions.stages.tables import TerritoryRow
from rallynov.storage.prepared import INSERTS
from rallynov.storage.store import Store


class Board:
    """The subject of the stages of an edition; pages read them here too."""

    orders: Sequence[type[Command]] = (Attend, GiveUp, ChooseTerritory)
    shared = True

    def __init__(self, store: Store, edition: Edition, post: Post) -> None:
        self._store = store
        self._edition = edition
        self._post = post
        self._last = self.read()

    def read(self) -> tuple[Stage, ...]:
        """Read the stages, in the order of their dates (synchronous)."""
        with self._store.read() as tx:
            return rows.read(tx, self._edition)

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, Stages]:
        """Read the stages; and, when there are some, what these people have said of them."""
        self._last = stages = rows.count(tx, self._edition, self._last)
        if not (stages and people):
            return {}
        mine = rows.seats(tx, self._edition, list(people))
        chosen = rows.chosen(tx, list(people))
        return {person: Stages(stages, mine.get(person, {}), chosen.get(person, "")) for person in people}

    def blank(self, person: str) -> Stages:
        """Return the stages as they were last read: a stranger may ask for them."""
        return Stages(self._last)

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Write who comes and who does not, in order, on stages that stay locked until the commit."""
        named = [o.command.stage for o in orders if isinstance(o.command, Attend | GiveUp)]
        stages = rows.lock(tx, sorted(set(named)))
        told: list[Letter] = []
        for order in orders:
            match order.command:
                case Attend(stage, placed):
                    seating.attend(tx, stages.get(stage), order.person, placed=placed, now=order.at)
                case GiveUp(stage):
                    told += seating.leave(tx, stages.get(stage), order.person, order.at)
                case ChooseTerritory(territory):
                    _choose(tx, order, territory)
        self._post.send(tx, told, orders[-1].at)


def _choose(tx: Connection, order: Order, territory: str) -> None:
    add = INSERTS[tx.dialect.name](TerritoryRow)
    newer: dict[str, Any] = {name: add.excluded[name] for name in ("territory", "at")}
    row = {"person_id": order.person, "territory": territory, "at": order.at}
    tx.execute(add.on_conflict_do_update(index_elements=["person_id"], set_=newer), [row])
