"""What the team's lists show of dossiers: what was submitted last, and nothing of a draft, which is its people's alone.

A card is made anew when its dossier has changed, each minute and by whoever is about to list them: it costs no turn of
those who fill in a dossier. No page reads one before it is up to date; a conversation waits for a few only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Text, bindparam, func, select

from rallynov.initiatives.form import DossierForm, Json
from rallynov.initiatives.lifecycle import Act
from rallynov.initiatives.tables import CardRow, DossierRow, MoveRow
from rallynov.storage.prepared import INSERTS, Prepared, among, listed
from rallynov.storage.store import Store
from rallynov.text import fold

AT_ONCE = 200
"""Cards made in one transaction: turns go on between two."""
UNKNOWN = -1
"""The number of employees of a dossier that does not say it."""


def stale(tx: Connection, edition: str) -> list[tuple[str, int]]:
    """Return the dossiers of an edition whose card is not theirs any more, with their version."""
    return [(row[0], row[1]) for row in _STALE.rows(tx, edition=edition, most=AT_ONCE)]


def refresh(store: Store, form: DossierForm, edition: str) -> int:
    """Bring the cards of an edition up to date; return how many were made. Synchronous, in short transactions."""
    made = 0
    while True:
        with store.read() as tx:
            if not stale(tx, edition):
                return made
        with store.write() as tx:
            made += make(tx, form, stale(tx, edition))


def make(tx: Connection, form: DossierForm, found: Sequence[tuple[str, int]]) -> int:
    """Write the cards of dossiers, by id and version."""
    given = listed([one for one, _ in found], tx.dialect.name)
    contents = {one: (receipt, content) for one, receipt, content in _SUBMITTED.rows(tx, dossiers=given)}
    cards = []
    for one, version in found:
        receipt, content = contents.get(one, ("", None))
        answers = orjson.loads(content)["answers"] if content else {}
        cards.append({"dossier_id": one, "version": version} | card(_current(form, answers), receipt or ""))
    if cards:
        _CARD.many(tx, cards)
    return len(cards)


def _current(form: DossierForm, answers: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return what was submitted, with its options called as this release calls them."""
    known = ((name, form.find(name), value) for name, value in answers.items())
    return {name: field.current(value) for name, field, value in known if field}


def card(given: Mapping[str, Json], receipt: str) -> dict[str, Any]:
    """Return what a list shows of a dossier in which this was submitted."""
    commune = given.get("commune")
    place = commune if isinstance(commune, Mapping) else {}
    town, insee = str(place.get("name", "")), str(place.get("insee", ""))
    title, name = _text(given, "title"), _text(given, "name")
    headcount, themes = given.get("headcount"), given.get("themes")
    searched = (title, name, town, str(place.get("postcode", "")), _text(given, "registry"), receipt)
    return {
        "title": title,
        "name": name,
        "commune": town,
        "by_title": fold(title),
        "by_name": fold(name),
        "by_commune": fold(town),
        "departement": insee[:2],
        "headcount": headcount if isinstance(headcount, int) else UNKNOWN,
        "themes": " ".join(["", *map(str, themes if isinstance(themes, list) else ()), ""]),
        "words": " ".join(filter(None, map(fold, searched))),
        "people": fold(f"{_text(given, 'person')} {_text(given, 'email')}"),
    }


def _text(given: Mapping[str, Json], field: str) -> str:
    value = given.get(field)
    return value if isinstance(value, str) else ""


_KEYS = (
    "dossier_id", "version", "title", "name", "commune", "by_title", "by_name", "by_commune", "departement",
    "headcount", "themes", "words", "people",
)  # fmt: skip


def _insert(dialect: str) -> Any:
    add = INSERTS[dialect](CardRow)
    newer = {name: add.excluded[name] for name in _KEYS[1:]}
    return add.on_conflict_do_update(index_elements=["dossier_id"], set_=newer)


_CARD = Prepared(_insert, _KEYS)
_SUBMITTED = Prepared(
    lambda name: (
        select(MoveRow.dossier_id, DossierRow.receipt, MoveRow.content)
        .join(DossierRow, DossierRow.id == MoveRow.dossier_id)
        .where(
            among(MoveRow.dossier_id, "dossiers", name),
            MoveRow.act == Act.SUBMIT.value,
            MoveRow.content.is_not(None),
        )
        .order_by(MoveRow.id)
    )
)
"""The last one of a dossier comes last."""
_STALE = Prepared(
    lambda _: (
        select(DossierRow.id, DossierRow.version)
        .outerjoin(CardRow, CardRow.dossier_id == DossierRow.id)
        .where(
            DossierRow.edition == bindparam("edition", type_=Text()),
            func.coalesce(CardRow.version, 0) != DossierRow.version,
        )
        .order_by(DossierRow.id)
        .limit(bindparam("most"))
    )
)
