"""The desk of the team in Chromium: 500 dossiers found, filtered, sent back, accepted, released and exported."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser.conftest import SIZES, Browse
from browser.site import Site
from browser.test_axe import violations
from coordination.crowd import fill
from people.appointed import appoint
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from bot.web import visitors
from bot.wiring import clock
from rallynov.coordination.tables import VerdictRow
from rallynov.initiatives.tables import DossierRow
from rallynov.people.roles import Role

pytestmark = pytest.mark.browser
MANY = 500


def coordinator(page: Page, site: Site) -> None:
    """Be known, then be of the team."""
    page.click("#answers .choices button")
    page.click('#offers button[value*="|accept|"]')
    expect(page.locator("#fin article")).to_contain_text("Question 1")
    cookie = next(one["value"] for one in page.context.cookies() if one["name"] == "rallynov")
    appoint(site.core, clock, visitors.address_of(cookie), Role.COORDINATOR)  # type: ignore[arg-type]  # a clock


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def statuses(site: Site) -> dict[str, int]:
    counted = select(DossierRow.status, func.count()).group_by(DossierRow.status)
    with site.store.read() as tx:
        return {status: n for status, n in tx.execute(counted)}


def looked(page: Page, found: dict[str, list[str]], name: str, seen: Path) -> None:
    """Look at a page on both screens."""
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        found[f"{name} {width}"] = [*violations(page), *([] if fits(page) else ["too wide"])]
        page.screenshot(path=seen / f"{name}-{width}.png", full_page=True)


def test_five_hundred_dossiers(browse: Browse, site: Site, tmp_path: Path) -> None:
    ids, found = fill(site.store, MANY, clock(), drafts=20), dict[str, list[str]]()
    page = browse(width=1280)
    coordinator(page, site)
    page.goto(site.url + "equipe")
    expect(page.locator("main")).to_contain_text("520")
    looked(page, found, "home", tmp_path)

    page.click("nav#team >> text=Dossiers")
    expect(page.locator("#list tbody tr")).to_have_count(50)
    looked(page, found, "table", tmp_path)
    page.click("summary")
    page.select_option("#dep", "39")
    expect(page.locator("#list [role=status]")).to_contain_text("125 dossiers")
    assert "dep=39" in page.url
    page.fill("#q", "exemple 41")
    page.keyboard.press("Enter")
    expect(page.locator("#list tbody tr")).to_have_count(8)

    page.goto(f"{site.url}equipe/dossiers/{ids[1]}")
    looked(page, found, "file", tmp_path)
    page.click("text=Demander une correction")
    page.fill("#correct-reason", "L'indicateur manque d'une date.")
    page.click("details button")
    expect(page.locator("main")).to_contain_text("L'indicateur manque d'une date.")
    assert statuses(site) == {"submitted": MANY - 1, "to_correct": 1, "draft": 20}

    page.goto(f"{site.url}equipe/dossiers?statut=submitted&dep=39")
    page.check("input[value=tous]")
    page.click(".together button")
    expect(page.locator("h1")).to_contain_text("124 dossiers")
    looked(page, found, "confirm", tmp_path)
    page.click("form.retry button")
    expect(page.locator("main")).to_contain_text("124 dossiers")
    with site.store.read() as tx:
        assert tx.execute(select(func.count()).select_from(VerdictRow)).scalar() == 124
    assert statuses(site)["submitted"] == MANY - 1

    page.goto(f"{site.url}equipe/dossiers?avis=any")
    page.click("#list .tick input >> nth=1")
    page.check("input[value=tous]")
    page.select_option("#acte", "release")
    page.click(".together button")
    page.click("form.retry button")
    looked(page, found, "done", tmp_path)
    assert statuses(site) == {"admissible": 124, "submitted": 375, "to_correct": 1, "draft": 20}

    page.goto(f"{site.url}equipe/dossiers?statut=admissible")
    page.check("input[value=tous]")
    page.select_option("#acte", "export")
    page.click(".together button")
    page.select_option("#kind", "csv")
    page.click("form.retry button")
    expect(page.locator("main")).to_contain_text("export", ignore_case=True)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert len(found) == 10
