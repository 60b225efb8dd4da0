"""Dossiers that came on paper: entered by somebody of the team under their own name, never in that of the contact.

Nobody owns such a dossier until its contact takes it over by a code; until then the team may complete and submit it. What is
typed is read as everybody's is; the calendar is judged by the day on which the paper was received.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from sqlalchemy import Connection, insert, select

from rallynov.coordination.lot import GONE, Lot, Outcome
from rallynov.coordination.model import Staff
from rallynov.coordination.tables import EntryRow
from rallynov.delivery.posting import Post
from rallynov.delivery.subject import Order, OvertakenError
from rallynov.delivery.tables import AuditRow
from rallynov.dialogue.hearing import Lexicon
from rallynov.dialogue.words import say
from rallynov.editions.model import Edition, day_of
from rallynov.initiatives import erasure, rows
from rallynov.initiatives.attachments import filing
from rallynov.initiatives.attachments.model import WAITING
from rallynov.initiatives.commands import (
    AddAttachment,
    KeepAnswer,
    KeepDraft,
    RemoveAttachment,
    SubmitDossier,
)
from rallynov.initiatives.form import DossierForm, Field, Json
from rallynov.initiatives.lifecycle import fingerprint
from rallynov.initiatives.model import Answer, Dossier, Right, Status, missing
from rallynov.initiatives.moving import Moves
from rallynov.initiatives.reading import Places, Reading, read, spoken
from rallynov.initiatives.tables import AttachmentRow, DossierRow, DraftRow, ShareRow
from rallynov.initiatives.writing import Answers
from rallynov.people.model import MakeCode, Purpose
from rallynov.people.permissions import Action, Whose
from rallynov.people.service import Codes
from rallynov.privacy import tombstones

LASTS = timedelta(days=30)
"""How long the contact has to take the dossier over by a code; another may be made."""
SINCE = timedelta(days=366)
"""How long ago the paper may have been received."""
NOT_ALLOWED = say("You may no longer enter dossiers that came on paper.")
TAKEN = say("Its contact has taken this dossier over: it is theirs alone to change.")
SUBMITTED = say("This dossier is submitted: it is not entered any more.")
LATE = say("The paper was received when no dossier was taken any more. Nothing was submitted.")
FULL = say("There is no room for these files: remove one, or send fewer. Those that fitted are there.")
UNREAD = say("A file is still being checked: wait a moment, then submit. Nothing was submitted.")
LACKS = say("Something that must be answered is still missing. Nothing was submitted.")


@dataclass(frozen=True, slots=True)
class Entry:
    """A dossier that came on paper, as whoever enters it finds it; ``open`` as long as the team may change it."""

    dossier: Dossier
    received_at: datetime
    open: bool
    owned: bool


class Entering:
    """The entering of paper dossiers of an edition."""

    def __init__(
        self,
        form: DossierForm,
        edition: Edition,
        moves: Moves,
        post: Post,
        places: Places,
        lexicon: Lexicon,
    ) -> None:
        self.form = form
        self._edition, self._moves, self._post = edition, moves, post
        self._places, self._lexicon = places, lexicon

    def open(
        self, tx: Connection, staff: Staff, dossiers: Sequence[str], received: datetime, at: datetime
    ) -> Outcome:
        """Open one, by its new id."""
        (dossier,) = dossiers
        if not staff.may(Action.ENTER_DOSSIER, Whose.NONE):
            return Outcome((), ((dossier, NOT_ALLOWED),))
        refused = self._moves.enter(tx, dossier, staff.person, received, at)
        if refused:
            return Outcome((), ((dossier, refused.words),))
        row = {"dossier_id": dossier, "author": staff.person, "at": at, "received_at": received}
        tx.execute(insert(EntryRow), [row])
        return Outcome((dossier,))

    def read(self, field: Field, typed: str, language: str, at: datetime) -> Reading:
        """Read what was typed from the paper in a field, as it is read of everybody."""
        return read(field, typed, day_of(at), self._places, spoken(field, self._lexicon, language))

    def keep(
        self,
        tx: Connection,
        staff: Staff,
        dossiers: Sequence[str],
        values: Mapping[str, Json],
        drafts: Mapping[str, str],
        at: datetime,
    ) -> Outcome:
        """Keep what was read, and what was typed that could not be."""
        (dossier,) = dossiers
        lot = self._lot(tx, staff, dossier)
        if not lot.open:
            return lot.outcome
        held = rows.contents(tx, [dossier])[dossier].answers
        kept = [
            KeepAnswer(dossier, name, value, held[name].version if name in held else 0)
            for name, value in values.items()
        ]
        began = [KeepDraft(dossier, name, typed) for name, typed in drafts.items()]
        orders = [Order(staff.person, "desk", command, at, 0) for command in (*kept, *began)]
        answers = Answers(tx, lot.desk, orders)
        for order in orders:
            match order.command:
                case KeepAnswer() as command:
                    answers.keep(order, command)
                case KeepDraft() as command:
                    answers.draft(order, command)
        answers.flush(at)
        lot.ended(dossier)
        return lot.outcome

    def submit(self, tx: Connection, staff: Staff, dossiers: Sequence[str], at: datetime) -> Outcome:
        """Submit one as its owner would; the receipt goes to whoever entered it, for the contact."""
        (dossier,) = dossiers
        lot = self._lot(tx, staff, dossier)
        if not lot.open:
            return lot.outcome
        held = lot.open[0]
        contents = rows.contents(tx, [dossier])[dossier]
        now = Dossier(dossier, held.status, answers=contents.answers, attachments=contents.attachments)
        if any(one.state == WAITING for one in contents.attachments):
            return Outcome((), ((dossier, UNREAD),))
        if missing(self.form, now):
            return Outcome((), ((dossier, LACKS),))
        received = tx.execute(select(EntryRow.received_at).where(EntryRow.dossier_id == dossier)).scalar_one()
        lot.stand_in(dossier, staff.person)
        command = SubmitDossier(dossier, fingerprint(self.form, now), min(received, at))
        try:
            letter = self._moves.submit(tx, lot.desk, Order(staff.person, "desk", command, at, 0), command)
        except OvertakenError:
            return Outcome((), ((dossier, LATE),))
        self._post.send(tx, [letter], at)
        lot.ended(dossier)
        return lot.outcome

    def attach(
        self,
        tx: Connection,
        staff: Staff,
        dossiers: Sequence[str],
        files: Sequence[AddAttachment],
        address: str,
        at: datetime,
    ) -> Outcome:
        """Have files examined and added, as its owner would; whoever sent them is told what became of each."""
        (dossier,) = dossiers
        lot = self._lot(tx, staff, dossier)
        if lot.open:
            lot.stand_in(dossier, staff.person)
            there = select(AttachmentRow.id).where(AttachmentRow.dossier_id == dossier)
            known = set(tx.execute(there).scalars())
            added = 0
            try:
                for command in (one for one in files if one.attachment not in known):
                    filing.add(tx, lot.desk, Order(staff.person, address, command, at, 0), command, self.form)
                    added += 1
            except OvertakenError:
                return Outcome((dossier,) if added else (), ((dossier, FULL),))
            lot.ended(dossier)
        return lot.outcome

    def detach(
        self, tx: Connection, staff: Staff, dossiers: Sequence[str], piece: str, at: datetime
    ) -> Outcome:
        """Remove a file."""
        (dossier,) = dossiers
        lot = self._lot(tx, staff, dossier)
        if lot.open:
            lot.stand_in(dossier, staff.person)
            command = RemoveAttachment(dossier, piece)
            filing.remove(tx, lot.desk, Order(staff.person, "desk", command, at, 0), command)
            lot.ended(dossier)
        return lot.outcome

    def drop(self, tx: Connection, staff: Staff, dossiers: Sequence[str], at: datetime) -> Outcome:
        """Erase one that was begun and that nobody owns; nothing but who did it is kept."""
        (dossier,) = dossiers
        lot = self._lot(tx, staff, dossier)
        if lot.open:
            tombstones.bury_dossier(tx, dossier, at)
            erasure.discard(tx, dossier)
            row = {"at": at, "actor": staff.person, "action": "desk:drop", "subject": f"dossier:{dossier}"}
            tx.execute(insert(AuditRow), [row])
        return lot.outcome

    def invite(
        self, tx: Connection, staff: Staff, dossiers: Sequence[str], code: str, at: datetime
    ) -> Outcome:
        """Make the code by which the contact becomes the owner."""
        (dossier,) = dossiers
        lot = self._lot(tx, staff, dossier, submitted=True)
        if lot.open:
            made = MakeCode(Purpose.COOWNER, code, f"{dossier}:{Right.OWN}", at + LASTS)
            Codes(lambda: at).apply(tx, [Order(staff.person, "desk", made, at, 0)])
            lot.ended(dossier)
        return lot.outcome

    def _lot(self, tx: Connection, staff: Staff, dossier: str, *, submitted: bool = False) -> Lot:
        """Lock a dossier that was entered and that nobody owns; when nothing else is told, one that is not submitted."""
        lot = Lot(tx, staff, (dossier,), Action.ENTER_DOSSIER, self._edition)
        known = tx.execute(select(EntryRow.dossier_id).where(EntryRow.dossier_id == dossier)).first()
        for held in tuple(lot.open):
            if known is None:
                lot.withhold(held, GONE)
            elif held.sharers or not (submitted or held.status is Status.DRAFT):
                lot.withhold(held, TAKEN if held.sharers else SUBMITTED)
        return lot

    def entries(self, tx: Connection) -> list[tuple[str, str, datetime]]:
        """Return what was entered and not submitted yet, as (id, title or organisation, when the paper was received)."""
        here = (DossierRow.edition == self._edition.slug) & (DossierRow.status == Status.DRAFT)
        mine = select(EntryRow.dossier_id, EntryRow.received_at).join(
            DossierRow, DossierRow.id == EntryRow.dossier_id
        )
        owned = select(ShareRow.dossier_id)
        found = tx.execute(mine.where(here, EntryRow.dossier_id.not_in(owned)).order_by(EntryRow.at.desc()))
        known = dict(found.all())
        held = rows.contents(tx, list(known)) if known else {}
        return [(one, _called(held[one].answers), received) for one, received in known.items()]

    def entry(self, tx: Connection, staff: Staff, dossier: str) -> Entry | None:
        """Return one that was entered; its content only as long as nobody owns it."""
        mine = select(EntryRow.received_at, DossierRow.status, DossierRow.receipt).join(
            DossierRow, DossierRow.id == EntryRow.dossier_id
        )
        row = tx.execute(mine.where(EntryRow.dossier_id == dossier)).first()
        if row is None:
            return None
        received, status, receipt = row
        shared = select(ShareRow.person_id).where(ShareRow.dossier_id == dossier)
        owned = tx.execute(shared.limit(1)).first() is not None
        open_ = not owned and status == Status.DRAFT
        held = rows.contents(tx, [dossier])[dossier]
        drafts = select(DraftRow.field, DraftRow.value).where(
            DraftRow.dossier_id == dossier, DraftRow.person_id == staff.person
        )
        began = {name: orjson.loads(value) for name, value in tx.execute(drafts)}
        shown = Dossier(
            dossier,
            Status(status),
            answers=held.answers if open_ else {},
            receipt=receipt or "",
            drafts=began if open_ else {},
            attachments=held.attachments if open_ else (),
        )
        return Entry(shown, received, open_, owned)


def _called(answers: Mapping[str, Answer]) -> str:
    """Return the title of what was entered so far, else its organisation."""
    values = (answers[name].value for name in ("title", "name") if name in answers)
    return next((value for value in values if isinstance(value, str)), "")
