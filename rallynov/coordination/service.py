"""The desk of an edition, for its pages: who may look, what they see, what they do; each act in its own transaction.

Rights are read with what they allow, in the transaction that uses them: what was revoked a moment ago is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Concatenate, ParamSpec

from sqlalchemy import Connection, insert

from rallynov.coordination import files, listing, news
from rallynov.coordination.acts import Acts, holders
from rallynov.coordination.entering import Entering, Entry
from rallynov.coordination.files import Eyes, File
from rallynov.coordination.lot import Outcome
from rallynov.coordination.model import TOGETHER, Listing, News, Row, Staff, Table, staff
from rallynov.coordination.narrowing import Scope
from rallynov.delivery import conversations
from rallynov.delivery.posting import Post
from rallynov.delivery.tables import AuditRow
from rallynov.dialogue.hearing import Lexicon
from rallynov.editions.model import Edition
from rallynov.editions.service import read_calendar
from rallynov.exports.views import View, load_views
from rallynov.initiatives import cards
from rallynov.initiatives.attachments import reading
from rallynov.initiatives.attachments.reading import Readable
from rallynov.initiatives.form import DossierForm
from rallynov.initiatives.moving import Moves
from rallynov.initiatives.reading import Places
from rallynov.people import access, granting
from rallynov.people.access import Access, Seen
from rallynov.storage.store import Store

P = ParamSpec("P")
CHUNK = 100
"""Dossiers that one transaction of an act on many takes: conversations go on between two."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The dossiers of an act, before it is confirmed: the first of them, how many they are and how many people."""

    ids: tuple[str, ...]
    rows: tuple[Row, ...]
    people: int
    most: int = TOGETHER

    @property
    def too_many(self) -> bool:
        """Tell whether they are more than one act may take."""
        return len(self.ids) > self.most


@dataclass(frozen=True, slots=True)
class Parts:
    """What the desk stands on."""

    store: Store
    form: DossierForm
    edition: Edition
    views: Mapping[str, View]
    acts: Acts
    entering: Entering
    clock: Callable[[], datetime]
    secret: Callable[[], str]


