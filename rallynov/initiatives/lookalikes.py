"""Dossiers of an edition that look alike: the same organisation, or the same title. Shown to the team, never merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import InstrumentedAttribute

from rallynov.initiatives.model import Status
from rallynov.initiatives.tables import DossierRow


class Sign(StrEnum):
    """What dossiers have in common."""

    SIREN = "siren"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Group:
    """Dossiers that share a sign, the oldest first; one organisation may well carry several initiatives."""

    sign: Sign
    value: str
    dossiers: tuple[str, ...]


def lookalikes(tx: Connection, edition: str) -> Sequence[Group]:
    """Return the groups of an edition; a dossier that was withdrawn is in none."""
    return [
        *_groups(tx, edition, Sign.SIREN, DossierRow.siren),
        *_groups(tx, edition, Sign.TITLE, DossierRow.named),
    ]


def _groups(tx: Connection, edition: str, sign: Sign, column: InstrumentedAttribute[str]) -> list[Group]:
    here = (DossierRow.edition == edition) & (DossierRow.status != Status.WITHDRAWN) & (column != "")
    several = select(column).where(here).group_by(column).having(func.count() > 1)
    rows = tx.execute(
        select(column, DossierRow.id).where(here, column.in_(several)).order_by(column, DossierRow.created_at)
    )
    found: dict[str, list[str]] = {}
    for value, dossier in rows:
        found.setdefault(value, []).append(dossier)
    return [Group(sign, value, tuple(dossiers)) for value, dossiers in found.items()]
