"""The FAQ as anybody reads it on a page: the entries, with what was learned, and what the calendar says at that moment.

Nothing of whoever reads is looked at, and the index of questions is not needed: a page never loads it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from rallynov.dialogue.turn import Scene
from rallynov.editions.model import Calendar, Edition
from rallynov.editions.service import read_calendar
from rallynov.editions.stages.model import Stages
from rallynov.editions.stages.service import Board
from rallynov.faq import learning, rows
from rallynov.faq.librarian import Librarian
from rallynov.faq.model import Faq, Library
from rallynov.initiatives.model import Dossiers
from rallynov.storage.store import Store


class PublicFaq:
    """The FAQ of an edition, for pages."""

    def __init__(
        self,
        store: Store,
        edition: Edition,
        librarian: Librarian,
        board: Board,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._edition = edition
        self._librarian = librarian
        self._board = board
        self._clock = clock
        self._last = Library(version=-1)

    def scene(self, language: str) -> Scene:
        """Return what a stranger is told, as it now is (synchronous)."""
        now = self._clock()
        with self._store.read() as tx:
            facts: Mapping[type, object] = {
                Calendar: read_calendar(tx, self._edition),
                Dossiers: Dossiers(),
                Faq: Faq(self._library(tx), counts=rows.counts(tx, self._edition.slug)),
            }
        return Scene(now, now, language, "web", {**facts, Stages: Stages(self._board.read())})

    def _library(self, tx: Connection) -> Library:
        """Return the entries; what was learned since they were last read is taken in here, without any index."""
        version = learning.version(tx)
        for known in (self._librarian.library, self._last):
            if known.version == version:
                return known
        languages, entries = self._librarian.library.languages, learning.merged(self._librarian.entries, tx)
        self._last = Library(languages, entries, version=version)
        return self._last
