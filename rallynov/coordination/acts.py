"""What the team does with dossiers: corrections, verdicts prepared then told, notes, labels, late codes, messages.

Rights are asked here for each dossier, by whoever acts on it, in the transaction that writes: a page, a conversation. What
may not be done is left out and told, the rest is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from rallynov.coordination import letters
from rallynov.coordination.lot import Lot, Outcome
from rallynov.coordination.model import Staff
from rallynov.coordination.tables import LabelRow, MessageRow, MessageToRow, NoteRow, VerdictRow
from rallynov.delivery.decisions import Klass
from rallynov.delivery.posting import Letter, Post
from rallynov.delivery.subject import OvertakenError
from rallynov.dialogue.words import say
from rallynov.editions import late
from rallynov.editions.late import LateCode
from rallynov.editions.model import Calendar, Edition
from rallynov.initiatives.desk import Held
from rallynov.initiatives.lifecycle import COORDINATOR, Act, Moment, Refusal, decide
from rallynov.initiatives.model import Right
from rallynov.initiatives.moving import Moves, Verdict
from rallynov.initiatives.tables import ShareRow
from rallynov.people.permissions import Action
from rallynov.storage.prepared import INSERTS

CHANGED = say("It has changed since this verdict was prepared: read it again, then prepare the verdict anew.")
NOT_PREPARED = say("No verdict is prepared for it.")
UNOWNED = say("It has no owner yet who could correct it: give its contact the code first.")
UNREACHABLE = say("Nobody who writes in it can be reached.")


@dataclass(frozen=True, slots=True)
class Mail:
    """A message of the team."""

    id: str
    text: str


class Acts:
    """The acts of the team on the dossiers of an edition."""

    def __init__(self, moves: Moves, edition: Edition, post: Post) -> None:
        self._moves, self._edition, self._post = moves, edition, post

    def send_back(
        self, tx: Connection, staff: Staff, dossiers: Sequence[str], verdict: Verdict, seen: int = 0
    ) -> Outcome:
        """Send dossiers back to be corrected, and tell their people at once; a prepared verdict falls.

        ``seen`` is the version that was read, when it was one dossier.
        """
        lot = Lot(tx, staff, dossiers, Action.REQUEST_CORRECTION, self._edition, seen)
        told: list[Letter] = []
        for held in lot.open:
            if not _holding(held, Right.OWN):
                lot.ended(held.id, UNOWNED)
                continue
            found = self._moves.judge(tx, lot.desk, Act.SEND_BACK, held.id, verdict)
            if isinstance(found, Letter):
                told.append(found)
            lot.ended(held.id, found.words if isinstance(found, Refusal) else None)
        _drop(tx, lot.done)
        self._post.send(tx, told, verdict.at)
        return lot.outcome

    def prepare(
        self,
        tx: Connection,
        staff: Staff,
        dossiers: Sequence[str],
        act: Act,
        verdict: Verdict,
        seen: int = 0,
    ) -> Outcome:
        """Prepare a verdict on dossiers as they now stand; nobody is told of it."""
        lot = Lot(tx, staff, dossiers, Action.JUDGE_DOSSIER, self._edition, seen)
        rows = []
        for held in lot.open:
            decided = decide(act, held.status, COORDINATOR, Moment(verdict.at, Calendar()))
            lot.ended(held.id, decided.words if isinstance(decided, Refusal) else None)
            reason = verdict.reason if act is Act.REJECT else ""
            row = {"dossier_id": held.id, "act": act, "reason": reason, "version": held.version}
            rows.append(row | {"author": staff.person, "at": verdict.at})
        _drop(tx, lot.done)
        kept = [row for row in rows if row["dossier_id"] in set(lot.done)]
        if kept:
            tx.execute(insert(VerdictRow), kept)
        return lot.outcome

    def unprepare(self, tx: Connection, staff: Staff, dossiers: Sequence[str]) -> Outcome:
        """Drop prepared verdicts."""
        lot = Lot(tx, staff, dossiers, Action.JUDGE_DOSSIER, self._edition)
        for held in lot.open:
            lot.ended(held.id)
        _drop(tx, lot.done)
        return lot.outcome

    def release(self, tx: Connection, staff: Staff, dossiers: Sequence[str], at: datetime) -> Outcome:
        """Tell the verdicts that are prepared; one on a dossier that has changed since then is not."""
        lot = Lot(tx, staff, dossiers, Action.RELEASE_VERDICTS, self._edition)
        mine = select(VerdictRow.dossier_id, VerdictRow.act, VerdictRow.reason, VerdictRow.version)
        waiting = {row[0]: row for row in tx.execute(mine.where(VerdictRow.dossier_id.in_(dossiers)))}
        told: list[Letter] = []
        for held in lot.open:
            one = waiting.get(held.id)
            if one is None or one[3] != held.version:
                lot.ended(held.id, CHANGED if one else NOT_PREPARED)
                continue
            verdict = Verdict(staff.person, at, one[2])
            found = self._moves.judge(tx, lot.desk, Act(one[1]), held.id, verdict)
            if isinstance(found, Letter):
                told.append(found)
            lot.ended(held.id, found.words if isinstance(found, Refusal) else None)
        _drop(tx, lot.done)
        self._post.send(tx, told, at)
        return lot.outcome

    def note(self, tx: Connection, staff: Staff, dossiers: Sequence[str], text: str, at: datetime) -> Outcome:
        """Keep an internal note."""
        lot = Lot(tx, staff, dossiers, Action.ANNOTATE_DOSSIER, self._edition)
        for held in lot.open:
            tx.execute(
                insert(NoteRow), [{"dossier_id": held.id, "author": staff.person, "at": at, "text": text}]
            )
            lot.ended(held.id)
        return lot.outcome

    def label(
        self, tx: Connection, staff: Staff, dossiers: Sequence[str], label: str, at: datetime
    ) -> Outcome:
        """Put an internal label on dossiers."""
        lot = Lot(tx, staff, dossiers, Action.ANNOTATE_DOSSIER, self._edition)
        had = _labelled(tx, dossiers, label)
        rows = [
            {"dossier_id": held.id, "label": label, "author": staff.person, "at": at} for held in lot.open
        ]
        if rows:
            add = INSERTS[tx.dialect.name](LabelRow)
            tx.execute(add.on_conflict_do_nothing(index_elements=["dossier_id", "label"]), rows)
        for held in lot.open:
            (lot.was_so if held.id in had else lot.ended)(held.id)
        return lot.outcome

    def unlabel(self, tx: Connection, staff: Staff, dossiers: Sequence[str], label: str) -> Outcome:
        """Take an internal label off dossiers."""
        lot = Lot(tx, staff, dossiers, Action.ANNOTATE_DOSSIER, self._edition)
        ids = [held.id for held in lot.open]
        had = _labelled(tx, ids, label)
        tx.execute(delete(LabelRow).where(LabelRow.dossier_id.in_(ids), LabelRow.label == label))
        for one in ids:
            (lot.ended if one in had else lot.was_so)(one)
        return lot.outcome

    def let_in(
        self, tx: Connection, staff: Staff, dossiers: Sequence[str], code: str, until: datetime, at: datetime
    ) -> Outcome:
        """Make a late code for the owner of a dossier, good once until a date, and send it to them."""
        lot = Lot(tx, staff, dossiers[:1], Action.MAKE_LATE_CODE, self._edition)
        for held in lot.open:
            made = LateCode(late.digest_of(code), until, 1)
            late.make(tx, self._edition.slug, made, held.receipt or held.id[:8], at)
            owners = _holding(held, Right.OWN)
            shown = letters.late_code(letters.called(lot.desk.title(held.id)), code, until)
            self._post.send(tx, [Letter(f"late:{made.digest}", owners, shown)], at)
            lot.ended(held.id)
        return lot.outcome

    def write(
        self, tx: Connection, staff: Staff, dossiers: Sequence[str], mail: Mail, at: datetime
    ) -> Outcome:
        """Write to all who write in some dossiers, once for each; again with the same id, only to those left out."""
        lot = Lot(tx, staff, dossiers, Action.MESSAGE_HOLDERS, self._edition)
        if lot.open:
            self._keep(tx, staff, mail, at)
        mine = select(MessageToRow.dossier_id).where(MessageToRow.message_id == mail.id)
        written = set(tx.execute(mine.where(MessageToRow.dossier_id.in_(dossiers))).scalars())
        told, rows = [], []
        for held in lot.open:
            people = _holding(held, Right.EDIT)
            lot.ended(held.id, None if people else UNREACHABLE)
            if people and held.id not in written:
                shown = letters.message(letters.called(lot.desk.title(held.id)), mail.text)
                told.append(Letter(f"message:{mail.id}:{held.id}", people, shown, Klass.STAFF))
                rows.append({"message_id": mail.id, "dossier_id": held.id})
        if rows:
            tx.execute(insert(MessageToRow), rows)
        self._post.send(tx, told, at)
        return lot.outcome

    def _keep(self, tx: Connection, staff: Staff, mail: Mail, at: datetime) -> None:
        row = {
            "id": mail.id, "edition": self._edition.slug, "author": staff.person, "at": at, "text": mail.text,
        }  # fmt: skip
        add = INSERTS[tx.dialect.name](MessageRow).on_conflict_do_nothing(index_elements=["id"])
        tx.execute(add, [row])


def demand(outcome: Outcome) -> None:
    """Take back a turn whose order was refused: it was decided on what is so no more."""
    if outcome.refused:
        raise OvertakenError("refused")


def _holding(held: Held, right: Right) -> tuple[str, ...]:
    return tuple(one.person for one in held.sharers.values() if one.right.includes(right))


def _labelled(tx: Connection, dossiers: Sequence[str], label: str) -> frozenset[str]:
    """Return those of some dossiers that have a label."""
    mine = select(LabelRow.dossier_id).where(LabelRow.dossier_id.in_(dossiers), LabelRow.label == label)
    return frozenset(tx.execute(mine).scalars())


def _drop(tx: Connection, dossiers: Iterable[str]) -> None:
    tx.execute(delete(VerdictRow).where(VerdictRow.dossier_id.in_(list(dossiers))))


def holders(tx: Connection, dossiers: Sequence[str]) -> int:
    """Count the people who write in some dossiers, each once."""
    writes = [right for right in Right if right.includes(Right.EDIT)]
    mine = select(ShareRow.person_id).where(ShareRow.dossier_id.in_(dossiers), ShareRow.right.in_(writes))
    return len(set(tx.execute(mine).scalars()))
