"""The archive of the announcements: all that anybody may read, each on its own page, and as a feed.

What was withdrawn is said to be so, and shown no more. Nothing here knows who reads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from bot.web import feed as atom
from bot.web.door import Door
from bot.web.papers import handed_over
from bot.web.reader import Reader, Readers
from bot.web.view import View
from rallynov.announcements.archive import Archive, Published
from rallynov.delivery.message import Blocks, resolve
from rallynov.dialogue.screens import Screen
from rallynov.dialogue.words import Typed, Words, say

PATH = "/annonces"
FRESH = {"cache-control": "public, max-age=300", "vary": "accept-language"}
"""A feed is asked for by machines: every five minutes is enough."""


class ArchivePages:
    """The announcements of the current edition."""

    def __init__(self, door: Door, view: View, readers: Readers) -> None:
        self._door = door
        self._view = view
        self._readers = readers

    def mount(self, app: FastAPI) -> None:
        """Give the pages their addresses; where announcements are not read, there are none."""
        if self._door.archive:
            app.add_route(PATH, self.all, methods=["GET"])
            app.add_route(f"{PATH}.atom", self.feed, methods=["GET"])
            app.add_route(f"{PATH}/{{number}}", self.one, methods=["GET"])
            app.add_route(f"{PATH}/{{number}}/piece", self.file, methods=["GET"])

    async def all(self, request: Request) -> Response:
        """List what was announced, the newest first."""
        reader = await self._readers.of(request)
        told = await asyncio.to_thread(self._archive.read)
        lines = [(one.number, one.title, self._when(one, reader)) for one in told]
        return HTMLResponse(self._view.write("announcements.html", reader, lines=lines))

    async def one(self, request: Request) -> Response:
        """Show an announcement, named by its number; of one that was withdrawn, say no more than that."""
        reader, number = await self._readers.of(request), _number(request)
        found = await asyncio.to_thread(self._archive.one, number)
        if found is None:
            if not await asyncio.to_thread(self._archive.withdrawn, number):
                raise HTTPException(404)
            page = self._view.write("announcement.html", reader, told=None, blocks_of=(), when="", signed="")
            return HTMLResponse(page, 410)
        page = self._view.write(
            "announcement.html",
            reader,
            told=found,
            blocks_of=self._blocks(found, reader),
            when=self._when(found, reader),
            signed=self._word(found.signed, reader),
            file=self._word(found.media.label, reader) if found.media else "",
        )
        return HTMLResponse(page)

    async def file(self, request: Request) -> Response:
        """Hand over the picture or the document of an announcement that the archive shows."""
        found = await asyncio.to_thread(self._archive.one, _number(request))
        media = found.media if found else None
        if media is None:
            raise HTTPException(404)
        language = self._readers.at(request).language
        made = await asyncio.to_thread(self._door.papers.make, "media", "", media.ref, language)
        if made is None:
            raise HTTPException(404)
        return Response(made.content, media_type=made.mime, headers=handed_over(made))

    async def feed(self, request: Request) -> Response:
        """Give the feed, in Atom."""
        reader = self._readers.at(request)
        told = await asyncio.to_thread(self._archive.read)
        return Response(atom.written(self._fed(told, reader)), media_type=atom.MIME, headers=FRESH)

    def _fed(self, told: Sequence[Published], reader: Reader) -> atom.Feed:
        page, team = f"{reader.base}{PATH}", self._door.operator
        entries = [
            atom.Entry(
                f"urn:rallynov:announcement:{one.id}",
                f"{page}/{one.number}",
                one.title,
                one.organisation or team,
                one.at,
                one.changed,
                self._view.write("_announced.html", reader, blocks_of=self._blocks(one, reader)),
            )
            for one in told
        ]
        heading = self._word(say("Announcements of {edition}", edition=Typed(self._door.edition)), reader)
        began = min((one.at for one in told), default=self._door.clock())
        return atom.Feed(page, page, f"{page}.atom", heading, team, reader.language, began, entries)

    @property
    def _archive(self) -> Archive:
        if self._door.archive is None:
            raise HTTPException(404)
        return self._door.archive

    def _when(self, one: Published, reader: Reader) -> str:
        if one.corrected:
            return self._word(say("Sent on {at}, corrected on {then}", at=one.at, then=one.changed), reader)
        return self._word(say("Sent on {at}", at=one.at), reader)

    def _blocks(self, one: Published, reader: Reader) -> Blocks:
        return resolve(Screen("announcement", one.blocks), 0, self._door.wording, reader.language).blocks

    def _word(self, words: Words, reader: Reader) -> str:
        return self._door.wording.word(words, reader.language)


def _number(request: Request) -> int:
    """Read the number that an address names; 404 for what is none."""
    number = request.path_params["number"]
    if not (number.isascii() and number.isdigit() and len(number) < 9):
        raise HTTPException(404)
    return int(number)
