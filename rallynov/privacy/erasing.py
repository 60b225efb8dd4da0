"""Erasing people: everything they gave, wherever it lies, and every row that names them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, func, select, update
from sqlalchemy.orm import aliased

from rallynov.announcements.tables import AnnouncementFileRow
from rallynov.delivery import conversations, outbox
from rallynov.delivery.posting import Letter
from rallynov.delivery.tables import AuditRow, ConversationRow, InboxRow, InboxStatus, OutboxRow
from rallynov.editions.stages import seating
from rallynov.editions.tables import LateCodeRow, LateUseRow
from rallynov.faq import forgetting
from rallynov.faq import service as questions
from rallynov.faq.tables import TicketRow
from rallynov.initiatives import erasure
from rallynov.people import access, granting
from rallynov.people.tables import PersonRow
from rallynov.privacy.steps import Step
from rallynov.privacy.tables import LeavingRow
from rallynov.storage.base import Base
from rallynov.storage.lifetimes import kept
from rallynov.storage.prepared import INSERTS
from rallynov.storage.store import Store

AT_ONCE = 10
"""Addresses that one step forgets."""


def erase(tx: Connection, people: Sequence[str], now: datetime) -> list[Letter]:
    """Erase people: answers and notes, their dossiers, and the texts of their conversations, on every address.

    So goes what the team was told of their questions. Their addresses are nobody's any more: whoever writes from one is
    somebody new. Returns what those who shared a dossier with them are told.
    """
    _unname_codes(tx, people)
    told = [*erasure.forget(tx, people, now), *seating.forget(tx, people, now)]
    granting.forget(tx, people)
    access.forget(tx, people)
    told += forget_questions(tx, people)
    conversations.forget(tx, people)
    tx.execute(delete(PersonRow).where(PersonRow.id.in_(people)))
    tx.execute(delete(AuditRow).where(AuditRow.actor.in_(people)))
    addresses = addresses_of(tx, people)
    _forget_texts(tx, addresses, people)
    came = AnnouncementFileRow.address.in_(addresses)
    tx.execute(update(AnnouncementFileRow).where(came).values(address="", origin=""))
    mine = ConversationRow.person_id.in_(people)
    tx.execute(update(ConversationRow).where(mine).values(person_id=None, state=None))
    _drop_unnamed(tx)
    return told


def _drop_unnamed(tx: Connection) -> None:
    """Erase the rows that are kept as long as others name them (``kept_by``), once none does.

    Also when nobody is erased: each purge comes here, after the dossiers that it erases by age.
    """
    for table in Base.metadata.sorted_tables:
        for column in (one for one in table.columns if "kept_by" in one.info):
            other, _, name = column.info["kept_by"].partition(".")
            naming = Base.metadata.tables[other].c[name]
            tx.execute(delete(table).where(~exists().where(naming == column)))


def addresses_of(tx: Connection, people: Sequence[str]) -> list[str]:
    """Return by which addresses people are reached."""
    mine = select(ConversationRow.address).where(ConversationRow.person_id.in_(people))
    return list(tx.execute(mine.order_by(ConversationRow.address)).scalars())


def forget_questions(tx: Connection, people: Sequence[str]) -> list[Letter]:
    """Erase what people asked and what was written to others of it; nothing says any more that they taught the FAQ."""
    handed = select(TicketRow.id).where(TicketRow.person_id.in_(people))
    outbox.withdraw(tx, [f"ticket:{one}:" for one in tx.execute(handed).scalars()])
    told = questions.forget(tx, people)
    forgetting.unlink(tx, people)
    return told


def leave(tx: Connection, addresses: Sequence[str], now: datetime) -> None:
    """Have addresses forgotten once what they are answered has left."""
    rows = [{"address": one, "at": now} for one in addresses]
    add = INSERTS[tx.dialect.name](LeavingRow)
    later = add.on_conflict_do_update(index_elements=["address"], set_={"at": add.excluded.at})
    if rows:
        tx.execute(later, rows)


def settle(tx: Connection, now: datetime) -> int:
    """Forget the addresses that are due in one transaction; return how many they were."""
    settling = Settling(now)
    for step in settling.steps():
        step(tx)
    return settling.settled


class Settling:
    """Forgets the addresses of whoever was erased, an hour after, in steps.

    One that something still waits for waits too. Whoever wrote again meanwhile is somebody new: only what was before goes.
    What was received keeps its number, so that it is not taken twice.
    """

    def __init__(self, now: datetime) -> None:
        self._before = now - kept("leaving")
        self._last = ""
        self._over = False
        self.settled = 0
        """How many were due so far."""

    def steps(self) -> Iterator[Step]:
        """Give the steps; each is to be taken before the next one is asked for."""
        while not self._over:
            yield self._some
        yield self._unname

    def _some(self, tx: Connection) -> None:
        due = select(LeavingRow.__table__).where(
            LeavingRow.at < self._before, LeavingRow.address > self._last
        )
        found = tx.execute(due.order_by(LeavingRow.address).limit(AT_ONCE)).all()
        for row in found:
            _forget_address(tx, row.address, row.at)
            self._last = row.address
        self.settled += len(found)
        self._over = len(found) < AT_ONCE

    def _unname(self, tx: Connection) -> None:
        orders = AuditRow.action.in_(("EraseMe", "LeaveBehind")), AuditRow.actor != ""
        tx.execute(update(AuditRow).where(*orders, AuditRow.at < self._before).values(actor=""))


def due(store: Store, now: datetime) -> bool:
    """Tell whether an address is to be forgotten now. Reads only, from any thread."""
    with store.read() as tx:
        late = select(LeavingRow.address).where(LeavingRow.at < now - kept("leaving"))
        return tx.execute(late.limit(1)).first() is not None


def _forget_address(tx: Connection, address: str, at: datetime) -> None:
    waits = select(InboxRow.seq).where(InboxRow.address == address, InboxRow.status == InboxStatus.NEW)
    unsent = select(OutboxRow.id).where(
        OutboxRow.address == address, OutboxRow.created_at <= at, OutboxRow.finished_at.is_(None)
    )
    if tx.execute(waits.limit(1)).first() or tx.execute(unsent.limit(1)).first():
        return
    came = InboxRow.address == address, InboxRow.received_at <= at
    tx.execute(update(InboxRow).where(*came).values(address="", payload=""))
    tx.execute(delete(OutboxRow).where(OutboxRow.address == address, OutboxRow.created_at <= at))
    mine = ConversationRow.address == address
    tx.execute(delete(ConversationRow).where(mine, ConversationRow.updated_at <= at))
    tx.execute(update(ConversationRow).where(mine, ConversationRow.created_at < at).values(created_at=at))
    tx.execute(delete(LeavingRow).where(LeavingRow.address == address))


def _forget_texts(tx: Connection, addresses: Sequence[str], people: Sequence[str]) -> None:
    """Erase what came from addresses and was handled, and all that was written to them."""
    handled = InboxRow.address.in_(addresses), InboxRow.status != InboxStatus.NEW
    tx.execute(update(InboxRow).where(*handled).values(payload=""))
    theirs: ColumnElement[bool] = OutboxRow.address.in_(addresses) | OutboxRow.person_id.in_(people)
    tx.execute(delete(OutboxRow).where(theirs))


def _unname_codes(tx: Connection, people: Sequence[str]) -> None:
    """Take the name off the late codes that nobody else has used: it says whom they were for."""
    other = aliased(LateUseRow)
    used = select(LateUseRow.digest).where(LateUseRow.person.in_(people))
    shared = select(func.count()).where(other.digest == LateCodeRow.digest, other.person.not_in(people))
    mine = LateCodeRow.digest.in_(used), shared.scalar_subquery() == 0
    tx.execute(update(LateCodeRow).where(*mine).values(name=""))
