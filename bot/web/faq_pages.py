"""The pages of the FAQ: all questions by theme, and each with its answer. Nothing here knows who reads.

What an answer owes to the calendar is computed at each request. What is a person's own is told in conversation only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from bot.web.door import Door
from bot.web.reader import Reader, Readers
from bot.web.view import View, desk_of
from rallynov.delivery.message import Blocks, resolve
from rallynov.dialogue.screens import Block, Screen, text
from rallynov.dialogue.turn import Scene
from rallynov.dialogue.words import say
from rallynov.editions.model import day_of
from rallynov.faq.live import live
from rallynov.faq.model import CATEGORIES, Entry, Faq
from rallynov.faq.screens import NAMES
from rallynov.sheets.model import Sheet

OWN: Mapping[str, Sequence[Block]] = {
    "my-dossier": (text(say("Where your dossier stands is told to you alone, not on this page.")),)
}
"""What is said in place of a rule that computes something of a person."""
FURTHER: Mapping[str, tuple[str, str]] = {
    "my-dossier": ("/dossier", "dossier_see"),
    "next-stage": ("/etapes", "stages_all"),
}
"""Where a rule leads, and the short word of that link."""


class FaqPages:
    """The questions that are often asked."""

    def __init__(self, door: Door, view: View, readers: Readers) -> None:
        self._door = door
        self._view = view
        self._readers = readers

    def mount(self, app: FastAPI) -> None:
        """Give the pages their addresses; where the FAQ is not read, there are none."""
        if self._door.faq:
            app.add_route("/faq", self.all, methods=["GET"])
            app.add_route("/faq/{slug}", self.one, methods=["GET"])

    async def all(self, request: Request) -> Response:
        """List the questions, theme by theme."""
        reader, scene = await self._scene(request)
        library, today = scene.of(Faq).library, day_of(scene.now)
        themes = [
            (name, NAMES[name], entries)
            for name in CATEGORIES
            if (entries := library.within(name, reader.language, today))
        ]
        return HTMLResponse(
            self._view.write("faq.html", reader, themes=themes, form=desk_of(request, self._door))
        )

    async def one(self, request: Request) -> Response:
        """Show a question with its answer, and what else there is to know."""
        reader, scene = await self._scene(request)
        entry = scene.of(Faq).library.find(request.path_params["slug"], reader.language)
        if entry is None or not entry.valid(day_of(scene.now)):
            raise HTTPException(404)
        page = self._view.write(
            "entry.html",
            reader,
            entry=entry,
            computed=self._computed(entry, scene),
            sheets=self._sheets(entry, reader),
            further=FURTHER.get(entry.live),
            commands=_names_commands(entry),
            form=desk_of(request, self._door),
        )
        return HTMLResponse(page)

    async def _scene(self, request: Request) -> tuple[Reader, Scene]:
        if self._door.faq is None:
            raise HTTPException(404)
        reader = await self._readers.of(request)
        return reader, await asyncio.to_thread(self._door.faq.scene, reader.language)

    def _computed(self, entry: Entry, scene: Scene) -> Blocks:
        told = OWN.get(entry.live) or live(entry.live, scene)
        return resolve(Screen("faq:e", tuple(told)), 0, self._door.wording, scene.language).blocks

    def _sheets(self, entry: Entry, reader: Reader) -> list[Sheet]:
        shelf = self._door.shelves.get(reader.language)
        return [sheet for number in entry.sheets if shelf and (sheet := shelf.find(number))]


def _names_commands(entry: Entry) -> bool:
    """Tell whether an answer speaks of commands, which are of no use on a page."""
    return any("/" in words for words in (*entry.answer, *(one for _, texts in entry.more for one in texts)))
