"""PDF: dossiers bound together, for who reads them away from a screen; a volume holds a hundred.

Each dossier is printed as its own paper prints it, with what the view shows and nothing else; PDF/UA, like all papers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from rallynov.dialogue.words import say
from rallynov.editions.model import Calendar
from rallynov.exports.job import Job
from rallynov.exports.model import Entry
from rallynov.initiatives.form import DossierForm, Field, Kind, Step
from rallynov.initiatives.model import Attachment, Dossier, Status
from rallynov.initiatives.papers.found import Found, Submitted
from rallynov.initiatives.papers.whole import whole_data
from rallynov.papers.press import compile_pdf
from rallynov.text import clean_line

TEMPLATE = Path(__file__).parent / "booklet.typ"
VOLUME = 100
"""Dossiers of a volume: some 500 pages, and what typst can hold without taking all of the machine."""


class Booklet:
    """Volumes of dossiers, printed one after the other."""

    absent = 0

    def __init__(self, job: Job) -> None:
        self._job = job
        self._waiting: list[dict[str, object]] = []
        self._volumes: list[Path] = []
        self._count = 0

    def add(self, entry: Entry) -> None:
        """Print a volume whenever it is full."""
        if len(self._waiting) == VOLUME:
            self._bind()
        self._waiting.append(self._page(entry))

    def close(self) -> Sequence[Path]:
        """Print the last volume."""
        self._bind()
        return tuple(self._volumes)

    def _bind(self) -> None:
        job, dossiers = self._job, self._waiting
        first, number = self._count + 1, len(self._volumes) + 1
        self._count, self._waiting = self._count + len(dossiers), []
        title = f"{job.word('exports:words:booklet')} · {job.word(f'exports:views:{job.view.id}')}"
        lines = [job.edition.title, job.say(say("{at} (Paris time)", at=job.at))]
        if number > 1 or len(dossiers) == VOLUME:
            lines.append(f"{job.word('exports:words:volume')} {number} ({first}–{self._count})")
        data = {
            "language": job.language,
            "title": title,
            "brand": job.edition.title,
            "lines": lines,
            "running": " · ".join((title, *lines)),
            "contents": job.word("exports:words:contents"),
            "head": [job.word("exports:words:question"), job.word("exports:words:answer")],
            "struck": job.say(say("▯ stands for a sign that this document cannot print.")),
            "dossiers": dossiers,
        }
        path = job.work / f"export-{number}.pdf"
        path.write_bytes(compile_pdf(TEMPLATE, data, job.at))
        self._volumes.append(path)

    def _page(self, entry: Entry) -> dict[str, object]:
        """Return a dossier as the template prints it."""
        job = self._job
        files = tuple((one.name, one.size, one.id) for one in entry.pieces)
        found = Found(_as_printed(entry), Submitted({**entry.answers, **entry.others}, files), Calendar())
        made = whole_data(self._form(entry), found, job.edition, job.wording, job.language)
        lines = [job.word(f"exports:statuses:{entry.status}")]
        if entry.submitted_at:
            lines.append(job.say(say("Submitted on {at} (Paris time)", at=entry.submitted_at)))
        return {
            "title": f"{entry.key} · {clean_line(str(made['title']))}",
            "lines": lines,
            "steps": made["steps"],
            "others": made["others"],
        }

    def _form(self, entry: Entry) -> DossierForm:
        """Return the form with the fields that are printed of a dossier, whatever they depend on."""
        steps = []
        for step, fields in self._steps:
            kept = tuple(self._printed(entry, fields))
            if kept:
                steps.append(Step.model_construct(id=step.id, fields=kept))
        return DossierForm.model_construct(
            version=entry.form,
            steps=tuple(steps),
            files_most=self._job.form.files_most,
            file_bytes=self._job.form.file_bytes,
            total_bytes=self._job.form.total_bytes,
        )

    def _printed(self, entry: Entry, fields: Sequence[tuple[Field, Field]]) -> Iterator[Field]:
        consented = self._job.view.consented
        for asked, alone in fields:
            told = entry.pieces if asked.kind is Kind.FILES else asked.id in entry.answers
            if told or (not consented and asked.applies(entry.answers)):
                yield alone

    @cached_property
    def _steps(self) -> Sequence[tuple[Step, Sequence[tuple[Field, Field]]]]:
        """The fields that the view shows, by step: as they are asked, and free of what they depend on."""
        view = self._job.view
        return [
            (step, [(one, one.model_copy(update={"when": None})) for one in step.fields if view.shows(one)])
            for step in self._job.form.steps
        ]


def _as_printed(entry: Entry) -> Dossier:
    files = tuple(
        Attachment(one.id, one.name, one.mime, one.size, "kept", scanned=one.scanned) for one in entry.pieces
    )
    return Dossier(
        entry.id, Status.SUBMITTED, attachments=files, receipt=entry.key, submitted_at=entry.submitted_at
    )
