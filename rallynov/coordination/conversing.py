"""The team's desk in a batch of turns: what somebody of the team needs where they stand, and the orders of their turns.

The fact is read only when the dialogue asks for it; of whoever is not of the team, it reads their roles and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection

from rallynov.coordination import files, listing, news
from rallynov.coordination.acts import Acts, Mail, demand
from rallynov.coordination.chat import (
    AT_ONCE,
    FOUND,
    ORDERS,
    AskCorrection,
    Brief,
    DropVerdict,
    KeepNote,
    LookAround,
    OpenFile,
    PrepareVerdict,
    PutLabel,
    Team,
    TellVerdicts,
    WriteHolders,
)
from rallynov.coordination.files import Eyes
from rallynov.coordination.flow import MEANT, NAME, WORDS
from rallynov.coordination.lot import Outcome
from rallynov.coordination.model import ANY, Filters, Listing, Row, Staff, staff
from rallynov.coordination.narrowing import Scope
from rallynov.coordination.service import Bureau
from rallynov.delivery.subject import Order, OvertakenError
from rallynov.dialogue.events import Commanded, Event, Pressed, Said
from rallynov.dialogue.turn import Command
from rallynov.editions.service import read_calendar
from rallynov.faq.queue import talks
from rallynov.initiatives import cards
from rallynov.initiatives.moving import Verdict
from rallynov.people import access, granting
from rallynov.people.access import Access, Seen
from rallynov.text import clean_line


class Desks:
    """The subject of the team's desk."""

    orders: Sequence[type[Command]] = ORDERS

    def __init__(self, bureau: Bureau) -> None:
        self._bureau = bureau
        self._edition = bureau.edition

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, Team]:
        """Read what each of the team needs; whoever is not of it is left out."""
        held = granting.grants_of(tx, self._edition.slug, list(people))
        team = {
            person: found for person, grants in held.items() if (found := staff(person, grants)) is not None
        }
        if not team:
            return {}
        if stale := cards.stale(tx, self._edition.slug):  # a turn makes a few: the others, each minute does
            cards.make(tx, self._bureau.form, stale)
        stands = talks(tx, sorted(team))
        calendar, now = read_calendar(tx, self._edition), self._bureau.clock()
        told: dict[str, Team] = {}
        for person, who in team.items():
            scope = Scope(self._edition.slug, who.inner, now, calendar.closes_at, person)
            places = [one for talk in stands[person] for one in (talk.place, *talk.under)]
            focuses = [one.focus or "" for one in places if one.dialogue == NAME]
            told[person] = self._of(tx, who, scope, _wanted(people[person], focuses), now)
        return told

    def blank(self, person: str) -> Team:
        """Return nothing: whoever it is may not look."""
        return Team()

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Do what was ordered, in order; ``OvertakenError`` when it may not be done any more."""
        for order in orders:
            grants = granting.grants_in(tx, self._edition.slug, order.person)
            who = staff(order.person, grants)
            if who is None:
                raise OvertakenError("no role")
            self._done(tx, who, order)

    def _of(self, tx: Connection, who: Staff, scope: Scope, wanted: tuple[str, str], now: datetime) -> Team:
        words, dossier = wanted
        since = news.last_visit(tx, scope.edition, who.person, now)
        listed = listing.page(tx, scope, Listing(Filters(words)), FOUND) if words else None
        rows = listed.rows if listed else ()
        opened = rows[0].id if len(rows) == 1 else dossier
        waiting: tuple[Row, ...] = ()
        if who.inner:
            ids = listing.chosen(tx, scope, Listing(Filters(verdict=ANY)), AT_ONCE + 1)
            waiting = listing.named(tx, scope, ids)
        return Team(
            who,
            news.read(tx, scope, since, read_calendar(tx, self._edition), who.person),
            words,
            rows,
            listed.total if listed else 0,
            self._brief(tx, who, scope, opened) if opened else None,
            waiting,
            tuple(listing.labels(tx, scope.edition)) if opened and who.inner else (),
        )

    def _brief(self, tx: Connection, who: Staff, scope: Scope, dossier: str) -> Brief | None:
        file = files.read(tx, self._bureau.form, Eyes(scope, who.person, self._bureau.views), dossier)
        if file is None:
            return None
        offered = files.offers(who, file, scope.now)
        offers = frozenset(name for name, offer in offered.items() if offer)
        return Brief(file.row, file.version, file.prepared, tuple(file.notes), offers)

    def _done(self, tx: Connection, who: Staff, order: Order) -> None:
        acts: Acts = self._bureau.acts
        match order.command:
            case LookAround():
                news.visit(tx, self._edition.slug, who.person, order.at)
            case OpenFile(dossier):
                seen = Access(who.person, who.role, Seen.READ, order.at)
                access.record(tx, seen, dossiers=[dossier])
            case AskCorrection(dossier, reason, until, seen_at):
                verdict = Verdict(who.person, order.at, reason, until)
                demand(acts.send_back(tx, who, (dossier,), verdict, seen_at))
            case PrepareVerdict(dossier, act, reason, seen_at):
                verdict = Verdict(who.person, order.at, reason)
                demand(acts.prepare(tx, who, (dossier,), act, verdict, seen_at))
            case DropVerdict(dossier):
                demand(acts.unprepare(tx, who, (dossier,)))
            case TellVerdicts(dossiers):
                outcome = acts.release(tx, who, dossiers, order.at)
                if not outcome.done:
                    demand(outcome)
            case _:
                demand(self._kept(tx, who, order))

    def _kept(self, tx: Connection, who: Staff, order: Order) -> Outcome:
        """Do what changes nothing in a dossier itself: a note, a label, a message."""
        acts: Acts = self._bureau.acts
        match order.command:
            case KeepNote(dossier, text):
                return acts.note(tx, who, (dossier,), text, order.at)
            case PutLabel(dossier, label, off=True):
                return acts.unlabel(tx, who, (dossier,), label)
            case PutLabel(dossier, label):
                return acts.label(tx, who, (dossier,), label, order.at)
            case WriteHolders(dossier, text):
                return acts.write(tx, who, (dossier,), Mail(_mail(order), text), order.at)
            case other:
                raise NotImplementedError(type(other).__name__)


def _mail(order: Order) -> str:
    """Name a message by who sends it and when: decided again, it is the same."""
    return sha256(f"{order.person}:{order.address}:{order.at.isoformat()}".encode()).hexdigest()[:32]


def _wanted(event: Event, focuses: Sequence[str]) -> tuple[str, str]:
    """Return the words that may be looked for, and the dossier that may be shown."""
    focus = focuses[0] if focuses else ""
    view, _, rest = focus.partition(":")
    words = rest if view == "s" else ""
    dossier = rest.partition(":")[0].partition("@")[0] if view not in {"s", ""} else ""
    match event:
        case Pressed(key=key) if key.startswith("d-"):
            dossier = key[2:]
        case Commanded("bureau" | "desk" | "equipe" | "team", argument) if argument:
            words = argument
        case Said(text) if view not in MEANT:
            words = text
    return clean_line(words)[:WORDS], dossier
