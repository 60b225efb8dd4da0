"""What the team is told of announcements without having asked: one is held because it is late, one was broken off."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from rallynov.announcements.crowd import edition_of
from rallynov.announcements.model import Announcement
from rallynov.delivery.decisions import Klass
from rallynov.delivery.posting import Letter, Post
from rallynov.dialogue.screens import Block, Screen, note, text, title
from rallynov.dialogue.words import Typed, say
from rallynov.people.granting import people_acting
from rallynov.people.roles import Role

_ONWARD = note(say("To see it and to decide, type “/envois”."))


def held(announcement: Announcement) -> Screen:
    """Return what is said of an announcement that was due too long ago."""
    told = say(
        "Announcement no. {number}, “{title}”, should have left on {due}. The service was stopped at that time. It has not "
        "left: it may tell of things that are past.",
        number=announcement.number,
        title=Typed(announcement.content.title),
        due=announcement.due or announcement.changed,
    )
    return _alarm(title(say("An announcement is held")), text(told))


def interrupted(announcement: Announcement) -> Screen:
    """Return what is said of an announcement that stopped on its way too long ago."""
    told = say(
        "Announcement no. {number}, “{title}”, is paused: it stopped on its way more than six hours ago, because the service "
        "did not work. Some people have received it, others have not. It may tell of things that are past.",
        number=announcement.number,
        title=Typed(announcement.content.title),
    )
    return _alarm(title(say("An announcement was paused")), text(told))


def broken(announcement: Announcement, reason: str) -> Screen:
    """Return what is said of an announcement that a channel refuses to carry."""
    told = say(
        "Announcement no. {number}, “{title}”, is paused: Telegram refuses its content for too many people. It answers: "
        "“{reason}”.",
        number=announcement.number,
        title=Typed(announcement.content.title),
        reason=Typed(reason or "-"),
    )
    return _alarm(title(say("An announcement was paused")), text(told))


def tell(tx: Connection, post: Post, announcement: Announcement, screen: Screen, now: datetime) -> None:
    """Write to the coordinators of the announcement's edition, once for each state of it."""
    team = tuple(people_acting(tx, edition_of(tx, announcement), Role.COORDINATOR))
    key = f"alarm:{announcement.id}:{announcement.version}"
    post.send(tx, [Letter(key, team, screen, Klass.STAFF)], now)


def _alarm(*blocks: Block) -> Screen:
    return Screen("news", (*blocks, _ONWARD))
