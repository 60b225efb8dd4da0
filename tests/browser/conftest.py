"""A browser on a running site. Needs Chromium; skipped, with the reason, where there is none."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from browser.site import Site
from playwright.sync_api import Browser, Page, expect, sync_playwright

ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
SIZES = {375: 812, 1280: 900}
"""Heights of the two screens, by their width."""
PATIENCE = 30_000
"""Milliseconds that a page has on a busy machine."""
Browse = Callable[..., Page]
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def started() -> Iterator[tuple[Browser, asyncio.AbstractEventLoop]]:
    """Chromium, once a worker, and the loop that drives it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("Chromium is not installed (apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        yield browser, loop
        asyncio._set_running_loop(loop)
        browser.close()


@pytest.fixture(scope="module")
def chromium(started: tuple[Browser, asyncio.AbstractEventLoop]) -> Iterator[Browser]:
    """Chromium; its loop, which stands still in the middle of its work, is hidden from the tests of other modules."""
    browser, loop = started
    asyncio._set_running_loop(loop)
    yield browser
    asyncio._set_running_loop(None)


@pytest.fixture
def site(tmp_path: Path, migrated: Path) -> Iterator[Site]:
    shutil.copy(migrated, tmp_path)
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
        context.set_default_timeout(PATIENCE)
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
