"""A browser on a running site. Needs Chromium; skipped, with the reason, where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from browser.site import Site
from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
SIZES = {375: 812, 1280: 900}
"""Heights of the two screens, by their width."""
Browse = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("Chromium is not installed (apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    running = Site(tmp_path)
    yield running
    running.close()


@pytest.fixture
def browse(chromium: Browser, site: Site) -> Iterator[Browse]:
    """Open the site as a new visitor, on a phone unless told; every complaint of the page fails the test."""
    contexts = []
    complaints: list[str] = []

    def opened(
        *,
        javascript: bool = True,
        quiet: bool = True,
        width: int = 375,
        scheme: Literal["light", "dark"] = "light",
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": SIZES[width]},
            java_script_enabled=javascript,
            locale="fr-FR",
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if quiet:
            page.on("console", lambda message: complaints.append(message.text))
        page.goto(site.url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
