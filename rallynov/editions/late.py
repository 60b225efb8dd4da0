"""Late codes: made for somebody by name, good for a number of people until a date. Only digests are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from rallynov.editions.tables import LateCodeRow, LateUseRow
from rallynov.storage import lifetimes
from rallynov.storage.prepared import INSERTS, Prepared, among, listed

KEPT = lifetimes.kept("late_code")
"""How long a code and its uses are kept once it has expired: it carries a name."""


@dataclass(frozen=True, slots=True)
class LateCode:
    """A late code as the database knows it; ``left`` uses may still be made."""

    digest: str
    until: datetime
    left: int


def digest_of(code: str) -> str:
    """Return what a code is known by."""
    return hashlib.sha256(code.encode()).hexdigest()


def make(tx: Connection, edition: str, code: LateCode, name: str, now: datetime) -> None:
    """Keep a new code, for somebody by name."""
    row = {"digest": code.digest, "edition": edition, "name": name, "created_at": now}
    tx.execute(insert(LateCodeRow), [row | {"expires_at": code.until, "uses_left": code.left}])


def find(tx: Connection, edition: str, digests: Sequence[str]) -> Mapping[str, LateCode]:
    """Read codes by digest, and hold them until the end of the transaction: a use is counted once."""
    known = select(LateCodeRow.digest, LateCodeRow.expires_at, LateCodeRow.uses_left)
    mine = known.where(LateCodeRow.edition == edition, LateCodeRow.digest.in_(digests))
    rows = tx.execute(mine.order_by(LateCodeRow.digest).with_for_update())
    return {row.digest: LateCode(row.digest, row.expires_at, row.uses_left) for row in rows}


_HELD = Prepared(
    lambda name: select(LateUseRow.person, LateUseRow.until).where(
        LateUseRow.edition == bindparam("edition"), among(LateUseRow.person, "people", name)
    )
)


def held(tx: Connection, edition: str, people: Sequence[str]) -> Mapping[str, datetime]:
    """Return until when people may submit, those who have used a late code."""
    return dict(_HELD.rows(tx, edition=edition, people=listed(people, tx.dialect.name)))


def users(tx: Connection, digests: Sequence[str]) -> frozenset[tuple[str, str]]:
    """Return who used which codes last, as ``(person, digest)``."""
    mine = select(LateUseRow.person, LateUseRow.digest).where(LateUseRow.digest.in_(digests))
    return frozenset((row.person, row.digest) for row in tx.execute(mine))


def use(tx: Connection, edition: str, person: str, code: LateCode, now: datetime) -> None:
    """Count a use of a code, and let its holder submit until its date; the same person uses one code once."""
    if (person, code.digest) in users(tx, [code.digest]):
        return
    tx.execute(
        update(LateCodeRow)
        .where(LateCodeRow.digest == code.digest)
        .values(uses_left=LateCodeRow.uses_left - 1)
    )
    row = {"person": person, "edition": edition, "digest": code.digest, "until": code.until, "at": now}
    add = INSERTS[tx.dialect.name](LateUseRow)
    newer = {name: add.excluded[name] for name in ("digest", "until", "at")}
    tx.execute(add.on_conflict_do_update(index_elements=["person", "edition"], set_=newer), [row])


def forget(tx: Connection, people: Sequence[str]) -> None:
    """Forget what people used."""
    tx.execute(delete(LateUseRow).where(LateUseRow.person.in_(people)))


def purge(tx: Connection, now: datetime) -> None:
    """Forget the codes that expired long ago, and who used them."""
    tx.execute(delete(LateUseRow).where(LateUseRow.until < now - KEPT))
    tx.execute(delete(LateCodeRow).where(LateCodeRow.expires_at < now - KEPT))
