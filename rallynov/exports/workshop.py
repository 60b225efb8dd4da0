"""Where exports that people ask for are made: one at a time, away from the loop and from the writer, then handed over.

How one is made is given (``make``): in a process of its own while the product runs. Rights are asked again when it is made,
and again when its file is fetched.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias
from zipfile import ZIP_STORED, ZipFile

import structlog
from sqlalchemy import Connection

from rallynov.delivery import conversations
from rallynov.delivery.posting import Letter, Post
from rallynov.editions.model import Edition
from rallynov.exports import screens
from rallynov.exports.model import FAILED, Outcome, Progress, Refused, Request, Selection, Who, Written
from rallynov.exports.service import Exports, silent
from rallynov.exports.spool import Spool
from rallynov.papers.model import File, Maker
from rallynov.people import granting
from rallynov.people.roles import Grants
from rallynov.storage.store import Store

log = structlog.get_logger("rallynov.exports")
LONG = timedelta(seconds=10)
"""After how long the person is told how far it is; then each time as long again has passed."""
HEAVIEST = 45 * 2**20
"""Bytes that a robot may send; heavier, an export is to be fetched on its page."""
MIMES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "zip": "application/zip",
}
Make: TypeAlias = Callable[[Request, Progress], Outcome]


class EndedError(Exception):
    """The process ends while an export is made: the next one takes it up."""


class Workshop:
    """The exports of an edition that were asked for."""

    def __init__(
        self,
        store: Store,
        exports: Exports,
        edition: Edition,
        spool: Spool,
        post: Post,
        now: Callable[[], datetime],
    ) -> None:
        self.exports, self.spool = exports, spool
        self._store, self._edition, self._post, self._now = store, edition, post, now
        self._thread: ThreadPoolExecutor | None = None
        self._make: Make = lambda request, tell: carry_out(store, exports, edition, spool, request, tell)
        self._tell: Callable[[str], None] = lambda _notice: None
        self._erasures = 0

    def start(self, tell: Callable[[str], None], make: Make | None = None) -> None:
        """Begin to make what is asked for, and what an earlier process left; ``tell`` hears which page has moved."""
        self._make, self._tell = make or self._make, tell
        self._thread = ThreadPoolExecutor(1, "exports")
        self.spool.sweep(self._now())
        for request in self.spool.waiting():
            self._thread.submit(self.run, request)

    def close(self) -> None:
        """Begin nothing more; what is under way is left to the next process."""
        if self._thread:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None

    def ask(
        self, person: str, address: str, language: str, view: str, kind: str, only: Selection, mark: str
    ) -> Request:
        """Have an export made; ``mark`` is its own, so that what is asked twice is made once."""
        self.spool.sweep(self._now())
        name = sha256(f"{person}:{mark}".encode()).hexdigest()[:32]
        request = Request(name, person, address, view, kind, language, self._now(), only)
        if self.spool.put(request) and self._thread:
            self._thread.submit(self.run, request)
        return request

    def run(self, request: Request) -> None:
        """Make one, and hand it over; it is told when that fails."""
        told = _Told(self, request)
        try:
            outcome = self._made(request, told)
        except EndedError:
            return
        except Exception as error:
            log.error("export_failed", error=type(error).__name__)
            outcome = Outcome(refused=FAILED)
        self.spool.settle(request, outcome)
        heavy = outcome.size > HEAVIEST
        self.write(request, Letter("", (), screens.done(request, outcome, heavy=heavy)), "done")

    def _made(self, request: Request, tell: Progress) -> Outcome:
        """Make one; once more when somebody who may be in it was erased meanwhile."""
        before = self._erasures
        outcome = self._make(request, tell)
        return outcome if before == self._erasures else self._made(request, tell)

    def forget(self) -> None:
        """Keep no export that somebody who was erased may be in."""
        self._erasures += 1
        self.spool.clear()

    def write(self, request: Request, letter: Letter, key: str) -> None:
        """Write to whoever waits for an export; a page is looked at instead."""
        if not request.address:
            return
        sent = Letter(f"export:{request.id}:{key}", (request.person,), letter.screen, address=request.address)
        with self._store.write() as tx:
            self._post.send(tx, [sent], self._now())
        self._tell("outbox")
        self._tell(f"moved {request.address}")

    def now(self) -> datetime:
        """Return the moment."""
        return self._now()

    def person(self, tx: Connection, address: str) -> tuple[str, Grants]:
        """Return who stands behind an address, and what they may act as."""
        known = conversations.fetch(tx, [address]).get(address)
        person = (known.person_id if known else None) or ""
        return person, granting.grants_in(tx, self._edition.slug, person) if person else Grants()

    def who(self, address: str) -> Who | None:
        """Return who may export behind an address; None when they may not (synchronous)."""
        with self._store.read() as tx:
            person, grants = self.person(tx, address)
        who = Who(person, grants)
        return who if person and who.may_export else None

    def mine(self, address: str, name: str) -> Request | None:
        """Return a request of whoever stands behind an address, as long as they may still have what it is of."""
        request, who = self.spool.request(name), self.who(address)
        if request is None or who is None or request.person != who.actor:
            return None
        view = self.exports.views.get(request.view)
        return request if view and view.allowed(who) else None


class _Told:
    """Tells whoever waits in conversation how far a long export is."""

    def __init__(self, workshop: Workshop, request: Request) -> None:
        self._workshop, self._request = workshop, request
        self._next, self._wait, self._times = workshop.now() + LONG, LONG, 0

    def __call__(self, done: int, total: int) -> None:
        now = self._workshop.now()
        if now < self._next or done >= total:
            return
        self._times += 1
        self._wait *= 2
        self._next = now + self._wait
        letter = Letter("", (), screens.under_way(done, total))
        self._workshop.write(self._request, letter, f"at{self._times}")


def carry_out(  # the parts that an export stands on
    store: Store,
    exports: Exports,
    edition: Edition,
    spool: Spool,
    request: Request,
    tell: Progress = silent,
) -> Outcome:
    """Make one here and now, for whoever asked, with what they may at this moment; slow."""
    place, view = spool.place(request.id), exports.views.get(request.view)
    if place is None or view is None:
        return Outcome(refused=FAILED)
    with store.read() as tx:
        who = Who(request.person, granting.grants_in(tx, edition.slug, request.person))

    def told(done: int, total: int) -> None:
        spool.advance(request, done, total)
        tell(done, total)

    path = place / f"rallynov-{view.called}.{request.kind}"
    made = exports.write(view.id, request.kind, path, who, request.only, told, language=request.language)
    if isinstance(made, Refused):
        return Outcome(refused=made)
    file = _one(made, path)
    return Outcome(file.name, file.stat().st_size, made.dossiers)


def _one(made: Written, path: Path) -> Path:
    """Return the one file of an export: several volumes are put into one ZIP."""
    if len(made.paths) == 1:
        return Path(made.paths[0])
    bound = path.with_suffix(".zip")
    with ZipFile(bound, "w", ZIP_STORED) as held:
        for one in map(Path, made.paths):
            held.write(one, one.name)
            one.unlink()
    bound.chmod(0o600)
    return bound


def export_maker(workshop: Workshop) -> Maker:
    """Return the maker of exports that were made: each for whoever asked for it, as long as they may have it."""

    def make(address: str, ref: str, _language: str) -> File | None:
        request = workshop.mine(address, ref)
        path = workshop.spool.file(ref) if request else None
        if path is None or path.stat().st_size > HEAVIEST:
            return None
        return File(path.name, MIMES[path.suffix[1:]], path.read_bytes())

    return make
