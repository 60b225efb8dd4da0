"""The keeper of the library: entries of the files at once, the index and what was learned as soon as they are there.

The index is read before the first turn that may ask it, not before: it is 40 MB that a process where nobody asks does not
carry. It is kept in a file beside the database; without that file it is made anew, which takes two seconds. What was
learned since is taken in on a thread of its own, and given to the turns whole.
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
        self._ending = self._faulty = False
        self._least = 0
        self._looked_at: datetime | None = None
        self._loading = threading.Lock()
        self._thread: threading.Thread | None = None
        self.library = Library(languages, entries)

    def start(self) -> None:
        """Serve: load when it is first needed, then reload whenever the FAQ has learned, on a thread of its own."""
        self._thread = threading.Thread(target=self._work, name="faq", daemon=True)
        self._thread.start()

    def need(self) -> None:
        """Have the index there for a turn that may ask it; a fault is logged, and the turn goes on without."""
        if self._thread is not None and not self.library.ready and not self._faulty:
            self._faulty = not self._loaded()

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
        self._faulty = False
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
            if self.library.ready:  # else whoever needs it first reads what was learned with the rest
                with suppress(Exception):
                    self._await_commit()
                self._loaded()

    def _loaded(self) -> bool:
        """Load, and tell whether it went well: the library that there was serves on when it did not."""
        begun = time.perf_counter()
        try:
            self.load()
        except Exception as error:
            log.error("faq_not_loaded", error=type(error).__name__)
            return False
        took = round(time.perf_counter() - begun, 2)
        log.info("faq_loaded", version=self.library.version, seconds=took)
        return True

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
