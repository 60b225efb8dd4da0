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

from bot import plain
from bot.documents import open_papers
from bot.ground import Ground, read_content
from bot.office import Office
from bot.pressroom import Pressroom
from bot.rights import rights_dialogues, rights_subjects
from bot.settings import Settings
from bot.steps import steps
from bot.team import OFFERED, TeamRooms, open_rooms
from bot.telegram import updates
from rallynov.announcements.announcer import Announcer
from rallynov.coordination.service import Bureau
from rallynov.delivery.posting import Post
from rallynov.delivery.service import Delivery
from rallynov.delivery.subject import Subject, Tools
from rallynov.delivery.turns import Turns
from rallynov.diagnosis.colleagues import ColleaguesDialogue
from rallynov.diagnosis.flow import DiagnosisDialogue
from rallynov.diagnosis.service import Diagnoses
from rallynov.diagnosis.triage import TriageDialogue
from rallynov.dialogue.dialogue import Dialogue
from rallynov.dialogue.engine import Engine
from rallynov.dialogue.turn import Place
from rallynov.editions import service as editions
from rallynov.editions.model import Edition
from rallynov.editions.stages import rows as stage_rows
from rallynov.editions.stages.flow import StagesDialogue
from rallynov.editions.stages.service import Board
from rallynov.faq.counter import Counter
from rallynov.faq.desk.flow import DeskDialogue
from rallynov.faq.flow import FaqDialogue
from rallynov.faq.hearing import Hearing, strict_fields
from rallynov.faq.librarian import Librarian
from rallynov.faq.public import PublicFaq
from rallynov.faq.service import Questions
from rallynov.initiatives.attachments.closing import Closing
from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.dwelling import department
from rallynov.initiatives.flow import DossierDialogue
from rallynov.initiatives.late_codes import LateCodes
from rallynov.initiatives.lookup import Lookup
from rallynov.initiatives.pending import reader
from rallynov.initiatives.reminders import Reminders
from rallynov.initiatives.retention import Notices
from rallynov.initiatives.service import Initiatives
from rallynov.papers.model import Papers
from rallynov.people.acting import RolesDialogue
from rallynov.people.consents.flow import ConsentsDialogue
from rallynov.people.consents.service import Choices
from rallynov.people.flow import CodesDialogue
from rallynov.people.holding import Holding, Invitations, Roles
from rallynov.people.languages import LanguageDialogue
from rallynov.people.model import Purpose
from rallynov.people.service import Codes, People
from rallynov.privacy.service import Erasure
from rallynov.reception.flow import Reception
from rallynov.sheets.flow import SheetsDialogue
from rallynov.sheets.model import Shelf
from rallynov.storage.store import Store
from rallynov.wording import Wording

PULL = frozenset({"web", "terminal"})
_READERS = {"web": plain.read, "terminal": plain.read, updates.CHANNEL: updates.read}
_LANGUAGES = {"web": plain.language, "terminal": plain.language, updates.CHANNEL: updates.language}
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
    faq: PublicFaq
    team: TeamRooms
    announcer: Announcer
    owner: str

    @property
    def bureau(self) -> Bureau:
        """Where the team reads dossiers and acts on them."""
        return self.team.bureau

    @property
    def office(self) -> Office:
        """Figures and exports."""
        return self.team.office

    @property
    def press(self) -> Pressroom:
        """Announcements."""
        return self.team.press


def build(
    settings: Settings, store: Store, now: Callable[[], datetime] = clock, *, sample: bool = False
) -> Core:
    """Build the product on a migrated database, for the current edition or the demonstration's.

    Refuses, with ``ContentError``, a content file that cannot be used.
    """
    content = read_content(settings.operator, settings.contact, settings.rules_url)
    wording, form, post = content.wording, content.form, Post(content.wording, PULL)
    edition = editions.current(store, sample=sample)
    ground = Ground(settings, store, content, edition, post, now, new_id, new_secret, sample)
    librarian = Librarian(store, content.entries, wording.languages, ground.folder("faq"))
    questions, board = Questions(edition, post, librarian, now), Board(store, edition, post)
    desk = DeskDialogue(content.replies, [one.id for one in form.fields])
    team = open_rooms(ground, librarian)
    engine = _engine(ground, desk, team.dialogues)
    tools = Tools(now, new_id, new_secret, _READERS, _LANGUAGES, PULL)
    turns = Turns(store, engine, wording, [*_subjects(ground), board, questions, *team.subjects], tools)
    return Core(
        store=store,
        wording=wording,
        edition=edition,
        turns=turns,
        delivery=Delivery(store, turns, now),
        papers=open_papers(ground, board).having(team.makers),
        shelves=content.shelves,
        steps=steps(content.grid, form),
        commands=engine.commands,
        reminders=Reminders(form, edition, post),
        notices=Notices(post),
        closing=Closing(store, form, Folder(ground.folder("pieces")), post, new_id),
        dossiers=Lookup(form, edition),
        stages=board,
        librarian=librarian,
        counter=Counter(store, questions, post, desk, now),
        faq=PublicFaq(store, edition, librarian, board, now),
        team=team,
        announcer=Announcer(store, wording, post, PULL, lambda tx: stage_rows.read(tx, edition), now),
        owner=new_id(),
    )


def _engine(ground: Ground, desk: Dialogue, others: Sequence[Dialogue]) -> Engine:
    content, wording, edition = ground.content, ground.wording, ground.edition
    faq = FaqDialogue(Hearing(strict_fields(content.form)))
    notice = wording.term("privacy:notice:version", "fr")
    receivers: Mapping[str, str] = {
        Purpose.COLLEAGUE: "colleagues",
        Purpose.COOWNER: "dossier",
        Purpose.LATE: "dossier",
    }
    codes = CodesDialogue(Place("diagnosis"), receivers, ("dossier", "reception"))
    dialogues: Sequence[Dialogue] = (
        Reception(content.grid, edition.title, ground.settings.contact, codes, OFFERED),
        DiagnosisDialogue(content.grid, notice),
        TriageDialogue(content.grid, notice),
        ColleaguesDialogue(content.grid, notice),
        SheetsDialogue(content.shelves[wording.languages[0]]),
        StagesDialogue(department),
        DossierDialogue(content.form, reader(content.places, wording), content.grid, notice),
        codes,
        RolesDialogue(edition.title),
        *rights_dialogues(),
        LanguageDialogue(wording.languages),
        ConsentsDialogue(),
        faq,
        desk,
        *others,
    )
    return Engine(dialogues, wording, faq)


def _subjects(ground: Ground) -> Sequence[Subject]:
    edition, now = ground.edition, ground.now
    return (
        People(),
        Codes(now, Invitations(edition.slug, now), LateCodes(edition, now)),
        Roles(edition.slug),
        Holding(edition.slug),
        Choices(),
        editions.Calendars(ground.store, edition),
        Diagnoses(edition.slug),
        Initiatives(ground.form, edition, ground.post),
        Erasure(ground.post),
        *rights_subjects(),
    )
