"""The FAQ on a stage: a small library of its own, with its real index, and whoever answers questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from conversation import Clock
from sqlalchemy import insert, select

from bot.wiring import Core
from rallynov.delivery.tables import ConversationRow
from rallynov.editions.service import set_calendar
from rallynov.faq.content import load_entries
from rallynov.faq.finder import IndexFinder, texts_of
from rallynov.faq.model import Entry, Finder, Library
from rallynov.faq.retrieval.index import Index
from rallynov.people.roles import Role
from rallynov.people.tables import GrantRow

HERE = Path(__file__).parent / "locales"


@cache
def entries() -> Mapping[str, Mapping[str, Entry]]:
    return load_entries(HERE)


@cache
def finder(language: str) -> Finder:
    return IndexFinder(Index.build(texts_of(entries()[language]), language=language), language)


def library() -> Library:
    return Library(("fr", "en"), entries(), {language: finder(language) for language in ("fr", "en")})


def equip(core: Core) -> Core:
    """Give a product the library of the tests; what it learns is merged into it."""
    core.librarian.entries = entries()
    core.librarian.folder = None
    core.librarian.library = library()
    return core


def appoint(core: Core, clock: Clock, address: str, role: Role = Role.COORDINATOR) -> None:
    """Make whoever stands behind an address a coordinator."""
    mine = select(ConversationRow.person_id).where(ConversationRow.address == address)
    with core.store.write() as tx:
        person = tx.execute(mine).scalar()
        row = {
            "person_id": person,
            "edition": core.edition.slug,
            "role": role,
            "organisation": "",
            "name": "exemple",
        }
        tx.execute(insert(GrantRow), [row | {"granted_at": clock()}])


@dataclass
class Staff:
    """What happens around a transcript.

    ``! coordination web:claude`` gives somebody the role; ``! appris`` lets the index take what was learned;
    ``! calendrier 2026-12-01 2026-12-31`` sets the dates.
    """

    core: Core
    clock: Clock

    def __call__(self, direction: str) -> None:
        match direction.split():
            case ["coordination", address]:
                appoint(self.core, self.clock, address)
            case ["appris"]:
                self.core.librarian.load()
            case ["calendrier", opens, closes]:
                with self.core.store.write() as tx:
                    set_calendar(tx, self.core.edition, date.fromisoformat(opens), date.fromisoformat(closes))
            case _:
                raise AssertionError(direction)
