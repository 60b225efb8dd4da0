"""Questions and tickets read from their tables: what each person has. What the team sees is in ``queue``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, desc, func, select

from rallynov.editions.tables import EditionRow
from rallynov.faq.model import Counts, Put
from rallynov.faq.tables import QuestionRow, TicketCountRow, TicketLineRow, TicketRow
from rallynov.faq.ticket import Line, Stage, Ticket
from rallynov.initiatives.tables import DossierRow
from rallynov.storage.prepared import Prepared, among, listed

LINES = 40
"""Lines of a ticket that are read, the last ones: more than a person may write in a day."""
RECENT = timedelta(days=30)
"""How long what was written on a ticket that is closed is read with it."""
COLUMNS = (
    TicketRow.id,
    TicketRow.number,
    TicketRow.person_id,
    TicketRow.words,
    TicketRow.created_at,
    TicketRow.due_at,
    TicketRow.stage,
    TicketRow.entries,
    TicketRow.screen,
    TicketRow.dossier,
    TicketRow.language,
    TicketRow.holder,
    TicketRow.robot,
    TicketRow.version,
)
_MINE = Prepared(
    lambda name: (
        select(*COLUMNS)
        .where(TicketRow.edition == bindparam("edition"), among(TicketRow.person_id, "people", name))
        .order_by(desc(TicketRow.created_at), TicketRow.id)
    )
)
_LAST = Prepared(lambda _: select(TicketCountRow.last).where(TicketCountRow.edition == bindparam("edition")))
_PUT = Prepared(
    lambda name: (
        select(QuestionRow.person_id, QuestionRow.id, QuestionRow.words, QuestionRow.screen)
        .where(among(QuestionRow.person_id, "people", name), QuestionRow.at > bindparam("since"))
        .order_by(desc(QuestionRow.at))
        .limit(1_000)
    )
)


def mine(
    tx: Connection, edition: str, people: Sequence[str], now: datetime
) -> Mapping[str, tuple[Ticket, ...]]:
    """Read the tickets of people, the newest first; whoever has none is left out."""
    rows = _MINE.rows(tx, edition=edition, people=listed(people, tx.dialect.name))
    if not rows:
        return {}
    found: dict[str, list[Ticket]] = defaultdict(list)
    tickets = [ticket_of(row) for row in rows]
    read = [one.id for one in tickets if one.open or one.at > now - RECENT]
    for ticket in with_lines(tx, tickets, read):
        found[ticket.person].append(ticket)
    return {person: tuple(tickets) for person, tickets in found.items()}


def last_number(tx: Connection, edition: str) -> int:
    """Return the number of the last ticket; 0 when there is none."""
    rows = _LAST.rows(tx, edition=edition)
    return int(rows[0][0]) if rows else 0


def put(tx: Connection, people: Sequence[str], now: datetime) -> Mapping[str, tuple[Put, ...]]:
    """Read the questions that people put since yesterday, the newest first."""
    found: dict[str, list[Put]] = defaultdict(list)
    for person, *rest in _PUT.rows(tx, people=listed(people, tx.dialect.name), since=now - timedelta(days=1)):
        found[person].append(Put(*rest))
    return {person: tuple(questions) for person, questions in found.items()}


def find(tx: Connection, ticket: str) -> Ticket | None:
    """Read one ticket, without what was written on it, locked until the end of the transaction."""
    row = tx.execute(select(*COLUMNS).where(TicketRow.id == ticket).with_for_update()).first()
    return ticket_of(tuple(row)) if row else None


def counts(tx: Connection, edition: str) -> Counts:
    """Count what live answers tell: earlier editions, and dossiers submitted in this one."""
    earlier = select(EditionRow.title).where(EditionRow.slug != edition, EditionRow.sample.is_(False))
    titles = tuple(tx.execute(earlier.order_by(EditionRow.created_at)).scalars())
    submitted = select(func.count()).where(
        DossierRow.edition == edition, DossierRow.status.in_(("submitted", "admissible", "inadmissible"))
    )
    return Counts(titles, tx.execute(submitted).scalar())


def ticket_of(row: Sequence[object]) -> Ticket:
    """Make a ticket of its columns."""
    id_, number, person, words, at, until, stage, entries, *rest = row
    screen, dossier, language, holder, robot, version = rest
    shown = tuple(one for one in str(entries).split(",") if one)
    return Ticket(
        id_, number, person, words, at, until, Stage(str(stage)), (), shown, screen, dossier, language, holder,  # type: ignore[arg-type]
        bool(robot), version,  # type: ignore[arg-type]  # columns of the row, in the order of the value
    )  # fmt: skip


def with_lines(tx: Connection, tickets: Sequence[Ticket], ids: Sequence[str]) -> list[Ticket]:
    """Return tickets, those of ``ids`` with the last lines that were written on them."""
    lines: dict[str, list[Line]] = defaultdict(list)
    if ids:
        back = func.row_number().over(partition_by=TicketLineRow.ticket_id, order_by=desc(TicketLineRow.id))
        written = select(TicketLineRow, back.label("back")).where(TicketLineRow.ticket_id.in_(ids)).subquery()
        seen = select(written.c.ticket_id, written.c.team, written.c.words, written.c.at)
        for ticket, team, words, at in tx.execute(seen.where(written.c.back <= LINES).order_by(written.c.id)):
            lines[ticket].append(Line(team, words, at))
    return [replace(ticket, lines=tuple(lines[ticket.id])) for ticket in tickets]
