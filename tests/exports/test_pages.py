"""Exports and figures as pages, by HTTP, without JavaScript: rights, forms, what does not suit, the file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from conversation import Clock
from exports.crowd import fill
from exports.stage import SHAPE
from faq.test_pages import Browser
from people.appointed import appoint, dismiss
from prometheus_client import CollectorRegistry
from web.visitor import HOME

from bot.settings import Settings
from bot.web.app import create_app
from bot.web.door import Door
from bot.wiring import Core, build, new_token
from rallynov.exports.document import check
from rallynov.people.roles import Role
from rallynov.statistics.tables import TITLES
from rallynov.storage.store import Store

EXPORTS, FIGURES = "/equipe/exports", "/equipe/chiffres"
Open = Callable[[], Browser]


@pytest.fixture
async def product(sqlite: Store, clock: Clock, tmp_path: Path) -> AsyncIterator[Core]:
    built = build(Settings(_env_file=None, data_dir=tmp_path), sqlite, clock)
    built.delivery.start()
    built.office.workshop.start(lambda _: None)
    yield built
    built.office.workshop.close()
    await built.delivery.close()


@pytest.fixture
async def browse(product: Core, clock: Clock) -> AsyncIterator[Open]:
    clients: list[httpx.AsyncClient] = []
    office = product.office

    def opened() -> Browser:
        door = Door(
            product.delivery, product.wording, "Exemple", "Exemple", "Exemple", clock, new_token, CollectorRegistry(),
            statistics=office.statistics, workshop=office.workshop, patience=10.0,
        )  # fmt: skip
        clients.append(httpx.AsyncClient(transport=httpx.ASGITransport(create_app(door)), base_url=HOME))
        return Browser(clients[-1], {})

    yield opened
    for client in clients:
        await client.aclose()


async def member(product: Core, clock: Clock, browse: Open, role: Role = Role.COORDINATOR) -> Browser:
    one = browse()
    await one.say("bonjour")
    appoint(product, clock, one.address, role)
    return one


async def test_an_export_is_asked_for_made_and_fetched(
    product: Core, clock: Clock, browse: Open, tmp_path: Path
) -> None:
    fill(product.store, 20)
    claude = await member(product, clock, browse)
    await claude.open(EXPORTS)
    assert claude.status == 200
    text = await claude.post(
        EXPORTS, view="complete", kind="json", status="", places="25, Jura, Lure", table="dossiers"
    )
    assert claude.status == 200
    assert "Prêt" in text
    path = text.split("/fichier")[0].rpartition('"')[2]
    answer = await claude.client.get(f"{path}/fichier")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith('attachment; filename="rallynov-complet.json"')
    (tmp_path / "a.json").write_bytes(answer.content)
    found = check(tmp_path / "a.json", SHAPE)
    assert found.sound
    assert 0 < found.dossiers < 20
    assert "Prêt" in await claude.open(EXPORTS)
    lea = await member(product, clock, browse, Role.READER)
    for address in (path, f"{path}/fichier"):
        await lea.open(address)
        assert lea.status == 404
    dismiss(product, clock)
    await lea.open(EXPORTS)
    assert lea.status == 403


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"view": "nope"}, "Choisissez une de ces vues"),
        ({"kind": "exe"}, "Choisissez un de ces formats"),
        ({"places": "25, 33, <b>Lure"}, "n’est pas un département du rallye"),
        ({"view": "contacts", "kind": "csv", "table": "history"}, "ne contient pas ce tableau"),
        ({"view": "jury", "status": "inadmissible"}, "ne montre jamais"),
    ],
)
async def test_what_does_not_suit_is_told_and_nothing_typed_is_lost(
    product: Core, clock: Clock, browse: Open, given: dict[str, str], said: str
) -> None:
    claude = await member(product, clock, browse)
    await claude.open(EXPORTS)
    usual = {"view": "complete", "kind": "xlsx", "status": "", "places": "Lure", "table": "dossiers"}
    await claude.post(EXPORTS, **{**usual, **given})
    assert claude.status == 422
    assert said in claude.text
    typed = given.get("places", "Lure").replace("<", "&lt;").replace(">", "&gt;")
    assert f'value="{typed}"' in claude.text
    assert list(product.office.workshop.spool.of("x")) == []
    assert product.office.workshop.spool.waiting() == []


async def test_drafts_and_other_roles_leave_by_no_page(product: Core, clock: Clock, browse: Open) -> None:
    lea = await member(product, clock, browse, Role.READER)
    text = await lea.open(EXPORTS)
    assert "Brouillon" not in text
    assert 'value="contacts"' not in text
    await lea.post(EXPORTS, view="contacts", kind="xlsx", status="draft", places="", table="dossiers")
    assert lea.status == 422
    nobody = browse()
    for path in (EXPORTS, FIGURES):
        await nobody.open(path)
        assert nobody.status == 403
    for path in (f"{EXPORTS}/x", f"{EXPORTS}/x/fichier", f"{FIGURES}/funnel.csv", f"{EXPORTS}/..%2f..%2fetc"):
        await nobody.open(path)
        assert nobody.status == 404


async def test_a_form_of_elsewhere_or_without_its_token_asks_for_nothing(
    product: Core, clock: Clock, browse: Open
) -> None:
    claude = await member(product, clock, browse)
    await claude.open(EXPORTS)
    await claude.post(EXPORTS, origin="https://ailleurs.exemple", view="complete", kind="json")
    assert claude.status == 403
    await claude.open(EXPORTS)
    await claude.post(EXPORTS, token="0" * 64, view="complete", kind="json")
    assert claude.status == 403
    assert not (product.office.workshop.spool.waiting())


async def test_all_figures_are_on_one_page_each_with_its_file(
    product: Core, clock: Clock, browse: Open
) -> None:
    fill(product.store, 40, hostile=False)
    claude = await member(product, clock, browse, Role.ADMINISTRATOR)
    text = await claude.open(FIGURES)
    assert text.count("<section aria-labelledby=") == len(TITLES)
    assert text.count("<svg") >= 3
    assert "masqué" in text
    for name in TITLES:
        answer = await claude.client.get(f"{FIGURES}/{name}.csv")
        assert answer.status_code == 200
        assert answer.content.startswith(b"\xef\xbb\xbf")
    await claude.open(f"{FIGURES}/nope.csv")
    assert claude.status == 404
