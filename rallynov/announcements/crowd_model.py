"""How many an announcement is for, as counts that a press on a filter needs no question to read. Pure.

A person is counted once: with the dossier that went furthest among those they share; without one, where they said that
they live. Somebody who asked for nothing, who cannot be reached or whose data is set aside is not in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace

from rallynov.announcements.model import Announcement, Audience, Standing
from rallynov.masking import LEAST, few
from rallynov.people.consents.model import Topic

SAMPLES = 5
"""Names that are shown of an audience."""
MOVED = 0.05
"""By what share the number of recipients may change between its reading and the approval."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Somebody of an audience: a name (only initials for a partner; empty when it is not known) and a territory's code."""

    name: str
    territory: str


@dataclass(frozen=True, slots=True)
class Cell:
    """People alike in all that an audience may ask; ``seats`` are the numbers of stages where they are expected.

    ``told`` are the announcements that they received, of those that an audience may leave out. ``member``: they came by
    the link of the organisation whose crowd it is.
    """

    topics: frozenset[Topic]
    territory: str
    standing: Standing
    themes: frozenset[str]
    member: bool
    seats: frozenset[int]
    told: frozenset[str]
    count: int
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everybody who asked for some topic, by cell; ``earlier`` are the announcements that an audience may leave out.

    ``named`` is for the team, which sees people whole; a partner is not told who came by their link.
    """

    cells: tuple[Cell, ...] = ()
    earlier: tuple[str, ...] = ()
    named: bool = False

    def count(self, announcement: Announcement) -> int:
        """Count the people of an announcement's audience."""
        return sum(cell.count for cell in self.within(announcement))

    def samples(self, announcement: Announcement) -> tuple[Sample, ...]:
        """Return some of them, at most ``SAMPLES``: one of each cell in turn, so that they differ.

        Of people who are chosen by more than where they live, a partner is shown none.
        """
        if not self.named and (not announcement.audience.open or self.count(announcement) < LEAST):
            return ()
        told = (
            (one for one in cell.samples if one.name or one.territory) for cell in self.within(announcement)
        )
        rows = [list(one) for one in told]
        turns = (row[at] for at in range(SAMPLES) for row in rows if at < len(row))
        return tuple(one for one, _ in zip(turns, range(SAMPLES), strict=False))

    def hides(self, announcement: Announcement, count: int) -> bool:
        """Tell whether a number of people is too small to be told, or so near that of an audience with a filter less.

        That nobody asked for a topic is told.
        """
        if self.named:
            return False
        if count < LEAST:
            return bool(count) or not announcement.audience.open
        return any(few(abs(self.count(wider) - count)) for wider in _wider(announcement))

    def within(self, announcement: Announcement) -> Iterator[Cell]:
        """Return the cells of an announcement's audience."""
        return (cell for cell in self.cells if includes(announcement, cell))


def _wider(announcement: Announcement) -> Iterator[Announcement]:
    """Return an announcement with each filter of its audience dropped in turn, and with each part of one."""
    asked = announcement.audience
    for name, unset in asdict(Audience()).items():
        value = getattr(asked, name)
        parts = (
            [tuple(one for one in value if one != out) for out in value] if isinstance(value, tuple) else []
        )
        for less in {unset, *parts} - {value}:
            yield replace(announcement, audience=replace(asked, **{name: less}))


def includes(announcement: Announcement, cell: Cell) -> bool:
    """Tell whether people of a cell receive an announcement."""
    asked = announcement.audience
    return (
        announcement.topic in cell.topics
        and (not asked.territories or cell.territory in asked.territories)
        and (not asked.standings or cell.standing in asked.standings)
        and (not asked.themes or not cell.themes.isdisjoint(asked.themes))
        and (not asked.members or cell.member)
        and cell.standing not in asked.but
        and not (asked.seated and announcement.content.stage in cell.seats)
        and asked.told not in cell.told
    )


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many people each announcement that waits for somebody's approval is for, counted in this very turn.

    ``crowds`` are those of the organisations that wrote them, as far as whoever approves may see them.
    """

    of: Mapping[str, int] = field(default_factory=dict)
    crowds: Mapping[str, Crowd] = field(default_factory=dict)


def moved(counted: int, now: int) -> bool:
    """Tell whether the number of recipients is no longer the one that was told."""
    return abs(now - counted) > MOVED * counted
