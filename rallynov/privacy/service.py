"""Erasure, asked for by a person or due by age: everything they gave, wherever it lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select, update

from rallynov.delivery import conversations, outbox
from rallynov.delivery.posting import Letter, Post
from rallynov.delivery.subject import Order
from rallynov.delivery.tables import AuditRow, ConversationRow, InboxRow, InboxStatus, OutboxRow
from rallynov.diagnosis.tables import DiagnosisRow
from rallynov.dialogue.events import Event
from rallynov.dialogue.turn import Command
from rallynov.editions.stages import seating
from rallynov.editions.stages.tables import SeatRow
from rallynov.faq import forgetting
from rallynov.faq import service as questions
from rallynov.faq.tables import TicketRow
from rallynov.initiatives import erasure
from rallynov.initiatives.tables import ShareRow
from rallynov.people import granting
from rallynov.people.consents import service as consents
from rallynov.people.model import EraseMe, LeaveBehind
from rallynov.people.tables import GrantRow, PersonRow

PAYLOADS = timedelta(days=7)
"""How long the text of a handled event is kept."""
EVENTS = timedelta(days=30)
"""How long a handled event is remembered, so that it is not taken twice; Telegram repeats for a day at most."""
VISITS = timedelta(days=90)
"""How long an anonymous diagnosis is kept after the person's last visit (domain document, section 14)."""
JOURNAL = timedelta(days=365)
"""How long it is kept who did what (the same)."""
SUBSCRIPTIONS = timedelta(days=1095)
"""How long whoever asked for announcements goes on receiving them after their last visit (the same)."""


class Nothing:
    """The fact of this subject: it knows nothing of anyone."""


