"""Announcements in a batch of turns: those that concern each person, and what they order of them.

What was decided on may have changed meanwhile: it is checked again on rows that are locked, with the roles as they stand
in this very transaction, and a turn that no longer holds is taken back whole and decided again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import Connection, or_

from rallynov.announcements import commands, rows
from rallynov.announcements.doing import Doing
from rallynov.announcements.lifecycle import LEFT, Act, may_do
from rallynov.announcements.model import Announcement, News, Status
from rallynov.announcements.tables import AnnouncementRow
from rallynov.delivery.posting import Letter, Post
from rallynov.delivery.subject import Order
from rallynov.dialogue.events import Event
from rallynov.dialogue.turn import Command
from rallynov.editions.model import Edition
from rallynov.editions.stages.model import Stage
from rallynov.people import granting
from rallynov.people.permissions import Action, Whose, may
from rallynov.people.roles import Grants, Role
from rallynov.text import fold

SHOWN = 30
"""Announcements of one's own, and of others, that are read."""
_WORKING = frozenset((Role.WRITER, Role.APPROVER, Role.COORDINATOR, Role.READER))
_FOLLOWED = tuple(one for one in Status if one not in {Status.DRAFT, Status.SUBMITTED})
StagesOf = Callable[[Connection], Collection[Stage]]


class Newsroom:
    """The subject of announcements; ``stages`` reads those of the edition, for a copy sent to oneself."""

    orders: Sequence[type[Command]] = commands.ALL

    def __init__(self, edition: Edition, post: Post, stages: StagesOf) -> None:
        self._edition = edition
        self._post = post
        self._stages = stages

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, News]:
        """Read what concerns each person; one statement when none of them has to do with announcements."""
        working = at_work(tx, self._edition.slug, list(people))
        if not working:
            return {}
        waiting = waiting_for(tx, self._edition.slug)
        return {person: self._news(tx, person, grants, waiting) for person, grants in working.items()}

    def _news(self, tx: Connection, person: str, grants: Grants, waiting: Sequence[Announcement]) -> News:
        mine, others = own_and_others(tx, self._edition.slug, grants)
        return News(mine, for_reader(waiting, person, grants), others)

    def blank(self, person: str) -> News:
        """Return no announcement."""
        return News()

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Do what was ordered, in order, on announcements that stay locked until the commit; tell who is concerned."""
        named = [o.command.announcement for o in orders if isinstance(o.command, commands.OnAnnouncement)]
        grants = granting.grants_of(tx, self._edition.slug, sorted({o.person for o in orders}))
        doing = Doing(tx, self._edition.slug, rows.lock(tx, named), grants, self._stages)
        told: list[Letter] = []
        for order in orders:
            told += doing.do(order)
        self._post.send(tx, told, orders[-1].at)


def at_work(tx: Connection, edition: str, people: Sequence[str]) -> dict[str, Grants]:
    """Return what those of some people may act as who have to do with announcements."""
    held = granting.grants_of(tx, edition, people)
    return {person: grants for person, grants in held.items() if grants.roles & _WORKING}


def waiting_for(tx: Connection, edition: str) -> list[Announcement]:
    """Read what waits to be read by another person, corrections included, the oldest first."""
    drafted = AnnouncementRow.status == Status.SUBMITTED
    corrected = AnnouncementRow.status.in_(LEFT) & (AnnouncementRow.correction != "")
    return rows.read(tx, AnnouncementRow.edition == edition, or_(drafted, corrected))[::-1]


def for_reader(waiting: Sequence[Announcement], person: str, grants: Grants) -> tuple[Announcement, ...]:
    """Return what waits for somebody: they may approve it."""
    return tuple(one for one in waiting if may_do(approving(one), one, person, grants))


def approving(announcement: Announcement) -> Act:
    """Return what it is to approve what waits of an announcement."""
    return Act.APPROVE if announcement.status is Status.SUBMITTED else Act.APPROVE_CORRECTION


def own_and_others(
    tx: Connection, edition: str, grants: Grants
) -> tuple[tuple[Announcement, ...], tuple[Announcement, ...]]:
    """Read the announcements of one's organisation or of the team, and those of others that one may follow."""
    written = rows.spellings(tx, edition)
    team, own = Role.COORDINATOR in grants.roles, fold(grants.organisation)
    names = [name for name in written if (name and own and fold(name) == own) or (not name and team)]
    here = AnnouncementRow.edition == edition
    mine = rows.read(tx, here, AnnouncementRow.organisation.in_(names), most=SHOWN) if names else []
    if not may(grants, Action.SEE_REPORT, Whose.OTHER):
        return tuple(mine), ()
    followed = AnnouncementRow.status.in_(_FOLLOWED), AnnouncementRow.organisation.not_in(names)
    return tuple(mine), tuple(rows.read(tx, here, *followed, most=SHOWN))
