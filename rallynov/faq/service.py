"""Questions in a batch of turns: what each person has, and what they order. Pages order the same through ``act``.

Rights were asked when the turn was decided, with grants of this very transaction; a ticket is locked and compared with
what was seen before it is answered, so that two people never answer over each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select, update

from rallynov.delivery.subject import Order
from rallynov.delivery.tables import ConversationRow
from rallynov.dialogue.events import Commanded, Event, Pressed, Said
from rallynov.dialogue.screens import Screen
from rallynov.dialogue.turn import Command
from rallynov.editions.model import Edition
from rallynov.faq import learning, letters, rows
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
from rallynov.faq.model import Counts, Faq, Line, Stage, Ticket, due
from rallynov.faq.tables import QuestionRow, TicketLineRow, TicketRow
from rallynov.initiatives.desk import OvertakenError
from rallynov.initiatives.posting import Letter, Post
from rallynov.people.roles import Role
from rallynov.people.tables import GrantRow
from rallynov.storage.prepared import INSERTS, Prepared, among, listed

COUNTED = timedelta(seconds=60)
"""How long counts are told before they are counted again."""
KEPT = timedelta(days=365)
"""How long questions, and tickets that nobody has touched, are kept (domain document, section 14)."""
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


class Questions:
    """The subject of questions."""

    orders: Sequence[type[Command]] = ORDERS

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
        mine = rows.mine(tx, self.edition, list(people))
        team = {row[0] for row in _TEAM.rows(tx, edition=self.edition, people=listed(list(people), dialect))}
        last = rows.last_number(tx, self.edition) if any(map(_opens, people.values())) else 0
        return {
            person: Faq(
                library,
                mine.get(person, ()),
                counts,
                last + nth,
                rows.desk(tx, self.edition, now, weeks=_weekly(event)) if person in team else None,
            )
            for nth, (person, event) in enumerate(people.items(), 1)
        }

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
                return [self._open(tx, order, command)]
            case AddLine() | CloseTicket() | ResumeRobot() as command:
                return self._followed(tx, order, command)
            case TakeTicket() | AnswerTicket() as command:
                return self._answered(tx, order, command)
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

    def _open(self, tx: Connection, order: Order, command: OpenTicket) -> Letter:
        asked = select(QuestionRow.words, QuestionRow.entries, QuestionRow.screen, QuestionRow.language)
        mine = (QuestionRow.id == command.question) & (QuestionRow.person_id == order.person)
        words, entries, screen, language = tx.execute(asked.where(mine)).first() or ("", "", "", "fr")
        row = {
            "id": command.id, "edition": self.edition, "number": command.number, "person_id": order.person,
            "words": words, "language": language, "entries": entries, "screen": screen, "dossier": command.dossier,
            "stage": Stage.WAITING.value, "holder": "", "robot": False, "version": 1, "created_at": order.at,
            "due_at": due(order.at), "updated_at": order.at,
        }  # fmt: skip
        tx.execute(INSERTS[tx.dialect.name](TicketRow), [row])
        ticket = rows.find(tx, command.id)
        assert ticket  # noqa: S101  # it was just written
        return Letter(f"ticket:{command.id}:came", self._team(tx), letters.came(ticket))

    def _followed(
        self, tx: Connection, order: Order, command: AddLine | CloseTicket | ResumeRobot
    ) -> list[Letter]:
        """Do what the person does with their own ticket; the team closes any."""
        ticket = rows.find(tx, command.ticket)
        own = ticket is not None and ticket.person == order.person
        if ticket is None or not (
            own or (isinstance(command, CloseTicket) and order.person in self._team(tx))
        ):
            raise OvertakenError("no such ticket")
        match command:
            case AddLine(_, said):
                told = ticket.saying(Line(team=False, text=said, at=order.at))
                _write_line(tx, ticket.id, order, said, team=False)
                _change(tx, ticket, order.at, {"stage": told.stage.value, "robot": False}, grows=0)
                to = (ticket.holder,) if ticket.holder in self._team(tx) else self._team(tx)
                key = f"ticket:{ticket.id}:{len(ticket.lines)}:more"
                return [Letter(key, to, letters.more(ticket, said))]
            case CloseTicket():
                _change(tx, ticket, order.at, {"stage": Stage.CLOSED.value})
                return [] if own else [self._tell(tx, ticket, "closed", letters.closed(ticket))]
            case _:
                _change(tx, ticket, order.at, {"robot": True}, grows=0)
                return []

    def _answered(self, tx: Connection, order: Order, command: TakeTicket | AnswerTicket) -> list[Letter]:
        """Do what the team does, once it is sure that nobody has done it meanwhile."""
        ticket = rows.find(tx, command.ticket)
        if ticket is None or ticket.version != command.seen or order.person not in self._team(tx):
            raise OvertakenError("not as it was")
        if isinstance(command, TakeTicket):
            first = not ticket.holder
            stage = Stage.TAKEN if ticket.stage is Stage.WAITING else ticket.stage
            _change(tx, ticket, order.at, {"stage": stage.value, "holder": order.person})
            return [self._tell(tx, ticket, "taken", letters.taken(ticket))] if first else []
        _write_line(tx, ticket.id, order, command.text, team=True)
        _change(tx, ticket, order.at, {"stage": Stage.ANSWERED.value, "holder": order.person})
        return [self._tell(tx, ticket, f"{ticket.version}:answer", letters.answered(ticket, command.text))]

    def _tell(self, tx: Connection, ticket: Ticket, what: str, screen: Screen) -> Letter:
        """Write to the person where they are: on the address that they used last."""
        return Letter(
            f"ticket:{ticket.id}:{what}", (ticket.person,), screen, address=_last_address(tx, ticket.person)
        )

    def _team(self, tx: Connection) -> tuple[str, ...]:
        held = select(GrantRow.person_id).where(
            GrantRow.edition == self.edition,
            GrantRow.role == Role.COORDINATOR.value,
            GrantRow.revoked_at.is_(None),
        )
        return tuple(dict.fromkeys(tx.execute(held.order_by(GrantRow.id)).scalars()))


def _asks(event: Event) -> bool:
    """Tell whether an event may be a question, more than a number or a "oui", or somebody of the team at the desk."""
    match event:
        case Said(text):
            return len(text) > 3
        case Commanded(name):
            return name in {"question", "questions", "inbox"}
        case _:
            return _weekly(event)


def _opens(event: Event) -> bool:
    """Tell whether an event may open a ticket, and so needs its number."""
    return not isinstance(event, Pressed) or event.key in {"send", "with", "without", "aside-send"}


def _weekly(event: Event) -> bool:
    """Tell whether somebody of the team may be about to look at the weeks."""
    return isinstance(event, Pressed) and event.screen.startswith("desk")


def _last_address(tx: Connection, person: str) -> str:
    reachable = select(ConversationRow.address).where(
        ConversationRow.person_id == person, ConversationRow.unreachable_at.is_(None)
    )
    return tx.execute(reachable.order_by(ConversationRow.updated_at.desc()).limit(1)).scalar() or ""


def _change_question(tx: Connection, person: str, question: str, changes: Mapping[str, object]) -> None:
    mine = (QuestionRow.id == question) & (QuestionRow.person_id == person)
    tx.execute(update(QuestionRow).where(mine).values(changes))


def _change(
    tx: Connection, ticket: Ticket, at: datetime, changes: Mapping[str, object], *, grows: int = 1
) -> None:
    """Write a change; the version ``grows`` with what the team must see before it answers, not with a line more."""
    same = (TicketRow.id == ticket.id) & (TicketRow.version == ticket.version)
    values = {"version": ticket.version + grows, "updated_at": at, **changes}
    if tx.execute(update(TicketRow).where(same).values(values)).rowcount != 1:
        raise OvertakenError("not as it was")


def _write_line(tx: Connection, ticket: str, order: Order, said: str, *, team: bool) -> None:
    row = {"ticket_id": ticket, "team": team, "author": order.person, "words": said, "at": order.at}
    tx.execute(INSERTS[tx.dialect.name](TicketLineRow), [row])


def forget(tx: Connection, people: Sequence[str]) -> None:
    """Erase what people asked; what the FAQ has learned says no more who asked it."""
    tx.execute(delete(TicketRow).where(TicketRow.person_id.in_(people)))
    tx.execute(delete(QuestionRow).where(QuestionRow.person_id.in_(people)))
    tx.execute(update(TicketRow).where(TicketRow.holder.in_(people)).values(holder=""))
    tx.execute(update(TicketLineRow).where(TicketLineRow.author.in_(people)).values(author=""))


def purge(tx: Connection, now: datetime) -> None:
    """Forget the questions and the tickets that are too old."""
    tx.execute(delete(QuestionRow).where(QuestionRow.at < now - KEPT))
    tx.execute(delete(TicketRow).where(TicketRow.updated_at < now - KEPT))
