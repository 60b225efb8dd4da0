"""What those who wrote an announcement are told of it by the clock: it has left entirely, or it is held."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from rallynov.announcements import letters, report
from rallynov.announcements.crowd import edition_of
from rallynov.announcements.model import Announcement
from rallynov.announcements.readers import followers
from rallynov.delivery import bulk
from rallynov.delivery.decisions import Klass
from rallynov.delivery.posting import Letter, Post
from rallynov.dialogue.screens import Screen
from rallynov.people import granting
from rallynov.people.roles import Role


def tell_sent(tx: Connection, post: Post, announcement: Announcement, now: datetime) -> None:
    """Tell those who wrote what became of the messages of an announcement that has left."""
    counted = report.read(bulk.counts(tx, [announcement.id])[announcement.id])
    screen = letters.sent(announcement, *report.summary(counted))
    _tell(tx, post, announcement, "sent", screen, now)


def tell_held(tx: Connection, post: Post, announcement: Announcement, now: datetime) -> None:
    """Tell those who wrote that it is late, and that the team was asked; the team itself was told so."""
    team = granting.people_acting(tx, edition_of(tx, announcement), Role.COORDINATOR)
    _tell(tx, post, announcement, "held", letters.held(announcement), now, but=team)


def _tell(
    tx: Connection,
    post: Post,
    announcement: Announcement,
    what: str,
    screen: Screen,
    now: datetime,
    *,
    but: Collection[str] = (),
) -> None:
    told = followers(tx, edition_of(tx, announcement), announcement)
    people = tuple(one for one in told if one not in but)
    key = f"newsroom:{announcement.id}:{announcement.version}:{what}"
    post.send(tx, [Letter(key, people, screen, Klass.STAFF)], now)
