"""Somebody of the team in a browser without JavaScript, on a product with many dossiers."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field

import httpx
from conversation import Clock
from fastapi import FastAPI
from people.appointed import appoint
from sqlalchemy import insert
from web.visitor import HOME, Page, read

from bot.web import visitors
from bot.web.app import create_app
from bot.web.door import Door
from bot.wiring import Core
from rallynov.delivery.tables import ConversationRow
from rallynov.people.roles import Role
from rallynov.people.tables import PersonRow

TABLE = "/equipe/dossiers"
_COOKIES = itertools.count()


@dataclass
class Colleague:
    """One browser of the team."""

    client: httpx.AsyncClient
    page: Page = field(default_factory=Page)
    text: str = ""
    status: int = 0

    async def open(self, path: str) -> str:
        return self._read(await self.client.get(path))

    async def post(self, path: str, origin: str = HOME, **fields: str) -> str:
        """Send a form with what the page hides in its forms."""
        sent = {name: (None, value) for name, value in {**self.page.hidden, **fields}.items()}
        answer = await self.client.post(path, files=sent, headers={"Origin": origin})
        if answer.status_code == 303:
            return await self.open(answer.headers["location"].partition("#")[0])
        return self._read(answer)

    def _read(self, answer: httpx.Response) -> str:
        self.status, self.page = answer.status_code, read(answer.text)
        self.text = answer.text.replace("\u202f", " ").replace("\xa0", " ").replace("’", "'")
        return self.text

    @property
    def address(self) -> str:
        return visitors.address_of(self.client.cookies["rallynov"])

    def code(self) -> str:
        """The code that the page shows."""
        found = re.search(r"/c/([a-z2-7]{26})", self.text)
        assert found
        return found[1]


_APPS: dict[int, tuple[Door, FastAPI]] = {}
"""By the door, which is kept with it: its id is then no other's."""


def browser(door: Door, core: Core, clock: Clock, *, known: bool = True) -> Colleague:
    """Open another browser, of somebody who has already spoken unless told; all share one application."""
    _, app = _APPS.get(id(door)) or _APPS.setdefault(id(door), (door, create_app(door)))
    one = Colleague(httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOME))
    if known:
        one.client.cookies.set("rallynov", f"cookie{next(_COOKIES):020d}")
        row = {"address": one.address, "channel": "web", "person_id": one.address[-12:], "language": "fr"}
        with core.store.write() as tx:
            person = {"id": one.address[-12:], "notice_version": "1", "created_at": clock()}
            tx.execute(insert(PersonRow), [person])
            tx.execute(insert(ConversationRow), [row | {"created_at": clock(), "updated_at": clock()}])
    return one


def colleague(door: Door, core: Core, clock: Clock, role: Role = Role.COORDINATOR) -> Colleague:
    """Be somebody with a role."""
    one = browser(door, core, clock)
    appoint(core, clock, one.address, role)
    return one
