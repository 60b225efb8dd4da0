"""The dossiers that a batch writes to, locked: their state and their people as they are, not as they were seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import orjson
from sqlalchemy import Connection, bindparam, select, update

from rallynov.delivery.subject import OvertakenError
from rallynov.initiatives.lifecycle import Act, Actor, Moment, Refusal, decide
from rallynov.initiatives.model import Json, Right, Sharer, Status
from rallynov.initiatives.tables import DossierAnswerRow, DossierRow, ShareRow
from rallynov.storage.prepared import Prepared, among, listed
from rallynov.text.folding import fold


@dataclass(frozen=True, slots=True)
class Held:
    """One dossier as it stands while it is locked."""

    id: str
    edition: str
    status: Status
    version: int
    receipt: str | None
    correct_by: datetime | None
    siren: str
    named: str
    sharers: Mapping[str, Sharer] = field(default_factory=dict)

    def actor(self, person: str) -> Right | None:
        """Return the right of a person; None when they share it no longer."""
        sharer = self.sharers.get(person)
        return sharer.right if sharer else None

    @property
    def people(self) -> tuple[str, ...]:
        """All who share it."""
        return tuple(self.sharers)


class Desk:
    """Dossiers locked until the end of the transaction, in one order: two batches never wait for each other."""

    def __init__(self, tx: Connection, ids: Sequence[str]) -> None:
        self._tx = tx
        self._held: dict[str, Held] = {}
        if ids:
            self._lock(sorted(set(ids)))

    def _lock(self, ids: Sequence[str]) -> None:
        given = listed(ids, self._tx.dialect.name)
        sharers: dict[str, dict[str, Sharer]] = {one: {} for one in ids}
        locked = _LOCK.rows(self._tx, dossiers=given)
        for dossier, person, name, right in _SHARERS.rows(self._tx, dossiers=given):
            sharers[dossier][person] = Sharer(person, name, Right(right))
        for one, edition, status, version, receipt, correct_by, siren, named in locked:
            marks = (siren, named, sharers[one])
            self._held[one] = Held(one, edition, Status(status), version, receipt, correct_by, *marks)

    def find(self, dossier: str) -> Held | None:
        """Return a dossier; None when there is none any more."""
        return self._held.get(dossier)

    def of(self, dossier: str) -> Held:
        """Return a dossier; ``OvertakenError`` when there is none any more."""
        held = self._held.get(dossier)
        if held is None:
            raise OvertakenError("no such dossier")
        return held

    def put(self, held: Held) -> None:
        """Remember how a dossier stands once what was ordered of it is written."""
        self._held[held.id] = held

    def check(self, act: Act, dossier: str, person: str, moment: Moment) -> tuple[Held, Status]:
        """Return a dossier and the status that an act of a person leads to; ``OvertakenError`` when it may not be."""
        held = self.of(dossier)
        right = held.actor(person)
        if right is None:
            raise OvertakenError("no right")
        return held, follows(act, held.status, right, moment)

    def touch(self, dossier: str, at: datetime, writes: int, given: Mapping[str, Json]) -> None:
        """Count writes to the answers of a dossier, and remember by what it may be recognised."""
        held = self.of(dossier)
        siren = _siren(given["registry"]) if "registry" in given else held.siren
        named = _named(given["title"]) if "title" in given else held.named
        self.put(replace(held, version=held.version + writes, siren=siren, named=named))
        now = {"now_version": held.version + writes, "now_siren": siren, "now_named": named, "now_at": at}
        _TOUCH.run(self._tx, of=dossier, **now)

    def move(self, held: Held, at: datetime, changes: Mapping[str, object]) -> Held:
        """Write a change of state, compared once more with what was locked; return the dossier after it."""
        same = (DossierRow.id == held.id) & (DossierRow.status == held.status)
        seen = same & (DossierRow.version == held.version)
        after = {"version": held.version + 1, "updated_at": at, **changes}
        if self._tx.execute(update(DossierRow).where(seen).values(after)).rowcount != 1:
            raise OvertakenError("not as it was")
        known = {name: changes[name] for name in ("status", "receipt", "correct_by") if name in changes}
        moved = replace(held, version=held.version + 1, **known)  # type: ignore[arg-type]  # columns of the row
        self.put(moved)
        return moved

    def title(self, dossier: str) -> str:
        """Return the title of a dossier, else the name of its organisation; empty as long as it has neither."""
        field = DossierAnswerRow.field
        mine = (DossierAnswerRow.dossier_id == dossier) & field.in_(("title", "name"))
        kept = self._tx.execute(select(DossierAnswerRow.value).where(mine).order_by(field.desc())).scalars()
        values = (orjson.loads(one) for one in kept if one)
        return next((value for value in values if isinstance(value, str)), "")


def follows(act: Act, status: Status | None, who: Actor, moment: Moment) -> Status:
    """Return the status that follows an act; ``OvertakenError`` when it may not be done."""
    decided = decide(act, status, who, moment)
    if isinstance(decided, Refusal):
        raise OvertakenError(decided.reason)
    return decided


def _siren(value: Json) -> str:
    """Return the organisation that a registry number tells: nine figures, or the whole number of an association."""
    text = value if isinstance(value, str) else ""
    return text[:9] if text.isdigit() else text


def _named(value: Json) -> str:
    return fold(value) if isinstance(value, str) else ""


_LOCK = Prepared(
    lambda name: (
        select(
            DossierRow.id,
            DossierRow.edition,
            DossierRow.status,
            DossierRow.version,
            DossierRow.receipt,
            DossierRow.correct_by,
            DossierRow.siren,
            DossierRow.named,
        )
        .where(among(DossierRow.id, "dossiers", name))
        .order_by(DossierRow.id)
        .with_for_update()
    )
)
_SHARERS = Prepared(
    lambda name: (
        select(ShareRow.dossier_id, ShareRow.person_id, ShareRow.name, ShareRow.right)
        .where(among(ShareRow.dossier_id, "dossiers", name))
        .order_by(ShareRow.since, ShareRow.person_id)
    )
)
_TOUCH = Prepared(
    lambda _: (
        update(DossierRow)
        .where(DossierRow.id == bindparam("of"))
        .values(
            version=bindparam("now_version"),
            siren=bindparam("now_siren"),
            named=bindparam("now_named"),
            updated_at=bindparam("now_at"),
        )
    )
)
