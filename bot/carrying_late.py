"""Late codes carried over a restoration: one given since the backup opens still, one used since is not given twice.

A code is dictated, once: nobody could give the same again. Its uses are carried for whoever is in the base put back; the
use of anybody else is given back to the code, so that they may use it again when they return.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from rallynov.delivery.tables import ConversationRow
from rallynov.editions.tables import LateCodeRow, LateUseRow
from rallynov.people.tables import PersonRow
from rallynov.storage.prepared import INSERTS

CODES, USES = LateCodeRow.__tablename__, LateUseRow.__tablename__
NOUNS = ("code de dépôt tardif", "codes de dépôt tardif")
Row = Mapping[str, Any]


def carry(tx: Connection, codes: Sequence[Row], uses: Sequence[Row]) -> int:
    """Write the codes and their uses as the replaced base had them; return how many codes that changed."""
    here = _people(tx, [row["person"] for row in uses])
    gone = [row["digest"] for row in uses if row["person"] not in here]
    changed = sum(_code(tx, row, row["uses_left"] + gone.count(row["digest"])) for row in codes)
    for row in uses:
        if row["person"] in here:
            add = INSERTS[tx.dialect.name](LateUseRow)
            newer = {name: add.excluded[name] for name in ("digest", "until", "at")}
            tx.execute(add.on_conflict_do_update(index_elements=["person", "edition"], set_=newer), [row])
    return changed


def _code(tx: Connection, row: Row, left: int) -> int:
    mine = LateCodeRow.digest == row["digest"]
    there = tx.execute(select(LateCodeRow.uses_left, LateCodeRow.name).where(mine)).one_or_none()
    if there is None:
        tx.execute(insert(LateCodeRow), [dict(row) | {"uses_left": left}])
        return 1
    if tuple(there) == (left, row["name"]):
        return 0
    newer = {"uses_left": left, "name": row["name"]}  # taken off when whoever it names was erased
    return tx.execute(update(LateCodeRow).where(mine).values(newer)).rowcount


def _people(tx: Connection, asked: Sequence[str]) -> frozenset[str]:
    """Return which of some people the base put back knows; a code is often the first thing that somebody brings."""
    known = select(PersonRow.id).where(PersonRow.id.in_(asked))
    met = select(ConversationRow.person_id).where(ConversationRow.person_id.in_(asked))
    return frozenset(tx.execute(known.union(met)).scalars())
