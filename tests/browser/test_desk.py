"""The desk of the team in Chromium: 500 dossiers found, filtered, sent back, accepted, released and exported."""

from __future__ import annotations

import re

import pytest
from browser.conftest import SIZES, Browse
from browser.site import Site
from browser.test_axe import violations
from coordination.crowd import fill
from people.appointed import appoint
from playwright.sync_api import Page, expect
from sqlalchemy import func, insert, select

from bot.web import visitors
from bot.wiring import clock
from rallynov.delivery.tables import ConversationRow
from rallynov.initiatives.tables import DossierRow
from rallynov.people.roles import Role
from rallynov.people.tables import PersonRow

pytestmark = pytest.mark.browser
MANY = 500
Found = dict[str, list[str]]


def coordinator(page: Page, site: Site) -> None:
    """Be of the team, without having talked."""
    at, cookie = clock(), "cookie00000000000000000000"
    address = visitors.address_of(cookie)
    page.context.add_cookies([{"name": "rallynov", "value": cookie, "url": site.url}])
    row = {"address": address, "channel": "web", "person_id": "claude", "language": "fr"}
    with site.store.write() as tx:
        tx.execute(insert(PersonRow), [{"id": "claude", "notice_version": "1", "created_at": at}])
        tx.execute(insert(ConversationRow), [row | {"created_at": at, "updated_at": at}])
    appoint(site.core, clock, address, Role.COORDINATOR)  # type: ignore[arg-type]  # a clock


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def statuses(site: Site) -> dict[str, int]:
    counted = select(DossierRow.status, func.count()).group_by(DossierRow.status)
    with site.store.read() as tx:
        return dict(tx.execute(counted).all())


def looked(page: Page, found: Found, name: str) -> None:
    """Look at a page on both screens."""
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        found[f"{name} {width}"] = [*violations(page), *([] if fits(page) else ["too wide"])]


def together(page: Page, url: str, act: str, **chosen: str) -> None:
    """Choose all of a search, and come to the page that asks to confirm."""
    page.goto(url)
    page.check("input[value=tous]")
    page.select_option("#acte", act)
    page.click(".together button")
    for field, value in chosen.items():
        page.select_option(f"#{field}", value)


def searched(page: Page, site: Site, found: Found) -> None:
    """Look at what is new, then for some dossiers."""
    page.goto(site.url + "equipe")
    expect(page.locator("main")).to_contain_text("520")
    looked(page, found, "home")
    page.click("nav#team >> text=Dossiers")
    expect(page.locator("#list tbody tr")).to_have_count(50)
    looked(page, found, "table")
    page.click("summary")
    page.select_option("#dep", "39")
    expect(page.locator("#list [role=status]")).to_contain_text("125 dossiers")
    assert "dep=39" in page.url
    expect(page.locator("#search summary")).to_have_text("Filtres (1)")
    expect(page.locator("#list [role=status]")).to_contain_text("39 Jura")
    page.fill("#q", "exemple 41")
    page.keyboard.press("Enter")
    expect(page.locator("#list tbody tr")).to_have_count(8)
    page.click("#list tbody a >> nth=0")
    page.click("main a >> text=Retour au tableau >> nth=0")
    expect(page.locator("#q")).to_have_value("exemple 41")


def test_five_hundred_dossiers(browse: Browse, site: Site) -> None:
    ids, found = fill(site.store, MANY, clock(), drafts=20), Found()
    page = browse(width=1280)
    coordinator(page, site)
    searched(page, site, found)

    page.goto(f"{site.url}equipe/dossiers/{ids[1]}")
    looked(page, found, "file")
    page.click("summary >> text=Demander une correction")
    page.fill("#correct-reason", "L'indicateur manque d'une date.")
    page.click("details button")
    expect(page.locator("main")).to_contain_text("L'indicateur manque d'une date.")
    assert statuses(site) == {"submitted": MANY - 1, "to_correct": 1, "draft": 20}

    together(page, f"{site.url}equipe/dossiers?statut=submitted&dep=39", "admit")
    expect(page.locator("h1")).to_contain_text("124 dossiers")
    looked(page, found, "confirm")
    page.click("form.retry button")
    expect(page.locator("[role=status]")).to_contain_text("124 dossiers")
    assert statuses(site)["submitted"] == MANY - 1

    together(page, f"{site.url}equipe/dossiers?avis=any", "release")
    page.click("form.retry button")
    looked(page, found, "done")
    assert statuses(site) == {"admissible": 124, "submitted": 375, "to_correct": 1, "draft": 20}

    together(page, f"{site.url}equipe/dossiers?statut=admissible", "export", kind="csv")
    page.click("form.retry button")
    expect(page).to_have_url(re.compile("/equipe/exports/"))

    page.goto(site.url + "equipe/saisie")
    page.click("form.retry button")
    looked(page, found, "entry")
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert len(found) == 12
