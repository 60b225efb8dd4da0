"""Exports: who may have which view, one snapshot, dossiers as they come, a file that is whole, a line in the audit.

Asked by the command line, in conversation and on a page: rights are asked here, whoever calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection, insert

from rallynov.delivery.tables import AuditRow
from rallynov.editions.model import Edition
from rallynov.exports import place, reading
from rallynov.exports.formats import FORMATS
from rallynov.exports.job import Job, Writer
from rallynov.exports.model import COMMAND_LINE, Progress, Refused, Selection, Who, Written
from rallynov.exports.schema import Shape
from rallynov.exports.views import View, load_views
from rallynov.initiatives.form import DossierForm
from rallynov.people import access
from rallynov.people.access import Access, Seen
from rallynov.storage.store import Store
from rallynov.wording import Wording

ANY = Selection()
_AT_ONCE = 200
"""Dossiers that are written down in the access log in one transaction."""


def silent(_done: int, _total: int) -> None:
    """Tell nobody how far an export is."""


class Exports:
    """Writes the dossiers of an edition to files."""

    def __init__(
        self,
        store: Store,
        form: DossierForm,
        edition: Edition,
        wording: Wording,
        pieces: Path,
        now: Callable[[], datetime],
        *,
        language: str = "fr",
    ) -> None:
        """``pieces`` is the folder of the files of dossiers."""
        self._store, self._form, self._edition, self._wording = store, form, edition, wording
        self._pieces, self._now, self._language = pieces, now, language
        self.views: Mapping[str, View] = load_views(form)

    @cached_property
    def shape(self) -> Shape:
        """The types of what is exported: made when they are first needed, they take a while."""
        return Shape(self._form)

    def write(
        self,
        view: str,
        kind: str,
        path: Path,
        who: Who,
        only: Selection = ANY,
        tell: Progress = silent,
        *,
        language: str = "",
    ) -> Written | Refused:
        """Write the dossiers of a view in a format (``FORMATS``) to a path, or say why not; slow.

        What is there already is replaced once all is written. ``OSError`` when the path cannot be written to.
        """
        seen = self.views[view]
        refused = _refusal(seen, kind, who, only)
        if refused:
            return refused
        at = self._now()
        with place.workplace(path) as work, ExitStack() as opened:
            spoken = language or self._language
            about = self._form, self.shape, seen, self._edition, self._wording, spoken, at, only
            job = Job(*about, work, self._pieces, opened)
            writer = FORMATS[kind](job)
            done = self._fill(job, writer, tell)
            if not done:
                return Refused.NOTHING
            made = writer.close()
            self._record(who, seen, kind, done, at)
            return Written(tuple(map(str, place.land(made, path))), len(done), writer.absent)

    def _fill(self, job: Job, writer: Writer, tell: Progress) -> list[str]:
        """Give every dossier to a writer, from one snapshot; return their ids."""
        done, seen = list[str](), 0
        with reading.snapshot(self._store) as tx:
            ids = self._ids(tx, job)
            for some in reading.entries(tx, self._form, self.shape, ids):
                for entry in some:
                    if reading.within(entry, job.selection.territories):
                        writer.add(job.view.of(self._form, entry))
                        done.append(entry.id)
                seen += len(some)
                tell(seen, len(ids))
        return done

    def _ids(self, tx: Connection, job: Job) -> list[str]:
        only, shown = job.selection, job.view.statuses
        if shown and not only.statuses:
            only = replace(only, statuses=shown)
        return reading.chosen(tx, self._edition.slug, only)

    def _record(self, who: Who, view: View, kind: str, done: Sequence[str], at: datetime) -> None:
        """Keep who exported what: one line in the audit, and in the access log one for each dossier.

        In short transactions: whoever writes an answer meanwhile waits for none of them.
        """
        subject = f"export:{self._edition.slug}:{view.id}:{kind}:{len(done)}"
        row = {"at": at, "actor": who.actor, "action": "Export", "subject": subject}
        role = next(iter(sorted(view.roles & who.grants.roles)))
        acted = access.OPERATOR if who.actor == COMMAND_LINE else str(role)
        with self._store.write() as tx:
            tx.execute(insert(AuditRow), [row])
        made = Access(who.actor, acted, Seen.EXPORTED, at)
        for some in (done[start : start + _AT_ONCE] for start in range(0, len(done), _AT_ONCE)):
            with self._store.write() as tx:
                access.record(tx, made, dossiers=reading.left(tx, some))


def _refusal(view: View, kind: str, who: Who, only: Selection) -> Refused | None:
    if not view.allowed(who):
        return Refused.NOT_ALLOWED
    if view.hidden(only.statuses):
        return Refused.STATUS_HIDDEN
    return Refused.NO_SUCH_TABLE if kind == "csv" and only.subject not in view.subjects else None
