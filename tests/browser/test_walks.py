"""Whole walks in a browser, on a phone: with JavaScript, without, and by the keyboard alone."""

from __future__ import annotations

import pytest
from browser.conftest import Browse
from browser.site import Site
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
RESULT = '#answers button[value^="1|result|"]'


def choice(page: Page, key: str) -> str:
    """The selector of a live button, by its key."""
    del page
    return f'#answers button[value*="|{key}|"]'


def fits(page: Page) -> bool:
    """Tell whether nothing overflows to the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("javascript", [True, False])
def test_from_the_first_page_to_the_result(browse: Browse, site: Site, *, javascript: bool) -> None:
    page = browse(javascript=javascript)
    assert site.events() == 0
    page.click(choice(page, "begin"))
    page.click(choice(page, "accept"))
    for n in range(23):
        live = page.locator("#fin article")
        expect(live).to_contain_text(f"Question {n + 1} sur 23")
        if n % 6 == 5:
            page.fill("#text", "en place")
            page.click("#composer button")
        else:
            page.locator("#answers .choices button").nth(n % 5).click()
    expect(page.locator(RESULT).first).to_be_visible()
    assert site.events() == 25
    assert page.locator("#journal .me").count() == 25
    assert page.locator("#journal .bot").count() == 26
    if javascript:
        assert fits(page)
    page.reload()
    assert page.locator("#journal .bot").count() == 26
    expect(page.locator(RESULT).first).to_be_visible()


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus: never more often than there are things to reach."""
    for _ in range(30):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not reach {selector}")


def test_by_the_keyboard_alone(browse: Browse, site: Site) -> None:
    page = browse()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    _tab_to(page, choice(page, "begin"))
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "the focus can be seen"
    page.keyboard.press("Enter")
    expect(page.locator("#fin article")).to_be_focused()
    page.keyboard.press("1")
    for n in range(23):
        live = page.locator("#fin article")
        expect(live).to_contain_text(f"Question {n + 1} sur 23")
        expect(live).to_be_focused()
        if n == 3:
            _tab_to(page, "#text")
            page.keyboard.type("3")
            assert page.input_value("#text") == "3", "a figure typed in the field is typed"
            page.keyboard.press("Enter")
            expect(page.locator("#fin article")).to_contain_text("Question 5 sur 23")
            expect(page.locator("#text")).to_be_focused()
            page.keyboard.press("Shift+Tab")
            assert page.evaluate("document.activeElement.closest('#answers') !== null")
            page.keyboard.press("2")
        elif n == 4:
            continue
        elif n % 2:
            _tab_to(page, choice(page, "2"))
            page.keyboard.press("Space")
        else:
            page.keyboard.press(str(1 + n % 5))
    expect(page.locator(RESULT).first).to_be_visible()
    _tab_to(page, "footer li:last-child a")
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.closest('main')"), "no trap"
    assert site.events() == 25


def test_a_figure_presses_nothing_from_elsewhere(browse: Browse, site: Site) -> None:
    page = browse()
    page.keyboard.press("1")
    page.focus("footer a")
    page.keyboard.press("1")
    page.focus(choice(page, "begin"))
    page.keyboard.press("Control+1")
    page.wait_for_timeout(300)
    assert site.events() == 0
