"""The only place that builds the product from its parts, and the only one that reads the clock and makes
ids.
"""

from __future__ import annotations

import base64
import os
import secrets
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from bot import plain
from bot.documents import Documents
from bot.office import OFFERED, Ground, Office
from bot.pressroom import OFFERED as ANNOUNCED
from bot.pressroom import Pressroom, open_pressroom
from bot.rights import rights_dialogues, rights_subjects
from bot.settings import Settings
from bot.steps import steps
from bot.telegram import updates
from rallynov.announcements.announcer import Announcer
from rallynov.coordination.conversing import Desks
from rallynov.coordination.flow import BureauDialogue
from rallynov.coordination.screens import CHOICE as BUREAU
from rallynov.coordination.service import Bureau, open_bureau
from rallynov.delivery.posting import Post
from rallynov.delivery.service import Delivery
from rallynov.delivery.subject import Subject, Tools
from rallynov.delivery.turns import Turns
from rallynov.diagnosis.colleagues import ColleaguesDialogue
from rallynov.diagnosis.flow import DiagnosisDialogue
from rallynov.diagnosis.model import Grid
from rallynov.diagnosis.service import Diagnoses, check_words, load_grid
from rallynov.diagnosis.triage import TriageDialogue
from rallynov.dialogue.engine import Dialogue, Engine
from rallynov.dialogue.turn import Place
from rallynov.editions import service as editions
from rallynov.editions.model import Edition
from rallynov.editions.stages import rows as stage_rows
from rallynov.editions.stages.flow import StagesDialogue
from rallynov.editions.stages.service import Board
from rallynov.faq.content import Entries, check_entries, check_vocabulary, load_entries, load_replies
from rallynov.faq.counter import Counter
from rallynov.faq.desk.flow import DeskDialogue
from rallynov.faq.flow import FaqDialogue
from rallynov.faq.hearing import Hearing, strict_fields
from rallynov.faq.letters import QUEUE
from rallynov.faq.librarian import Librarian
from rallynov.faq.model import Reply
from rallynov.faq.public import PublicFaq
from rallynov.faq.service import Questions
from rallynov.initiatives.attachments.closing import Closing
from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.communes import load_places
from rallynov.initiatives.dwelling import department
from rallynov.initiatives.flow import DossierDialogue
from rallynov.initiatives.late_codes import LateCodes
from rallynov.initiatives.lookup import Lookup
from rallynov.initiatives.model import DossierForm
from rallynov.initiatives.pending import reader
from rallynov.initiatives.reading import check_form
from rallynov.initiatives.reading.places import Places
from rallynov.initiatives.reminders import Reminders
from rallynov.initiatives.retention import Notices
from rallynov.initiatives.service import Initiatives, load_form
from rallynov.papers.model import Papers
from rallynov.people.acting import RolesDialogue
from rallynov.people.consents.flow import ConsentsDialogue
from rallynov.people.consents.service import Choices
from rallynov.people.flow import CodesDialogue
from rallynov.people.holding import Invitations, Roles
from rallynov.people.languages import LanguageDialogue
from rallynov.people.model import Purpose
from rallynov.people.permissions import Action
from rallynov.people.screens import INVITE_CHOICE, RoleChoice
from rallynov.people.service import Codes, People
from rallynov.privacy.rights import JOURNAL_CHOICE
from rallynov.privacy.service import Erasure
from rallynov.reception.flow import Reception
from rallynov.sheets.content import check_sheets, load_sheets, sheet_terms
from rallynov.sheets.flow import SheetsDialogue
from rallynov.sheets.model import Shelf
from rallynov.storage.store import Store
from rallynov.wording import Wording

PULL = frozenset({"web", "terminal"})
_READERS = {"web": plain.read, "terminal": plain.read, updates.CHANNEL: updates.read}
_LANGUAGES = {"web": plain.language, "terminal": plain.language, updates.CHANNEL: updates.language}
"""Channels that read their messages themselves; the others are called by a sender."""
ROLE_MENU: tuple[RoleChoice, ...] = (
    RoleChoice(Action.SEE_DOSSIER, BUREAU),
    RoleChoice(Action.ANSWER_QUESTION, QUEUE),
    *ANNOUNCED,
    *OFFERED,
    JOURNAL_CHOICE,
    INVITE_CHOICE,
)
"""What roles add to the menu, room by room: each line is an action of the permission table and a command."""


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
    """Return a new secret that may be typed: 130 random bits, in lower-case letters and figures."""
    try:
        return _drawn.popleft()
    except IndexError:
        many = (
            base64.b32encode(secrets.token_bytes(20 * 128)).decode().lower()
        )  # each turn gets one, few show it
        _drawn.extend(many[at : at + 26] for at in range(32, len(many), 32))
        return many[:26]


_drawn: deque[str] = deque()
os.register_at_fork(after_in_child=_drawn.clear)


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
    notices: Notices
    closing: Closing
    dossiers: Lookup
    stages: Board
    librarian: Librarian
    counter: Counter
    bureau: Bureau
    faq: PublicFaq
    office: Office
    press: Pressroom
    announcer: Announcer
    owner: str


