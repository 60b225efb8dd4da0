"""Figures, counted at most once a minute: for the conversations of who may see them, for a page, as CSV files.

A report holds counts alone: it is the same for everybody who may see it, and kept in memory until the next. While the
product runs it is counted on a thread of its own: with ten thousand dossiers it takes a second, and no turn waits for it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import Connection

from rallynov.delivery import conversations
from rallynov.delivery.subject import Order
from rallynov.diagnosis.model import Grid
from rallynov.dialogue.events import Event
from rallynov.dialogue.turn import Command
from rallynov.dialogue.words import Words, say
from rallynov.editions.model import Edition
from rallynov.faq.librarian import Librarian
from rallynov.initiatives.model import DossierForm
from rallynov.papers.model import File, Maker
from rallynov.people import granting
from rallynov.people.permissions import Action, may
from rallynov.people.roles import Grants
from rallynov.statistics.model import Cell, Figures, Report, Table
from rallynov.statistics.reading import count
from rallynov.statistics.tables import tables
from rallynov.storage.store import Store
from rallynov.wording import Wording

FRESH = timedelta(seconds=60)
"""How long a report is told before all is counted again."""
CSV = "text/csv; charset=utf-8"
MASKED = say("masked")


class Statistics:
    """The figures of an edition; a subject whose fact is the last report."""

    orders: Sequence[type[Command]] = ()

    def __init__(
        self,
        store: Store,
        edition: Edition,
        grid: Grid,
        form: DossierForm,
        librarian: Librarian,
        now: Callable[[], datetime],
    ) -> None:
        self._store, self._edition, self._grid, self._form = store, edition, grid, form
        self._librarian, self._now = librarian, now
        self._last: Report | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._counting = False

    def start(self) -> None:
        """Count beside the turns from now on."""
        self._thread = ThreadPoolExecutor(1, "figures")

    def close(self) -> None:
        """Count no more."""
        if self._thread:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, Figures]:
        """Return the report; it is read only when a dialogue that may show it asks for it.

        Where it is counted beside the turns this is the last one: the list of figures, which comes first, has had it
        counted anew.
        """
        if self._thread is None:
            return dict.fromkeys(people, Figures(self.report(tx)))
        if not self._counting and not self._fresh():
            self._counting = True
            self._thread.submit(self._renew)
        return dict.fromkeys(people, Figures(self._last))

    def _renew(self) -> None:
        try:
            with self._store.read() as tx:
                self.report(tx)
        finally:
            self._counting = False

    def blank(self, person: str) -> Figures:
        """Return no figure."""
        return Figures()

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Write nothing."""

    def report(self, tx: Connection) -> Report:
        """Return the report of the last minute, or count anew."""
        if (last := self._fresh()) is None:
            now, counted = self._now(), count(tx, self._edition.slug, self._grid, self._topic)
            last = self._last = Report(now, tables(counted, self._grid, self._form))
        return last

    def _fresh(self) -> Report | None:
        """Return the report of the last minute."""
        last = self._last
        return last if last and timedelta(0) <= self._now() - last.at < FRESH else None

    def shown(self, address: str) -> Report | None:
        """Return the report to whoever stands behind an address; None when they may not see it (synchronous)."""
        return self.told(address)[0]

    def told(self, address: str) -> tuple[Report | None, Grants]:
        """Return the report to whoever stands behind an address, None when they may not see it; and what they may act as."""
        with self._store.read() as tx:
            known = conversations.fetch(tx, [address]).get(address)
            person = known.person_id if known else None
            grants = granting.grants_in(tx, self._edition.slug, person) if person else Grants()
            return (self.report(tx) if may(grants, Action.SEE_FIGURES) else None), grants

    def _topic(self, slug: str) -> str:
        entry = self._librarian.library.find(slug, "fr")
        return entry.category if entry else ""


def figures_maker(statistics: Statistics, wording: Wording) -> Maker:
    """Return the maker of one table as CSV; none for whoever may not see figures."""

    def make(address: str, ref: str, language: str) -> File | None:
        report = statistics.shown(address)
        table = report.find(ref) if report else None
        if report is None or table is None:
            return None
        return File(f"rallynov-chiffres-{ref}.csv", CSV, written(table, report, wording, language))

    return make


def written(table: Table, report: Report, wording: Wording, language: str) -> bytes:
    """Write a table as CSV as French Excel opens it; every text in it is ours."""

    def word(words: Words) -> str:
        return wording.word(words, language)

    made = io.StringIO(newline="")
    rows = csv.writer(made, delimiter=";", lineterminator="\r\n")
    rows.writerow([word(one) for one in table.head])
    for label, cells in table.rows:
        rows.writerow([word(label), *(cell_text(one, word(MASKED), language) for one in cells)])
    for one in (*table.notes, say("Counted on {at}", at=report.at)):
        rows.writerow([word(one)])
    return made.getvalue().encode("utf-8-sig")


def cell_text(cell: Cell, masked: str, language: str) -> str:
    """Write one figure, with the decimal sign of a language."""
    if cell is None:
        return masked
    text = f"{cell:g}" if isinstance(cell, float) else str(cell)
    return text.replace(".", ",") if language == "fr" else text