class Erasure:
    """The subject of erasure."""

    orders: Sequence[type[Command]] = (EraseMe, LeaveBehind)

    def __init__(self, post: Post) -> None:
        self._post = post

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, Nothing]:
        """Read nothing."""
        return {}

    def blank(self, person: str) -> Nothing:
        """Return nothing."""
        return Nothing()

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Erase people; the answer to this very turn is written after it, and says so."""
        gone = [o.person for o in orders if isinstance(o.command, EraseMe) or _alone(tx, o)]
        if gone:
            forgetting.take_back(tx, gone)
            self._post.send(tx, erase(tx, gone, orders[-1].at), orders[-1].at)
        for order in orders:  # what is said after an erasure is not erased
            told = (InboxRow.address == order.address) & (InboxRow.seq <= order.seq)
            tx.execute(update(InboxRow).where(told).values(payload=""))


def _alone(tx: Connection, order: Order) -> bool:
    """Tell whether an address was the only one of its person."""
    others = ConversationRow.person_id == order.person, ConversationRow.address != order.address
    return tx.execute(select(ConversationRow.address).where(*others).limit(1)).first() is None


def erase(tx: Connection, people: Sequence[str], now: datetime) -> list[Letter]:
    """Erase people: answers and notes, their dossiers, and the texts of their conversations, on every address.

    So goes what the team was told of their questions. Returns what those who shared a dossier with them are told.
    """
    told = [*erasure.forget(tx, people, now), *seating.forget(tx, people, now)]
    granting.forget(tx, people)
    told += _forget_questions(tx, people)
    conversations.forget(tx, people)
    mine = select(ConversationRow.address).where(ConversationRow.person_id.in_(people))
    tx.execute(delete(PersonRow).where(PersonRow.id.in_(people)))
    tx.execute(delete(AuditRow).where(AuditRow.actor.in_(people)))
    tx.execute(
        update(InboxRow)
        .where(InboxRow.address.in_(mine), InboxRow.status != InboxStatus.NEW)
        .values(payload="")
    )
    tx.execute(delete(OutboxRow).where(OutboxRow.address.in_(mine)))
    return told


def _forget_questions(tx: Connection, people: Sequence[str]) -> list[Letter]:
    """Erase what people asked and what was written to others of it; nothing says any more that they taught the FAQ."""
    handed = select(TicketRow.id).where(TicketRow.person_id.in_(people))
    outbox.withdraw(tx, [f"ticket:{one}:" for one in tx.execute(handed).scalars()])
    told = questions.forget(tx, people)
    forgetting.unlink(tx, people)
    return told


def purge(tx: Connection, now: datetime) -> tuple[int, int]:
    """Apply the retention; return how many events were blanked and how many conversations were erased.

    Texts of handled events and of messages already delivered are blanked after seven days, the events themselves
    forgotten after thirty, the pages of conversations after ninety, who did what after a year. People and conversations
    not seen for three months are erased, unless they share a dossier, hold a role or are expected at a stage: they are then
    kept as long as it is, or until that is over. Of who asked for announcements, no more than that is kept, three years
    after the last visit at most.
    """
    handled = InboxRow.status != InboxStatus.NEW
    old = (InboxRow.received_at < now - PAYLOADS) & handled & (InboxRow.payload != "")
    blanked = tx.execute(update(InboxRow).where(old).values(payload="")).rowcount
    tx.execute(delete(InboxRow).where(InboxRow.received_at < now - EVENTS, handled))
    delivered = (OutboxRow.finished_at < now - PAYLOADS) & (OutboxRow.body != "")
    told = (OutboxRow.channel == "telegram") & delivered  # the web's are the pages of its conversations
    tx.execute(update(OutboxRow).where(told).values(body=""))
    read = (OutboxRow.channel != "telegram") & (OutboxRow.finished_at < now - VISITS)
    tx.execute(delete(OutboxRow).where(read))
    tx.execute(delete(AuditRow).where(AuditRow.at < now - JOURNAL))
    granting.purge(tx, now)
    erasure.expire(tx, now)
    seating.purge(tx, now)
    questions.purge(tx, now)
    return int(blanked), _purge_people(tx, now)


def _purge_people(tx: Connection, now: datetime) -> int:
    """Erase whoever was not seen for long, and the conversations that no person stands behind."""
    away = now - VISITS
    waits = ConversationRow.address.in_(select(InboxRow.address).where(InboxRow.status == InboxStatus.NEW))
    visited = or_(ConversationRow.updated_at >= away, waits) & ConversationRow.person_id.is_not(None)
    acting = select(GrantRow.person_id).where(GrantRow.revoked_at.is_(None))
    coming = select(SeatRow.person_id)
    seen = select(ConversationRow.person_id).where(visited).union(select(ShareRow.person_id), acting, coming)
    asking = consents.asking(now - SUBSCRIPTIONS)
    unseen = select(PersonRow.id).where(PersonRow.created_at < away, PersonRow.id.not_in(seen))
    erase(tx, list(tx.execute(unseen.where(PersonRow.id.not_in(asking))).scalars()), now)
    _lighten(tx, list(tx.execute(unseen).scalars()), away)
    kept = ConversationRow.person_id.in_(seen) | ConversationRow.person_id.in_(asking)
    nobody = or_(ConversationRow.person_id.is_(None), ~kept)
    idle = select(ConversationRow.address).where(ConversationRow.updated_at < away, nobody, ~waits)
    addresses = list(tx.execute(idle).scalars())
    for table in (InboxRow, OutboxRow, ConversationRow):
        tx.execute(delete(table).where(table.address.in_(addresses)))
    return len(addresses)


def _lighten(tx: Connection, people: Sequence[str], away: datetime) -> None:
    """Erase what people did, asked and were told long ago; that they asked for announcements stays."""
    mine = select(ConversationRow.address).where(ConversationRow.person_id.in_(people))
    tx.execute(delete(DiagnosisRow).where(DiagnosisRow.person_id.in_(people)))
    _forget_questions(tx, people)
    tx.execute(delete(OutboxRow).where(OutboxRow.address.in_(mine), OutboxRow.created_at < away))
    conversations.forget(tx, people)
