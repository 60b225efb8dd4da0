"""Questions in a batch of turns: what each person has, and what they order. Pages order the same through ``act``.

Rights were asked when the turn was decided, with grants of this very transaction; tickets are written in ``tickets``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select, update

from rallynov.delivery.posting import Letter, Post
from rallynov.delivery.subject import Order
from rallynov.dialogue.events import Commanded, Event, Pressed, Said
from rallynov.dialogue.turn import Command
from rallynov.editions.model import Edition
from rallynov.faq import learning, queue, rows, tickets
from rallynov.faq.commands import (
    AddLine,
    AnswerTicket,
    ChooseEntry,
    CloseTicket,
    KeepQuestion,
    LearnEntry,
    LearnWays,
    OpenTicket,
    RateAnswer,
    ResumeRobot,
    SetAside,
    TakeTicket,
)
from rallynov.faq.librarian import Librarian
from rallynov.faq.model import Counts, Faq
from rallynov.faq.queue import Wanted
from rallynov.faq.tables import QuestionRow
from rallynov.people.roles import Role
from rallynov.people.tables import GrantRow
from rallynov.storage.prepared import INSERTS, Prepared, among, listed

COUNTED = timedelta(seconds=60)
"""How long counts are told before they are counted again."""
ORDERS: tuple[type[Command], ...] = (
    KeepQuestion, ChooseEntry, RateAnswer, OpenTicket, AddLine, CloseTicket, ResumeRobot, TakeTicket, AnswerTicket,
    LearnWays, LearnEntry, SetAside,
)  # fmt: skip
_TEAM = Prepared(
    lambda name: select(GrantRow.person_id).where(
        GrantRow.edition == bindparam("edition"),
        GrantRow.role == Role.COORDINATOR.value,
        GrantRow.revoked_at.is_(None),
        among(GrantRow.person_id, "people", name),
    )
)
_LABEL = 80
"""Characters beyond which a text is no button's words."""


class Questions:
    """The subject of questions."""

    orders: Sequence[type[Command]] = ORDERS
    shared = True

    def __init__(
        self, edition: Edition, post: Post, librarian: Librarian, clock: Callable[[], datetime]
    ) -> None:
        self.edition = edition.slug
        self._post = post
        self._librarian = librarian
        self._clock = clock
        self._counts, self._counted_at = Counts(), None

    _counted_at: datetime | None

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, Faq]:
        """Read each person's tickets; the queue for whoever answers questions."""
        now, dialect = self._clock(), tx.dialect.name
        self._librarian.look(tx, now)
        if any(map(_asks, people.values())):
            self._librarian.need()
        library, counts = self._librarian.library, self._count(tx, now)
        if not people:
            return {}
        mine = rows.mine(tx, self.edition, list(people), now)
        team = {row[0] for row in _TEAM.rows(tx, edition=self.edition, people=listed(list(people), dialect))}
        stands = queue.talks(tx, sorted(team)) if team else {}
        last = rows.last_number(tx, self.edition) if any(map(_opens, people.values())) else 0
        handing = [person for person, event in people.items() if _opens(event) and not _long(event)]
        put = rows.put(tx, handing, now) if handing else {}
        return {
            person: Faq(
                library,
                mine.get(person, ()),
                counts,
                last + nth,
                queue.desk(tx, self.edition, now, queue.wanted(event, stands.get(person, ())))
                if person in team
                else None,
                put.get(person, ()),
            )
            for nth, (person, event) in enumerate(people.items(), 1)
        }

    def desk(self, tx: Connection, faq: Faq, needs: Wanted) -> Faq:
        """Return the FAQ of somebody of the team with what a page of theirs needs."""
        return replace(faq, desk=queue.desk(tx, self.edition, self._clock(), needs)) if faq.desk else faq

    def blank(self, person: str) -> Faq:
        """Return the FAQ as a stranger finds it."""
        return Faq(self._librarian.library, counts=self._counts)

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Do what was ordered, in order; tell whoever is concerned."""
        told = [letter for order in orders for letter in self.act(tx, order)]
        self._post.send(tx, told, orders[-1].at)

    def act(self, tx: Connection, order: Order) -> list[Letter]:
        """Do one thing; return what is to be told of it."""
        match order.command:
            case KeepQuestion() as command:
                self._keep(tx, order, command)
            case ChooseEntry(question, entry):
                chosen = {"entry": entry} if entry else {"verdict": "none"}
                _change_question(tx, order.person, question, chosen)
            case RateAnswer(question, helped):
                _change_question(tx, order.person, question, {"rating": "yes" if helped else "no"})
            case OpenTicket() as command:
                return [tickets.open_(tx, self.edition, order, command)]
            case AddLine() | CloseTicket() | ResumeRobot() as command:
                return tickets.followed(tx, self.edition, order, command)
            case TakeTicket() | AnswerTicket() as command:
                return tickets.answered(tx, self.edition, order, command)
            case LearnWays() | LearnEntry() | SetAside() as command:
                if learning.learn(tx, order, command):
                    self._librarian.expect(learning.version(tx))
        return []

    def _count(self, tx: Connection, now: datetime) -> Counts:
        if self._counted_at is None or now - self._counted_at > COUNTED:
            self._counts, self._counted_at = rows.counts(tx, self.edition), now
        return self._counts

    def _keep(self, tx: Connection, order: Order, command: KeepQuestion) -> None:
        told = command.entries[0] if command.verdict in {"answer", "browsed"} and command.entries else ""
        row = {
            "id": command.id, "edition": self.edition, "person_id": order.person, "words": command.words,
            "language": command.language, "verdict": command.verdict, "entries": ",".join(command.entries),
            "entry": told, "screen": command.where, "rating": "", "settled": False, "at": order.at,
        }  # fmt: skip
        tx.execute(INSERTS[tx.dialect.name](QuestionRow).on_conflict_do_nothing(), [row])


def _asks(event: Event) -> bool:
    """Tell whether an event may be a question, more than a number or a "oui", or somebody of the team at the desk."""
    match event:
        case Said(text):
            return len(text) > 3
        case Commanded(name):
            return name in {"question", "questions", "inbox"}
        case _:
            return _at_desk(event)


def _opens(event: Event) -> bool:
    """Tell whether an event may open a ticket, and so needs its number."""
    return not isinstance(event, Pressed) or event.key in {"send", "with", "without", "aside-send"}


def _long(event: Event) -> bool:
    """Tell whether an event is a text that hands nothing over."""
    return isinstance(event, Said) and len(event.text) > _LABEL


def _at_desk(event: Event) -> bool:
    """Tell whether an event comes from the desk."""
    return isinstance(event, Pressed) and event.screen.startswith("desk")


def _change_question(tx: Connection, person: str, question: str, changes: Mapping[str, object]) -> None:
    mine = (QuestionRow.id == question) & (QuestionRow.person_id == person)
    tx.execute(update(QuestionRow).where(mine).values(changes))


def forget(tx: Connection, people: Sequence[str]) -> list[Letter]:
    """Erase what people asked; return what whoever had one of their tickets in hand is told."""
    told = tickets.forget(tx, people)
    tx.execute(delete(QuestionRow).where(QuestionRow.person_id.in_(people)))
    return told


def purge(tx: Connection, now: datetime) -> None:
    """Forget the questions and the tickets that are too old."""
    tx.execute(delete(QuestionRow).where(QuestionRow.at < now - tickets.KEPT))
    tickets.purge(tx, now)
