"""Consents in a batch of turns, and who may be sent what.

Who closed the door of a channel still stands here: they are unreachable there, which is for delivery to know, and have
withdrawn nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    exists,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute

from rallynov.delivery import outbox
from rallynov.delivery.subject import Order
from rallynov.delivery.tables import ConversationRow
from rallynov.dialogue.events import Event
from rallynov.dialogue.turn import Command
from rallynov.people.consents.model import (
    REMINDERS,
    ChooseTopics,
    Consents,
    Remind,
    Source,
    StopMessages,
    Topic,
)
from rallynov.people.consents.tables import ConsentRow, ObjectionRow
from rallynov.people.granting import be_somebody
from rallynov.people.restricting import restricted
from rallynov.storage.prepared import INSERTS, Prepared, among, listed


class Choices:
    """The subject of consents: facts in one statement."""

    orders: Sequence[type[Command]] = (ChooseTopics, Remind, StopMessages)

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, Consents]:
        """Read what each person receives."""
        return consents_of(tx, list(people))

    def blank(self, person: str) -> Consents:
        """Return what somebody receives who never said anything."""
        return Consents()

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Write what was ordered, in order: these are few."""
        for order in orders:
            be_somebody(tx, order.person, order.at)
            match order.command:
                case ChooseTopics() as choice:
                    choose(tx, order.person, choice, order.at)
                case Remind(on, source):
                    remind(tx, order.person, order.at, source, on=on)
                case StopMessages():
                    stop(tx, order.person, order.at)


def _standing(dialect: str) -> Select[tuple[str, str]]:
    """Select what people asked for and what they object to, in one statement: it runs in many turns."""
    given = select(ConsentRow.person_id.label("person"), ConsentRow.topic.label("what")).where(
        among(ConsentRow.person_id, "people", dialect), ConsentRow.withdrawn_at.is_(None)
    )
    against = select(ObjectionRow.person_id, literal(REMINDERS)).where(
        among(ObjectionRow.person_id, "people", dialect),
        ObjectionRow.against == literal(REMINDERS),
        ObjectionRow.lifted_at.is_(None),
    )
    both = union_all(given, against).subquery()
    return select(both.c.person, both.c.what)


_STANDING = Prepared(_standing)


def consents_of(tx: Connection, people: Sequence[str]) -> Mapping[str, Consents]:
    """Read what people receive; whoever never said anything is left out."""
    said: dict[str, set[str]] = {}
    for person, what in _STANDING.rows(tx, people=listed(people, tx.dialect.name)):
        said.setdefault(person, set()).add(what)
    return {
        person: Consents(frozenset(one for one in Topic if one in held), REMINDERS not in held)
        for person, held in said.items()
    }


def who(tx: Connection, topic: Topic, people: Sequence[str] | None = None) -> list[str]:
    """Return who asked for a topic and has not given it up, by id; among some people only, when they are named.

    Whoever had the use of their data limited is left out meanwhile.

    An announcement asks this when it is fanned out, and again of those whose turn it is to be written to.
    """
    asked = ConsentRow.topic == topic, ConsentRow.withdrawn_at.is_(None)
    standing = select(ConsentRow.person_id).where(*asked, ~restricted(ConsentRow.person_id))
    if people is not None:
        standing = standing.where(ConsentRow.person_id.in_(people))
    return list(tx.execute(standing.order_by(ConsentRow.person_id)).scalars())


def asking(since: datetime) -> Select[str]:
    """Select who asks for some announcement and was seen since a moment; being written to is not a visit."""
    seen = ConversationRow.person_id == ConsentRow.person_id, ConversationRow.updated_at >= since
    return select(ConsentRow.person_id).where(ConsentRow.withdrawn_at.is_(None), exists().where(*seen))


def objects(person: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Test whether the person of a column wants no reminder."""
    held = ObjectionRow.against == REMINDERS, ObjectionRow.lifted_at.is_(None)
    return exists().where(ObjectionRow.person_id == person, *held)


def choose(tx: Connection, person: str, choice: ChooseTopics, at: datetime) -> None:
    """Record what somebody asks for and gives up; what already stands, or does not, is left as it is."""
    _withdraw(tx, person, choice.withdrawn, choice.source, at)
    rows = [
        {
            "person_id": person,
            "topic": topic,
            "wording": choice.wording,
            "source": choice.source,
            "given_at": at,
        }
        for topic in choice.given
    ]
    if rows:
        tx.execute(INSERTS[tx.dialect.name](ConsentRow).on_conflict_do_nothing(), rows)


def remind(tx: Connection, person: str, at: datetime, source: str, *, on: bool) -> None:
    """Have somebody reminded of drafts, or not any more."""
    if on:
        mine = ObjectionRow.person_id == person, ObjectionRow.against == REMINDERS
        lifted = update(ObjectionRow).where(*mine, ObjectionRow.lifted_at.is_(None))
        tx.execute(lifted.values(lifted_at=at, lifted_by=source))
        return
    row = {"person_id": person, "against": REMINDERS, "source": source, "at": at}
    tx.execute(INSERTS[tx.dialect.name](ObjectionRow).on_conflict_do_nothing(), [row])


def stop(tx: Connection, person: str, at: datetime) -> None:
    """End every announcement and reminder of somebody, those included that wait to leave."""
    _withdraw(tx, person, tuple(Topic), Source.STOP, at)
    remind(tx, person, at, Source.STOP, on=False)
    mine = select(ConversationRow.address).where(ConversationRow.person_id == person)
    outbox.give_up_bulk(tx, list(tx.execute(mine).scalars()), at)


def _withdraw(tx: Connection, person: str, topics: Sequence[Topic], source: str, at: datetime) -> None:
    if not topics:
        return
    mine = ConsentRow.person_id == person, ConsentRow.topic.in_(topics)
    standing = update(ConsentRow).where(*mine, ConsentRow.withdrawn_at.is_(None))
    tx.execute(standing.values(withdrawn_at=at, withdrawn_by=source))
