"""What the team asks of the table of dossiers, and what it is shown: filters, order, rows. Pure.

A view of the table is its address: filters and order are read from it and written to it, so that a view can be kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode

from rallynov.editions.model import Calendar
from rallynov.exports.model import REGISTERED
from rallynov.initiatives.lifecycle import Act
from rallynov.initiatives.model import Status
from rallynov.people.permissions import Action, Whose, may
from rallynov.people.roles import Grants, Role
from rallynov.text import clean_line, fold

SIZES: Mapping[str, tuple[int, int | None]] = {
    "0-9": (0, 9), "10-49": (10, 49), "50-249": (50, 249), "250": (250, None),
}  # fmt: skip
"""The sizes of organisations by their employees, as the team filters them."""
VERDICTS = {"admit": Act.ADMIT, "reject": Act.REJECT}
"""What can be prepared, as it is written in an address."""
ANY, NONE = "any", "none"
WORDS_MOST, LABEL_MOST, NOTE_MOST, REASON_MOST = 8, 40, 4000, 2000
"""Words that are searched at most; characters of a label, of a note or message, of a reason."""
_NUMBER = re.compile(r"\d{4}-\d{4,6}")
TOGETHER = 1000
"""Dossiers on which one act may bear."""


class Sort(StrEnum):
    """What the table is sorted by, as it is written in an address."""

    NUMBER = "numero"
    TITLE = "titre"
    NAME = "structure"
    PLACE = "commune"
    SIZE = "effectif"
    STATUS = "statut"
    SUBMITTED = "depot"
    CHANGED = "modif"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which dossiers are wanted; empty for any. ``correction`` is those that are to be corrected, ``late`` what was
    submitted after the closing or is not corrected in time, ``overdue`` the latter alone, ``alike`` those that look like
    another one.
    """

    words: str = ""
    status: str = ""
    territory: str = ""
    size: str = ""
    theme: str = ""
    label: str = ""
    verdict: str = ""
    correction: bool = False
    late: bool = False
    alike: bool = False
    overdue: bool = False

    @property
    def on_cards(self) -> bool:
        """Tell whether something is asked of what cards say."""
        return bool(self.terms or self.territory or self.size or self.theme)

    @property
    def statuses(self) -> frozenset[Status]:
        """The statuses that are wanted; none for any."""
        if self.status == "registered":
            return REGISTERED
        return frozenset((Status(self.status),)) if self.status else frozenset()

    @property
    def terms(self) -> tuple[str, ...]:
        """What is searched: each word, but a number that was typed with spaces is one."""
        bare = "".join(self.words.split())
        return (bare,) if bare.isdigit() else tuple(fold(self.words).split()[:WORDS_MOST])

    @property
    def number(self) -> str:
        """The number of a receipt, when that is what is searched."""
        bare = "".join(self.words.split())
        return bare if _NUMBER.fullmatch(bare) else ""

    @property
    def count(self) -> int:
        """How many filters there are beside the words."""
        named = (self.status, self.territory, self.size, self.theme, self.label, self.verdict)
        return sum(map(bool, (*named, self.correction, self.late, self.alike, self.overdue)))


@dataclass(frozen=True, slots=True)
class Listing:
    """One view of the table: which dossiers, in which order, after or before which one."""

    filters: Filters = Filters()
    sort: Sort = Sort.CHANGED
    descending: bool = True
    after: str = ""
    before: str = ""

    def sorted_by(self, sort: Sort) -> Listing:
        """Return this view sorted by a column: the other way round when it is so already."""
        return Listing(self.filters, sort, descending=sort is self.sort and not self.descending)

    def turned(self, *, after: str = "", before: str = "") -> Listing:
        """Return another page of this view."""
        return replace(self, after=after, before=before)

    @property
    def order(self) -> str:
        """The order as it stands in an address; empty for the plain one."""
        plain = (self.sort, self.descending) == (Sort.CHANGED, True)
        return "" if plain else f"{'-' if self.descending else ''}{self.sort}"

    @property
    def query(self) -> str:
        """The view as it stands in an address; empty for the plain one."""
        return urlencode(list(self._pairs()))

    def _pairs(self) -> Iterator[tuple[str, str]]:
        given = self.filters
        texts = {
            "q": given.words, "statut": given.status, "dep": given.territory, "taille": given.size,
            "theme": given.theme, "etiquette": given.label, "avis": given.verdict,
        }  # fmt: skip
        yield from ((name, value) for name, value in texts.items() if value)
        marks = {
            "correction": given.correction,
            "retard": given.late,
            "doublon": given.alike,
            "depasse": given.overdue,
        }
        yield from ((name, "1") for name, marked in marks.items() if marked)
        yield from (("tri", self.order),) if self.order else ()
        yield from (("apres", self.after),) if self.after else ()
        yield from (("avant", self.before),) if self.before else ()


