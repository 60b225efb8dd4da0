"""The only place that builds the product from its parts, and the only one that reads the clock and makes
ids.
"""

from __future__ import annotations

import base64
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot import plain
from bot.settings import Settings
from bot.telegram import updates
from rallynov.delivery.service import Delivery
from rallynov.delivery.subject import Subject, Tools
from rallynov.delivery.turns import Turns
from rallynov.diagnosis.colleagues import ColleaguesDialogue
from rallynov.diagnosis.flow import DiagnosisDialogue
from rallynov.diagnosis.model import Grid
from rallynov.diagnosis.reports import report_maker
from rallynov.diagnosis.service import Diagnoses, check_words, load_grid
from rallynov.diagnosis.triage import TriageDialogue
from rallynov.dialogue.engine import Dialogue, Engine
from rallynov.dialogue.turn import Place
from rallynov.editions import service as editions
from rallynov.editions.model import Edition
from rallynov.initiatives.attachments.closing import Closing
from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.communes import load_places
from rallynov.initiatives.flow import DossierDialogue
from rallynov.initiatives.late_codes import LateCodes
from rallynov.initiatives.model import DossierForm
from rallynov.initiatives.papers.makers import dossier_makers
from rallynov.initiatives.pending import reader
from rallynov.initiatives.posting import Post
from rallynov.initiatives.reading import check_form
from rallynov.initiatives.reminders import Reminders
from rallynov.initiatives.service import Initiatives, load_form
from rallynov.papers.model import Papers
from rallynov.people.flow import CodesDialogue
from rallynov.people.languages import LanguageDialogue
from rallynov.people.model import Purpose
from rallynov.people.service import Codes, People
from rallynov.privacy.flow import PrivacyDialogue
from rallynov.privacy.service import Erasure
from rallynov.reception.flow import Reception
from rallynov.sheets.content import check_sheets, load_sheets, sheet_terms
from rallynov.sheets.flow import SheetsDialogue
from rallynov.sheets.model import Shelf
from rallynov.sheets.paper import sheet_maker
from rallynov.storage.store import Store
from rallynov.wording import Wording

PULL = frozenset({"web", "terminal"})
"""Channels that read their messages themselves; the others are called by a sender."""


def clock() -> datetime:
    """Return the moment, in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return a new id: 128 random bits, in hexadecimal."""
    return uuid.uuid4().hex


def new_token() -> str:
    """Return a new secret: 128 random bits, safe in a URL."""
    return secrets.token_urlsafe(16)


def new_secret() -> str:
    """Return a new secret that may be typed: 128 random bits, in lower-case letters and figures."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


class StartError(Exception):
    """The start cannot go on: a sentence in French for the operator, and an exit code of sysexits.h."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Core:
    """What every door stands on."""

    store: Store
    wording: Wording
    edition: Edition
    turns: Turns
    delivery: Delivery
    papers: Papers
    shelves: Mapping[str, Shelf]
    steps: Mapping[str, tuple[int, int]]
    commands: frozenset[str]
    reminders: Reminders
    closing: Closing
    owner: str


def build(
    settings: Settings, store: Store, now: Callable[[], datetime] = clock, *, sample: bool = False
) -> Core:
    """Build the product on a migrated database, for the current edition, or for the demonstration's.

    Refuses, with ``ContentError``, a content file that cannot be used.
    """
    content = _content(settings)
    wording, form = content.wording, content.form
    edition, post = editions.current(store, sample=sample), Post(wording, PULL)
    dialogues = _dialogues(settings, content, edition)
    readers = {"web": plain.read, "terminal": plain.read, updates.CHANNEL: updates.read}
    languages = {"web": plain.language, "terminal": plain.language, updates.CHANNEL: updates.language}
    tools = Tools(now, new_id, new_secret, readers, languages, PULL)
    subjects = _subjects(store, content, edition, post, now)
    turns = Turns(store, Engine(dialogues, wording), wording, subjects, tools)
    return Core(
        store=store,
        wording=wording,
        edition=edition,
        turns=turns,
        delivery=Delivery(store, turns, now),
        papers=_papers(store, content, edition, now),
        shelves=content.shelves,
        steps=_steps(content.grid, form),
        commands=frozenset(name for dialogue in dialogues for name in dialogue.commands),
        reminders=Reminders(form, edition, post),
        closing=Closing(store, form, Folder(settings.data_dir.absolute() / "pieces"), post, new_id),
        owner=new_id(),
    )


@dataclass(frozen=True, slots=True)
class _Content:
    """What the content files say, read and checked against each other."""

    wording: Wording
    grid: Grid
    form: DossierForm
    shelves: Mapping[str, Shelf]


def _content(settings: Settings) -> _Content:
    shelves, grid, form = load_sheets(), load_grid(), load_form()
    names = {"operator": settings.operator, "contact": settings.contact}
    wording = Wording(names, content=sheet_terms(shelves))
    check_words(grid, wording)
    check_form(form, wording)
    check_sheets(grid, shelves)
    return _Content(wording, grid, form, shelves)


def _dialogues(settings: Settings, content: _Content, edition: Edition) -> list[Dialogue]:
    wording, grid = content.wording, content.grid
    notice = wording.term("privacy:notice:version", "fr")
    receivers: Mapping[str, str] = {
        Purpose.COLLEAGUE: "colleagues",
        Purpose.COOWNER: "dossier",
        Purpose.LATE: "dossier",
    }
    codes = CodesDialogue(Place("diagnosis"), receivers)
    return [
        Reception(grid, edition.title, settings.contact, codes),
        DiagnosisDialogue(grid, notice),
        TriageDialogue(grid, notice),
        ColleaguesDialogue(grid, notice),
        SheetsDialogue(content.shelves[wording.languages[0]]),
        DossierDialogue(content.form, reader(load_places(), wording), grid, notice),
        codes,
        PrivacyDialogue(),
        LanguageDialogue(wording.languages),
    ]


def _papers(store: Store, content: _Content, edition: Edition, now: Callable[[], datetime]) -> Papers:
    wording = content.wording
    return Papers(
        {
            "report": report_maker(store, content.grid, wording),
            "sheet": sheet_maker(content.shelves, wording, edition.title, now),
            **dossier_makers(store, content.form, edition, wording, now),
        }
    )


def _subjects(
    store: Store, content: _Content, edition: Edition, post: Post, now: Callable[[], datetime]
) -> list[Subject]:
    return [
        People(),
        Codes(now, LateCodes(edition, now)),
        editions.Calendars(store, edition),
        Diagnoses(edition.slug),
        Initiatives(content.form, edition, post),
        Erasure(post),
    ]


def _steps(grid: Grid, dossier: DossierForm) -> Mapping[str, tuple[int, int]]:
    """Return the rank of each screen that is a question, and how many there are with it."""
    asked = {
        "opening": [question.id for question in grid.opening().questions],
        "q": [question.id for question in grid.form().questions],
        "f": [field.id for field in dossier.fields],
    }
    return {
        f"{name}:{question}": (rank, len(ids))
        for name, ids in asked.items()
        for rank, question in enumerate(ids, 1)
    }
