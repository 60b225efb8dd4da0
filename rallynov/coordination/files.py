"""One dossier as the team reads it: what was submitted last, its history, and what the team keeps of it for itself.

What its people have not submitted is theirs: neither a draft nor what is being corrected is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, or_, select

from rallynov.coordination import listing
from rallynov.coordination.model import Prepared, Row, Said, Staff
from rallynov.coordination.narrowing import Scope
from rallynov.coordination.tables import EntryRow, MessageRow, MessageToRow, NoteRow, VerdictRow
from rallynov.dialogue.words import Typed, Words, say
from rallynov.editions.model import Calendar
from rallynov.exports.model import REGISTERED
from rallynov.exports.views import View
from rallynov.initiatives import rows
from rallynov.initiatives.form import DossierForm
from rallynov.initiatives.lifecycle import COORDINATOR, Act, Moment, Refusal, decide
from rallynov.initiatives.model import Dossier, Right, Sharer, Status
from rallynov.initiatives.overview import Contents, Line, Moved, Overview, Part, overview
from rallynov.initiatives.papers.found import Submitted, submitted_last
from rallynov.initiatives.screens.parts import right_named
from rallynov.initiatives.tables import DossierRow, MoveRow, ShareRow
from rallynov.people.permissions import Action, Whose


@dataclass(frozen=True, slots=True)
class File:
    """One dossier. ``whole`` is None as long as nothing was submitted; what its reader may not see is empty."""

    row: Row
    version: int
    moves: Sequence[tuple[Words, str]]
    whole: Overview | None = None
    people: Sequence[Words] = ()
    pieces: frozenset[str] = frozenset()
    prepared: Prepared | None = None
    notes: Sequence[Said] = ()
    messages: Sequence[Said] = ()
    alike: Sequence[Row] = ()
    entered_at: datetime | None = None
    received_at: datetime | None = None
    own: bool = False
    owned: bool = True
    """Whether somebody owns it: a dossier that was entered from paper may wait for its contact."""

    def may(self, act: Act, at: datetime) -> bool:
        """Tell whether the life of a dossier lets the team do something with it now."""
        decided = decide(act, self.row.status, COORDINATOR, Moment(at, Calendar()))
        return not isinstance(decided, Refusal)


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who reads a file: with which scope, as whom, and which fields they may read by status."""

    scope: Scope
    person: str
    views: Mapping[str, View]

    def view(self, status: Status) -> View:
        """Return what they are shown of a dossier: as exports show it to them."""
        if self.scope.inner:
            return self.views["complete"]
        jury = self.views["jury"]
        return self.views["tracking"] if jury.hidden(frozenset((status,))) else jury


def read(tx: Connection, form: DossierForm, eyes: Eyes, dossier: str) -> File | None:
    """Read one dossier; None when there is none that this reader may see. Its card is up to date."""
    found = listing.named(tx, eyes.scope, (dossier,))
    if not found:
        return None
    row, submitted = found[0], submitted_last(tx, dossier)
    sharers = _sharers(tx, dossier)
    seen = _dossier(tx, row, submitted, sharers, inner=eyes.scope.inner)
    moved = [Moved(Act(one[0]), one[1], one[2], one[3]) for one in tx.execute(_moves(dossier)).all()]
    answers = submitted.answers if submitted else {}
    files = submitted.files if submitted else ()
    told = overview(form, Contents(seen, answers, files, moved, "", Moment(eyes.scope.now, Calendar())))
    shown = _projected(told, form, eyes.view(row.status))
    view = eyes.view(row.status)
    pieces = frozenset(one.id for one in shown.files if one.id) if _holds_files(form, view) else frozenset()
    version = tx.execute(select(DossierRow.version).where(DossierRow.id == dossier)).scalar_one()
    file = File(row, version, told.moves, shown if submitted else None, pieces=pieces)
    return _inner(tx, eyes, file, sharers) if eyes.scope.inner else file


def _inner(tx: Connection, eyes: Eyes, file: File, sharers: Sequence[Sharer]) -> File:
    """Add what the team alone is shown: to whoever shares the dossier, neither the verdict that is prepared nor notes."""
    dossier = file.row.id
    own = any(one.person == eyes.person for one in sharers)
    entry = tx.execute(
        select(EntryRow.at, EntryRow.received_at).where(EntryRow.dossier_id == dossier)
    ).first()
    verdict = tx.execute(
        select(VerdictRow.act, VerdictRow.reason, VerdictRow.at, VerdictRow.author, VerdictRow.version).where(
            VerdictRow.dossier_id == dossier
        )
    ).first()
    notes = select(NoteRow.at, NoteRow.text, NoteRow.author).where(NoteRow.dossier_id == dossier)
    sent = (
        select(MessageRow.at, MessageRow.text, MessageRow.author)
        .join(MessageToRow, MessageToRow.message_id == MessageRow.id)
        .where(MessageToRow.dossier_id == dossier)
    )
    return replace(
        file,
        people=tuple(_person(one) for one in sharers),
        prepared=Prepared(
            Act(verdict[0]), verdict[1], verdict[2], verdict[3] or "", verdict[4] == file.version
        )
        if verdict and not own
        else None,
        notes=[] if own else _said(tx, eyes, notes.order_by(NoteRow.id.desc())),
        messages=_said(tx, eyes, sent.order_by(MessageRow.at.desc())),
        alike=_alike(tx, eyes.scope, dossier),
        entered_at=entry[0] if entry else None,
        received_at=entry[1] if entry else None,
        own=own,
        owned=any(one.right is Right.OWN for one in sharers),
    )


