"""Reports made on request: the run behind an address, read in one transaction and printed outside it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Row, select

from rallynov.delivery.tables import ConversationRow
from rallynov.diagnosis.model import Diagnosis, Earlier, Grid
from rallynov.diagnosis.report import DASH, Kept, plot, report_data
from rallynov.diagnosis.tables import AnswerRow, DiagnosisRow
from rallynov.editions.model import DEFAULT, SAMPLE
from rallynov.editions.tables import EditionRow
from rallynov.figures.radar import radar_svg
from rallynov.papers.model import File, Maker
from rallynov.papers.press import compile_pdf
from rallynov.storage.store import Store
from rallynov.wording import PARIS, Wording

TEMPLATE = Path(__file__).parent / "report.typ"
_UNNAMED = {edition.slug: edition.title for edition in (DEFAULT, SAMPLE)}


def report_maker(store: Store, grid: Grid, wording: Wording) -> Maker:
    """Return the maker of reports; a ref is the number of a run."""

    def make(address: str, ref: str, language: str) -> File | None:
        if not (ref.isascii() and ref.isdigit() and len(ref) < 10):
            return None
        with store.read() as tx:
            kept = find(tx, address, int(ref))
        if kept is None:
            return None
        spoken = language if language in wording.languages else wording.languages[0]
        return File(_name(kept), "application/pdf", print_report(grid, kept, wording, spoken))

    return make


def print_report(grid: Grid, kept: Kept, wording: Wording, language: str) -> bytes:
    """Print the report of a run; the same answers give the same bytes."""
    drawn = plot(grid, kept.diagnosis, wording, language)
    images = {"radar": radar_svg(drawn, absent=DASH)} if drawn else {}
    return compile_pdf(TEMPLATE, report_data(grid, kept, wording, language), kept.at, images)


def find(tx: Connection, address: str, run: int) -> Kept | None:
    """Read one run of whoever is behind an address; None when it is not theirs, or holds no answer."""
    row = tx.execute(
        select(DiagnosisRow.person_id, DiagnosisRow.edition, EditionRow.title)
        .join(ConversationRow, ConversationRow.person_id == DiagnosisRow.person_id)
        .outerjoin(EditionRow, EditionRow.slug == DiagnosisRow.edition)
        .where(ConversationRow.address == address, DiagnosisRow.run == run)
    ).first()
    if row is None:
        return None
    rows = _rows(tx, row.person_id, run)
    answers = _values(rows)
    if not answers:
        return None
    notes = {kept.question: kept.note for kept in rows if kept.note}
    mine = Diagnosis(run, answers, notes, earlier=_earlier(tx, row.person_id, run))
    title = row.title or _UNNAMED.get(row.edition, row.edition)
    return Kept(mine, title, max(kept.answered_at for kept in rows))


def _earlier(tx: Connection, person: str, run: int) -> Earlier | None:
    """Read the finished run before this one."""
    row = tx.execute(
        select(DiagnosisRow.run, DiagnosisRow.finished_at)
        .where(
            DiagnosisRow.person_id == person, DiagnosisRow.run < run, DiagnosisRow.finished_at.is_not(None)
        )
        .order_by(DiagnosisRow.run.desc())
        .limit(1)
    ).first()
    return Earlier(_values(_rows(tx, person, row.run)), row.finished_at) if row and row.finished_at else None


def _rows(tx: Connection, person: str, run: int) -> list[Row[str, str | None, str | None, object]]:
    kept = select(AnswerRow.question, AnswerRow.value, AnswerRow.note, AnswerRow.answered_at)
    return list(tx.execute(kept.where(AnswerRow.person_id == person, AnswerRow.run == run)).all())


def _values(rows: list[Row[str, str | None, str | None, object]]) -> dict[str, str]:
    return {kept.question: kept.value for kept in rows if kept.value is not None}


def _name(kept: Kept) -> str:
    return f"rallynov-autodiagnostic-{kept.at.astimezone(PARIS):%Y-%m-%d}.pdf"
