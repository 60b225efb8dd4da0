"""What those who wrote an announcement are told of it by the clock: it has left entirely, or it is held."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
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
    """Tell those who wrote what became of the messages of an announcement that has left; small counts to the team alone."""
    counted = report.read(bulk.counts(tx, [announcement.id])[announcement.id])
    told, team = _told(tx, announcement)
    for exact in (True, False):
        people = tuple(one for one in told if (one in team) is exact)
        screen = letters.sent(announcement, *report.summary(replace(counted, exact=exact)))
        post.send(tx, [_letter(announcement, "sent", people, screen)], now)


def tell_held(tx: Connection, post: Post, announcement: Announcement, now: datetime) -> None:
    """Tell those who wrote that it is late, and that the team was asked; the team itself was told so."""
    told, team = _told(tx, announcement)
    people = tuple(one for one in told if one not in team)
    post.send(tx, [_letter(announcement, "held", people, letters.held(announcement))], now)


def _told(tx: Connection, announcement: Announcement) -> tuple[Collection[str], Collection[str]]:
    edition = edition_of(tx, announcement)
    return followers(tx, edition, announcement), granting.people_acting(tx, edition, Role.COORDINATOR)


def _letter(announcement: Announcement, what: str, people: tuple[str, ...], screen: Screen) -> Letter:
    return Letter(f"newsroom:{announcement.id}:{announcement.version}:{what}", people, screen, Klass.STAFF)
