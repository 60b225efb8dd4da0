"""Announcements: what is told to those who asked for it, by whom, to whom and when. Pure.

Whoever writes one does not approve it. A moment is meant in Paris and kept in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rallynov.people.consents.model import Topic
from rallynov.text import utf16_len

TITLE_MOST = 80
"""Characters of a title."""
TEXT_MOST = 3000
"""Characters of a text that goes without a picture or a document: it leaves in one message."""
CAPTION_MOST = 800
"""Characters of a title and a text that go under a picture or a document; Telegram refuses more than 1,024."""
CARD_MOST = 500
"""Characters that the card of a stage may take: with a file, they are taken from those of the caption."""
CERTAIN = 200
"""Recipients beyond which their number is to be typed by whoever approves."""
REGRET = timedelta(minutes=10)
"""Time to take an announcement back, once it is approved."""
ALT_MOST = 200
"""Characters of the words that stand for a picture; a screen reader reads them in one go."""
DECORATION = "-"
"""Said of a picture that shows nothing which the text does not tell."""
LATE = timedelta(hours=6)
"""How late an announcement may leave by itself; later it is held, and the team is asked."""
APART = timedelta(hours=48)
"""Time between two announcements to one person, whoever writes them; an urgent one does not wait for it."""
WAITS = timedelta(days=7)
"""How long a recipient may be put off by other announcements before they are given up."""


class Status(StrEnum):
    """Where an announcement stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    """It waits for another person to read it."""
    APPROVED = "approved"
    """It leaves when it is due."""
    LATE = "late"
    """It was due too long ago (``LATE``): the team says whether it still leaves."""
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    CANCELLED = "cancelled"
    """It was given up, before anybody received it or after some did."""
    WITHDRAWN = "withdrawn"
    """It was taken back from those who had received it."""

    @property
    def leaving(self) -> bool:
        """Tell whether it is on its way to people."""
        return self in {Status.SENDING, Status.PAUSED}

    @property
    def public(self) -> bool:
        """Tell whether the archive shows it."""
        return self in {Status.SENDING, Status.PAUSED, Status.SENT}


class Standing(StrEnum):
    """What somebody's dossier has become, for an audience: that of the furthest one they share."""

    NONE = "none"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    """Submitted, to correct or under examination."""
    ADMISSIBLE = "admissible"
    INADMISSIBLE = "inadmissible"


@dataclass(frozen=True, slots=True)
class Content:
    """What is told. ``text`` holds the little markup of ``rallynov.text.marks``.

    ``picture`` and ``document`` name files of the announcement (one of the two at most); ``stage`` is the number of the
    stage whose card is added, 0 for none. ``alt`` is what the picture shows, in words (``DECORATION``: nothing more than the
    text), empty for those of before it was asked for.
    """

    title: str = ""
    text: str = ""
    picture: str = ""
    document: str = ""
    stage: int = 0
    alt: str = ""

    @property
    def room(self) -> int:
        """Characters that the title and the text may have together, as Telegram counts them (UTF-16 units)."""
        if not (self.picture or self.document):
            return TITLE_MOST + TEXT_MOST
        return CAPTION_MOST - CARD_MOST if self.stage else CAPTION_MOST

    @property
    def described(self) -> bool:
        """Tell whether those who cannot see the picture are told what it shows."""
        return bool(self.alt or not self.picture)

    @property
    def whole(self) -> bool:
        """Tell whether nothing is missing to show it to somebody."""
        return bool(self.title and self.text) and not self.excess and utf16_len(self.title) <= TITLE_MOST

    @property
    def excess(self) -> int:
        """Count the characters that are too many, as Telegram counts them."""
        return max(0, utf16_len(self.title) + utf16_len(self.text) - self.room)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who among those who asked for the topic; an empty list leaves nobody out.

    ``members`` keeps those alone who came by the link of the organisation that writes. ``but`` takes out whoever
    stands so; ``seated`` takes out those who are already expected at the stage of the card; ``told`` names an earlier
    announcement whose recipients are left out.
    """

    territories: tuple[str, ...] = ()
    standings: tuple[Standing, ...] = ()
    themes: tuple[str, ...] = ()
    members: bool = False
    but: tuple[Standing, ...] = ()
    seated: bool = False
    told: str = ""

    @property
    def open(self) -> bool:
        """Tell whether anybody may read what is told to it: nobody is chosen but by where they live."""
        return self == Audience(self.territories)


@dataclass(frozen=True, slots=True)
class NewsFile:
    """A picture or a document that was sent for an announcement: ``waiting``, ``kept`` or ``refused``, and why."""

    id: str
    name: str
    mime: str
    size: int
    state: str
    reason: str = ""

    @property
    def picture(self) -> bool:
        """Tell whether it is said to be a picture; what it really is, is known once it was examined."""
        return self.mime.startswith("image/") or self.name.lower().endswith((".jpg", ".jpeg", ".png"))


@dataclass(frozen=True, slots=True)
class Announcement:
    """One announcement. ``number`` is what people call it by, in its edition, for ever.

    ``organisation`` is empty for the team's. ``author`` and ``approver`` are ids of people, empty once they were erased.
    ``wish`` is when it should leave (None: as soon as it may), ``due`` when it does. ``revision`` grows with each
    correction of what was delivered. ``refusal`` is the reason of the last refusal, ``changed`` the last write.
    ``hands`` are all who wrote in it, by id: none of them approves it. ``correction`` is what ``corrector`` would put in
    the place of what was delivered; once it is ``offered`` it waits for another person to read it.
    """

    id: str
    number: int
    author: str
    changed: datetime
    organisation: str = ""
    topic: Topic | None = None
    content: Content = Content()
    audience: Audience = Audience()
    status: Status = Status.DRAFT
    urgent: bool = False
    wish: datetime | None = None
    due: datetime | None = None
    submitted: datetime | None = None
    approver: str = ""
    approved: datetime | None = None
    refusal: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    revision: int = 0
    version: int = 0
    files: tuple[NewsFile, ...] = ()
    hands: frozenset[str] = frozenset()
    correction: Content | None = None
    corrector: str = ""
    offered: bool = False

    @property
    def ready(self) -> bool:
        """Tell whether it may be submitted."""
        return self.topic is not None and self.content.whole and self.content.described


@dataclass(frozen=True, slots=True)
class News:
    """The announcements that concern somebody.

    ``mine`` are those of their organisation, or of the team (the newest first), ``to_read`` those that wait for their
    approval, corrections included, ``others`` those of others that they may follow, once approved.
    """

    mine: tuple[Announcement, ...] = ()
    to_read: tuple[Announcement, ...] = ()
    others: tuple[Announcement, ...] = ()

    def find(self, announcement: str) -> Announcement | None:
        """Return an announcement by its id, or by its number."""
        every = (*self.mine, *self.to_read, *self.others)
        return next((one for one in every if announcement in {one.id, str(one.number)}), None)

    def having(self, changed: Announcement) -> News:
        """Return this with an announcement as it is once it is changed; a new one is mine."""
        lists = (self.mine, self.to_read, self.others)
        known = any(one.id == changed.id for group in lists for one in group)
        mine, to_read, others = (
            tuple(changed if one.id == changed.id else one for one in group) for group in lists
        )
        return News(mine if known else (changed, *mine), to_read, others)

    def without(self, announcement: str) -> News:
        """Return this once an announcement is thrown away."""
        lists = (self.mine, self.to_read, self.others)
        return News(*(tuple(one for one in group if one.id != announcement) for group in lists))
