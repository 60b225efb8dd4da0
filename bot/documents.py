"""The papers that conversations offer: each kind with its maker, built in one place for every door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.rights import rights_makers
from bot.settings import Settings
from rallynov.diagnosis.model import Grid
from rallynov.diagnosis.reports import report_maker
from rallynov.editions.model import Edition
from rallynov.editions.stages.agenda import Sender, stage_maker
from rallynov.editions.stages.screens import PAPER as STAGE
from rallynov.editions.stages.service import Board
from rallynov.initiatives.model import DossierForm
from rallynov.initiatives.papers.makers import dossier_makers
from rallynov.papers.model import Papers
from rallynov.sheets.model import Shelf
from rallynov.sheets.paper import sheet_maker
from rallynov.storage.store import Store
from rallynov.wording import Wording


@dataclass(frozen=True, slots=True)
class Documents:
    """What papers are made of."""

    store: Store
    wording: Wording
    grid: Grid
    form: DossierForm
    shelves: Mapping[str, Shelf]
    now: Callable[[], datetime]

    def papers(self, settings: Settings, edition: Edition, board: Board) -> Papers:
        """Return the makers of papers, by kind."""
        store, wording, now = self.store, self.wording, self.now
        sender = Sender(settings.operator, settings.contact, settings.web_url or "")
        return Papers(
            {
                "report": report_maker(store, self.grid, wording),
                "sheet": sheet_maker(self.shelves, wording, edition.title, now),
                STAGE: stage_maker(board.read, wording, edition.title, sender, now),
                **dossier_makers(store, self.form, edition, wording, now),
                **rights_makers(settings, store, wording, edition, now),
            }
        )
