"""Changes of state: each compared with the row that is locked, kept with its trace, and told to all who share the dossier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert

from rallynov.delivery.posting import Letter
from rallynov.delivery.subject import Order, OvertakenError
from rallynov.dialogue.screens import Screen
from rallynov.editions import late
from rallynov.editions.model import Calendar, Edition, correction_until, day_of
from rallynov.editions.service import read_calendar
from rallynov.initiatives import letters, rows
from rallynov.initiatives.commands import OpenDossier, ReopenDossier, SubmitDossier, WithdrawDossier
from rallynov.initiatives.desk import Desk, Held, follows
from rallynov.initiatives.lifecycle import (
    COORDINATOR,
    Act,
    Moment,
    Refusal,
    content,
    decide,
    fingerprint,
)
from rallynov.initiatives.model import Dossier, DossierForm, Right, Sharer, Status, missing
from rallynov.initiatives.tables import DossierRow, MoveRow, ReceiptNumberRow, ShareRow
from rallynov.storage.prepared import INSERTS


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a coordinator decides on a dossier: who, when, why, and until when it may be corrected (None: as usual)."""

    author: str
    at: datetime
    reason: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Trace:
    """One change of state, as it is kept."""

    act: Act
    author: str
    at: datetime
    reason: str = ""
    content: str | None = None
    fingerprint: str = ""


