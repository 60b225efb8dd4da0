"""Questions and tickets read from their tables: what each person has, and what the team sees."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, desc, func, or_, select

from rallynov.editions.model import day_of
from rallynov.editions.tables import EditionRow
from rallynov.faq.model import Counts, DeskView, Line, Stage, Ticket, Unanswered, Week
from rallynov.faq.tables import QuestionRow, TicketLineRow, TicketRow
from rallynov.initiatives.tables import DossierRow
from rallynov.storage.prepared import Prepared, among, listed

WEEKS = 6
"""Weeks that the team sees."""
QUEUE, LEARNED_FROM, COUNTED = 60, 200, 20_000
"""Tickets and questions that the team is shown at once; questions that are counted at most."""
_COLUMNS = (
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
        select(*_COLUMNS)
        .where(TicketRow.edition == bindparam("edition"), among(TicketRow.person_id, "people", name))
        .order_by(desc(TicketRow.created_at), TicketRow.id)
    )
)
_LAST = Prepared(
    lambda _: select(func.max(TicketRow.number)).where(TicketRow.edition == bindparam("edition"))
)


def mine(tx: Connection, edition: str, people: Sequence[str]) -> Mapping[str, tuple[Ticket, ...]]:
    """Read the tickets of people, the newest first; whoever has none is left out."""
    rows = _MINE.rows(tx, edition=edition, people=listed(people, tx.dialect.name))
    if not rows:
        return {}
    found: dict[str, list[Ticket]] = defaultdict(list)
    for ticket in _with_lines(tx, [_ticket(row) for row in rows]):
        found[ticket.person].append(ticket)
    return {person: tuple(tickets) for person, tickets in found.items()}


def last_number(tx: Connection, edition: str) -> int:
    """Return the number of the last ticket; 0 when there is none."""
    return _LAST.rows(tx, edition=edition)[0][0] or 0


def find(tx: Connection, ticket: str) -> Ticket | None:
    """Read one ticket, locked until the end of the transaction."""
    row = tx.execute(select(*_COLUMNS).where(TicketRow.id == ticket).with_for_update()).first()
    return _with_lines(tx, [_ticket(tuple(row))])[0] if row else None


def desk(tx: Connection, edition: str, now: datetime, *, weeks: bool) -> DeskView:
    """Read what the team sees: the open tickets, those closed lately, and the questions to learn from."""
    lately = and_(TicketRow.stage == Stage.CLOSED, TicketRow.updated_at > now - timedelta(days=14))
    seen = select(*_COLUMNS).where(TicketRow.edition == edition, or_(TicketRow.stage != Stage.CLOSED, lately))
    rows = tx.execute(seen.order_by(TicketRow.created_at, TicketRow.id).limit(QUEUE)).all()
    tickets = _with_lines(tx, [_ticket(tuple(row)) for row in rows])
    return DeskView(tuple(tickets), unanswered(tx, edition), _weeks(tx, edition, now) if weeks else ())


def unanswered(tx: Connection, edition: str) -> tuple[Unanswered, ...]:
    """Read the questions that the FAQ did not answer well and that no one has dealt with, the newest first."""
    poor = or_(
        QuestionRow.rating == "no",
        and_(QuestionRow.entry == "", QuestionRow.verdict.in_(("unknown", "none"))),
    )
    rows = tx.execute(
        select(QuestionRow.id, QuestionRow.words, QuestionRow.language, QuestionRow.at)
        .where(QuestionRow.edition == edition, QuestionRow.settled.is_(False), poor)
        .order_by(desc(QuestionRow.at))
        .limit(LEARNED_FROM)
    )
    return tuple(Unanswered(*row) for row in rows)


def _weeks(tx: Connection, edition: str, now: datetime) -> tuple[Week, ...]:
    """Count what was asked, week by week, the current one first."""
    first = _monday(day_of(now)) - timedelta(weeks=WEEKS - 1)
    since = now - timedelta(weeks=WEEKS)
    rows = tx.execute(
        select(QuestionRow.at, QuestionRow.entry, QuestionRow.rating)
        .where(QuestionRow.edition == edition, QuestionRow.at >= since, QuestionRow.verdict != "message")
        .order_by(desc(QuestionRow.at))
        .limit(COUNTED)
    ).all()
    asked: dict[date, Counter[str]] = defaultdict(Counter)
    unhelped: dict[date, Counter[str]] = defaultdict(Counter)
    unknown: Counter[date] = Counter()
    helped: Counter[date] = Counter()
    for at, entry, rating in rows:
        monday = _monday(day_of(at))
        asked[monday][entry] += bool(entry)
        unknown[monday] += not entry
        helped[monday] += rating == "yes"
        unhelped[monday][entry] += bool(entry) and rating == "no"
    mondays = (first + timedelta(weeks=WEEKS - 1 - n) for n in range(WEEKS))
    return tuple(
        Week(one, _most(asked[one]), unknown[one], helped[one], _most(unhelped[one])) for one in mondays
    )


def counts(tx: Connection, edition: str) -> Counts:
    """Count what live answers tell: earlier editions, and dossiers submitted in this one."""
    earlier = select(EditionRow.title).where(EditionRow.slug != edition, EditionRow.sample.is_(False))
    titles = tuple(tx.execute(earlier.order_by(EditionRow.created_at)).scalars())
    submitted = select(func.count()).where(
        DossierRow.edition == edition, DossierRow.status.in_(("submitted", "admissible", "inadmissible"))
    )
    return Counts(titles, tx.execute(submitted).scalar())


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _most(counter: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple((name, n) for name, n in counter.most_common() if n)


def _ticket(row: Sequence[object]) -> Ticket:
    id_, number, person, words, at, until, stage, entries, *rest = row
    screen, dossier, language, holder, robot, version = rest
    shown = tuple(one for one in str(entries).split(",") if one)
    return Ticket(
        id_, number, person, words, at, until, Stage(str(stage)), (), shown, screen, dossier, language, holder,  # type: ignore[arg-type]
        bool(robot), version,  # type: ignore[arg-type]  # columns of the row, in the order of the value
    )  # fmt: skip


def _with_lines(tx: Connection, tickets: Sequence[Ticket]) -> list[Ticket]:
    ids = [ticket.id for ticket in tickets]
    lines: dict[str, list[Line]] = defaultdict(list)
    if ids:
        written = select(TicketLineRow.ticket_id, TicketLineRow.team, TicketLineRow.words, TicketLineRow.at)
        for ticket, team, words, at in tx.execute(
            written.where(TicketLineRow.ticket_id.in_(ids)).order_by(TicketLineRow.id)
        ):
            lines[ticket].append(Line(team, words, at))
    return [replace(ticket, lines=tuple(lines[ticket.id])) for ticket in tickets]
