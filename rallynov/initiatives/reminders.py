"""Reminders of drafts before the closing: each once, in working hours, never to who has submitted or wants none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, exists, select
from sqlalchemy.orm import aliased

from rallynov.delivery.decisions import Klass
from rallynov.delivery.posting import Letter, Post
from rallynov.dialogue.screens import Choice, Screen, note, text, title
from rallynov.dialogue.words import Words, plural, say
from rallynov.editions.model import Calendar, Edition, day_of, first_second
from rallynov.editions.quiet import quiet
from rallynov.editions.service import read_calendar
from rallynov.initiatives import letters, rows
from rallynov.initiatives.model import Dossier, DossierForm, Right, Status, missing
from rallynov.initiatives.tables import DossierRow, ReminderRow, ShareRow
from rallynov.people.consents.service import objects
from rallynov.people.restricting import restricted
from rallynov.storage.prepared import INSERTS
from rallynov.storage.store import Store

DAYS = (30, 14, 7, 2, 1)
"""Days before the closing on which a draft is reminded of."""
CHUNK = 100
"""Dossiers reminded of in one transaction."""
STOP = "sansrappel"
"""The command, and the button, by which a person wants no more of them."""
_WRITES = (Right.OWN, Right.EDIT)
_SUBMITTED = (Status.SUBMITTED, Status.TO_CORRECT, Status.ADMISSIBLE, Status.INADMISSIBLE)


def due(calendar: Calendar, now: datetime) -> int | None:
    """Return the reminder whose day came last, as days before the closing; None before the first and after the end."""
    if calendar.closes_at is None or now > calendar.closes_at:
        return None
    left = (day_of(calendar.closes_at) - day_of(now)).days
    return min((days for days in DAYS if days >= left), default=None)


class Reminders:
    """The reminders of an edition."""

    def __init__(self, form: DossierForm, edition: Edition, post: Post) -> None:
        self._form = form
        self._edition = edition
        self._post = post

    def due(self, store: Store, now: datetime) -> tuple[int, datetime] | None:
        """Return the reminder that may leave now, and the closing that it is about. Reads only, from any thread."""
        if quiet(now):
            return None
        with store.read() as tx:
            calendar = read_calendar(tx, self._edition)
        days = due(calendar, now)
        return None if days is None or calendar.closes_at is None else (days, calendar.closes_at)

    def send(self, store: Store, now: datetime) -> int:
        """Write the reminders that are due; return how many dossiers were looked at. Safe in several processes."""
        found = self.due(store, now)
        if found is None:
            return 0
        days, closes = found
        total = 0
        while True:
            with store.write() as tx:
                written = self._chunk(tx, days, closes, now)
            total += written
            if written < CHUNK:
                return total

    def _chunk(self, tx: Connection, days: int, closes: datetime, now: datetime) -> int:
        came = first_second(day_of(closes) - timedelta(days=days))
        drafts = tx.execute(_drafts(self._edition.slug, days, came)).scalars().all()
        if not drafts:
            return 0
        rows_ = [{"dossier_id": dossier, "kind": str(days), "at": now} for dossier in drafts]
        add = INSERTS[tx.dialect.name](ReminderRow).values(rows_).on_conflict_do_nothing()
        ours = tx.execute(add.returning(ReminderRow.dossier_id)).scalars().all()
        self._post.send(tx, self._letters(tx, sorted(ours), days, closes, now), now)
        return len(drafts)

    def _letters(
        self, tx: Connection, dossiers: Sequence[str], days: int, closes: datetime, now: datetime
    ) -> list[Letter]:
        held = rows.contents(tx, dossiers)
        people: dict[str, list[str]] = {dossier: [] for dossier in dossiers}
        for dossier, person in tx.execute(_reminded(self._edition.slug, dossiers)):
            people[dossier].append(person)
        left = (day_of(closes) - day_of(now)).days
        return [
            Letter(
                f"reminder:{dossier}:{days}",
                tuple(people[dossier]),
                self._screen(Dossier(dossier, answers=held[dossier].answers), left, closes),
                Klass.BULK,
            )
            for dossier in dossiers
        ]

    def _screen(self, dossier: Dossier, left: int, closes: datetime) -> Screen:
        given = self._form.given(dossier)
        named = given.get("title") or given.get("name")
        name = letters.named(named if isinstance(named, str) else "")
        return reminder(name, left, closes, len(missing(self._form, dossier)))


def reminder(name: Words, left: int, closes: datetime, lacks: int) -> Screen:
    """Return a reminder: how long is left, what is missing, how to go on, and how to have no more of them."""
    heading = (
        plural("One day left to submit your dossier", "{n} days left to submit your dossier", left)
        if left
        else say("Last day to submit your dossier")
    )
    todo = (
        plural("One answer is still missing.", "{n} answers are still missing.", lacks)
        if lacks
        else say("Nothing is missing: all that is left is to submit it.")
    )
    kept = say(
        "“{dossier}” is kept, but not submitted. The call closes on {until} (Paris time).",
        dossier=name,
        until=closes,
    )
    onward = note(say("To go on, type “/dossier”. To have no more reminders, type “/sansrappel”."))
    return Screen(
        "reminder",
        (title(heading), text(kept), text(todo), onward),
        (),
        (Choice(STOP, say("No more reminders")),),
    )


def _drafts(edition: str, days: int, came: datetime) -> Select[str]:
    done = exists().where(ReminderRow.dossier_id == DossierRow.id, ReminderRow.kind == str(days))
    draft = (DossierRow.edition == edition) & (DossierRow.status == Status.DRAFT)
    waiting = select(DossierRow.id).where(draft, DossierRow.created_at < came, ~done)
    return waiting.order_by(DossierRow.id).limit(CHUNK).with_for_update(skip_locked=True)


def _writing(share: type[ShareRow]) -> ColumnElement[bool]:
    return share.right.in_(_WRITES)


def _reminded(edition: str, dossiers: Sequence[str]) -> Select[str, str]:
    """Select who is reminded of dossiers: those who write them, want it, and have submitted none."""
    other = aliased(ShareRow)
    submitted = (
        exists()
        .where(other.person_id == ShareRow.person_id, _writing(other), DossierRow.id == other.dossier_id)
        .where(DossierRow.edition == edition, DossierRow.status.in_(_SUBMITTED))
    )
    mine = select(ShareRow.dossier_id, ShareRow.person_id).where(ShareRow.dossier_id.in_(dossiers))
    unwilling = objects(ShareRow.person_id) | restricted(ShareRow.person_id)
    return mine.where(_writing(ShareRow), ~unwilling, ~submitted).order_by(ShareRow.since)
