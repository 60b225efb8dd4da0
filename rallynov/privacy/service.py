"""Erasure, asked for by a person or due by age: everything they gave, wherever it lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, or_, select, update

from rallynov.delivery.tables import ConversationRow, InboxRow, InboxStatus, OutboxRow
from rallynov.delivery.turns import Order
from rallynov.diagnosis.tables import DiagnosisRow
from rallynov.dialogue.turn import Command
from rallynov.people.model import EraseMe
from rallynov.people.tables import PersonRow

PAYLOADS = timedelta(days=7)
"""How long the text of a handled event is kept."""
VISITS = timedelta(days=90)
"""How long an anonymous diagnosis is kept after the person's last visit (domain document, section 14)."""


class Nothing:
    """The fact of this subject: it knows nothing of anyone."""


class Erasure:
    """The subject of erasure."""

    orders: Sequence[type[Command]] = (EraseMe,)

    def load(self, tx: Connection, people: Sequence[str]) -> Mapping[str, Nothing]:
        """Read nothing."""
        return {}

    def blank(self, person: str) -> Nothing:
        """Return nothing."""
        return Nothing()

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Erase people; the answer to this very turn is written after it, and says so."""
        erase(tx, [order.person for order in orders])
        for order in orders:  # what is said after an erasure is not erased
            told = (InboxRow.address == order.address) & (InboxRow.seq <= order.seq)
            tx.execute(update(InboxRow).where(told).values(payload=""))


def erase(tx: Connection, people: Sequence[str]) -> None:
    """Erase people: answers and notes, and the texts of their conversations, on every address."""
    mine = select(ConversationRow.address).where(ConversationRow.person_id.in_(people))
    tx.execute(delete(PersonRow).where(PersonRow.id.in_(people)))
    tx.execute(
        update(InboxRow)
        .where(InboxRow.address.in_(mine), InboxRow.status != InboxStatus.NEW)
        .values(payload="")
    )
    tx.execute(delete(OutboxRow).where(OutboxRow.address.in_(mine)))


def purge(tx: Connection, now: datetime) -> tuple[int, int]:
    """Apply the retention: blank old payloads, erase people not seen for three months; return how many of
    each.
    """
    old = (
        (InboxRow.received_at < now - PAYLOADS)
        & (InboxRow.status != InboxStatus.NEW)
        & (InboxRow.payload != "")
    )
    blanked = tx.execute(update(InboxRow).where(old).values(payload="")).rowcount
    seen = (
        select(func.max(ConversationRow.updated_at))
        .where(ConversationRow.person_id == PersonRow.id)
        .scalar_subquery()
    )
    touched = (
        select(func.max(DiagnosisRow.updated_at))
        .where(DiagnosisRow.person_id == PersonRow.id)
        .scalar_subquery()
    )
    away = now - VISITS
    gone = select(PersonRow.id).where(
        PersonRow.created_at < away, or_(seen.is_(None), seen < away), or_(touched.is_(None), touched < away)
    )
    people = list(tx.execute(gone).scalars())
    if people:
        erase(tx, people)
        tx.execute(delete(ConversationRow).where(ConversationRow.person_id.in_(people)))
    return int(blanked), len(people)
