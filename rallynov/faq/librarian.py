"""The keeper of the library: entries of the files at once, the index and what was learned as soon as they are there.

The index is made on a thread of its own and given to the turns whole; until then they are told that it is not there. It is
kept in a file beside the database, so that the next start finds it. What another process has learned is taken over.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import Connection

from rallynov.faq import learning
from rallynov.faq.content import Entries
from rallynov.faq.model import Entry, Finder, Library
from rallynov.storage.store import Store

log = structlog.get_logger("rallynov.faq")
LOOK = timedelta(seconds=5)
"""How often a process that is told nothing looks whether the FAQ has learned."""
PATIENCE, PAUSE = 5.0, 0.05
"""Seconds that what was ordered in a transaction under way is waited for, and between two looks."""


class Librarian:
    """The library of this process."""

    def __init__(
        self, store: Store, entries: Entries, languages: tuple[str, ...], folder: Path | None = None
    ) -> None:
        self._store = store
        self.entries = entries
        self._languages = languages
        self.folder = folder
        self._wanted = threading.Event()
        self._ending = False
        self._least = 0
        self._looked_at: datetime | None = None
        self._loading = threading.Lock()
        self._thread: threading.Thread | None = None
        self.library = Library(languages, entries)

    def start(self) -> None:
        """Load, then reload whenever the FAQ has learned, on a thread of its own."""
        self._thread = threading.Thread(target=self._work, name="faq", daemon=True)
        self._wanted.set()
        self._thread.start()

    def close(self) -> None:
        """End; what is being made is thrown away."""
        self._ending = True
        self._wanted.set()

    @property
    def wanted(self) -> bool:
        """Tell whether the library is to be made anew."""
        return self._wanted.is_set()

    def wake(self) -> None:
        """Hear that the FAQ may have learned."""
        self._wanted.set()

    def expect(self, version: int) -> None:
        """Hear that this process is about to commit a version."""
        self._least = version
        self._wanted.set()

    def look(self, tx: Connection, now: datetime) -> None:
        """Look from time to time whether another process has taught the FAQ something."""
        if self._looked_at is not None and now - self._looked_at < LOOK:
            return
        self._looked_at = now
        if self.library.ready and learning.version(tx) != self.library.version:
            self._wanted.set()

    def load(self) -> Library:
        """Read what was learned and make the index anew; the turns have it from then on (synchronous)."""
        with self._loading:
            with self._store.read() as tx:
                version, entries = learning.version(tx), learning.merged(self.entries, tx)
            finders = {
                language: finder
                for language, known in entries.items()
                if known and (finder := self._finder(language, _asked(entries, language, self._languages[0])))
            }
            self.library = Library(self._languages, entries, finders, version)
        return self.library

    def _finder(self, language: str, entries: Mapping[str, Entry]) -> Finder:
        """Make the index of a language, or take the one that was kept."""
        from rallynov.faq.finder import IndexFinder, texts_of  # noqa: PLC0415  # numpy, for who asks something
        from rallynov.faq.retrieval.index import Index  # noqa: PLC0415

        texts = texts_of(entries)
        path = self.folder / f"index-{language}" if self.folder else None
        kept = _read(path)
        index = Index.read(kept, texts, language=language) if kept else None
        if index is None:
            index = Index.build(texts, language=language)
            if path:
                _keep(path, index.stored())
        return IndexFinder(index, language)

    def _work(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            if self._ending:
                return
            begun = time.perf_counter()
            try:
                self._await_commit()
                self.load()
            except (
                Exception
            ) as error:  # the old library serves on; tried again when something is learned, or looked up
                log.error("faq_not_loaded", error=type(error).__name__)
            else:
                took = round(time.perf_counter() - begun, 2)
                log.info("faq_loaded", version=self.library.version, seconds=took)

    def _await_commit(self) -> None:
        """Wait for what this process is about to commit; not for long, as it may have been taken back."""
        least, until = self._least, time.monotonic() + PATIENCE
        while time.monotonic() < until and not self._ending:
            with self._store.read() as tx:
                if learning.version(tx) >= least:
                    return
            time.sleep(PAUSE)


def _asked(entries: Entries, language: str, own: str) -> Mapping[str, Entry]:
    """Return what may be asked for in a language."""
    return entries[language] if language in entries else entries[own]


def _read(path: Path | None) -> bytes | None:
    with suppress(OSError):
        return path.read_bytes() if path else None
    return None


def _keep(path: Path, index: bytes) -> None:
    """Keep an index for the next start; without it, that start makes it anew."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_bytes(index)
        new.replace(path)
    except OSError as error:
        log.warning("faq_index_not_kept", error=type(error).__name__)
