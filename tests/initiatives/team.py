"""What the team of the rally does in a transcript: the calendar, late codes, what they decide on a dossier.

``! calendrier 2026-12-01 2026-12-31`` · ``! code tardif abc… jusqu'au 2027-01-20`` · ``! renvoi : raison`` ·
``! recevable`` · ``! dossier complet`` fills in the last dossier as if its owner had, ``! dossier complété`` what it lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from conversation import Clock
from initiatives.coordinator import Coordination
from initiatives.life import FULL
from sqlalchemy import select

from bot.wiring import PULL, Core
from rallynov.delivery.posting import Post
from rallynov.delivery.subject import Order
from rallynov.editions import late
from rallynov.editions.model import last_second
from rallynov.editions.service import set_calendar
from rallynov.initiatives.commands import KeepAnswer
from rallynov.initiatives.model import Json
from rallynov.initiatives.moving import Moves, Verdict
from rallynov.initiatives.service import Initiatives, load_form
from rallynov.initiatives.tables import DossierAnswerRow, DossierRow, ShareRow


@dataclass
class Team:
    """The team, acting on the last dossier that was opened."""

    core: Core
    clock: Clock

    def __call__(self, direction: str) -> None:
        match direction.split():
            case ["calendrier", opens, closes]:
                with self.core.store.write() as tx:
                    days = date.fromisoformat(opens), date.fromisoformat(closes)
                    set_calendar(tx, self.core.edition, *days)
            case ["code", "tardif", code, _, until]:
                with self.core.store.write() as tx:
                    made = late.LateCode(late.digest_of(code), last_second(date.fromisoformat(until)), 1)
                    late.make(tx, self.core.edition.slug, made, "Amina", self.clock())
            case ["renvoi", ":", *_]:
                verdict = Verdict("team", self.clock(), direction.partition(" : ")[2])
                with self.core.store.write() as tx:
                    self._coordination().request_correction(tx, self._last()[0], verdict)
            case ["recevable"]:
                with self.core.store.write() as tx:
                    verdict = Verdict("team", self.clock())
                    self._coordination().declare(tx, self._last()[0], verdict, admissible=True)
            case ["dossier", "complet"]:
                self.fill(FULL)
            case ["dossier", "complété"]:
                self.fill({name: value for name, value in FULL.items() if name not in self._held()})
            case _:
                raise AssertionError(direction)

    def _coordination(self) -> Coordination:
        return Coordination(Moves(load_form(), self.core.edition), Post(self.core.wording, PULL))

    def _last(self) -> tuple[str, str]:
        """The last dossier, and its owner."""
        mine = select(DossierRow.id, ShareRow.person_id).join(ShareRow, ShareRow.dossier_id == DossierRow.id)
        with self.core.store.read() as tx:
            dossier, owner = tx.execute(
                mine.where(ShareRow.right == "own").order_by(DossierRow.created_at.desc())
            ).first() or ("", "")
        return dossier, owner

    def _held(self) -> set[str]:
        """The fields of the last dossier that were answered."""
        mine = select(DossierAnswerRow.field).where(DossierAnswerRow.dossier_id == self._last()[0])
        with self.core.store.read() as tx:
            return set(tx.execute(mine).scalars())

    def fill(self, given: Mapping[str, Json]) -> None:
        """Answer fields of the last dossier as its owner."""
        dossier, owner = self._last()
        orders = [
            Order(owner, "web:team", KeepAnswer(dossier, name, value, 0), self.clock(), 0)
            for name, value in given.items()
        ]
        subject = Initiatives(load_form(), self.core.edition, Post(self.core.wording, PULL))
        with self.core.store.write() as tx:
            subject.apply(tx, orders)
