"""The page of a one-time code: it asks before it uses it, because programs follow links that people only receive."""

from __future__ import annotations

import re

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from bot.web.door import Door
from bot.web.reader import Readers
from bot.web.view import View, desk_of

CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What Telegram lets a link carry."""


class Codes:
    """The page of a code."""

    def __init__(self, door: Door, view: View, readers: Readers) -> None:
        self._door = door
        self._view = view
        self._readers = readers

    def mount(self, app: FastAPI) -> None:
        """Give the page its address."""
        app.add_route("/c/{code}", self.page, methods=["GET"])

    async def page(self, request: Request) -> Response:
        """Ask whether to go on here; nothing is read of the code, set or kept."""
        code = request.path_params["code"]
        if not CODE.fullmatch(code):
            raise HTTPException(404)
        form = desk_of(request, self._door)
        reader = await self._readers.of(request)
        return HTMLResponse(self._view.write("code.html", reader, code=code, form=form))
