"""What the papers of a dossier are made from: read at once, for whoever is behind an address and shares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, select

from rallynov.delivery.tables import ConversationRow
from rallynov.editions.model import Calendar, Edition
from rallynov.editions.service import read_calendar
from rallynov.initiatives import rows
from rallynov.initiatives.lifecycle import Act
from rallynov.initiatives.model import Dossier, Json, Status
from rallynov.initiatives.tables import MoveRow

STANDS = frozenset((Status.SUBMITTED, Status.ADMISSIBLE, Status.INADMISSIBLE))
"""The statuses in which what counts is what was submitted, whatever the answers are now."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """What was submitted last: the values by field, and the files as (name, size, id)."""

    answers: Mapping[str, Json]
    files: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A dossier as one of its people sees it, what was submitted of it (None: never), and the dates of the call."""

    dossier: Dossier
    submitted: Submitted | None
    calendar: Calendar

    @property
    def standing(self) -> Submitted | None:
        """What was submitted, as long as it is what counts."""
        return self.submitted if self.dossier.status in STANDS else None


def find(tx: Connection, edition: Edition, address: str, dossier_id: str) -> Found | None:
    """Read one dossier of whoever is behind an address; None when they do not share it."""
    known = select(ConversationRow.person_id).where(ConversationRow.address == address)
    person = tx.execute(known).scalar()
    if person is None:
        return None
    mine = rows.facts(tx, edition.slug, [person]).get(person)
    dossier = mine.find(dossier_id) if mine else None
    if dossier is None:
        return None
    return Found(dossier, submitted_last(tx, dossier_id), read_calendar(tx, edition))


def submitted_last(tx: Connection, dossier_id: str) -> Submitted | None:
    """Read what was submitted last of a dossier; None when nothing ever was."""
    kept = select(MoveRow.content).where(
        MoveRow.dossier_id == dossier_id, MoveRow.act == Act.SUBMIT, MoveRow.content.is_not(None)
    )
    content = tx.execute(kept.order_by(MoveRow.id.desc()).limit(1)).scalar()
    if content is None:
        return None
    held = orjson.loads(content)
    files = tuple((str(name), int(size), str(file)) for name, size, file in held["files"])
    return Submitted(held["answers"], files)
