"""What was learned, taken back: the words of who asks for it, or what the team does not want served any more."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Row, delete, select, update

from rallynov.faq.learning import grown
from rallynov.faq.naming import slug_of
from rallynov.faq.presenting import heading_of, presentable
from rallynov.faq.tables import LearnedRow, QuestionRow, TicketRow
from rallynov.text import fold


def take_back(tx: Connection, people: Sequence[str]) -> None:
    """Drop the words of people who ask for it, before their questions go; an entry keeps its answer, and another title.

    Its slug was made of the title: it changes too. What was learned before it was kept who asked is known by its words.
    """
    said = {fold(presentable(one)) for one in _said(tx, people)} - {""}
    rows = tx.execute(select(LearnedRow.__table__).order_by(LearnedRow.id)).all()
    theirs = [one for one in rows if _is_theirs(one, people, said)]
    for one in theirs:
        if one.title:
            _retitle(tx, one, {row.slug for row in rows})
    ways = [one.id for one in theirs if not one.title]
    tx.execute(delete(LearnedRow).where(LearnedRow.id.in_(ways)))
    if theirs:
        grown(tx)
    unlink(tx, people)


def unlink(tx: Connection, people: Sequence[str]) -> None:
    """Forget who asked, and who of the team taught it; the words stay as everybody may read them."""
    mine = LearnedRow.person_id.in_(people)
    tx.execute(update(LearnedRow).where(mine).values(person_id="", question=""))
    tx.execute(update(LearnedRow).where(LearnedRow.author.in_(people)).values(author=""))


def unlearn(tx: Connection, what: str) -> int:
    """Drop a learned entry by its slug or its title, or a learned way by its words; return how many rows were dropped."""
    wanted = fold(what)
    rows = tx.execute(select(LearnedRow.__table__)).all()
    slugs = {
        one.slug for one in rows if one.slug == what.strip() or (one.title and fold(one.title) == wanted)
    }
    found = [
        one.id
        for one in rows
        if one.slug in slugs or (not one.title and wanted and fold(one.words) == wanted)
    ]
    if found:
        tx.execute(delete(LearnedRow).where(LearnedRow.id.in_(found)))
        grown(tx)
    return len(found)


def _said(tx: Connection, people: Sequence[str]) -> list[str]:
    asked = select(QuestionRow.words).where(QuestionRow.person_id.in_(people))
    handed = select(TicketRow.words).where(TicketRow.person_id.in_(people))
    return [*tx.execute(asked).scalars(), *tx.execute(handed).scalars()]


def _is_theirs(row: Row[*tuple[object, ...]], people: Collection[str], said: Collection[str]) -> bool:
    words = str(row.title or row.words)
    return row.person_id in people or (not row.person_id and fold(presentable(words)) in said)


def _retitle(tx: Connection, row: Row[*tuple[object, ...]], taken: Collection[str]) -> None:
    """Name an entry by the first words of its answer, wherever its slug is kept."""
    title = heading_of(row.words)
    slug = slug_of(title, taken)
    renamed = {"title": title, "slug": slug, "person_id": "", "question": ""}
    tx.execute(update(LearnedRow).where(LearnedRow.id == row.id).values(renamed))
    tx.execute(update(LearnedRow).where(LearnedRow.slug == row.slug).values(slug=slug))
    tx.execute(update(QuestionRow).where(QuestionRow.entry == row.slug).values(entry=slug))
    for table in (QuestionRow, TicketRow):
        held = select(table.id, table.entries).where(table.entries.contains(row.slug, autoescape=True))
        for id_, entries in tx.execute(held).all():
            told = ",".join(slug if one == row.slug else one for one in entries.split(","))
            tx.execute(update(table).where(table.id == id_).values(entries=told))
