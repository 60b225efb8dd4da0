"""What every room of the product stands on: settings, database, content files, edition, and what gives moments and ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path

from bot.lean import apart
from bot.settings import Settings
from rallynov.announcements.template_files import load_templates
from rallynov.announcements.templates import Templates
from rallynov.delivery.posting import Post
from rallynov.diagnosis.model import Grid
from rallynov.diagnosis.service import check_words, load_grid
from rallynov.editions.model import Edition
from rallynov.faq.content import Entries, check_entries, check_vocabulary, load_entries, load_replies
from rallynov.faq.model import Reply
from rallynov.initiatives.communes import load_places
from rallynov.initiatives.model import DossierForm
from rallynov.initiatives.reading import check_form
from rallynov.initiatives.reading.places import Places
from rallynov.initiatives.service import load_form
from rallynov.sheets.content import check_sheets, load_sheets, sheet_terms
from rallynov.sheets.model import Shelf
from rallynov.storage.store import Store
from rallynov.wording import Wording


@dataclass(frozen=True, slots=True)
class Content:
    """What the content files say, read and checked against each other."""

    wording: Wording
    grid: Grid
    form: DossierForm
    shelves: Mapping[str, Shelf]
    entries: Entries
    replies: Mapping[str, Sequence[Reply]]
    places: Places
    templates: Templates


@lru_cache(maxsize=4)
def read_content(operator: str, contact: str, rules: str | None = None) -> Content:
    """Read all content files, once a process: nothing changes them while it runs.

    Refuses, with ``ContentError``, a file that cannot be used.
    """
    return _APART.pop((operator, contact, rules), None) or _read(operator, contact, rules)


_APART: dict[tuple[str, str, str | None], Content] = {}


def read_apart(operator: str, contact: str, rules: str | None) -> None:
    """Read all content files for ``read_content``, in a process of its own: what reads them is 4 MB that a server does not
    need again. Only before any thread is started.
    """
    _APART[operator, contact, rules] = apart(partial(_read, operator, contact, rules))


def _read(operator: str, contact: str, rules: str | None) -> Content:
    shelves, grid, form = load_sheets(), load_grid(), load_form()
    names = {"operator": operator, "contact": contact, **({"rules": rules} if rules else {})}
    wording = Wording(names, content=sheet_terms(shelves))
    check_words(grid, wording)
    check_form(form, wording)
    check_sheets(grid, shelves)
    check_vocabulary()
    entries = load_entries()
    check_entries(entries, {sheet.number for shelf in shelves.values() for sheet in shelf.sheets})
    return Content(wording, grid, form, shelves, entries, load_replies(), load_places(), load_templates())


@dataclass(frozen=True, slots=True)
class Ground:
    """The ground of one process; ``sample`` tells that the edition is the demonstration's."""

    settings: Settings
    store: Store
    content: Content
    edition: Edition
    post: Post
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    new_secret: Callable[[], str]
    sample: bool = False

    @property
    def wording(self) -> Wording:
        """The words of the interface and of the content files."""
        return self.content.wording

    @property
    def grid(self) -> Grid:
        """The checkpoints of the diagnosis."""
        return self.content.grid

    @property
    def form(self) -> DossierForm:
        """The form of the dossier."""
        return self.content.form

    def folder(self, name: str) -> Path:
        """Return a folder of this installation's files."""
        return self.settings.data_dir.absolute() / name
