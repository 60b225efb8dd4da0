"""Somebody of the team in a browser without JavaScript, on a product with many dossiers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import httpx
from conversation import Clock
from people.appointed import appoint
from prometheus_client import CollectorRegistry
from web.visitor import HOME, Page, read

from bot.web import visitors
from bot.web.app import create_app
from bot.web.door import Door
from bot.wiring import Core
from rallynov.people.roles import Role

TABLE = "/equipe/dossiers"


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

    async def begin(self) -> None:
        """Be somebody."""
        await self.open("/")
        for said in ("bonjour", "commencer le diagnostic", "j'accepte"):
            await self.post("/say", text=said)

    @property
    def address(self) -> str:
        return visitors.address_of(self.client.cookies["rallynov"])

    def code(self) -> str:
        """The code that the page shows."""
        found = re.search(r"/c/([a-z2-7]{26})", self.text)
        assert found
        return found[1]


def browser(door: Door) -> Colleague:
    """Open another browser."""
    app = create_app(replace(door, registry=CollectorRegistry()))
    return Colleague(httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOME))


async def colleague(door: Door, core: Core, clock: Clock, role: Role = Role.COORDINATOR) -> Colleague:
    """Be somebody with a role."""
    one = browser(door)
    await one.begin()
    appoint(core, clock, one.address, role)
    return one
