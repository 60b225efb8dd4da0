"""What the FAQ learns: rows beside the files, one version of them for all processes, and their way back to the files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, insert, select, update

from rallynov.delivery.subject import Order
from rallynov.faq.commands import LearnEntry, LearnWays, SetAside
from rallynov.faq.content import Entries
from rallynov.faq.model import Entry, Part
from rallynov.faq.naming import cut_answer, slug_of, title_of, ways_of
from rallynov.faq.presenting import heading_of, presentable
from rallynov.faq.tables import FaqVersionRow, LearnedRow, QuestionRow, TicketRow
from rallynov.storage.notices import notify
from rallynov.storage.prepared import INSERTS
from rallynov.text import fold

NOTICE = "faq"
"""What the other processes are told once the FAQ has learned."""


def version(tx: Connection) -> int:
    """Return how often the FAQ has learned."""
    return tx.execute(select(FaqVersionRow.n)).scalar() or 0


def learn(tx: Connection, order: Order, command: LearnWays | LearnEntry | SetAside) -> bool:
    """Write what was learned, and settle the questions that it comes from; tell whether the FAQ has changed.

    What was asked is learned as everybody may read it; a question that has its entry already makes no second one.
    """
    if command.questions:
        mine = QuestionRow.id.in_(command.questions)
        tx.execute(update(QuestionRow).where(mine).values(settled=True))
    if isinstance(command, SetAside):
        return False
    asked = _askers(tx, command.ways)
    if isinstance(command, LearnEntry):
        made = _entry_rows(tx, command, asked)
        if not made:
            return False
    else:
        made = _way_rows(command.entry, command.ways, asked)
    common = {"language": command.language, "author": order.person, "at": order.at}
    if made:
        tx.execute(insert(LearnedRow), [common | row for row in made])
    grown(tx)
    return True


def _entry_rows(tx: Connection, command: LearnEntry, asked: Mapping[str, _Asked]) -> list[dict[str, str]]:
    """Return a new entry and its ways, under a slug that nothing else learned has; nothing when it is known already."""
    verbatim = next((way for way in command.ways if fold(title_of(way)) == fold(command.title)), "")
    said = presentable(verbatim or command.title)
    title = (title_of(said, command.language) if verbatim else said) if said else heading_of(command.answer)
    source = asked.get(verbatim, _NOBODY) if said else _NOBODY
    known = tx.execute(
        select(LearnedRow.slug, LearnedRow.title, LearnedRow.question, LearnedRow.language).where(
            LearnedRow.title != ""
        )
    ).all()
    same = (one for one in known if one.language == command.language and fold(one.title) == fold(title))
    again = (one for one in known if one.question and one.question in {*command.questions, source.question})
    if next(same, None) or next(again, None):
        return []
    clean = fold(title) == fold(command.title)
    taken = {*tx.execute(select(LearnedRow.slug)).scalars()}
    slug = command.slug if clean and command.slug not in taken else slug_of(title, {*taken, command.slug})
    entry = {"slug": slug, "category": command.category, "title": title, "words": command.answer.strip()}
    return [entry | source._asdict(), *_way_rows(slug, command.ways, asked)]


def _way_rows(slug: str, ways: Sequence[str], asked: Mapping[str, _Asked]) -> list[dict[str, str]]:
    rows = []
    told: set[str] = set()
    for way in ways:
        for line in ways_of([presentable(way)]):
            if fold(line) not in told:
                told.add(fold(line))
                row = {"slug": slug, "category": "", "title": "", "words": line}
                rows.append(row | asked.get(way, _NOBODY)._asdict())
    return rows


class _Asked(NamedTuple):
    question: str
    person_id: str


_NOBODY = _Asked("", "")


def _askers(tx: Connection, ways: Sequence[str]) -> dict[str, _Asked]:
    """Return whose words the ways are: who asked them first, or handed them over."""
    mine = select(QuestionRow.words, QuestionRow.id, QuestionRow.person_id).where(QuestionRow.words.in_(ways))
    asked: dict[str, _Asked] = {}
    for words, question, person in tx.execute(mine.order_by(QuestionRow.at, QuestionRow.id)):
        asked.setdefault(words, _Asked(question, person))
    handed = select(TicketRow.words, TicketRow.person_id).where(TicketRow.words.in_(ways))
    for words, person in tx.execute(handed.order_by(TicketRow.number)):
        asked.setdefault(words, _Asked("", person))
    return asked


def grown(tx: Connection) -> None:
    """Tell every process that the FAQ is not what it was."""
    row = {"id": 1, "n": 1}
    add = INSERTS[tx.dialect.name](FaqVersionRow)
    tx.execute(add.on_conflict_do_update(index_elements=["id"], set_={"n": FaqVersionRow.n + 1}), [row])
    notify(tx, [NOTICE])


def merged(entries: Entries, tx: Connection) -> dict[str, dict[str, Entry]]:
    """Read what was learned, and return the entries with it; what the files already hold is not said twice."""
    all_: dict[str, dict[str, Entry]] = {language: dict(known) for language, known in entries.items()}
    for row in tx.execute(select(LearnedRow).order_by(LearnedRow.id)).mappings():
        spoken = all_.setdefault(row["language"], {})
        if row["title"]:
            spoken.setdefault(row["slug"], _entry(row))
        elif entry := spoken.get(row["slug"]) or _foreign(all_, row["slug"], row["language"]):
            known = {fold(text) for text in entry.texts}
            ways = (*entry.ways, row["words"]) if fold(row["words"]) not in known else entry.ways
            spoken[row["slug"]] = replace(entry, ways=ways)
    return all_


def _entry(row: RowMapping) -> Entry:
    answer, more = cut_answer(str(row["words"]))
    parts: tuple[Part, ...] = tuple(("text", (paragraph,)) for paragraph in more)
    return Entry(
        str(row["slug"]), str(row["language"]), str(row["category"]), str(row["title"]), answer, parts
    )


def _foreign(all_: Mapping[str, Mapping[str, Entry]], slug: str, language: str) -> Entry | None:
    """Return the entry of another language to which somebody asked the way in this one."""
    found = (spoken[slug] for other, spoken in all_.items() if other != language and slug in spoken)
    entry = next(found, None)
    return replace(entry, ways=()) if entry else None