def _said(tx: Connection, eyes: Eyes, what: Select[datetime, str, str | None]) -> list[Said]:
    """Read what somebody of the team wrote, and tell whether it was the one who reads."""
    return [Said(at, text, by == eyes.person) for at, text, by in tx.execute(what)]


def _dossier(
    tx: Connection, row: Row, submitted: Submitted | None, sharers: Sequence[Sharer], *, inner: bool
) -> Dossier:
    """Return the dossier as its overview needs it: comments and people are the team's alone."""
    kept = rows.contents(tx, [row.id])[row.id]
    files = {file for _, _, file in submitted.files} if submitted else set()
    return Dossier(
        row.id,
        row.status,
        Right.READ,
        attachments=tuple(one for one in kept.attachments if one.id in files),
        remarks=kept.remarks if inner and submitted else (),
        receipt=row.number,
        submitted_at=row.submitted_at,
        correct_by=row.correct_by,
        others=tuple(sharers) if inner else tuple(replace(one, name="") for one in sharers),
    )


def _projected(told: Overview, form: DossierForm, view: View) -> Overview:
    """Return what a view shows of a dossier: the fields that it names, in the steps that are left."""

    def shows(line: Line) -> bool:
        field = form.find(line.field)
        return field is not None and view.shows(field)

    parts = [replace(part, lines=tuple(filter(shows, part.lines))) for part in told.parts]
    kept: tuple[Part, ...] = tuple(part for part in parts if part.lines)
    return replace(told, parts=kept, files=told.files if _holds_files(form, view) else ())


def _holds_files(form: DossierForm, view: View) -> bool:
    return "pieces" in view.subjects and any(view.shows(one) for one in form.fields if one.id == "files")


def _sharers(tx: Connection, dossier: str) -> tuple[Sharer, ...]:
    mine = select(ShareRow.person_id, ShareRow.name, ShareRow.right).where(ShareRow.dossier_id == dossier)
    found = tx.execute(mine.order_by(ShareRow.since, ShareRow.person_id))
    return tuple(Sharer(person, name, Right(right)) for person, name, right in found)


def _person(one: Sharer) -> Words:
    who = Typed(one.name) if one.name else say("The owner")
    return who if not one.name else say("{who}: {right}", who=who, right=right_named(one.right))


def _moves(dossier: str):  # type: ignore[no-untyped-def]  # noqa: ANN202  # a statement of SQLAlchemy
    known = select(MoveRow.act, MoveRow.author, MoveRow.at, MoveRow.reason)
    return known.where(MoveRow.dossier_id == dossier).order_by(MoveRow.id)


def _alike(tx: Connection, scope: Scope, dossier: str) -> tuple[Row, ...]:
    """Return the other registered dossiers of the same organisation, or with the same title."""
    mine = tx.execute(select(DossierRow.siren, DossierRow.named).where(DossierRow.id == dossier)).one()
    signs: list[ColumnElement[bool]] = []
    if mine[0]:
        signs.append(DossierRow.siren == mine[0])
    if mine[1]:
        signs.append(DossierRow.named == mine[1])
    if not signs:
        return ()
    here = (DossierRow.edition == scope.edition) & (DossierRow.id != dossier)
    registered = DossierRow.status.in_(sorted(REGISTERED))
    others = select(DossierRow.id).where(here, registered, or_(*signs)).order_by(DossierRow.created_at)
    return listing.named(tx, scope, list(tx.execute(others.limit(20)).scalars()))


_UNSENT = frozenset((Status.DRAFT, Status.WITHDRAWN))
"""Where a late code lets a dossier be submitted."""


def offers(who: Staff, file: File, at: datetime) -> Mapping[str, bool]:
    """Tell what somebody may do with a dossier, as far as its life lets them."""
    whose = Whose.OWN if file.own else Whose.OTHER
    judges = who.may(Action.JUDGE_DOSSIER, whose)
    admitted = file.prepared is not None and file.prepared.current and file.prepared.act is Act.ADMIT
    return {
        "correct": who.may(Action.REQUEST_CORRECTION, whose) and file.owned and file.may(Act.SEND_BACK, at),
        "admit": judges and not admitted and file.may(Act.ADMIT, at),
        "reject": judges and file.may(Act.REJECT, at),
        "unprepare": judges and file.prepared is not None,
        "release": who.may(Action.RELEASE_VERDICTS, whose) and file.prepared is not None,
        "note": who.may(Action.ANNOTATE_DOSSIER, whose),
        "label": who.may(Action.ANNOTATE_DOSSIER, whose),
        "late": who.may(Action.MAKE_LATE_CODE, whose) and file.owned and file.row.status in _UNSENT,
        "message": who.may(Action.MESSAGE_HOLDERS, whose) and file.owned,
    }
