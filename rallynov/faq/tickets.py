"""Tickets as they are written: opened, added to, taken, answered, closed, erased; and who is told of it.

A ticket is locked and compared with what was seen before it is answered or closed, so that two people never do so over each
other. The key of a letter holds the version that it tells of: what happens twice is told twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from rallynov.delivery.posting import Letter
from rallynov.delivery.subject import Order, OvertakenError
from rallynov.delivery.tables import ConversationRow, OutboxRow
from rallynov.dialogue.screens import Screen
from rallynov.faq import letters, rows
from rallynov.faq.commands import AddLine, AnswerTicket, CloseTicket, OpenTicket, ResumeRobot, TakeTicket
from rallynov.faq.tables import QuestionRow, TicketCountRow, TicketLineRow, TicketRow
from rallynov.faq.ticket import Line, Stage, Ticket, due
from rallynov.people.roles import Role
from rallynov.people.tables import GrantRow
from rallynov.storage import lifetimes
from rallynov.storage.prepared import INSERTS

KEPT = lifetimes.kept("question")
"""How long questions, and tickets that nobody has touched, are kept (domain document, section 14)."""


def open_(tx: Connection, edition: str, order: Order, command: OpenTicket) -> Letter:
    """Open a ticket with the words of its question; its number is never given again."""
    asked = select(QuestionRow.words, QuestionRow.entries, QuestionRow.screen, QuestionRow.language)
    mine = (QuestionRow.id == command.question) & (QuestionRow.person_id == order.person)
    words, entries, screen, language = tx.execute(asked.where(mine)).first() or ("", "", "", "fr")
    row = {
        "id": command.id, "edition": edition, "number": command.number, "person_id": order.person,
        "words": words, "language": language, "entries": entries, "screen": screen, "dossier": command.dossier,
        "stage": Stage.WAITING.value, "holder": "", "robot": False, "version": 1, "created_at": order.at,
        "due_at": due(order.at), "updated_at": order.at,
    }  # fmt: skip
    insert = INSERTS[tx.dialect.name]
    tx.execute(insert(TicketRow), [row])
    counted = insert(TicketCountRow).on_conflict_do_update(
        index_elements=["edition"], set_={"last": command.number}
    )
    tx.execute(counted, [{"edition": edition, "last": command.number}])
    ticket = rows.find(tx, command.id)
    assert ticket  # noqa: S101  # it was just written
    return Letter(f"ticket:{command.id}:came", team(tx, edition), letters.came(ticket))


def followed(
    tx: Connection, edition: str, order: Order, command: AddLine | CloseTicket | ResumeRobot
) -> list[Letter]:
    """Do what the person does with their own ticket; the team closes any."""
    ticket = rows.find(tx, command.ticket)
    own = ticket is not None and ticket.person == order.person
    answers = isinstance(command, CloseTicket) and order.person in team(tx, edition)
    if ticket is None or not (own or answers):
        raise OvertakenError("no such ticket")
    match command:
        case AddLine(_, said):
            return _added(tx, edition, ticket, order, said)
        case CloseTicket(_, seen):
            if not ticket.open:
                return []
            if seen not in {0, ticket.version}:
                raise OvertakenError("not as it was")
            _change(tx, ticket, order.at, {"stage": Stage.CLOSED.value})
            return [] if own else [_tell(tx, ticket, "closed", letters.closed(ticket))]
        case _:
            _change(tx, ticket, order.at, {"robot": True}, grows=0)
            return []


def _added(tx: Connection, edition: str, ticket: Ticket, order: Order, said: str) -> list[Letter]:
    """Write a line of the person; the team is told once, until it has done something about it."""
    told = ticket.saying(Line(team=False, text=said, at=order.at))
    _write_line(tx, ticket.id, order, said, team=False)
    _change(tx, ticket, order.at, {"stage": told.stage.value, "robot": False}, grows=0)
    key = f"ticket:{ticket.id}:{ticket.version}:more"
    if (ticket.version == 1 and ticket.open) or _was_told(tx, key):
        return []
    everybody = team(tx, edition)
    to = (ticket.holder,) if ticket.holder in everybody else everybody
    return [Letter(key, to, letters.more(ticket, said))]


def _was_told(tx: Connection, key: str) -> bool:
    """Tell whether a letter of this key was written, to whatever address."""
    written = OutboxRow.key.between(f"{key}:", f"{key};")
    return tx.execute(select(OutboxRow.id).where(written).limit(1)).first() is not None


def answered(tx: Connection, edition: str, order: Order, command: TakeTicket | AnswerTicket) -> list[Letter]:
    """Do what the team does, once it is sure that nobody has done it meanwhile."""
    ticket = rows.find(tx, command.ticket)
    if ticket is None or ticket.version != command.seen or order.person not in team(tx, edition):
        raise OvertakenError("not as it was")
    if isinstance(command, TakeTicket):
        first = not ticket.holder
        stage = Stage.TAKEN if ticket.stage is Stage.WAITING else ticket.stage
        _change(tx, ticket, order.at, {"stage": stage.value, "holder": order.person})
        return [_tell(tx, ticket, "taken", letters.taken(ticket))] if first else []
    told = ticket.saying(Line(team=True, text=command.text, at=order.at), waits=command.waits)
    _write_line(tx, ticket.id, order, command.text, team=True)
    _change(tx, ticket, order.at, {"stage": told.stage.value, "holder": order.person})
    return [_tell(tx, ticket, "answer", letters.answered(ticket, command.text))]


def team(tx: Connection, edition: str) -> tuple[str, ...]:
    """Return whoever answers the questions of an edition."""
    held = select(GrantRow.person_id).where(
        GrantRow.edition == edition,
        GrantRow.role == Role.COORDINATOR.value,
        GrantRow.revoked_at.is_(None),
    )
    return tuple(dict.fromkeys(tx.execute(held.order_by(GrantRow.id)).scalars()))


def _tell(tx: Connection, ticket: Ticket, what: str, screen: Screen) -> Letter:
    """Write to the person where they are: on the address that they used last."""
    key = f"ticket:{ticket.id}:{ticket.version}:{what}"
    return Letter(key, (ticket.person,), screen, address=_last_address(tx, ticket.person))


def _last_address(tx: Connection, person: str) -> str:
    reachable = select(ConversationRow.address).where(
        ConversationRow.person_id == person, ConversationRow.unreachable_at.is_(None)
    )
    return tx.execute(reachable.order_by(ConversationRow.updated_at.desc()).limit(1)).scalar() or ""


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


def forget(tx: Connection, people: Sequence[str]) -> list[Letter]:
    """Erase the tickets of people, and their names on those of others; tell whoever had an open one in hand."""
    held = select(TicketRow.id, TicketRow.number, TicketRow.holder).where(
        TicketRow.person_id.in_(people),
        TicketRow.holder.not_in(["", *people]),
        TicketRow.stage != Stage.CLOSED,
    )
    told = [
        Letter(f"ticket:{one}:erased", (holder,), letters.erased(number))
        for one, number, holder in tx.execute(held).all()
    ]
    tx.execute(delete(TicketRow).where(TicketRow.person_id.in_(people)))
    tx.execute(update(TicketRow).where(TicketRow.holder.in_(people)).values(holder=""))
    tx.execute(update(TicketLineRow).where(TicketLineRow.author.in_(people)).values(author=""))
    return told


def purge(tx: Connection, now: datetime) -> None:
    """Forget the tickets that nobody has touched for a year."""
    tx.execute(delete(TicketRow).where(TicketRow.updated_at < now - KEPT))
