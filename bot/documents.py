"""The papers that conversations offer: each kind with its maker, built in one place for every door."""

from __future__ import annotations

from bot.ground import Ground
from bot.rights import rights_makers
from rallynov.diagnosis.reports import report_maker
from rallynov.editions.stages.agenda import Sender, stage_maker
from rallynov.editions.stages.screens import PAPER as STAGE
from rallynov.editions.stages.service import Board
from rallynov.initiatives.papers.makers import dossier_makers
from rallynov.papers.model import Papers
from rallynov.sheets.paper import sheet_maker


def open_papers(ground: Ground, board: Board) -> Papers:
    """Return the makers of papers, by kind; those of the team's rooms are added to them."""
    store, edition, wording, now = ground.store, ground.edition, ground.wording, ground.now
    settings = ground.settings
    sender = Sender(settings.operator, settings.contact, settings.web_url or "")
    return Papers(
        {
            "report": report_maker(store, ground.grid, wording),
            "sheet": sheet_maker(ground.content.shelves, wording, edition.title, now),
            STAGE: stage_maker(board.read, wording, edition.title, sender, now),
            **dossier_makers(store, ground.form, edition, wording, now),
            **rights_makers(settings, store, wording, edition, now),
        }
    )
