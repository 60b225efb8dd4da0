"""Somebody who writes announcements, without a database: the dialogue and its facts, as they follow from each move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from rallynov.announcements.crowd_model import Cell, Crowd, Sample
from rallynov.announcements.model import Announcement, News, Standing
from rallynov.announcements.template_files import load_templates
from rallynov.announcements.writing.flow import WritingDialogue
from rallynov.dialogue.events import Commanded, OfferedFile
from rallynov.dialogue.screens import Block, Screen
from rallynov.dialogue.turn import Command, Move, Place, Scene
from rallynov.editions.model import PARIS, Calendar, last_second
from rallynov.editions.stages.model import Stage, Stages
from rallynov.people.consents.model import Topic
from rallynov.people.model import Person
from rallynov.people.roles import Grant, Grants, Role
from rallynov.wording import Wording

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WORDS = Wording({"operator": "exemple", "contact": "exemple"})
STAGE = Stage(
    "s3",
    3,
    "25",
    "Salle exemple",
    NOW + timedelta(days=30),
    NOW + timedelta(days=30, hours=2),
    host="Partenaire exemple",
)


def cell(territory: str, count: int, *, standing: Standing = Standing.NONE, **more: object) -> Cell:
    """People alike, with a sample each."""
    told: dict[str, object] = {"topic": Topic.PARTNERS, "themes": frozenset(), "member": False} | more
    return Cell(
        frozenset({told["topic"]}),  # type: ignore[arg-type]
        territory,
        standing,
        told["themes"],  # type: ignore[arg-type]
        told["member"],  # type: ignore[arg-type]
        frozenset(),
        frozenset(),
        count,
        (Sample("E. X.", territory),),
    )


CROWD = Crowd(
    (
        cell("25", 40, standing=Standing.DRAFT, themes=frozenset({"health"})),
        cell("39", 7, member=True),
        cell("25", 5, topic=Topic.STAGES),
    )
)
TEXT = "Une *heure* au téléphone.\n- gratuit\n- https://exemple.fr"
HOME = Place("broadcast")
PARTNER = Grants((Grant(Role.WRITER, "Structure exemple"),))
TEAM = Grants((Grant(Role.COORDINATOR),))


@dataclass
class Writer:
    """One conversation of the writing dialogue alone."""

    grants: Grants = PARTNER
    facts: dict[type, object] = field(default_factory=dict)
    place: Place = HOME
    orders: list[Command] = field(default_factory=list)
    lead: tuple[Block, ...] = ()
    language: str = "fr"
    turns: int = 0

    def __post_init__(self) -> None:
        self.dialogue = WritingDialogue(load_templates(), WORDS.word)
        calendar = Calendar(closes_at=last_second(datetime(2027, 3, 31, tzinfo=PARIS).date()))
        known: Mapping[type, object] = {
            Grants: self.grants,
            Person: Person("me"),
            News: News(),
            Crowd: CROWD,
            Stages: Stages((STAGE,)),
            Calendar: calendar,
        }
        self.facts = {**known, **self.facts}

    @property
    def scene(self) -> Scene:
        return Scene(NOW, NOW, self.language, "web", self.facts, f"new{self.turns}")

    @property
    def shown(self) -> Screen:
        return self.dialogue.screen(self.place, self.scene)

    @property
    def draft(self) -> Announcement:
        news = self.facts[News]
        assert isinstance(news, News)
        return news.mine[0]

    def having(self, **changed: object) -> None:
        """Change the announcement, as somebody else does."""
        news = self.facts[News]
        assert isinstance(news, News)
        self.facts[News] = news.having(replace(self.draft, version=self.draft.version + 1, **changed))  # type: ignore[arg-type]

    def press(self, key: str) -> str:
        assert self.shown.offers(key), (key, [one.key for one in (*self.shown.choices, *self.shown.actions)])
        return self._moved(self.dialogue.choose(self.place, key, self.scene))

    def say(self, text: str) -> str:
        move = self.dialogue.write(self.place, text, self.scene)
        assert move is not None
        return self._moved(move)

    def send(self, file: OfferedFile) -> str:
        move = self.dialogue.attach(self.place, file, self.scene)
        assert move is not None
        return self._moved(move)

    def enter(self, argument: str = "") -> str:
        return self._moved(self.dialogue.enter(Commanded("diffuser", argument), self.place, self.scene))

    def _moved(self, move: Move) -> str:
        """Go where a move leads, and return what is then read, in words."""
        self.turns += 1
        self.orders += move.commands
        if move.scene:
            self.facts = {kind: move.scene.of(kind) for kind in self.facts}
        self.place = move.to or self.place
        return self.read(*move.lead)

    def read(self, *lead: Block) -> str:
        return "\n".join(
            WORDS.word(words, self.language) for block in (*lead, *self.shown.blocks) for words in block.items
        )

    @property
    def offered(self) -> list[str]:
        return [one.key for one in (*self.shown.choices, *self.shown.actions)]


def written() -> Writer:
    """A partner whose draft is whole."""
    writer = Writer()
    writer.press("write")
    writer.say("Offre exemple")
    writer.say(TEXT)
    for _ in range(2):
        writer.press("skip")
    writer.press("done")
    writer.press("soon")
    return writer
