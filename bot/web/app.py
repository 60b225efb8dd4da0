"""The web door: the chat page, the pages of text, health, and whatever routes other doors bring."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from bot.web import words
from bot.web.chat import Chat
from bot.web.door import Door
from bot.web.health import Health
from bot.web.news import News
from bot.web.shield import Shield
from bot.web.view import STATIC, View
from bot.web.words import Section
from rallynov.dialogue.words import say

_Page: TypeAlias = tuple[str, Sequence[str], Sequence[Section]]


def create_app(door: Door) -> FastAPI:
    """Build the application; it shows no description of its interface."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    view = View(door)
    app.add_middleware(Shield, secure=door.secure, trouble=lambda: view.trouble(500))
    Chat(door, view).mount(app)
    News(door, view).mount(app)
    Health(door).mount(app)
    _documents(app, door, view)
    for router in door.routers:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC))
    for status in (404, 405):
        app.add_exception_handler(status, _trouble(view, status))
    return app


def _documents(app: FastAPI, door: Door, view: View) -> None:
    """Write the pages of text once: they change with a release only."""
    notice = door.wording.texts("privacy:notice:full", door.language)
    pages: dict[str, _Page] = {
        "/confidentialite": (view.words["privacy"], notice, (words.cookie_words(),)),
        "/accessibilite": (
            door.wording.word(say("Accessibility"), door.language),
            (),
            tuple(words.accessibility(door.operator, door.contact)),
        ),
        "/mentions-legales": (view.words["legal"], (), tuple(words.legal(door.operator, door.contact))),
    }
    for path, page in pages.items():
        app.add_route(path, _document(view, page), methods=["GET"])


def _document(view: View, page: _Page) -> Callable[[Request], Awaitable[Response]]:
    async def show(request: Request) -> Response:  # noqa: ARG001  # a route's signature
        return HTMLResponse(view.document(*page))

    return show


def _trouble(view: View, status: int) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def show(request: Request, error: Exception) -> Response:  # noqa: ARG001  # a handler's signature
        return HTMLResponse(view.trouble(status), status)

    return show
