"""Erasure, asked for by a person or due by age: everything they gave, wherever it lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Delete,
    Select,
    Update,
    delete,
    or_,
    select,
    update,
)

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
from rallynov.privacy.erasing import Settling, addresses_of, erase, forget_questions, leave
from rallynov.privacy.steps import ROWS, Step, Sweep
from rallynov.storage.lifetimes import kept

PAYLOADS, EVENTS, VISITS = kept("payload"), kept("event"), kept("visit")
JOURNAL, ACCESSES = kept("journal"), kept("access")
SUBSCRIPTIONS, RESTRICTIONS = kept("subscription"), kept("restriction")
"""How long what is kept (``retention.toml``). Telegram repeats an event for a day at most."""
SOME = 100
"""People, conversations or dossiers that one step erases."""


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
    """Apply the whole retention in one transaction; return how many events were blanked and conversations erased."""
    retention = Retention(now)
    for step in retention.steps():
        step(tx)
    return retention.blanked, retention.erased


class Retention:
    """The retention at a moment, in steps.

    People and conversations not seen for long are erased, unless they share a dossier, hold a role or are expected at a
    stage: they are then kept as long as it is, or until that is over; so are those who asked that what is theirs be kept
    without being used. Of who asked for announcements, no more than that is kept.
    """

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._inbox = Sweep(InboxRow.seq, _received(now))
        self.erased = 0

    @property
    def blanked(self) -> int:
        """How many events were blanked so far."""
        return self._inbox.counts[0]

    def steps(self) -> Iterator[Step]:
        """Give the steps; each is to be taken before the next one is asked for."""
        now = self._now
        yield from self._inbox.steps()
        yield from Sweep(OutboxRow.id, _sent(now)).steps()
        yield from Sweep(AuditRow.id, [delete(AuditRow).where(AuditRow.at < now - JOURNAL)]).steps()
        yield lambda tx: access.purge(tx, now - ACCESSES)
        yield from Settling(now).steps()
        yield lambda tx: tombstones.purge(tx, now)
        yield lambda tx: restricting.end(tx, now - RESTRICTIONS, now)
        yield lambda tx: granting.purge(tx, now)
        yield from _repeated(lambda tx: erasure.expire(tx, now, SOME) == SOME)
        yield lambda tx: seating.purge(tx, now)
        yield lambda tx: questions.purge(tx, now)
        yield from _repeated(lambda tx: announcements.forget_some(tx, now, ROWS))
        yield lambda tx: announcements.purge(tx, now)
        yield from _repeated(self._erase_some)
        yield from _Light(now - VISITS).steps()
        yield from _repeated(self._empty_some)

    def _erase_some(self, tx: Connection) -> bool:
        unseen = _unseen(self._now - VISITS).where(PersonRow.id.not_in(_asking(self._now)))
        some = list(tx.execute(unseen.limit(SOME)).scalars())
        erase(tx, some, self._now)
        return len(some) == SOME

    def _empty_some(self, tx: Connection) -> bool:
        """Erase conversations that nobody stands behind."""
        away = self._now - VISITS
        mine = ConversationRow.person_id
        stays = mine.in_(_seen(away)) | mine.in_(_asking(self._now))
        nobody = or_(mine.is_(None), ~stays)
        idle = select(ConversationRow.address).where(ConversationRow.updated_at < away, nobody, ~_waits())
        some = list(tx.execute(idle.limit(SOME)).scalars())
        for table in (InboxRow, OutboxRow, ConversationRow):
            tx.execute(delete(table).where(table.address.in_(some)))
        self.erased += len(some)
        return len(some) == SOME


def _repeated(some: Callable[[Connection], bool]) -> Iterator[Step]:
    """Give a step again and again, as long as it says that more is left."""
    more = True

    def step(tx: Connection) -> None:
        nonlocal more
        more = some(tx)

    while more:
        yield step


def _received(now: datetime) -> list[Update | Delete]:
    handled = InboxRow.status != InboxStatus.NEW
    old = (InboxRow.received_at < now - PAYLOADS) & handled & (InboxRow.payload != "")
    return [
        update(InboxRow).where(old).values(payload=""),
        delete(InboxRow).where(InboxRow.received_at < now - EVENTS, handled),
    ]


def _sent(now: datetime) -> list[Update | Delete]:
    delivered = (OutboxRow.finished_at < now - PAYLOADS) & (OutboxRow.body != "")
    told = (OutboxRow.channel == "telegram") & delivered  # the web's are the pages of its conversations
    own = OutboxRow.broadcast.is_(None)  # who received what is kept longer
    page = (OutboxRow.channel != "telegram") & own
    return [
        update(OutboxRow).where(told).values(body=""),
        delete(OutboxRow).where(page, OutboxRow.finished_at < now - VISITS),
    ]


def _waits() -> ColumnElement[bool]:
    return ConversationRow.address.in_(select(InboxRow.address).where(InboxRow.status == InboxStatus.NEW))


def _seen(away: datetime) -> CompoundSelect[str | None]:
    """Select who visited, and who stays whenever they did."""
    visited = or_(ConversationRow.updated_at >= away, _waits()) & ConversationRow.person_id.is_not(None)
    acting = select(GrantRow.person_id).where(GrantRow.revoked_at.is_(None))
    limited = select(RestrictionRow.person_id).where(RestrictionRow.lifted_at.is_(None))
    others = (select(ShareRow.person_id), acting, select(SeatRow.person_id), limited)
    return select(ConversationRow.person_id).where(visited).union(*others)


def _unseen(away: datetime) -> Select[str]:
    return select(PersonRow.id).where(PersonRow.created_at < away, PersonRow.id.not_in(_seen(away)))


def _asking(now: datetime) -> Select[str]:
    return consents.asking(now - SUBSCRIPTIONS)


class _Light:
    """Takes from those who only asked for announcements whatever is old, in the order of their ids: they stay."""

    def __init__(self, away: datetime) -> None:
        self._away = away
        self._last = ""

    def steps(self) -> Iterator[Step]:
        return _repeated(self._some)

    def _some(self, tx: Connection) -> bool:
        next_ones = _unseen(self._away).where(PersonRow.id > self._last).order_by(PersonRow.id).limit(SOME)
        some = list(tx.execute(next_ones).scalars())
        _lighten(tx, some, self._away)
        self._last = some[-1] if some else self._last
        return len(some) == SOME


def _lighten(tx: Connection, people: Sequence[str], away: datetime) -> None:
    """Erase what people did, asked and were told long ago; that they asked for announcements stays."""
    mine = select(ConversationRow.address).where(ConversationRow.person_id.in_(people))
    tx.execute(delete(DiagnosisRow).where(DiagnosisRow.person_id.in_(people)))
    forget_questions(tx, people)
    tx.execute(delete(OutboxRow).where(OutboxRow.address.in_(mine), OutboxRow.created_at < away))
    conversations.forget(tx, people)
