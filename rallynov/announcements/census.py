"""All who ask for some announcement, counted by what an audience may ask, in one statement; and some of their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    select,
)
from sqlalchemy.orm import aliased

from rallynov.announcements.crowd import REACHED, Joined, asking, reachable
from rallynov.announcements.crowd_model import SAMPLES, Cell, Crowd, Sample
from rallynov.announcements.model import Standing
from rallynov.delivery.tables import OutboxRow
from rallynov.editions.stages.tables import SeatRow, StageRow
from rallynov.initiatives.model import Right
from rallynov.initiatives.tables import DossierAnswerRow, ShareRow
from rallynov.people.consents.model import Topic, linked
from rallynov.people.consents.tables import ConsentRow

_BETWEEN = "\x1f"
"""What stands between names that are read together: nobody can type it."""
_MUCH = 1000
"""Characters of names that are read of a cell."""


def census(tx: Connection, edition: str, organisation: str, earlier: Sequence[str], *, named: bool) -> Crowd:
    """Count everybody; ``named`` shows names whole, which only the team may see."""
    cells: dict[tuple[Any, ...], Cell] = {}
    for row in tx.execute(_counted(tx.dialect.name, edition, organisation, earlier)):
        topics, territory, standing, themes, member, seats, told, count, names = row
        key = (
            frozenset(Topic(one) for one in topics.split(",")),
            territory,
            Standing(standing),
            frozenset(orjson.loads(themes) or ()) if themes else frozenset(),
            bool(member),
            frozenset(map(int, seats.split(","))) if seats else frozenset(),
            frozenset(told.split(",")) if told else frozenset(),
        )
        shown = tuple(_samples(names or "", territory, named=named))
        before = cells.get(key)
        total = count + (before.count if before else 0)
        cells[key] = Cell(*key, total, ((before.samples if before else ()) + shown)[:SAMPLES])
    return Crowd(tuple(cells.values()), tuple(earlier), named)


def _counted(
    dialect: str, edition: str, organisation: str, earlier: Sequence[str]
) -> Select[*tuple[Any, ...]]:
    people = _asking(dialect, organisation)
    joined = Joined(dialect, edition, people, people.c.person)
    seats, told = _seats(dialect, edition), _told(dialect, earlier)
    share, contact = aliased(ShareRow), aliased(DossierAnswerRow)
    mine = and_(share.dossier_id == joined.dossier.id, share.person_id == people.c.person)
    own = and_(
        contact.dossier_id == joined.dossier.id,
        contact.field == literal("person"),
        share.right == Right.OWN.value,
    )
    by = (
        people.c.topics,
        joined.territory.label("territory"),
        joined.standing.label("standing"),
        joined.themes.value.label("themes"),
        people.c.member,
        seats.c.held,
        told.c.held.label("told"),
    )
    name = func.coalesce(func.nullif(share.name, ""), contact.value, "")
    asked = select(*by, func.count(), func.substr(_together(dialect, name, _BETWEEN), 1, _MUCH))
    return (
        asked.select_from(joined.people)
        .outerjoin(share, mine)
        .outerjoin(contact, own)
        .outerjoin(seats, seats.c.person == people.c.person)
        .outerjoin(told, told.c.person == people.c.person)
        .where(reachable(people.c.person))
        .group_by(*by)
        .order_by(*by)
    )


def _asking(dialect: str, organisation: str) -> Subquery:
    """Select each person once, with the topics that they ask for; whether they came by the link of an organisation."""
    behind = ConsentRow.source == linked(organisation) if organisation else false()
    return (
        select(
            ConsentRow.person_id.label("person"),
            _together(dialect, ConsentRow.topic, ",").label("topics"),
            func.max(case((behind, 1), else_=0)).label("member"),
        )
        .where(*asking())
        .group_by(ConsentRow.person_id)
        .subquery("asking")
    )


def _seats(dialect: str, edition: str) -> Subquery:
    number = cast(StageRow.number, String)
    asked = select(SeatRow.person_id.label("person"), _together(dialect, number, ",").label("held"))
    here = asked.join(StageRow, StageRow.id == SeatRow.stage_id).where(StageRow.edition == edition)
    return here.group_by(SeatRow.person_id).subquery("seats")


def _told(dialect: str, earlier: Sequence[str]) -> Subquery:
    asked = select(
        OutboxRow.person_id.label("person"), _together(dialect, OutboxRow.broadcast, ",").label("held")
    )
    mine = asked.where(OutboxRow.broadcast.in_(earlier), OutboxRow.status.in_(REACHED))
    return mine.group_by(OutboxRow.person_id).subquery("told")


def _together(dialect: str, column: Any, between: str) -> ColumnElement[str]:
    """Put the values of a group together in one text; their order is told by nobody."""
    if dialect == "postgresql":
        return func.string_agg(column, between)
    return func.group_concat(column, between)


def _samples(names: str, territory: str, *, named: bool) -> Iterator[Sample]:
    for name in names.split(_BETWEEN)[:SAMPLES]:
        whole = _bare(name)
        yield Sample(whole if named else initials(whole), territory)


def _bare(name: str) -> str:
    """Return a name that is an answer of a dossier without its quotes; one that was given with a share has none to lose."""
    if not (name.startswith('"') and name.endswith('"')):
        return name
    try:
        return str(orjson.loads(name))
    except orjson.JSONDecodeError:
        return name


def initials(name: str) -> str:
    """Return the initials of a name, which is all that a partner is told: "M. D."."""
    return " ".join(f"{part[0].upper()}." for part in name.split() if part[0].isalpha())