def build(
    settings: Settings, store: Store, now: Callable[[], datetime] = clock, *, sample: bool = False
) -> Core:
    """Build the product on a migrated database, for the current edition, or for the demonstration's.

    Refuses, with ``ContentError``, a content file that cannot be used.
    """
    content = _content(settings.operator, settings.contact, settings.rules_url)
    wording, form = content.wording, content.form
    edition, post = editions.current(store, sample=sample), Post(wording, PULL)
    faq = FaqDialogue(Hearing(strict_fields(form)))
    desk = DeskDialogue(content.replies, [one.id for one in form.fields])
    dialogues = [*_dialogues(settings, content, edition), faq, desk]
    tools = Tools(now, new_id, new_secret, _READERS, _LANGUAGES, PULL)
    librarian = Librarian(store, content.entries, wording.languages, settings.data_dir.absolute() / "faq")
    questions = Questions(edition, post, librarian, now)
    press = open_pressroom(settings, store, wording, form, edition, post, now=now, new_id=new_id)
    documents = Documents(store, wording, content.grid, form, content.shelves, now)
    office = Ground(store, wording, content.grid, form, edition, post, librarian, now).office(
        settings, sample
    )
    board = Board(store, edition, post)
    bureau = open_bureau(store, form, edition, post, (now, new_secret), content.places, wording)
    subjects = [
        *_subjects(store, content, edition, post, now),
        board,
        questions,
        *office.subjects,
        *press.subjects,
        Desks(bureau),
    ]
    dialogues += [*office.dialogues, *press.dialogues, BureauDialogue()]
    turns = Turns(store, Engine(dialogues, wording, faq), wording, subjects, tools)
    return Core(
        store=store,
        wording=wording,
        edition=edition,
        turns=turns,
        delivery=Delivery(store, turns, now),
        papers=documents.papers(settings, edition, board).having({**office.makers, **press.makers}),
        shelves=content.shelves,
        steps=steps(content.grid, form),
        commands=frozenset(name for dialogue in dialogues for name in dialogue.commands),
        reminders=Reminders(form, edition, post),
        notices=Notices(post),
        closing=Closing(store, form, Folder(settings.data_dir.absolute() / "pieces"), post, new_id),
        dossiers=Lookup(form, edition),
        stages=board,
        librarian=librarian,
        bureau=bureau,
        counter=Counter(store, questions, post, desk, now),
        faq=PublicFaq(store, edition, librarian, board, now),
        office=office,
        press=press,
        announcer=Announcer(store, wording, post, PULL, lambda tx: stage_rows.read(tx, edition), now),
        owner=new_id(),
    )


@dataclass(frozen=True, slots=True)
class _Content:
    """What the content files say, read and checked against each other."""

    wording: Wording
    grid: Grid
    form: DossierForm
    shelves: Mapping[str, Shelf]
    entries: Entries
    replies: Mapping[str, Sequence[Reply]]
    places: Places


@lru_cache(maxsize=4)
def _content(operator: str, contact: str, rules: str | None = None) -> _Content:
    """Read all content files, once a process: nothing changes them while it runs."""
    shelves, grid, form = load_sheets(), load_grid(), load_form()
    names = {"operator": operator, "contact": contact, **({"rules": rules} if rules else {})}
    wording = Wording(names, content=sheet_terms(shelves))
    check_words(grid, wording)
    check_form(form, wording)
    check_sheets(grid, shelves)
    check_vocabulary()
    entries = load_entries()
    check_entries(entries, {sheet.number for shelf in shelves.values() for sheet in shelf.sheets})
    return _Content(wording, grid, form, shelves, entries, load_replies(), load_places())


def _dialogues(settings: Settings, content: _Content, edition: Edition) -> list[Dialogue]:
    wording, grid = content.wording, content.grid
    notice = wording.term("privacy:notice:version", "fr")
    receivers: Mapping[str, str] = {
        Purpose.COLLEAGUE: "colleagues",
        Purpose.COOWNER: "dossier",
        Purpose.LATE: "dossier",
    }
    codes = CodesDialogue(Place("diagnosis"), receivers, ("dossier", "reception"))
    return [
        Reception(grid, edition.title, settings.contact, codes, ROLE_MENU),
        DiagnosisDialogue(grid, notice),
        TriageDialogue(grid, notice),
        ColleaguesDialogue(grid, notice),
        SheetsDialogue(content.shelves[wording.languages[0]]),
        StagesDialogue(department),
        DossierDialogue(content.form, reader(content.places, wording), grid, notice),
        codes,
        RolesDialogue(edition.title),
        *rights_dialogues(),
        LanguageDialogue(wording.languages),
        ConsentsDialogue(),
    ]


def _subjects(
    store: Store, content: _Content, edition: Edition, post: Post, now: Callable[[], datetime]
) -> list[Subject]:
    return [
        People(),
        Codes(now, Invitations(edition.slug, now), LateCodes(edition, now)),
        Roles(edition.slug),
        Choices(),
        editions.Calendars(store, edition),
        Diagnoses(edition.slug),
        Initiatives(content.form, edition, post),
        Erasure(post),
        *rights_subjects(),
    ]