class Bureau:
    """The desk of an edition (synchronous)."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.acts, self.form, self.edition = parts.acts, parts.form, parts.edition
        self.entering, self.views = parts.entering, parts.views
        self.clock, self.secret = parts.clock, parts.secret

    def staff(self, tx: Connection, address: str) -> Staff | None:
        """Return who of the team is behind an address; None when whoever it is may not see dossiers."""
        known = conversations.fetch(tx, [address]).get(address)
        if known is None or not known.person_id:
            return None
        return staff(known.person_id, granting.grants_in(tx, self.edition.slug, known.person_id))

    def who(self, address: str) -> Staff | None:
        """Return who of the team is behind an address, outside any act."""
        with self._parts.store.read() as tx:
            return self.staff(tx, address)

    def scope(self, tx: Connection, who: Staff) -> Scope:
        """Return what somebody looks at."""
        calendar = read_calendar(tx, self.edition)
        return Scope(self.edition.slug, who.inner, self.clock(), calendar.closes_at, who.person)

    def refresh(self) -> None:
        """Bring what lists show up to date."""
        cards.refresh(self._parts.store, self.form, self.edition.slug)

    def home(self, who: Staff) -> News:
        """Return what is new since somebody's last visit, and note this one."""
        self.refresh()
        with self._parts.store.write() as tx:
            since = news.visit(tx, self.edition.slug, who.person, self.clock())
        with self._parts.store.read() as tx:
            return news.read(tx, self.scope(tx, who), since, read_calendar(tx, self.edition), who.person)

    def table(self, who: Staff, wanted: Listing) -> tuple[Table, Sequence[str]]:
        """Return one page of the table, and the labels that are in use."""
        self.refresh()
        with self._parts.store.read() as tx:
            scope = self.scope(tx, who)
            labels = listing.labels(tx, self.edition.slug) if who.inner else []
            return listing.page(tx, scope, wanted), labels

    def chosen(self, who: Staff, wanted: Listing, ids: Sequence[str], shown: int = 200) -> Chosen:
        """Return the dossiers that were ticked; all of a filter when none was."""
        self.refresh()
        with self._parts.store.read() as tx:
            scope = self.scope(tx, who)
            named = tuple(ids) or tuple(listing.chosen(tx, scope, wanted))
            rows = listing.named(tx, scope, named[:shown])
            if ids:
                named = tuple(one.id for one in listing.named(tx, scope, named)) if len(named) > shown else ()
                named = named or tuple(one.id for one in rows)
            return Chosen(named, rows, holders(tx, named[: TOGETHER + 1]))

    def file(self, who: Staff, dossier: str) -> File | None:
        """Return one dossier, and keep that it was read; None when there is none that they may see."""
        self.refresh()
        with self._parts.store.read() as tx:
            found = files.read(tx, self.form, Eyes(self.scope(tx, who), who.person, self.views), dossier)
        if found and found.whole:
            with self._parts.store.write() as tx:
                access.record(tx, self._access(who, Seen.READ), dossiers=[dossier])
        return found

    def rows(self, who: Staff, ids: Sequence[str]) -> tuple[Row, ...]:
        """Return some dossiers as rows of the table."""
        with self._parts.store.read() as tx:
            return listing.named(tx, self.scope(tx, who), ids)

    def piece(self, who: Staff, dossier: str, piece: str) -> Readable | None:
        """Return a file that was submitted with a dossier; None when there is none that they may see."""
        found = self.file(who, dossier)
        if found is None or piece not in found.pieces:
            return None
        with self._parts.store.read() as tx:
            return reading.kept(tx, dossier, piece)

    def exported(self, who: Staff, ids: Sequence[str]) -> None:
        """Keep that dossiers were exported."""
        with self._parts.store.write() as tx:
            access.record(tx, self._access(who, Seen.EXPORTED), dossiers=ids)

    def entries(self) -> Sequence[tuple[str, str, datetime]]:
        """Return the paper dossiers that are being entered."""
        with self._parts.store.read() as tx:
            return self.entering.entries(tx)

    def entry(self, who: Staff, dossier: str) -> Entry | None:
        """Return a paper dossier that is being entered."""
        with self._parts.store.read() as tx:
            return self.entering.entry(tx, who, dossier)

    def do(
        self,
        address: str,
        dossiers: Sequence[str],
        act: Callable[Concatenate[Connection, Staff, Sequence[str], P], Outcome],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Outcome | None:
        """Do something with a few dossiers in one transaction; None when whoever asks may see none."""
        with self._parts.store.write() as tx:
            who = self.staff(tx, address)
            if who is None:
                return None
            outcome = act(tx, who, dossiers, *args, **kwargs)
            self._record(tx, who, act.__name__, outcome)
            return outcome

    def _record(self, tx: Connection, who: Staff, name: str, outcome: Outcome) -> None:
        now = self.clock()
        rows = [
            {"at": now, "actor": who.person, "action": f"desk:{name}", "subject": f"dossier:{one}"}
            for one in outcome.done
        ]
        if rows:
            tx.execute(insert(AuditRow), rows)
            access.record(tx, self._access(who, Seen.CHANGED), dossiers=outcome.done)

    def _access(self, who: Staff, seen: Seen) -> Access:
        return Access(who.person, who.role, seen, self.clock())

    @staticmethod
    def chunks(dossiers: Sequence[str]) -> Sequence[Sequence[str]]:
        """Cut an act on many dossiers into those of one transaction each."""
        return [dossiers[at : at + CHUNK] for at in range(0, len(dossiers), CHUNK)]

    def offers(self, who: Staff, file: File) -> Mapping[str, bool]:
        """Tell what somebody may do with a dossier, as far as its life lets them."""
        return files.offers(who, file, self.clock())


def open_bureau(
    store: Store,
    form: DossierForm,
    edition: Edition,
    post: Post,
    tools: tuple[Callable[[], datetime], Callable[[], str]],
    places: Places,
    lexicon: Lexicon,
) -> Bureau:
    """Build the desk of an edition; ``tools`` are the clock and what makes secrets."""
    moves = Moves(form, edition)
    acts, entering = (
        Acts(moves, edition, post),
        Entering(form, edition, moves, post, places, lexicon),
    )
    return Bureau(Parts(store, form, edition, load_views(form), acts, entering, *tools))
