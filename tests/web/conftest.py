"""The web door over the real inbox, turns and outbox, driven by HTTP requests in this process."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import conversation
import httpx
import pytest
from prometheus_client import CollectorRegistry
from web.visitor import HOME, Visitor

from bot.web.app import create_app
from bot.web.door import Door
from bot.wiring import Core
from rallynov.announcements.archive import Archive
from rallynov.storage.store import Store

Open = Callable[..., Visitor]


@pytest.fixture
async def core(sqlite: Store, clock: conversation.Clock) -> AsyncIterator[Core]:
    built = conversation.core(sqlite, clock)
    built.delivery.start()
    yield built
    await built.delivery.close()


@pytest.fixture
def door(core: Core, clock: conversation.Clock) -> Door:
    ids = itertools.count()
    return Door(
        delivery=core.delivery,
        wording=core.wording,
        edition="Rally'nov exemple",
        operator="Association exemple",
        contact="bonjour@exemple.fr",
        clock=clock,
        new_token=lambda: f"token-{next(ids):016d}",
        registry=CollectorRegistry(),
        papers=core.papers,
        shelves=core.shelves,
        steps=core.steps,
        counter=core.counter,
        bureau=core.bureau,
        workshop=core.office.workshop,
        dossiers=core.dossiers,
        stages=core.stages,
        archive=Archive(core.store, core.edition, core.stages),
        faq=core.faq,
        patience=10.0,
    )


@pytest.fixture
async def open_door(door: Door) -> AsyncIterator[Open]:
    """Open the door as it is, or with some parts replaced; each call is another browser."""
    clients: list[httpx.AsyncClient] = []

    def opened(**parts: object) -> Visitor:
        app = create_app(replace(door, registry=CollectorRegistry(), **parts))  # type: ignore[arg-type]
        home = HOME.replace("http:", "https:") if parts.get("secure") else HOME
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=home)
        clients.append(client)
        return Visitor(client, home)

    yield opened
    for client in clients:
        await client.aclose()


@pytest.fixture
def visitor(open_door: Open) -> Visitor:
    return open_door()
