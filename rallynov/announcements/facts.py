"""Facts about announcements that only their own screens ask for: who would receive one, and what became of those that left.

Counting everybody takes a second of a hundred thousand people: a crowd that is large is counted again five minutes later
at the soonest. An approval asks for its own number, which is always fresh.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from rallynov.announcements import report, rows
from rallynov.announcements.census import census
from rallynov.announcements.crowd import size
from rallynov.announcements.crowd_model import Crowd, Sizes
from rallynov.announcements.model import Announcement, Status
from rallynov.announcements.report import Report, Reports
from rallynov.announcements.service import at_work, for_reader, own_and_others, waiting_for
from rallynov.announcements.tables import AnnouncementRow
from rallynov.delivery import bulk
from rallynov.delivery.subject import Order
from rallynov.dialogue.events import Event
from rallynov.dialogue.turn import Command
from rallynov.editions.model import Edition
from rallynov.people.roles import Grants, Role

EARLIER = 3
"""Announcements that an audience may leave out: the last that were sent by the same organisation."""
LARGE = 5000
"""People from which a crowd is not counted anew for each who looks at it."""
FRESH = timedelta(minutes=5)
FOLLOWED = 12
"""Announcements whose figures are read, of one's own and of others."""


class _Asked:
    """A subject that orders nothing."""

    orders: Sequence[type[Command]] = ()

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Do nothing."""


class Crowds(_Asked):
    """The subject of who would receive an announcement; for a partner, without names."""

    def __init__(self, edition: Edition, clock: Callable[[], datetime]) -> None:
        self._edition = edition
        self._clock = clock
        self._kept: dict[tuple[str, bool, tuple[str, ...]], tuple[datetime, Crowd]] = {}

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, Crowd]:
        """Count everybody, once for each organisation."""
        working = at_work(tx, self._edition.slug, list(people))
        return {person: self._of(tx, grants) for person, grants in working.items()}

    def behind(self, tx: Connection, organisation: str, grants: Grants) -> Crowd:
        """Count everybody as an organisation would, with no more of them than somebody may see."""
        return self._counted(tx, organisation, team=Role.COORDINATOR in grants.roles)

    def blank(self, person: str) -> Crowd:
        """Return nobody."""
        return Crowd()

    def _of(self, tx: Connection, grants: Grants) -> Crowd:
        team = Role.COORDINATOR in grants.roles
        return self._counted(tx, "" if team else grants.organisation, team=team)

    def _counted(self, tx: Connection, organisation: str, *, team: bool) -> Crowd:
        key = organisation, team, _earlier(tx, self._edition.slug, organisation)
        at, kept = self._kept.get(key, (None, None))
        if at and kept and self._clock() - at < FRESH:
            return kept
        crowd = census(tx, self._edition.slug, organisation, key[2], named=team)
        self._kept = {one: held for one, held in self._kept.items() if one[:2] != key[:2]}
        if sum(cell.count for cell in crowd.cells) > LARGE:
            self._kept[key] = (self._clock(), crowd)
        return crowd


def _earlier(tx: Connection, edition: str, organisation: str) -> tuple[str, ...]:
    mine = AnnouncementRow.edition == edition, AnnouncementRow.organisation == organisation
    sent = AnnouncementRow.status.in_((Status.SENT, Status.SENDING, Status.PAUSED, Status.CANCELLED))
    return tuple(one.id for one in rows.read(tx, *mine, sent, most=EARLIER))


class Measures(_Asked):
    """The subject of the number that an approval is about, and of some of the people it counts."""

    def __init__(self, edition: Edition, crowds: Crowds) -> None:
        self._edition = edition
        self._crowds = crowds

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, Sizes]:
        """Count the recipients of what waits to be read."""
        working = at_work(tx, self._edition.slug, list(people))
        waiting = waiting_for(tx, self._edition.slug) if working else []
        counted: dict[str, int] = {}
        return {
            person: self._sizes(tx, for_reader(waiting, person, grants), grants, counted)
            for person, grants in working.items()
        }

    def _sizes(
        self, tx: Connection, waiting: Sequence[Announcement], grants: Grants, counted: dict[str, int]
    ) -> Sizes:
        named = {one.organisation for one in waiting}
        behind = {each: self._crowds.behind(tx, each, grants) for each in named}
        sizes = {one.id: _size(tx, one, counted) for one in waiting}
        return Sizes(sizes, {one.id: behind[one.organisation] for one in waiting})

    def blank(self, person: str) -> Sizes:
        """Return nothing."""
        return Sizes()


def _size(tx: Connection, announcement: Announcement, counted: dict[str, int]) -> int:
    if announcement.id not in counted:
        counted[announcement.id] = size(tx, announcement)
    return counted[announcement.id]


class Followed(_Asked):
    """The subject of what became of announcements: of those that left entirely, it is counted once a process."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._ended: dict[tuple[str, int], Report] = {}

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, Reports]:
        """Count what became of the last announcements that people may follow."""
        working = at_work(tx, self._edition.slug, list(people))
        return {person: self._reports(tx, grants) for person, grants in working.items()}

    def blank(self, person: str) -> Reports:
        """Return nothing."""
        return Reports()

    def _reports(self, tx: Connection, grants: Grants) -> Reports:
        mine, others = own_and_others(tx, self._edition.slug, grants)
        left = [one for one in mine if one.started][:FOLLOWED] + [one for one in others if one.started][
            :FOLLOWED
        ]
        exact = Role.COORDINATOR in grants.roles
        sent = {one.id: replace(self._sent(tx, one), exact=exact) for one in left}
        revised = [one for one in left if one.revision]
        names = {one.id: bulk.revised(one.id, one.revision) for one in revised}
        counts = bulk.counts(tx, list(names.values())) if names else {}
        return Reports(sent, {one: report.read(counts[name], exact=exact) for one, name in names.items()})

    def _sent(self, tx: Connection, one: Announcement) -> Report:
        key = (one.id, one.version)
        if key not in self._ended:
            counted = report.read(bulk.counts(tx, [one.id])[one.id])
            if one.status is not Status.SENT:
                return counted
            self._ended[key] = counted
        return self._ended[key]
