"""How long dossiers are kept, and the notice before one that was never submitted goes: none goes without it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    cast,
    exists,
    literal,
    or_,
    select,
    update,
)

from rallynov.delivery.decisions import Klass
from rallynov.delivery.outbox import WARNING
from rallynov.delivery.posting import Letter, Post
from rallynov.dialogue.screens import Choice, Screen, note, text, title
from rallynov.dialogue.words import Day, Words, say
from rallynov.editions.quiet import quiet
from rallynov.editions.service import CLOSES
from rallynov.editions.tables import MilestoneRow
from rallynov.initiatives import letters
from rallynov.initiatives.aside import set_aside
from rallynov.initiatives.desk import Desk
from rallynov.initiatives.model import Right, Status
from rallynov.initiatives.tables import DossierRow, ReminderRow, ShareRow
from rallynov.storage import lifetimes
from rallynov.storage.prepared import INSERTS
from rallynov.storage.store import Store

DRAFTS = lifetimes.kept("draft")
"""How long a draft is kept after the closing, or after its last change (domain document, section 14)."""
DOSSIERS = lifetimes.kept("dossier")
"""How long a dossier is kept after its last change."""
NOTICE = lifetimes.notice("draft")
"""How long before it goes the owners of a draft are told, at least."""
EARLY = timedelta(days=3)
"""What is added to it: nobody is written to at night, nor over a long week-end."""
KEEP = "garder"
"""The command, and the button, by which a person keeps their drafts."""
CHUNK = 100
_UNSENT = (Status.DRAFT, Status.WITHDRAWN)
_WRITES = (Right.OWN, Right.EDIT)


def over(now: datetime) -> Select[str]:
    """Select the dossiers that go now: submitted ones by their age, others once they were told of for long enough.

    One that is set aside stays: whoever it belongs to asked that it be kept.
    """
    unsent = and_(_unsent(now), _noticed(now - NOTICE))
    old = and_(~_draft(), DossierRow.updated_at < now - DOSSIERS, ~set_aside(DossierRow.id))
    return select(DossierRow.id).where(or_(unsent, old))


def keep(tx: Connection, person: str, at: datetime) -> None:
    """Keep all that a person may change and has not submitted, as if they had just changed it."""
    theirs = exists().where(
        ShareRow.dossier_id == DossierRow.id, ShareRow.person_id == person, ShareRow.right.in_(_WRITES)
    )
    kept = {"version": DossierRow.version + 1, "updated_at": at}
    tx.execute(update(DossierRow).where(_draft(), theirs).values(kept))


class Notices:
    """The notices of what is about to be erased, in every edition."""

    def __init__(self, post: Post) -> None:
        self._post = post

    def due(self, store: Store, now: datetime) -> bool:
        """Tell whether there is somebody to tell now. Reads only, from any thread."""
        if quiet(now):
            return False
        with store.read() as tx:
            return tx.execute(_unnoticed(now).limit(1)).first() is not None

    def send(self, store: Store, now: datetime) -> int:
        """Tell the owners, once for each state of a dossier; return how many dossiers. Safe in several processes."""
        total = 0
        while not quiet(now):
            with store.write() as tx:
                found = tx.execute(_unnoticed(now).limit(CHUNK).with_for_update(skip_locked=True)).all()
                told = self._tell(tx, [(one, version) for one, version in found], now)
            total += told
            if len(found) < CHUNK:
                break
        return total

    def _tell(self, tx: Connection, found: Sequence[tuple[str, int]], now: datetime) -> int:
        if not found:
            return 0
        rows = [{"dossier_id": one, "kind": f"purge:{version}", "at": now} for one, version in found]
        add = INSERTS[tx.dialect.name](ReminderRow).values(rows).on_conflict_do_nothing()
        ours = sorted(tx.execute(add.returning(ReminderRow.dossier_id)).scalars())
        desk, versions = Desk(tx, ours), dict(found)
        self._post.send(tx, [self._letter(tx, desk, one, versions[one], now) for one in ours], now)
        return len(ours)

    @staticmethod
    def _letter(tx: Connection, desk: Desk, dossier: str, version: int, now: datetime) -> Letter:
        owners = tuple(s.person for s in desk.of(dossier).sharers.values() if s.right is Right.OWN)
        shown = notice(letters.named(desk.title(dossier)), _ends(tx, dossier, now))
        return Letter(f"{WARNING}{dossier}:{version}", owners, shown, Klass.BULK)


def notice(name: Words, ends: datetime) -> Screen:
    """Tell that a dossier is about to be erased, when, and how to keep it."""
    going = say(
        "“{dossier}” is not submitted, and nobody has changed it for a long time. It will be erased with its files "
        "on {day}.",
        dossier=name,
        day=Day(ends),
    )
    kept = say("To keep it, type “/garder”. If you no longer need it, there is nothing to do.")
    actions = (Choice(KEEP, say("Keep my dossier")),)
    return Screen(
        "purge", (title(say("Your dossier will soon be erased")), text(going), note(kept)), (), actions
    )


def _ends(tx: Connection, dossier: str, now: datetime) -> datetime:
    """Return when a draft goes, if nobody touches it."""
    closes = select(MilestoneRow.at).where(
        MilestoneRow.edition == DossierRow.edition, MilestoneRow.kind == CLOSES
    )
    mine = select(DossierRow.updated_at, closes.scalar_subquery()).where(DossierRow.id == dossier)
    changed, closed = tx.execute(mine).one()
    ends = changed + DOSSIERS if closed is None else min(max(closed, changed) + DRAFTS, changed + DOSSIERS)
    return max(ends, now + NOTICE)


def _unnoticed(now: datetime) -> Select[str, int]:
    """Select what goes within the time of a notice, and was not told of since its last change."""
    told = exists().where(ReminderRow.dossier_id == DossierRow.id, ReminderRow.kind == _kind())
    soon = _unsent(now + NOTICE + EARLY)
    return select(DossierRow.id, DossierRow.version).where(soon, ~told).order_by(DossierRow.id)


def _noticed(since: datetime) -> ColumnElement[bool]:
    told = (ReminderRow.dossier_id == DossierRow.id) & (ReminderRow.kind == _kind())
    return exists().where(told, ReminderRow.at <= since)


def _kind() -> ColumnElement[str]:
    """Return the kind of the notice of a dossier as it stands: a change makes another one necessary."""
    return literal("purge:") + cast(DossierRow.version, Text)


def _draft() -> ColumnElement[bool]:
    return DossierRow.status.in_(_UNSENT)


def _unsent(now: datetime) -> ColumnElement[bool]:
    """What is not submitted, and whose time is over: three months after the closing and its last change, or two years."""
    closed = select(MilestoneRow.edition).where(MilestoneRow.kind == CLOSES, MilestoneRow.at < now - DRAFTS)
    left = and_(DossierRow.edition.in_(closed), DossierRow.updated_at < now - DRAFTS)
    due = or_(left, DossierRow.updated_at < now - DOSSIERS)
    return and_(_draft(), due, ~set_aside(DossierRow.id))
