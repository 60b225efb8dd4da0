"""What is ordered while an announcement is written, each with what is true once it is applied. Pure.

Every order carries the version that it was decided on, and makes the next one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from rallynov.announcements.commands import (
    OpenDraft,
    SaveAudience,
    SaveContent,
    SaveTopic,
    SaveWish,
)
from rallynov.announcements.model import Announcement, Audience, Content, News
from rallynov.announcements.writing.spots import Spot
from rallynov.dialogue.screens import Block
from rallynov.dialogue.turn import Command, Move, Place, Scene
from rallynov.people.consents.model import Topic
from rallynov.people.model import Person


@dataclass(frozen=True, slots=True)
class Pen:
    """A draft in somebody's hands: as it stands, what was ordered of it in this turn, and the facts that follow."""

    spot: Spot
    draft: Announcement
    scene: Scene
    orders: tuple[Command, ...] = ()

    def moved(self, to: Place | Spot | None = None, *lead: Block) -> Move:
        """Return the move that this makes."""
        place = to.place if isinstance(to, Spot) else to
        told = self.scene.having(self.scene.of(News).having(self.draft))
        return Move(place, self.orders, lead, told)

    def topic(self, topic: Topic) -> Pen:
        """Keep what it is about."""
        return self._ordering(
            SaveTopic(self.draft.id, topic, self.draft.version), replace(self.draft, topic=topic)
        )

    def content(self, content: Content) -> Pen:
        """Keep what is told."""
        if content == self.draft.content:
            return self
        order = SaveContent(self.draft.id, content, self.draft.version)
        return self._ordering(order, replace(self.draft, content=content))

    def audience(self, audience: Audience) -> Pen:
        """Keep who it is for."""
        order = SaveAudience(self.draft.id, audience, self.draft.version)
        return self._ordering(order, replace(self.draft, audience=audience))

    def wish(self, wish: datetime | None, *, urgent: bool) -> Pen:
        """Keep when it should leave."""
        order = SaveWish(self.draft.id, wish, urgent, self.draft.version)
        return self._ordering(order, replace(self.draft, wish=wish, urgent=urgent))

    def _ordering(self, order: Command, draft: Announcement) -> Pen:
        changed = replace(draft, version=self.draft.version + 1, changed=self.scene.now)
        return replace(self, draft=changed, orders=(*self.orders, order))


def opened(spot: Spot, organisation: str, scene: Scene) -> Pen:
    """Begin an announcement under a new id."""
    draft = Announcement(scene.secret, 0, scene.of(Person).id, scene.now, organisation, version=1)
    here = replace(spot, announcement=draft.id)
    return Pen(here, draft, scene, (OpenDraft(draft.id, organisation),))
