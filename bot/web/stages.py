"""The pages of the stages: those to come, each on its own, and its calendar file. Nothing here knows who reads."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from urllib.parse import urlencode

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from bot.web.door import Door
from bot.web.papers import handed_over
from bot.web.reader import Reader, Readers
from bot.web.view import View, desk_of
from rallynov.delivery.message import Blocks, resolve
from rallynov.dialogue.screens import Screen
from rallynov.dialogue.words import Words
from rallynov.editions.stages import screens
from rallynov.editions.stages.model import TERRITORIES, Stage, Stages, upcoming

MAP = "https://www.openstreetmap.org/"
NEAR = "pres"
"""The parameter that names the département whose stages come first."""


class StagePages:
    """The stages of the current edition."""

    def __init__(self, door: Door, view: View, readers: Readers) -> None:
        self._door = door
        self._view = view
        self._readers = readers

    def mount(self, app: FastAPI) -> None:
        """Give the pages their addresses; where stages are not read, there are none."""
        if self._door.stages:
            app.add_route("/etapes", self.all, methods=["GET"])
            app.add_route("/etapes/{number}.ics", self.file, methods=["GET"])
            app.add_route("/etapes/{number}", self.one, methods=["GET"])

    async def all(self, request: Request) -> Response:
        """List the stages to come, those of a département first when its number is asked for, then those that are over."""
        reader, stages = await self._readers.of(request), await self._read()
        asked = request.query_params.get(NEAR, "")
        near, now = asked if asked in TERRITORIES else "", self._door.clock()
        over = [stage for stage in stages if stage.ends <= now]
        page = self._view.write(
            "stages.html",
            reader,
            ahead=self._lines(upcoming(stages, now, near), reader),
            over=self._lines(over, reader),
            territories=[
                (name, self._sorted(code, reader), code == near) for code, name in TERRITORIES.items()
            ],
            sample=any(stage.sample for stage in stages),
        )
        return HTMLResponse(page)

    async def one(self, request: Request) -> Response:
        """Show a stage, named by its number."""
        reader, stage = await self._readers.of(request), await self._named(request)
        name, *blocks = self._told(stage, reader)
        page = self._view.write(
            "stage.html",
            reader,
            title=name[1][0],
            blocks_of=blocks,
            stage=stage,
            takes=stage.takes(self._door.clock()),
            map=map_of(stage),
            form=desk_of(request, self._door),
        )
        return HTMLResponse(page)

    async def file(self, request: Request) -> Response:
        """Give the calendar file of a stage."""
        reader, stage = await self._readers.of(request), await self._named(request)
        make = self._door.papers.make
        made = await asyncio.to_thread(make, screens.PAPER, "", str(stage.number), reader.language)
        if made is None:
            raise HTTPException(404)
        return Response(made.content, media_type=made.mime, headers=handed_over(made))

    async def _read(self) -> Sequence[Stage]:
        if self._door.stages is None:
            raise HTTPException(404)
        return await asyncio.to_thread(self._door.stages.read)

    async def _named(self, request: Request) -> Stage:
        number = request.path_params["number"]
        known = Stages(tuple(await self._read())) if number.isdecimal() else Stages()
        stage = known.find(number)
        if stage is None:
            raise HTTPException(404)
        return stage

    def _told(self, stage: Stage, reader: Reader) -> Blocks:
        return resolve(Screen("stage", screens.told(stage)), 0, self._door.wording, reader.language).blocks

    def _lines(self, stages: Sequence[Stage], reader: Reader) -> list[tuple[int, str, str]]:
        """Return, for each stage, its number, its line, and how many places are left where one may still come."""
        now = self._door.clock()
        return [
            (
                stage.number,
                self._word(screens.line(stage), reader),
                self._word(screens.left(stage), reader) if stage.takes(now) else "",
            )
            for stage in stages
        ]

    def _sorted(self, code: str, reader: Reader) -> str:
        asked = {NEAR: code} | ({"lang": reader.language} if reader.asked else {})
        return f"/etapes?{urlencode(asked)}"

    def _word(self, words: Words, reader: Reader) -> str:
        return self._door.wording.word(words, reader.language)


def map_of(stage: Stage) -> str:
    """Return where a stage is on OpenStreetMap: its point, else a search for its address; empty when it has neither."""
    if stage.point:
        latitude, longitude = stage.point
        point = urlencode({"mlat": f"{latitude:.5f}", "mlon": f"{longitude:.5f}"})
        return f"{MAP}?{point}#map=17/{latitude:.5f}/{longitude:.5f}"
    if not stage.address or stage.sample:
        return ""
    return f"{MAP}search?{urlencode({'query': f'{stage.address}, {stage.department}'})}"
