"""The first page of the team: what is new since the last visit, what waits, where the dossiers stand."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI, Request, Response

from bot.web.desk.front import Front
from bot.web.desk.nav import HOME
from bot.web.desk.words import MOVED
from rallynov.coordination.model import Item, News
from rallynov.dialogue.words import Words, plural, say
from rallynov.initiatives.lifecycle import Act
from rallynov.initiatives.model import Status


class HomePage:
    """The home of the team."""

    def __init__(self, front: Front) -> None:
        self._front = front

    def mount(self, app: FastAPI) -> None:
        """Give the page its address."""
        app.add_route(HOME, self.show, methods=["GET"])

    async def show(self, request: Request) -> Response:
        """Show what is new."""
        asked = await self._front.asked(request)
        if isinstance(asked, Response):
            return asked
        found = await asyncio.to_thread(self._front.bureau.home, asked.who)
        return self._front.page(
            "home.html",
            request,
            asked,
            news=found,
            heading=say("What is new since {at}", at=found.since),
            moved=[(act, n, counted(act, n)) for act, n in found.acts.items() if n],
            lines=lines(found),
            items=[(one, happened(one)) for one in found.items],
            statuses=list(Status),
        )


def counted(act: Act, n: int) -> Words:
    """Say how often something happened."""
    one, many = MOVED[act]
    return say("{n} {what}", n=n, what=one if n == 1 else many)


def lines(found: News) -> list[Words]:
    """Say what else is new."""
    told: list[Words] = []
    if found.remarks:
        told.append(plural("{n} comment in a dossier", "{n} comments in dossiers", found.remarks))
    if found.notes:
        told.append(plural("{n} internal note", "{n} internal notes", found.notes))
    return told


def happened(item: Item) -> Words:
    """Say what became of a dossier."""
    match item.act:
        case Act.SUBMIT if item.again:
            return say("submitted again after a correction, on {at}", at=item.at)
        case Act.SUBMIT:
            return say("submitted on {at}", at=item.at)
        case _:
            return say("withdrawn on {at}", at=item.at)
