"""Forms sent from another site: none is accepted, whatever it carries; the routes are walked, so that a new one is tried."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx
import pytest
from browser.covered import FORMS, PAGES, uncovered
from browser.planting import COOKIES, Planted, planted
from sqlalchemy import func, select
from web.visitor import read

from bot.run import _application
from bot.settings import Settings
from bot.wiring import build
from rallynov.delivery.tables import AuditRow, InboxRow, OutboxRow
from rallynov.storage.base import Base
from rallynov.storage.store import Store

HOME = "http://rallye.test"
ELSEWHERE: Mapping[str, Mapping[str, str]] = {
    "another site": {"Sec-Fetch-Site": "cross-site", "Origin": "https://ailleurs.exemple"},
    "a neighbour": {"Sec-Fetch-Site": "same-site", "Origin": "http://autre.rallye.test"},
    "an old browser": {"Origin": "https://ailleurs.exemple"},
    "a page without an origin": {"Origin": "null"},
    "a referer alone": {"Referer": "https://ailleurs.exemple/page"},
    "a name that begins alike": {"Origin": "http://rallye.test.ailleurs.exemple"},
    "another port": {"Origin": "http://rallye.test:8080"},
    "nothing at all": {},
}
HERE = {"Origin": HOME, "Sec-Fetch-Site": "same-origin"}
SENT = [(path, name, to, given) for path, all_ in FORMS.items() for name, to, given in all_]


@pytest.fixture
async def made(sqlite: Store, tmp_path: Path) -> AsyncIterator[tuple[Planted, httpx.AsyncClient]]:
    settings = Settings(_env_file=None, data_dir=tmp_path)
    core = build(settings, sqlite)
    found = planted(core)
    app = _application(settings, core, None)
    assert uncovered(app) == set()
    core.delivery.start()
    core.office.workshop.start(lambda _: None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOME) as client:
        yield found, client
    core.office.workshop.close()
    await core.delivery.close()


def written(store: Store) -> dict[str, int]:
    """How many rows each table holds."""
    with store.read() as tx:
        return {
            name: tx.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in Base.metadata.tables.items()
        }


async def test_forms_are_accepted_from_here_alone(made: tuple[Planted, httpx.AsyncClient]) -> None:
    found, client = made
    await refused_from_elsewhere(found, client)
    await refused_without_a_token(found, client)
    await unchanged_by_pages(found, client)
    await accepted_from_here(found, client)


async def refused_from_elsewhere(found: Planted, client: httpx.AsyncClient) -> None:
    """Even with the cookie, and with the token of the very page: as if both had leaked."""
    tokens = {}
    for name in ("anne", "claude"):
        page = await client.get("/faq", headers={"Cookie": f"rallynov={COOKIES[name]}"})
        tokens[name] = read(page.text).hidden
    assert all(one["token"] for one in tokens.values())
    before, tried = written(found.store), 0
    for _, name, to, given in SENT:
        fields = {key: (None, value.replace("{ticket}", found.ids["ticket"])) for key, value in given.items()}
        hidden = {key: (None, value) for key, value in tokens[name].items()}
        for headers in ELSEWHERE.values():
            sent = {"Cookie": f"rallynov={COOKIES[name]}", **headers}
            answer = await client.post(to, files={**hidden, **fields}, headers=sent)
            assert answer.status_code == 403, (to, headers)
            assert "location" not in answer.headers
            tried += 1
    assert tried == len(SENT) * len(ELSEWHERE)
    assert written(found.store) == before


async def refused_without_a_token(found: Planted, client: httpx.AsyncClient) -> None:
    """With none, one of nobody's, or another visitor's."""
    other = read((await client.get("/faq", headers={"Cookie": f"rallynov={COOKIES['lea']}"})).text).hidden
    before = written(found.store)
    for _, name, to, given in SENT:
        for hidden in ({}, {"id": "x", "token": ""}, {"id": "x", "token": "0" * 64}, other):
            fields = {key: (None, value) for key, value in {**hidden, **given}.items()}
            sent = {"Cookie": f"rallynov={COOKIES[name]}", **HERE}
            answer = await client.post(to, files=fields, headers=sent)
            assert answer.status_code == 403, (to, hidden)
    assert written(found.store) == before


async def accepted_from_here(found: Planted, client: httpx.AsyncClient) -> None:
    """What was refused is what does something: else nothing would be shown above."""
    for path, name, to, given in SENT:
        if path == "/pieces":  # it takes a file
            continue
        cookie = {"Cookie": f"rallynov={COOKIES[name]}"}
        hidden = read((await client.get("/faq", headers=cookie)).text).hidden
        values = {**hidden, **given}
        fields = {
            key: (None, value.replace("{ticket}", found.ids["ticket"])) for key, value in values.items()
        }
        answer = await client.post(to, files=fields, headers={**cookie, **HERE})
        assert answer.status_code != 403, (to, answer.text[-2000:])


async def unchanged_by_pages(found: Planted, client: httpx.AsyncClient) -> None:
    """A link of another site opens a page, and changes nothing."""
    quiet = (AuditRow, InboxRow, OutboxRow)
    with found.store.read() as tx:
        before = [tx.execute(select(func.count()).select_from(one)).scalar_one() for one in quiet]
    for route in PAGES.values():
        for name, path in route:
            cookie = {"Cookie": f"rallynov={COOKIES[name]}"} if name else {}
            asked = path.replace("{q}", "x").replace("{ticket}", found.ids["ticket"])
            await client.get(
                asked, headers={**cookie, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
            )
    with found.store.read() as tx:
        assert [tx.execute(select(func.count()).select_from(one)).scalar_one() for one in quiet] == before
