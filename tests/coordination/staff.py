"""What happens around the desk in a transcript.

``! rôle coordinator web:Claude`` gives somebody a role; ``! dossiers 3`` makes as many submitted ones, and a draft;
``! changé 1`` changes the first one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from conversation import Clock
from coordination.crowd import fill
from people.appointed import appoint
from sqlalchemy import update

from bot.wiring import Core
from rallynov.initiatives.tables import DossierRow
from rallynov.people.roles import Role


@dataclass
class Staff:
    """The rally around its team."""

    core: Core
    clock: Clock
    made: list[str] = field(default_factory=list)

    def __call__(self, direction: str) -> None:
        match direction.split():
            case ["rôle", role, address]:
                appoint(self.core, self.clock, address, Role(role))
            case ["dossiers", n]:
                self.made = fill(
                    self.core.store, int(n), self.clock(), drafts=1, edition=self.core.edition, whole=True
                )
            case ["changé", nth]:
                changed = update(DossierRow).where(DossierRow.id == self.made[int(nth) - 1])
                with self.core.store.write() as tx:
                    tx.execute(changed.values(version=DossierRow.version + 1, updated_at=self.clock()))
            case _:
                raise AssertionError(direction)