def read_listing(given: Mapping[str, str], themes: frozenset[str], territories: frozenset[str]) -> Listing:
    """Read a view from an address; what it cannot mean is left out."""

    def one(name: str, known: frozenset[str]) -> str:
        value = given.get(name, "")
        return value if value in known else ""

    filters = Filters(
        words=clean_line(given.get("q", ""))[:120],
        status=one("statut", frozenset((*Status, "registered"))),
        territory=one("dep", territories),
        size=one("taille", frozenset(SIZES)),
        theme=one("theme", themes),
        label=clean_line(given.get("etiquette", ""))[:LABEL_MOST],
        verdict=one("avis", frozenset((*VERDICTS, ANY, NONE))),
        correction=given.get("correction") == "1",
        late=given.get("retard") == "1",
        alike=given.get("doublon") == "1",
        overdue=given.get("depasse") == "1",
    )
    named = given.get("tri", "")
    known = {sort.value: sort for sort in Sort}
    sort = known.get(named.removeprefix("-"))
    if sort is None:
        return Listing(filters, after=given.get("apres", "")[:400], before=given.get("avant", "")[:400])
    return Listing(
        filters, sort, named.startswith("-"), given.get("apres", "")[:400], given.get("avant", "")[:400]
    )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A verdict that is prepared and not told; ``current`` tells that the dossier is still as it was then."""

    act: Act
    reason: str
    at: datetime
    author: str
    current: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A dossier in the table. What its reader may not see is empty."""

    id: str
    number: str
    status: Status
    title: str
    name: str
    commune: str
    territory: str
    headcount: int
    submitted_at: datetime | None
    created_at: datetime
    changed_at: datetime
    correct_by: datetime | None
    prepared: Act | None = None
    labels: tuple[str, ...] = ()
    alike: bool = False

    @property
    def called(self) -> str:
        """What it is called in a list: its title, else its organisation."""
        return self.title or self.name


@dataclass(frozen=True, slots=True)
class Table:
    """One page of the table: the rows, how many there are on all pages, and where the pages beside it begin."""

    rows: tuple[Row, ...]
    total: int
    after: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """An internal note, or a message that was sent."""

    at: datetime
    text: str
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """Something that became of a dossier."""

    at: datetime
    act: Act
    dossier: str
    number: str
    called: str
    again: bool = False
    """Whether it is a submission after a correction."""


@dataclass(frozen=True, slots=True)
class News:
    """What is new since a moment, and where things stand now."""

    since: datetime
    acts: Mapping[Act, int]
    items: Sequence[Item]
    notes: int
    remarks: int
    counts: Mapping[Status, int]
    prepared: int
    late: int
    questions: int
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who may see all dossiers, with what they may do, asked at each act."""

    person: str
    grants: Grants

    def may(self, action: Action, whose: Whose = Whose.OTHER) -> bool:
        """Tell whether they may do something to what is somebody else's, unless told whose."""
        return may(self.grants, action, whose)

    @property
    def role(self) -> str:
        """The role in which they look, as the access log names it."""
        held = sorted(grant.role for grant in self.grants.held)
        return str(Role.COORDINATOR) if self.inner else str(held[0]) if held else ""

    @property
    def inner(self) -> bool:
        """Tell whether they see what the team keeps for itself, drafts, and the people of dossiers."""
        return Role.COORDINATOR in self.grants.roles


def staff(person: str, grants: Grants) -> Staff | None:
    """Return somebody as one of those who see all dossiers; None when they may not."""
    return Staff(person, grants) if may(grants, Action.SEE_DOSSIER, Whose.NONE) else None
