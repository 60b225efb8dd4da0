"""What the team sees, read from its tables: the questions received, those to learn from, what is asked by week."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, and_, desc, func, or_, select

from rallynov.delivery import conversations
from rallynov.delivery.tables import ConversationRow
from rallynov.dialogue.events import Commanded, Event, Pressed
from rallynov.dialogue.turn import Conversation
from rallynov.editions.model import day_of
from rallynov.faq.model import DeskView, Unanswered, Week
from rallynov.faq.rows import COLUMNS, ticket_of, with_lines
from rallynov.faq.tables import QuestionRow, TicketRow
from rallynov.faq.ticket import Stage

WEEKS = 6
"""Weeks that the team sees."""
QUEUE, SHOWN, CLOSED, LEARNED_FROM, COUNTED = 60, 8, 8, 200, 20_000
"""Tickets that are listed, of which one may be opened, that are closed; questions to learn from; questions
that are counted, each at most.
"""
_LISTS = frozenset(("", "learn"))
"""The views of the desk from which one goes to the weeks."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a turn needs of the desk beyond its lists: tickets by name, and whether the weeks are drawn."""

    tickets: tuple[str, ...] = ()
    weeks: bool = False


def wanted(event: Event, talks: Iterable[Conversation]) -> Wanted:
    """Tell what is needed where somebody of the team stands, and where this event may lead them."""
    tickets = [event.key[2:]] if isinstance(event, Pressed) and event.key.startswith("t-") else []
    weeks = isinstance(event, Pressed) and event.key == "weeks"
    for talk in talks:
        for place in (talk.place, *talk.under):
            view, _, rest = (place.focus or "").partition(":")
            if place.dialogue == "desk":
                tickets += [rest.partition("@")[0]] if rest else []
                weeks = weeks or view == "weeks" or (place == talk.place and view in _LISTS and _typed(event))
    return Wanted(tuple(tickets), weeks)


def _typed(event: Event) -> bool:
    """Tell whether an event may be the words of a button."""
    if isinstance(event, Commanded):
        return event.name not in {"questions", "inbox"}
    return not isinstance(event, Pressed)


def talks(tx: Connection, people: Sequence[str]) -> dict[str, list[Conversation]]:
    """Read where people stand, on each of their addresses."""
    found: dict[str, list[Conversation]] = {person: [] for person in people}
    rows = select(ConversationRow.person_id, ConversationRow.state).where(
        ConversationRow.person_id.in_(people)
    )
    for person, state in tx.execute(rows) if people else ():
        found[str(person)].append(conversations.load(state))
    return found


def desk(tx: Connection, edition: str, now: datetime, needs: Wanted) -> DeskView:
    """Read what the team sees: the open tickets, those that wait first, a few closed ones, and those asked for by name."""
    mine = TicketRow.edition == edition
    open_ = mine & (TicketRow.stage != Stage.CLOSED)
    columns, answered = select(*COLUMNS), TicketRow.stage == Stage.ANSWERED
    first = columns.where(open_).order_by(answered, TicketRow.created_at, TicketRow.id).limit(QUEUE)
    tickets = [ticket_of(tuple(row)) for row in tx.execute(first)]
    more = 0
    if len(tickets) == QUEUE:
        more = (tx.execute(select(func.count()).select_from(TicketRow).where(open_)).scalar() or 0) - QUEUE
    lately = columns.where(
        mine, TicketRow.stage == Stage.CLOSED, TicketRow.updated_at > now - timedelta(days=14)
    )
    closed = [
        ticket_of(tuple(row)) for row in tx.execute(lately.order_by(desc(TicketRow.updated_at)).limit(CLOSED))
    ]
    named = []
    if needs.tickets:
        named = [
            ticket_of(tuple(row)) for row in tx.execute(columns.where(mine, TicketRow.id.in_(needs.tickets)))
        ]
    near = {one.id: one for one in (*tickets[:SHOWN], *closed, *named)}  # one of these is opened in this turn
    return DeskView(
        tuple(tickets),
        unanswered(tx, edition),
        _weeks(tx, edition, now) if needs.weeks else (),
        more,
        tuple(closed),
        tuple(with_lines(tx, list(near.values()), list(near))),
    )


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


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _most(counter: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple((name, n) for name, n in counter.most_common() if n)
