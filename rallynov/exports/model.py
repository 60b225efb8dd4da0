"""What an export is made of: one dossier read whole, the tables it becomes, who asks for which part. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from rallynov.dialogue.words import Words
from rallynov.initiatives.form import Json
from rallynov.initiatives.lifecycle import Act
from rallynov.initiatives.model import Right, Status
from rallynov.people.permissions import Action, may
from rallynov.people.roles import Grant, Grants, Role

REGISTERED = frozenset((Status.SUBMITTED, Status.TO_CORRECT, Status.ADMISSIBLE, Status.INADMISSIBLE))
"""The entries that are registered: submitted and later, as long as they were not withdrawn."""
COMMAND_LINE = "command-line"


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a dossier; ``digest`` is the SHA-256 of what was kept."""

    id: str
    name: str
    mime: str
    size: int
    digest: str
    scanned: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """A person who shares a dossier, by the name the others see; empty for its owner."""

    right: Right
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """A change of state; ``by`` is the name of whoever made it, empty for its owner or the team."""

    at: datetime
    act: Act
    status: Status
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One dossier, as it counts: what was submitted, or what a draft holds now.

    ``answers`` are all of the type that their fields have; what this release asks no longer, or cannot read, is in
    ``others``. ``key`` is the number of the receipt, or a mark of a
    draft. What a view hides is None or empty.
    """

    id: str
    key: str
    status: Status
    form: str
    receipt: str
    fingerprint: str
    reason: str
    created_at: datetime | None
    updated_at: datetime | None
    submitted_at: datetime | None
    correct_by: datetime | None
    answers: Mapping[str, Json]
    others: Mapping[str, Json]
    consents: frozenset[str]
    """The fields that may be published: by what was submitted, and by what is answered now."""
    pieces: tuple[Piece, ...] = ()
    holders: tuple[Holder, ...] = ()
    moves: tuple[Moved, ...] = ()


class Kind(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    MOMENT = "moment"
    YESNO = "yesno"
    CHOICE = "choice"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Dated:
    """A day that is known to the year (1), to the month (2) or wholly (3); ``first`` is the first day it may be."""

    first: date
    precision: int = 3


Value: TypeAlias = "str | int | float | bool | Dated | datetime | tuple[str, ...] | None"
Row: TypeAlias = Sequence[Value]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; ``wide`` for texts of several lines, ``money`` for euros."""

    id: str
    kind: Kind
    title: Words
    wide: bool = False
    money: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One subject: its name and its columns."""

    id: str
    title: Words
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which dossiers: by status, by département (two figures) or the folded name of a commune; empty for any.

    ``drafts`` adds to the registered ones those that are not. ``subject`` is the table of a format that holds one. With
    ``ids``, those alone; none of them is none at all.
    """

    statuses: frozenset[Status] = frozenset()
    territories: frozenset[str] = frozenset()
    drafts: bool = False
    subject: str = "dossiers"
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks: as the audit names them, and what they may act as."""

    actor: str
    grants: Grants

    @property
    def may_export(self) -> bool:
        """Tell whether they may export at all."""
        return may(self.grants, Action.EXPORT)


OPERATOR = Who(COMMAND_LINE, Grants((Grant(Role.COORDINATOR),)))
"""Whoever runs the rally, at the command line."""


class Refused(StrEnum):
    """Why nothing was written."""

    NOT_ALLOWED = "not_allowed"
    """These roles may not export, or not this view."""
    STATUS_HIDDEN = "status_hidden"
    """The view never shows dossiers of a status that was asked for."""
    NO_SUCH_TABLE = "no_such_table"
    """The view does not hold the table that was asked for."""
    NOTHING = "nothing"
    """No dossier is so."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the files, how many dossiers, and how many pieces were not where they should be."""

    paths: tuple[str, ...]
    dossiers: int
    absent: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """An export that somebody asked for; ``address`` is where it is to be sent, empty when a page shows it."""

    id: str
    person: str
    address: str
    view: str
    kind: str
    language: str
    at: datetime
    only: Selection = Selection()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request: the name of its file, its bytes, how many dossiers; or why there is none."""

    file: str = ""
    size: int = 0
    dossiers: int = 0
    refused: str = ""
    """One of ``Refused``, or ``FAILED``."""


FAILED = "failed"
"""Why there is no file, when it is a fault of ours."""


Progress: TypeAlias = Callable[[int, int], None]
"""``(done, total)``, told now and then; the total is what filters on territories may still reduce."""
