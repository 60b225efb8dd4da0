"""The stages of an edition with their turns and nothing else, for tests on several processes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from conversation import Clock
from sqlalchemy import select

from bot import plain
from bot.wiring import PULL, new_id, new_secret
from rallynov.delivery import inbox
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.message import load
from rallynov.delivery.posting import Post
from rallynov.delivery.subject import Tools
from rallynov.delivery.tables import ConversationRow, OutboxRow
from rallynov.delivery.turns import Turns
from rallynov.dialogue.engine import Engine
from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Screen
from rallynov.dialogue.turn import Move, Place, Scene
from rallynov.editions.model import DEFAULT
from rallynov.editions.stages import scheduling
from rallynov.editions.stages.flow import StagesDialogue
from rallynov.editions.stages.model import Stage
from rallynov.editions.stages.service import Board
from rallynov.editions.stages.tables import SeatRow
from rallynov.storage.store import Store
from rallynov.wording import Wording

WORDING = Wording({"operator": "Association exemple", "contact": "bonjour@exemple.fr"})
POST = Post(WORDING, PULL)


class Lobby:
    """Where conversations begin."""

    name = "reception"
    commands: Sequence[str] = ()

    def screen(self, place: Place, scene: Scene) -> Screen:
        return Screen("lobby", ())

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        return Move()

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        return None

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        return Move()


def turns(store: Store, clock: Clock) -> Turns:
    engine = Engine([Lobby(), StagesDialogue(lambda _: "")], WORDING)
    tools = Tools(clock, new_id, new_secret, {"web": plain.read}, {"web": plain.language}, PULL)
    return Turns(store, engine, WORDING, [Board(store, DEFAULT, POST)], tools)


@dataclass
class Room:
    """People who come and go, one address each."""

    store: Store
    clock: Clock
    ids: itertools.count[int] = field(default_factory=itertools.count)

    def stage(self, capacity: int | None, days: int = 20) -> Stage:
        starts = self.clock() + timedelta(days=days)
        one = Stage(
            new_id(), 0, "25", "Salle exemple", starts, starts + timedelta(hours=3), capacity=capacity
        )
        with self.store.write() as tx:
            return scheduling.add(tx, DEFAULT, one, self.clock())

    def post(self, words: str, *names: str) -> None:
        events = [
            Incoming("web", f"{next(self.ids)}", f"web:{name}", plain.text_payload(words), self.clock())
            for name in names
        ]
        with self.store.write() as tx:
            inbox.store(tx, events)

    def say(self, words: str, *names: str) -> None:
        self.post(words, *names)
        mine = turns(self.store, self.clock)
        while mine.run().handled:
            pass

    def come(self, *names: str) -> None:
        """Sign up at stage 1, one after the other."""
        for name in names:
            self.say("/etape 1", name)
            self.say("j'y serai", name)

    def seats(self) -> dict[str, bool]:
        """Who is expected (True) or waits (False), in the order of the line."""
        mine = select(ConversationRow.address, SeatRow.placed).where(
            ConversationRow.person_id == SeatRow.person_id
        )
        with self.store.read() as tx:
            rows = tx.execute(mine.order_by(SeatRow.id)).all()
        return {row.address.removeprefix("web:"): row.placed for row in rows}

    def person(self, name: str) -> str:
        mine = select(ConversationRow.person_id).where(ConversationRow.address == f"web:{name}")
        with self.store.read() as tx:
            return tx.execute(mine).scalar_one() or ""

    def told(self, name: str) -> list[str]:
        """The messages of somebody, each as one text."""
        mine = select(OutboxRow.body).where(OutboxRow.address == f"web:{name}").order_by(OutboxRow.id)
        with self.store.read() as tx:
            bodies = [load(body) for body in tx.execute(mine).scalars()]
        return [" / ".join(text for _, texts in body.blocks for text in texts) for body in bodies]