class Moves:
    """The changes of state of the dossiers of an edition."""

    def __init__(self, form: DossierForm, edition: Edition) -> None:
        self._form = form
        self._edition = edition

    def open(self, tx: Connection, desk: Desk, order: Order, command: OpenDossier) -> None:
        """Open a dossier; nobody is told: its owner just asked for it."""
        status = follows(Act.OPEN, None, Right.OWN, self._moment(tx, order.person, command.said))
        self._opened(tx, command.dossier, command.version, status, order.at)
        share = {"dossier_id": command.dossier, "person_id": order.person, "right": Right.OWN}
        tx.execute(insert(ShareRow), [share | {"since": order.at}])
        sharers = {order.person: Sharer(order.person, "", Right.OWN)}
        held = Held(command.dossier, self._edition.slug, status, 1, None, None, "", "", sharers)
        desk.put(held)
        self._keep(tx, held, _Trace(Act.OPEN, order.person, order.at))

    def enter(
        self, tx: Connection, dossier: str, author: str, received: datetime, at: datetime
    ) -> Refusal | None:
        """Open a dossier that came on paper: nobody owns it yet. The calendar is judged by when it was received."""
        status = decide(Act.OPEN, None, Right.OWN, self._moment(tx, author, received))
        if isinstance(status, Refusal):
            return status
        self._opened(tx, dossier, self._form.version, status, at)
        held = Held(dossier, self._edition.slug, status, 1, None, None, "", "", {})
        self._keep(tx, held, _Trace(Act.OPEN, author, at))
        return None

    def _opened(self, tx: Connection, dossier: str, version: str, status: Status, at: datetime) -> None:
        row = {"id": dossier, "edition": self._edition.slug, "form": version, "status": status}
        tx.execute(insert(DossierRow), [row | {"created_at": at, "updated_at": at}])

    def submit(self, tx: Connection, desk: Desk, order: Order, command: SubmitDossier) -> Letter:
        """Submit what the recap showed, if that is what the dossier holds; ``OvertakenError`` if not."""
        held = desk.of(command.dossier)
        moment = self._moment(tx, order.person, command.said, held.correct_by)
        held, status = desk.check(Act.SUBMIT, command.dossier, order.person, moment)
        held_now = rows.contents(tx, [held.id])[held.id]
        dossier = Dossier(held.id, held.status, answers=held_now.answers, attachments=held_now.attachments)
        found = fingerprint(self._form, dossier)
        if found != command.fingerprint or missing(self._form, dossier):
            raise OvertakenError("not what the recap showed")
        number = held.receipt or self._number(tx, command.said)
        changes = {"status": status, "receipt": number, "fingerprint": found, "submitted_at": command.said}
        moved = desk.move(held, order.at, changes | {"correct_by": None, "reason": ""})
        kept = _Trace(Act.SUBMIT, order.person, order.at, "", content(self._form, dossier), found)
        self._keep(tx, moved, kept)
        receipt = letters.Receipt(held.id, number, command.said, found)
        return _told(moved, Act.SUBMIT, letters.submitted(letters.named(desk.title(held.id)), receipt))

    def withdraw(self, tx: Connection, desk: Desk, order: Order, command: WithdrawDossier) -> Letter:
        """Withdraw a dossier."""
        moment = Moment(order.at, Calendar())
        held, status = desk.check(Act.WITHDRAW, command.dossier, order.person, moment)
        moved = desk.move(held, order.at, {"status": status, "correct_by": None})
        self._keep(tx, moved, _Trace(Act.WITHDRAW, order.person, order.at))
        return _told(moved, Act.WITHDRAW, letters.withdrawn(letters.named(desk.title(held.id))))

    def reopen(self, tx: Connection, desk: Desk, order: Order, command: ReopenDossier) -> Letter:
        """Take a withdrawal back."""
        moment = self._moment(tx, order.person, command.said)
        held, status = desk.check(Act.REOPEN, command.dossier, order.person, moment)
        moved = desk.move(held, order.at, {"status": status})
        self._keep(tx, moved, _Trace(Act.REOPEN, order.person, order.at))
        return _told(moved, Act.REOPEN, letters.reopened(letters.named(desk.title(held.id))))

    def judge(self, tx: Connection, desk: Desk, act: Act, dossier: str, verdict: Verdict) -> Letter | Refusal:
        """Send back, admit or reject a dossier, as the coordinator decides."""
        held = desk.of(dossier)
        status = decide(act, held.status, COORDINATOR, Moment(verdict.at, Calendar()))
        if isinstance(status, Refusal):
            return status
        back = status is Status.TO_CORRECT
        until = (verdict.until or correction_until(verdict.at)) if back else None
        reason = "" if act is Act.ADMIT else verdict.reason
        moved = desk.move(held, verdict.at, {"status": status, "correct_by": until, "reason": reason})
        self._keep(tx, moved, _Trace(act, verdict.author, verdict.at, reason))
        name = letters.named(desk.title(dossier))
        if until:
            return _told(moved, act, letters.sent_back(name, reason, until))
        shown = letters.admitted(name) if act is Act.ADMIT else letters.rejected(name, reason)
        return _told(moved, act, shown)

    def _moment(
        self, tx: Connection, person: str, said: datetime, correct_by: datetime | None = None
    ) -> Moment:
        calendar = read_calendar(tx, self._edition)
        held = late.held(tx, self._edition.slug, [person]) if calendar.closes_at else {}
        return Moment(said, calendar.with_late(held.get(person)), correct_by)

    def _number(self, tx: Connection, said: datetime) -> str:
        """Give the next receipt number of the edition; two submissions never share one."""
        row = {"edition": self._edition.slug, "last": 1}
        add = INSERTS[tx.dialect.name](ReceiptNumberRow).values(row)
        following = add.on_conflict_do_update(
            index_elements=["edition"], set_={"last": ReceiptNumberRow.last + 1}
        )
        last = tx.execute(following.returning(ReceiptNumberRow.last)).scalar_one()
        return f"{day_of(said).year}-{last:04d}"

    @staticmethod
    def _keep(tx: Connection, held: Held, trace: _Trace) -> None:
        row = {
            "dossier_id": held.id,
            "act": trace.act,
            "status": held.status,
            "author": trace.author,
            "at": trace.at,
            "reason": trace.reason,
            "content": trace.content,
            "fingerprint": trace.fingerprint,
        }
        tx.execute(insert(MoveRow), [row])


def _told(held: Held, act: Act, screen: Screen) -> Letter:
    """Return what everybody who shares a dossier is told of its change; written once for each version of it."""
    return Letter(f"dossier:{held.id}:{held.version}:{act}", held.people, screen)
