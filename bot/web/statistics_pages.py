"""The figures as a page: each table with its picture, and each as a CSV file. Rights are asked at each request."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from bot.web import visitors
from bot.web.desk.nav import TEAM, links
from bot.web.door import Door
from bot.web.papers import handed_over
from bot.web.reader import Readers
from bot.web.view import View, desk_of
from rallynov.delivery.message import Drawing, resolve
from rallynov.dialogue.screens import Screen
from rallynov.dialogue.words import say
from rallynov.papers.model import File
from rallynov.people.roles import Grants
from rallynov.statistics.flow import CHOICE, PAGE
from rallynov.statistics.model import Report, Table
from rallynov.statistics.service import CSV, MASKED, Statistics, cell_text, written

RESERVED = (
    say("This page is for the team"),
    say(
        "Figures are shown to the team of the rally. If you are of it, open this page in the browser where you are known."
    ),
)


class StatisticsPages:
    """The figures."""

    def __init__(self, door: Door, view: View, readers: Readers) -> None:
        self._door = door
        self._view = view
        self._readers = readers

    def mount(self, app: FastAPI) -> None:
        """Give the pages their addresses; where nothing is counted, there are none."""
        if self._door.statistics:
            app.add_route(PAGE, self.all, methods=["GET"])
            app.add_route(PAGE + "/{table}.csv", self.one, methods=["GET"])

    async def all(self, request: Request) -> Response:
        """Show all tables."""
        reader, (report, grants) = await self._readers.of(request), await self._report(request)
        word, language = self._door.wording.word, reader.language
        if report is None:
            title, text = (word(words, language) for words in RESERVED)
            return HTMLResponse(self._view.write("trouble.html", reader, title=title, text=text), 403)
        masked = word(MASKED, language)
        page = self._view.write(
            "statistics.html",
            reader,
            form=desk_of(request, self._door),
            home=PAGE,
            team=links(grants),
            team_called=TEAM,
            here="figures",
            heading=word(CHOICE.label, language),
            counted=word(say("Counted on {at}", at=report.at), language),
            file=word(say("This table as a CSV file"), language),
            tables=report.tables,
            drawing=lambda table: self._drawing(table, language),
            cell=lambda one: cell_text(one, masked, language),
        )
        return HTMLResponse(page)

    async def one(self, request: Request) -> Response:
        """Hand one table over as CSV."""
        report, _ = await self._report(request)
        table = report.find(request.path_params["table"]) if report else None
        if report is None or table is None:
            raise HTTPException(404)
        reader = await self._readers.of(request)
        content = written(table, report, self._door.wording, reader.language)
        named = File(f"rallynov-chiffres-{table.id}.csv", CSV, content)
        return Response(content, media_type=CSV, headers=handed_over(named))

    async def _report(self, request: Request) -> tuple[Report | None, Grants]:
        cookie = visitors.cookie_of(request, secure=self._door.secure)
        if cookie is None or visitors.is_embedded(request):
            return None, Grants()
        return await asyncio.to_thread(self._statistics.told, visitors.address_of(cookie))

    def _drawing(self, table: Table, language: str) -> Drawing | None:
        figure = table.figure
        return (
            resolve(Screen(NAME, (), figure=figure), 0, self._door.wording, language).figure
            if figure
            else None
        )

    @property
    def _statistics(self) -> Statistics:
        if self._door.statistics is None:
            raise HTTPException(404)
        return self._door.statistics


NAME = "figures"
