"""Erasure, asked for by a person or due by age: everything they gave, wherever it lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, or_, select, update

from rallynov.announcements import retention as announcements
from rallynov.delivery import conversations
from rallynov.delivery.posting import Post
from rallynov.delivery.subject import Order
from rallynov.delivery.tables import AuditRow, ConversationRow, InboxRow, InboxStatus, OutboxRow
from rallynov.diagnosis.tables import DiagnosisRow
from rallynov.dialogue.events import Event
from rallynov.dialogue.turn import Command
from rallynov.editions.stages import seating
from rallynov.editions.stages.tables import SeatRow
from rallynov.faq import forgetting
from rallynov.faq import service as questions
from rallynov.initiatives import erasure
from rallynov.initiatives.tables import DossierRow, ShareRow
from rallynov.people import access, granting, restricting
from rallynov.people.consents import service as consents
from rallynov.people.model import EraseMe, LeaveBehind
from rallynov.people.tables import GrantRow, PersonRow, RestrictionRow
from rallynov.privacy import tombstones
from rallynov.privacy.erasing import addresses_of, erase, forget_questions, leave, settle
from rallynov.storage.lifetimes import kept

PAYLOADS, EVENTS, VISITS = kept("payload"), kept("event"), kept("visit")
JOURNAL, ACCESSES = kept("journal"), kept("access")
SUBSCRIPTIONS, RESTRICTIONS = kept("subscription"), kept("restriction")
"""How long what is kept (``retention.toml``). Telegram repeats an event for a day at most."""


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
        asked = [o.person for o in orders if isinstance(o.command, EraseMe)]
        gone = asked + [o.person for o in orders if not isinstance(o.command, EraseMe) and _alone(tx, o)]
        now = orders[-1].at
        if gone:
            end(tx, self._post, gone, addresses_of(tx, asked), now)
        for order in orders:  # what is said after an erasure is not erased
            told = (InboxRow.address == order.address) & (InboxRow.seq <= order.seq)
            tx.execute(update(InboxRow).where(told).values(payload=""))


def end(tx: Connection, post: Post, people: Sequence[str], addresses: Sequence[str], now: datetime) -> None:
    """Erase people for good: their addresses are forgotten later, and no backup brings them back.

    Nor what went with them: in an older backup, a dossier may not know of them yet.
    """
    tombstones.bury(tx, people, addresses, now)
    leave(tx, addresses, now)
    forgetting.take_back(tx, people)
    shared = select(ShareRow.dossier_id).where(ShareRow.person_id.in_(people))
    before = set(tx.execute(shared).scalars())
    post.send(tx, erase(tx, people, now), now)
    left = set(tx.execute(select(DossierRow.id).where(DossierRow.id.in_(before))).scalars())
    for dossier in sorted(before - left):
        tombstones.bury_dossier(tx, dossier, now)


def _alone(tx: Connection, order: Order) -> bool:
    """Tell whether an address was the only one of its person."""
    others = ConversationRow.person_id == order.person, ConversationRow.address != order.address
    return tx.execute(select(ConversationRow.address).where(*others).limit(1)).first() is None


def purge(tx: Connection, now: datetime) -> tuple[int, int]:
    """Apply the retention; return how many events were blanked and how many conversations were erased.

    People and conversations not seen for long are erased, unless they share a dossier, hold a role or are expected at a
    stage: they are then kept as long as it is, or until that is over; so are those who asked that what is theirs be kept
    without being used. Of who asked for announcements, no more than that is kept.
    """
    handled = InboxRow.status != InboxStatus.NEW
    old = (InboxRow.received_at < now - PAYLOADS) & handled & (InboxRow.payload != "")
    blanked = tx.execute(update(InboxRow).where(old).values(payload="")).rowcount
    tx.execute(delete(InboxRow).where(InboxRow.received_at < now - EVENTS, handled))
    delivered = (OutboxRow.finished_at < now - PAYLOADS) & (OutboxRow.body != "")
    told = (OutboxRow.channel == "telegram") & delivered  # the web's are the pages of its conversations
    tx.execute(update(OutboxRow).where(told).values(body=""))
    page = (OutboxRow.channel != "telegram") & OutboxRow.broadcast.is_(
        None
    )  # who received what is kept longer
    read = page & (OutboxRow.finished_at < now - VISITS)
    tx.execute(delete(OutboxRow).where(read))
    tx.execute(delete(AuditRow).where(AuditRow.at < now - JOURNAL))
    access.purge(tx, now - ACCESSES)
    settle(tx, now)
    tombstones.purge(tx, now)
    restricting.end(tx, now - RESTRICTIONS, now)
    granting.purge(tx, now)
    erasure.expire(tx, now)
    seating.purge(tx, now)
    questions.purge(tx, now)
    announcements.purge(tx, now)
    return int(blanked), _purge_people(tx, now)


def _purge_people(tx: Connection, now: datetime) -> int:
    """Erase whoever was not seen for long, and the conversations that no person stands behind."""
    away = now - VISITS
    waits = ConversationRow.address.in_(select(InboxRow.address).where(InboxRow.status == InboxStatus.NEW))
    visited = or_(ConversationRow.updated_at >= away, waits) & ConversationRow.person_id.is_not(None)
    acting = select(GrantRow.person_id).where(GrantRow.revoked_at.is_(None))
    limited = select(RestrictionRow.person_id).where(RestrictionRow.lifted_at.is_(None))
    others = (select(ShareRow.person_id), acting, select(SeatRow.person_id), limited)
    seen = select(ConversationRow.person_id).where(visited).union(*others)
    asking = consents.asking(now - SUBSCRIPTIONS)
    unseen = select(PersonRow.id).where(PersonRow.created_at < away, PersonRow.id.not_in(seen))
    erase(tx, list(tx.execute(unseen.where(PersonRow.id.not_in(asking))).scalars()), now)
    _lighten(tx, list(tx.execute(unseen).scalars()), away)
    stays = ConversationRow.person_id.in_(seen) | ConversationRow.person_id.in_(asking)
    nobody = or_(ConversationRow.person_id.is_(None), ~stays)
    idle = select(ConversationRow.address).where(ConversationRow.updated_at < away, nobody, ~waits)
    addresses = list(tx.execute(idle).scalars())
    for table in (InboxRow, OutboxRow, ConversationRow):
        tx.execute(delete(table).where(table.address.in_(addresses)))
    return len(addresses)


def _lighten(tx: Connection, people: Sequence[str], away: datetime) -> None:
    """Erase what people did, asked and were told long ago; that they asked for announcements stays."""
    mine = select(ConversationRow.address).where(ConversationRow.person_id.in_(people))
    tx.execute(delete(DiagnosisRow).where(DiagnosisRow.person_id.in_(people)))
    forget_questions(tx, people)
    tx.execute(delete(OutboxRow).where(OutboxRow.address.in_(mine), OutboxRow.created_at < away))
    conversations.forget(tx, people)
