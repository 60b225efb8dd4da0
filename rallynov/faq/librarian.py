"""The keeper of the library: entries, with what was learned, at once; the index before the first turn that may ask it.

The index is 40 MB that a process where nobody asks does not carry. It is read on the writer, once: about half a second, two
when it has to be made anew because the file beside the database is not there. What was learned since is taken in on a
thread of its own, and given to the turns whole.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
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
REST = 60.0
"""Seconds after which an index that could not be had is tried again."""


class Librarian:
    """The library of this process."""

    def __init__(
        self,
        store: Store,
        entries: Entries,
        languages: tuple[str, ...],
        folder: Path | None = None,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self.entries = entries
        self._languages = languages
        self.folder = folder
        self._wanted = threading.Event()
        self._elapsed = elapsed
        self._ending = False
        self._failed_at: float | None = None
        self._least = 0
        self._looked_at: datetime | None = None
        self._loading = threading.RLock()
        self._thread: threading.Thread | None = None
        self.library = Library(languages, entries)

    def start(self) -> None:
        """Serve: the entries now, the index when it is first needed; both anew, on a thread, whenever the FAQ has learned."""
        self._browsable()
        self._thread = threading.Thread(target=self._work, name="faq", daemon=True)
        self._thread.start()

    def need(self) -> None:
        """Have the index there for a turn that may ask it; a fault is logged, and the turn goes on without for a while."""
        if self._thread is None or self.library.ready or self._resting():
            return
        with self._loading:  # somebody else may have had it meanwhile
            if not self.library.ready and not self._resting():
                self._failed_at = None if self._loaded() else self._elapsed()

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
        self._failed_at = None
        self._wanted.set()

    def expect(self, version: int) -> None:
        """Hear that this process is about to commit a version."""
        self._least, self._failed_at = version, None
        self._wanted.set()

    def look(self, tx: Connection, now: datetime) -> None:
        """Look from time to time whether another process has taught the FAQ something."""
        if self._looked_at is not None and now - self._looked_at < LOOK:
            return
        self._looked_at = now
        if learning.version(tx) != self.library.version:
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

    def browse(self) -> Library:
        """Read what was learned, without any index: enough for whoever only reads (synchronous)."""
        with self._loading:
            if not self.library.ready:
                with self._store.read() as tx:
                    version, entries = learning.version(tx), learning.merged(self.entries, tx)
                self.library = Library(self._languages, entries, version=version)
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
            known = None
            with suppress(Exception):
                known = self._committed()
            if not self.library.ready:
                self._browsable()
            elif known != self.library.version:  # what this process learned, it also hears of
                self._loaded()

    def _resting(self) -> bool:
        return self._failed_at is not None and self._elapsed() - self._failed_at < REST

    def _browsable(self) -> None:
        """Have what was learned among the entries; a fault is logged, and the files serve alone."""
        try:
            self.browse()
        except Exception as error:
            log.error("faq_not_read", error=type(error).__name__)

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

    def _committed(self) -> int | None:
        """Wait for what this process is about to commit, not for long, as it may have been taken back; return what is."""
        least, until = self._least, time.monotonic() + PATIENCE
        known = None
        while time.monotonic() < until and not self._ending:
            with self._store.read() as tx:
                known = learning.version(tx)
            if known >= least:
                break
            time.sleep(PAUSE)
        return known


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
