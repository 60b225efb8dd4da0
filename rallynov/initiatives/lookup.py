"""Dossiers as the pages ask for them: by the address that somebody comes from, in one read, for whoever shares them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from rallynov.delivery import conversations
from rallynov.delivery.conversations import Address
from rallynov.dialogue.words import Words
from rallynov.editions import late
from rallynov.editions.model import Edition
from rallynov.initiatives import leading, rows
from rallynov.initiatives.lifecycle import Act, Moment
from rallynov.initiatives.model import DossierForm, Dossiers, Status
from rallynov.initiatives.overview import Contents, Moved, Overview, overview
from rallynov.initiatives.papers.found import find
from rallynov.initiatives.screens.parts import BADGES, titled
from rallynov.initiatives.spots import NAME, spot_of
from rallynov.initiatives.tables import DossierRow, MoveRow, ShareRow
from rallynov.storage.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Listed:
    """A dossier in few words."""

    id: str
    badge: Words
    title: Words | None = None


class Lookup:
    """The dossiers of an edition, read (synchronous)."""

    def __init__(self, form: DossierForm, edition: Edition) -> None:
        self._form = form
        self._edition = edition

    def mine(self, tx: Connection, address: str) -> tuple[Listed, ...]:
        """Return the dossiers of whoever is behind an address, the last touched first."""
        known = conversations.fetch(tx, [address]).get(address)
        if known is None or known.person_id is None:
            return ()
        found = rows.facts(tx, self._edition.slug, [known.person_id]).get(known.person_id, Dossiers())
        return tuple(Listed(one.id, BADGES[one.status], titled(self._form, one)) for one in found.mine)

    def near(self, tx: Connection, known: Address | None) -> Listed | None:
        """Return the dossier that a conversation is about, else the last touched; None without any."""
        if known is None or known.person_id is None:
            return None
        mine = _MINE.rows(tx, person=known.person_id, edition=self._edition.slug)
        place = known.talk.place
        here = spot_of(place).dossier if place.dialogue == NAME else ""
        found = next((row for row in mine if row[0] == here), mine[0] if mine else None)
        return Listed(found[0], BADGES[Status(found[1])]) if found else None

    def overview(self, tx: Connection, address: str, dossier: str, now: datetime) -> Overview | None:
        """Return the page of a dossier; None when whoever asks does not share it."""
        known = conversations.fetch(tx, [address]).get(address)
        found = find(tx, self._edition, address, dossier)
        if known is None or known.person_id is None or found is None:
            return None
        one, standing = found.dossier, found.standing
        until = late.held(tx, self._edition.slug, [known.person_id]).get(known.person_id)
        contents = Contents(
            one,
            standing.answers if standing else self._form.given(one),
            standing.files if standing else None,
            [Moved(Act(row[0]), row[1], row[2], row[3]) for row in _MOVED.rows(tx, dossier=dossier)],
            known.person_id,
            Moment(now, found.calendar.with_late(until), one.correct_by),
        )
        return overview(self._form, contents)

    def told(self, text: str) -> Words | None:
        """Return in words a command that a page has sent; None for what a person typed."""
        return leading.told(self._form, text)


_MINE = Prepared(
    lambda _: (
        select(DossierRow.id, DossierRow.status)
        .join(ShareRow, ShareRow.dossier_id == DossierRow.id)
        .where(ShareRow.person_id == bindparam("person"), DossierRow.edition == bindparam("edition"))
        .order_by(DossierRow.updated_at.desc(), DossierRow.id)
    )
)
_MOVED = Prepared(
    lambda _: (
        select(MoveRow.act, MoveRow.author, MoveRow.at, MoveRow.reason)
        .where(MoveRow.dossier_id == bindparam("dossier"))
        .order_by(MoveRow.id)
    )
)
