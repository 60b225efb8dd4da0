"""One dialogue about announcements, without a database: its facts follow from each of its moves."""

from __future__ import annotations

from dataclasses import dataclass, field

from announcements.writer import NOW, STAGE, WORDS

from rallynov.announcements.crowd_model import Crowd, Sizes
from rallynov.announcements.model import News
from rallynov.announcements.report import Reports
from rallynov.dialogue.dialogue import Dialogue
from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Block, Screen
from rallynov.dialogue.turn import Command, Move, Place, Scene
from rallynov.editions.stages.model import Stages
from rallynov.people.model import Person
from rallynov.people.roles import Grants


@dataclass
class Alone:
    """Somebody in front of one dialogue."""

    dialogue: Dialogue
    grants: Grants
    news: News
    me: str = "me"
    facts: dict[type, object] = field(default_factory=dict)
    orders: list[Command] = field(default_factory=list)

    def __post_init__(self) -> None:
        known = {Crowd: Crowd(), Sizes: Sizes(), Reports: Reports(), Stages: Stages((STAGE,))}
        own = {Grants: self.grants, Person: Person(self.me), News: self.news}
        self.facts = {**known, **own, **self.facts}
        self.place = Place(self.dialogue.name)

    @property
    def scene(self) -> Scene:
        return Scene(NOW, NOW, "fr", "web", self.facts)

    @property
    def shown(self) -> Screen:
        return self.dialogue.screen(self.place, self.scene)

    @property
    def offered(self) -> list[str]:
        return [one.key for one in (*self.shown.choices, *self.shown.actions)]

    def press(self, key: str) -> str:
        assert key in self.offered, (key, self.offered)
        return self.force(key)

    def force(self, key: str) -> str:
        """Press what is not offered any more."""
        return self._moved(self.dialogue.choose(self.place, key, self.scene))

    def say(self, text: str) -> str:
        move = self.dialogue.write(self.place, text, self.scene)
        assert move
        return self._moved(move)

    def enter(self, argument: str = "") -> str:
        return self._moved(self.dialogue.enter(Commanded("x", argument), self.place, self.scene))

    def _moved(self, move: Move) -> str:
        self.orders += move.commands
        if move.scene:
            self.facts = {kind: move.scene.of(kind) for kind in self.facts}
        self.place = move.to or self.place
        return self.read(*move.lead)

    def read(self, *lead: Block) -> str:
        """Return what is read, in words."""
        return "\n".join(
            WORDS.word(words, "fr") for block in (*lead, *self.shown.blocks) for words in block.items
        )
