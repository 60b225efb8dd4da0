"""The web door: the chat page, the pages of text, health, and whatever routes other doors bring."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import HTMLResponse

from bot.web.archive import ArchivePages
from bot.web.assets import Assets
from bot.web.chat import Chat
from bot.web.codes import Codes
from bot.web.desk.pages import DeskPages
from bot.web.door import Door
from bot.web.dossiers import DossierPages
from bot.web.exports_pages import ExportPages
from bot.web.faq_pages import FaqPages
from bot.web.health import Health
from bot.web.legal import LegalPages
from bot.web.news import News
from bot.web.papers import PaperPages
from bot.web.questions import QuestionPages
from bot.web.reader import Readers
from bot.web.sheets import SheetPages
from bot.web.shield import Shield
from bot.web.stages import StagePages
from bot.web.statistics_pages import StatisticsPages
from bot.web.uploads import UNPACKED, Uploads
from bot.web.view import View

PACKED = 5
"""A page is packed at each request: further levels cost more than what they save."""
UNPACKED = ("text/event-stream", "application/pdf", *UNPACKED)
"""Sent line by line, or packed already."""


def create_app(door: Door) -> FastAPI:
    """Build the application; it shows no description of its interface."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    assets, readers = Assets(), Readers(door)
    view = View(door, assets)
    app.add_middleware(GZipMiddleware, compresslevel=PACKED, exclude_content_types=UNPACKED)
    app.add_middleware(
        Shield,
        secure=door.secure,
        trouble=lambda scope: view.trouble(500, readers.at(Request(scope))),
    )
    for part in (
        ArchivePages,
        Chat,
        Codes,
        DeskPages,
        DossierPages,
        ExportPages,
        FaqPages,
        LegalPages,
        PaperPages,
        QuestionPages,
        SheetPages,
        StagePages,
        StatisticsPages,
        Uploads,
    ):
        part(door, view, readers).mount(app)
    News(door).mount(app)
    Health(door).mount(app)
    for router in door.routers:
        app.include_router(router)
    assets.mount(app)
    for status in (404, 405):
        app.add_exception_handler(status, _trouble(view, readers, status))
    return app


def _trouble(
    view: View, readers: Readers, status: int
) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def show(request: Request, error: Exception) -> Response:  # noqa: ARG001  # a handler's signature
        return HTMLResponse(view.trouble(status, await readers.of(request)), status)

    return show
