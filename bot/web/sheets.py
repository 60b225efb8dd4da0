"""The pages of the fact sheets: all of them, and each on its own, to read or to print."""

from __future__ import annotations

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from bot.web.door import Door
from bot.web.reader import Reader, Readers
from bot.web.view import View
from rallynov.dialogue.words import Term, Words, plural, say
from rallynov.sheets.model import Sheet, Shelf


class SheetPages:
    """The shelf of the reader's language."""

    def __init__(self, door: Door, view: View, readers: Readers) -> None:
        self._door = door
        self._view = view
        self._readers = readers

    def mount(self, app: FastAPI) -> None:
        """Give the pages their addresses."""
        app.add_route("/fiches", self.all, methods=["GET"])
        app.add_route("/fiches/{slug}", self.one, methods=["GET"])

    async def all(self, request: Request) -> Response:
        """List the sheets, each with the checkpoints that it serves."""
        reader = await self._readers.of(request)
        told = [(sheet, self._about(sheet, reader)) for sheet in self._shelf(reader).sheets]
        return HTMLResponse(self._view.write("sheets.html", reader, told=told))

    async def one(self, request: Request) -> Response:
        """Show a sheet, named by its slug or its number."""
        reader = await self._readers.of(request)
        shelf = self._shelf(reader)
        sheet = shelf.find(request.path_params["slug"])
        if sheet is None:
            raise HTTPException(404)
        place = shelf.sheets.index(sheet)
        beside = (shelf.sheets[place - 1] if place else None, next(iter(shelf.sheets[place + 1 :]), None))
        page = self._view.write(
            "sheet.html",
            reader,
            sheet=sheet,
            headings=shelf.headings,
            about=self._about(sheet, reader),
            name=self._word(say("Fact sheet {number}", number=sheet.rank), reader),
            minutes=self._word(plural("{n} minute to read", "{n} minutes to read", sheet.minutes), reader),
            beside=beside,
        )
        return HTMLResponse(page)

    def _shelf(self, reader: Reader) -> Shelf:
        shelf = self._door.shelves.get(reader.language)
        if shelf is None:
            raise HTTPException(404)
        return shelf

    def _about(self, sheet: Sheet, reader: Reader) -> list[str]:
        """Name the checkpoints that a sheet serves."""
        return [self._word(Term(f"grid:{checkpoint}:title"), reader) for checkpoint in sheet.checkpoints]

    def _word(self, words: Words, reader: Reader) -> str:
        return self._door.wording.word(words, reader.language)
