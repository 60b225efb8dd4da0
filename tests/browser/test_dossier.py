"""One dossier on the web and on Telegram: begun on one, submitted on the other; its page, and its column beside the chat."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from botapi import BotApi
from browser.conftest import SIZES, Browse
from browser.site import Site
from browser.test_axe import RULES, SCHEMES
from conversation import Clock
from initiatives.life import FULL
from initiatives.team import Team
from initiatives.test_messages import SAID
from playwright.sync_api import Page, expect

from bot.wiring import clock

pytestmark = pytest.mark.browser
CHAT = 7
DRAFT = "Enregistré, pas encore déposé."


@pytest.fixture
def telegram() -> Iterator[BotApi]:
    with BotApi() as running:
        yield running


@pytest.fixture
def site(tmp_path: Path, telegram: BotApi, migrated: Path) -> Iterator[Site]:
    shutil.copy(migrated, tmp_path)
    running = Site(tmp_path, telegram.url)
    yield running
    running.close()


def say(page: Page, text: str) -> None:
    expect(page.locator("#text")).to_be_visible()  # below the conversation: all of it is there
    said = page.locator("#journal .me").count()
    page.fill("#text", text)
    page.keyboard.press("Enter")
    expect(page.locator("#journal .me")).to_have_count(said + 1)


def write(telegram: BotApi, text: str) -> str:
    """Say something on Telegram, or press the button ``[key]``; return the answer."""
    shown = telegram.messages(CHAT)
    before = len(shown)
    if text.startswith("["):
        rows = shown[-1]["reply_markup"]["inline_keyboard"]
        tokens = [button["callback_data"] for row in rows for button in row]
        telegram.press(CHAT, next(one for one in tokens if f"|{text.strip('[]')}|" in one))
    else:
        telegram.text(CHAT, text)
    telegram.wait(lambda api: len(api.messages(CHAT)) > before)
    return str(telegram.messages(CHAT)[-1].get("text"))


def code_of(page: Page) -> str:
    """The code that the web now shows, as it is typed."""
    return page.locator("#fin code").inner_text().replace("\n", "").replace(" ", "")


def schemes(page: Page) -> Iterator[str]:
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        yield scheme


def violations(page: Page, part: str) -> list[str]:
    """What axe has against a part of a page."""
    found = Axe().run(page, context=part, options=RULES).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def team(site: Site) -> Team:
    return Team(site.core, Clock(clock()))


def test_begun_on_the_web_and_submitted_on_telegram(browse: Browse, site: Site, telegram: BotApi) -> None:
    page = browse()
    for said in SAID[:6]:
        say(page, said)
    expect(page.locator("#mine")).to_have_text("Voir mon dossier Enregistré, pas déposé")
    assert fits(page)
    page.click("#mine a")
    expect(page.locator(".standing")).to_contain_text(DRAFT)
    assert fits(page)
    page.get_by_role("button", name="Modifier : Nom de la structure").click()
    expect(page.locator("#fin article")).to_be_focused()
    expect(page.locator("#journal .me").last).to_have_text("Vous : Modifier : Nom")
    say(page, "Atelier repris")
    page.click("#mine a")
    page.get_by_role("button", name="Continuer mon dossier").click()
    say(page, "/continuer")
    assert "Question 4 sur 43" in write(telegram, f"/start {code_of(page)}"), "where it stood"
    for said in SAID[6:]:
        answered = write(telegram, said)
    assert "Déposé" in answered
    page.goto(site.url + "dossier")
    expect(page.locator(".standing")).to_contain_text("sous le numéro 2026-0001")
    expect(page.get_by_text("Atelier repris")).to_be_visible()
    expect(page.get_by_role("button", name="Modifier")).to_have_count(0)
    receipt = page.get_by_role("link", name="Mon accusé de dépôt").get_attribute("href")
    assert page.request.get(site.url + str(receipt).lstrip("/")).body()[:5] == b"%PDF-"


def test_begun_on_telegram_and_submitted_on_the_web_without_javascript(
    browse: Browse, site: Site, telegram: BotApi
) -> None:
    for said in SAID[:4]:
        write(telegram, said)
    team(site).fill({name: value for name, value in FULL.items() if name not in {"name", "headcount"}})
    assert f"Tout lire sur le web\u00a0: {site.url}dossier/" in write(telegram, "/statut")
    code = write(telegram, "/continuer").split("/c/")[1].split()[0]
    page = browse(javascript=False)
    page.goto(f"{site.url}c/{code}")
    page.click(".retry button")
    page.click("#mine a")
    expect(page.locator(".lacks")).to_have_count(1)
    page.get_by_role("button", name="Répondre : Nombre de salariés").click()
    page.fill("#text", "42")
    page.click("#composer button")
    page.click("#mine a")
    expect(page.locator(".lacks")).to_have_count(0)
    page.get_by_role("button", name="Déposer mon dossier").click()
    page.click('#offers button[value*="|submit|"]')
    expect(page.locator("#mine")).to_contain_text("Déposé")
    page.click("#mine a")
    expect(page.locator(".standing")).to_contain_text("sous le numéro 2026-0001")
    telegram.wait(lambda api: any("2026-0001" in str(one.get("text")) for one in api.messages(CHAT)))


def test_the_column_beside_the_conversation_follows_it(browse: Browse, site: Site) -> None:
    page = browse(width=1280)
    for said in SAID[:4]:
        say(page, said)
    column = page.locator("#beside")
    expect(column.get_by_text("Atelier exemple").first).to_be_visible()
    page.evaluate("window.same = true")
    say(page, "732 829 320 00074")
    expect(column.get_by_text("732 829 320 00074")).to_be_visible()
    column.get_by_role("button", name="Modifier : Nom de la structure").click()
    expect(page.locator("#fin article")).to_be_focused()
    expect(page.locator("#fin article")).to_contain_text("Question 1 sur 43")
    say(page, "Atelier repris")
    expect(column.get_by_text("Atelier repris").first).to_be_visible()
    assert page.evaluate("window.same"), "the page was not loaded anew"
    team(site).fill({name: FULL[name] for name in ("title", "summary", "indicators")})
    say(page, f"/dossier {team(site)._last()[0]}:need")
    say(page, "Trop court.")
    expect(column.get_by_text("commencé, à terminer")).to_be_visible()
    found = {f"column {scheme}": violations(page, "#beside") for scheme in schemes(page)}
    page.set_viewport_size({"width": 375, "height": SIZES[375]})
    expect(column).to_be_hidden()
    page.click("#mine a")
    found |= {f"page {scheme}": violations(page, "main") for scheme in schemes(page)}
    page.set_viewport_size({"width": 1280, "height": SIZES[1280]})
    assert fits(page)
    assert found == {"column light": [], "column dark": [], "page light": [], "page dark": []}
