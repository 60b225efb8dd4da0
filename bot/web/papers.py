"""The documents that a conversation offers: made when they are fetched, for whoever may have them, and never kept."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import structlog
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from bot.web import visitors
from bot.web.door import Door
from bot.web.reader import Readers
from bot.web.view import View
from rallynov.papers.model import File

log = structlog.get_logger("rallynov.web")
AT_ONCE = 2
"""Documents made at the same time: each takes a processor."""
PATIENCE = 10.0
"""Seconds that a document waits for its turn before its reader is asked to come back."""


class PaperPages:
    """The downloads."""

    def __init__(self, door: Door, view: View, readers: Readers) -> None:
        self._door = door
        self._view = view
        self._readers = readers
        self._turns = asyncio.Semaphore(AT_ONCE)

    def mount(self, app: FastAPI) -> None:
        """Give the documents their address."""
        app.add_route("/papiers/{kind}/{ref}", self.download, methods=["GET"])

    async def download(self, request: Request) -> Response:
        """Make a document for whoever asks, and hand it over; 404 when there is none of that name for them."""
        if visitors.is_embedded(request):
            raise HTTPException(404)
        cookie = visitors.cookie_of(request, secure=self._door.secure)
        address = visitors.address_of(cookie) if cookie else ""
        reader = await self._readers.of(request)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._turns.acquire()
        except TimeoutError:
            return HTMLResponse(self._view.trouble(503, reader), 503, {"Retry-After": "60"})
        try:
            kind, ref = request.path_params["kind"], request.path_params["ref"]
            file = await asyncio.to_thread(self._door.papers.make, kind, address, ref, reader.language)
        finally:
            self._turns.release()
        if file is None:
            raise HTTPException(404)
        return Response(file.content, media_type=file.mime, headers=handed_over(file))


def handed_over(file: File) -> dict[str, str]:
    """Say that a document is to be saved, under its name, in ASCII for old browsers and whole for the others."""
    plain = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in "-_. ") else "_" for sign in file.name
    )
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"
    return {"Content-Disposition": disposition}
