"""What may be ordered of an announcement. Pure.

Each is checked again when it is applied, on rows that are locked: the rights of who orders it, where the announcement
stands, and the version that they had before their eyes (``seen``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from rallynov.announcements.model import Audience, Content
from rallynov.dialogue.turn import Command
from rallynov.people.consents.model import Topic


@dataclass(frozen=True, slots=True)
class OnAnnouncement(Command):
    """An order about one announcement, by its id."""

    announcement: str

    def subject(self) -> str:
        """Name the announcement."""
        return f"announcement:{self.announcement}"


@dataclass(frozen=True, slots=True)
class OpenDraft(OnAnnouncement):
    """Begin an announcement under a new id, for one's organisation, or for the team (empty)."""

    organisation: str = ""


@dataclass(frozen=True, slots=True)
class SaveContent(OnAnnouncement):
    """Keep what is told."""

    content: Content = field(repr=False)
    seen: int


@dataclass(frozen=True, slots=True)
class SaveTopic(OnAnnouncement):
    """Keep what it is about: only who asked for the topic receives it."""

    topic: Topic
    seen: int


@dataclass(frozen=True, slots=True)
class SaveAudience(OnAnnouncement):
    """Keep who it is for."""

    audience: Audience
    seen: int


@dataclass(frozen=True, slots=True)
class SaveWish(OnAnnouncement):
    """Keep when it should leave (None: as soon as it may), and whether it waits for no other announcement."""

    wish: datetime | None
    urgent: bool
    seen: int


@dataclass(frozen=True, slots=True)
class AttachToNews(OnAnnouncement):
    """Have a picture or a document fetched and examined; ``file`` is its new id, ``source`` where it is to be had.

    Its name, size and type are as its sender's channel tells them. The content names it by another order.
    """

    file: str
    source: str
    name: str = field(repr=False)
    size: int
    mime: str


@dataclass(frozen=True, slots=True)
class Discard(OnAnnouncement):
    """Throw a draft away, with its files."""


@dataclass(frozen=True, slots=True)
class Submit(OnAnnouncement):
    """Give it to be read by another person."""

    seen: int


@dataclass(frozen=True, slots=True)
class TestToSelf(OnAnnouncement):
    """Receive it oneself, as the others will, at the address where one asks."""

    __test__ = False


@dataclass(frozen=True, slots=True)
class TakeBack(OnAnnouncement):
    """Make it a draft again, as long as it has not begun to leave; an approver gives back their approval alone."""


@dataclass(frozen=True, slots=True)
class Approve(OnAnnouncement):
    """Let it leave, or let its correction be made. ``counted`` is the number of recipients that the approver saw."""

    counted: int
    seen: int


@dataclass(frozen=True, slots=True)
class Refuse(OnAnnouncement):
    """Give it back to its author, or drop its correction, and say why."""

    reason: str = field(repr=False)
    seen: int


@dataclass(frozen=True, slots=True)
class Pause(OnAnnouncement):
    """Hold what has not left yet."""


@dataclass(frozen=True, slots=True)
class Resume(OnAnnouncement):
    """Let the rest leave."""


@dataclass(frozen=True, slots=True)
class Cancel(OnAnnouncement):
    """Give it up: what has not left never does."""


@dataclass(frozen=True, slots=True)
class SendLate(OnAnnouncement):
    """Let it leave although it is late."""


@dataclass(frozen=True, slots=True)
class Resend(OnAnnouncement):
    """Send it to those it did not reach; ``doubtful`` to those it may have reached already, who may have it twice."""

    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Correct(OnAnnouncement):
    """Keep what is to take the place of what was delivered; nothing changes yet."""

    content: Content = field(repr=False)
    seen: int


@dataclass(frozen=True, slots=True)
class OfferCorrection(OnAnnouncement):
    """Give a correction to be read by another person; it is made at once when the team says that it is ``urgent``."""

    urgent: bool
    seen: int


@dataclass(frozen=True, slots=True)
class DropCorrection(OnAnnouncement):
    """Leave what was delivered as it is."""

    seen: int


@dataclass(frozen=True, slots=True)
class Withdraw(OnAnnouncement):
    """Take back what was delivered from those who have it."""


ALL: tuple[type[OnAnnouncement], ...] = (
    OpenDraft,
    SaveContent,
    SaveTopic,
    SaveAudience,
    SaveWish,
    AttachToNews,
    Discard,
    Submit,
    TestToSelf,
    TakeBack,
    Approve,
    Refuse,
    Pause,
    Resume,
    Cancel,
    SendLate,
    Resend,
    Correct,
    OfferCorrection,
    DropCorrection,
    Withdraw,
)
"""All that may be ordered."""
