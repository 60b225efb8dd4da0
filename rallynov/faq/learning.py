"""What the FAQ learns: rows beside the files, one version of them for all processes, and their way back to the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, RowMapping, insert, select, update

from rallynov.delivery.subject import Order
from rallynov.faq.commands import LearnEntry, LearnWays, SetAside
from rallynov.faq.content import Entries
from rallynov.faq.model import Entry, Part
from rallynov.faq.naming import cut_answer, ways_of
from rallynov.faq.tables import FaqVersionRow, LearnedRow, QuestionRow
from rallynov.storage.notices import notify
from rallynov.storage.prepared import INSERTS
from rallynov.text import clean_line, fold

NOTICE = "faq"
"""What the other processes are told once the FAQ has learned."""


def version(tx: Connection) -> int:
    """Return how often the FAQ has learned."""
    return tx.execute(select(FaqVersionRow.n)).scalar() or 0


def learn(tx: Connection, order: Order, command: LearnWays | LearnEntry | SetAside) -> bool:
    """Write what was learned, and settle the questions that it comes from; tell whether the FAQ has changed."""
    if command.questions:
        mine = QuestionRow.id.in_(command.questions)
        tx.execute(update(QuestionRow).where(mine).values(settled=True))
    if isinstance(command, SetAside):
        return False
    common = {"language": command.language, "author": order.person, "at": order.at}
    made = []
    if isinstance(command, LearnEntry):
        title, answer = clean_line(command.title), command.answer.strip()
        made.append({"slug": command.slug, "category": command.category, "title": title, "words": answer})
        slug = command.slug
    else:
        slug = command.entry
    made += [{"slug": slug, "category": "", "title": "", "words": way} for way in ways_of(command.ways)]
    if made:
        tx.execute(insert(LearnedRow), [common | row for row in made])
    row = {"id": 1, "n": 1}
    add = INSERTS[tx.dialect.name](FaqVersionRow)
    tx.execute(add.on_conflict_do_update(index_elements=["id"], set_={"n": FaqVersionRow.n + 1}), [row])
    notify(tx, [NOTICE])
    return True


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
